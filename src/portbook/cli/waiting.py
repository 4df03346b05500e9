"""What waits for a day, or was given up: returns that were announced, changes of addresses, letters.

Lists alone; who may end what they show, the operations say.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from portbook.cli import acts, clock, output, verbs
from portbook.cli.refusal import FOUND

if TYPE_CHECKING:
    from portbook.register.reading.running import Noticed

MOST_LETTERS = 1_000

Row = dict[str, Any]


def add_list(parts: "acts.Parts[verbs.Parser]", name: str, what: str) -> verbs.Parser:
    """Add a part that lists something, for whoever may read the database."""
    parser = acts.plain_part(parts, name, what)
    parser.add_argument("--as", dest="member", metavar="MEMBER", help="who looks; it need not be said")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    return parser


def returns(arguments: argparse.Namespace) -> int:
    """List the returns that were announced."""
    return _list(arguments, _returns, "no return is announced")


def changes(arguments: argparse.Namespace) -> int:
    """List the changes of addresses that wait."""
    return _list(arguments, _changes, "no change of addresses waits")


def letters(arguments: argparse.Namespace) -> int:
    """List the letters that wait, and those that were given up."""
    return _list(arguments, _letters, "no letter waits, and none was given up")


def over(today: str) -> list[Row]:
    """Return the notices whose days are over: what can be done now, with its operation."""
    from portbook.register.operations.contacts import ENTER
    from portbook.register.reading import running

    found = [("deassign", each) for each in running.returns()]
    found += [(ENTER, each) for each in running.contact_changes()]
    return [
        {"notice": each.notice.identity, "operation": operation, "due": each.notice.ends, "about": each.name}
        for operation, each in found
        if each.notice.ends < today
    ]


def _returns() -> list[Row]:
    from portbook.register.reading import running

    return [_notice(each, _places(each)) for each in running.returns()]


def _changes() -> list[Row]:
    from portbook.register.reading import running

    return [_notice(each, " ".join(each.addresses)) for each in running.contact_changes()]


def _notice(each: "Noticed", what: str) -> Row:
    notice = each.notice
    if each.is_confirmed:
        state = "confirmed" if notice.confirmation else "nothing to confirm"
    else:
        state = "not confirmed"
    facts = {"notice": notice.identity, "about": each.name, "what": what, "asked_by": notice.asked_by}
    days = {"begins": notice.begins, "ends": notice.ends, "is_over": notice.ends < clock.instant()[:10]}
    return facts | days | {"state": state}


def _places(each: "Noticed") -> str:
    return " ".join(f"{row.port_number or 'name'}/{row.transport or '-'}" for row in each.rows)


def _letters() -> list[Row]:
    from portbook.register import tables
    from portbook.register.models import Outbox
    from portbook.register.worker import GIVEN_UP, WAITING

    end = f"WHERE state IN (%s, %s) ORDER BY id DESC LIMIT {MOST_LETTERS}"
    return [
        {
            "letter": each.pk,
            "event": each.event_id,
            "recipient": each.recipient,
            "subject": each.subject,
            "state": each.state,
            "tries": each.tries,
            "due": each.due,
            "why": _why(each.recipient) if each.state == GIVEN_UP else "",
        }
        for each in tables.load(Outbox, end, [GIVEN_UP, WAITING])
    ]


def _why(recipient: str) -> str:
    """Why a letter was given up, as far as its row tells."""
    return "the mail server refused it" if "@" in recipient else "the name of a member is no mail address"


def _list(arguments: argparse.Namespace, find: Callable[[], list[Row]], nothing: str) -> int:
    acts.connect()
    found = find()
    if arguments.json:
        sys.stdout.write(output.json_text(found))
    elif found:
        output.table(_titles(found), [_cells(each.values()) for each in found])
    else:
        output.note(f"portbook: {nothing}")
    return FOUND


def _titles(found: Sequence[Row]) -> list[str]:
    return [name.replace("_", " ").capitalize() for name in found[0]]


def _cells(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(map(acts.text_of_value, values))
