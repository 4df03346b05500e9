"""What administrators and auditors come for: people to see to, the books and whether they agree, the numbers.

No application waits for them, so this stands on their first page.  Each matter is a sentence with its page.
"""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from portbook.desk.accounts import invitations
from portbook.desk.limits import MEMBERS_A_PAGE, NEWEST_EVENTS
from portbook.desk.members import Person
from portbook.desk.office import audits, people
from portbook.desk.office.audits import Audit
from portbook.desk.office.events import Told, told
from portbook.desk.office.registry import Counts, counts, policy_now, registry_now
from portbook.desk.words import day
from portbook.register import tables
from portbook.register.models import Registry
from portbook.register.reading import ledger
from portbook.register.roles import OPEN_STATES, Role
from portbook.states import ApplicationState

READERS = (Role.ADMINISTRATOR, Role.AUDITOR)


class Matter(NamedTuple):
    """Something to see to."""

    text: str
    address: str


class Overview(NamedTuple):
    """What the first page shows to who runs the desk, or audits it."""

    matters: tuple[Matter, ...] | None  # none for who only reads
    registry: Registry
    counts: Counts
    audits: tuple[Audit, ...]
    newest: list[Told]
    received: int  # applications, this month
    open: int

    @property
    def people(self) -> list[str]:
        """The members who acted, or gave a word, in the newest Events."""
        return [name for each in self.newest for name in (each.line.actor, *each.others)]


def overview(person: Person, today: str) -> Overview | None:
    """Return it for *person*; None for who has other work here."""
    if not person.has(*READERS):
        return None
    registry, counted = registry_now(), counts()
    matters = _matters(person, registry, counted, today) if person.has(Role.ADMINISTRATOR) else None
    newest = ledger.sheet(ledger.Asked(), NEWEST_EVENTS).lines
    return Overview(
        matters if matters is None else tuple(matters),
        registry,
        counted,
        audits.audits(),
        told(newest, person),
        *_applications(today),
    )


def _matters(person: Person, registry: Registry, counted: Counts, today: str) -> Iterator[Matter]:
    if registry.is_frozen:
        yield Matter("The registry is frozen: every act but the end of that is refused.", "/desk/registry")
    if counted.given_up:
        letters = "1 letter was" if counted.given_up == 1 else f"{counted.given_up:,} letters were"
        yield Matter(f"{letters} given up: no server took them.", "/desk/registry")
    yield from _words(person)
    yield from _without_account()
    for roster in people.rosters((team.name for team in policy_now().teams), people.terms(), today):
        for first, last in roster.gaps:
            until = f"to {day(last)}" if last else "on"
            text = f"{roster.team}: nobody is appointed from {day(first)} {until}."
            yield Matter(text, "/desk/people")
        for term in roster.ending:
            text = f"The term of {term.name} as an expert of {roster.team} ends on {day(term.ends)}."
            yield Matter(text, "/desk/people")


def _words(person: Person) -> Iterator[Matter]:
    """The invitations that wait for the word of *person*."""
    for each in invitations.waiting():
        if each.invited_by != person.member:
            text = f"The invitation of {each.member}, by {each.invited_by}, waits for a second word."
            yield Matter(text, "/desk/people")


def _without_account() -> Iterator[Matter]:
    """Who works here and cannot sign in: invited, or to be invited."""
    statement = (
        "SELECT m.name, m.roles, COALESCE((SELECT MAX(i.expires) FROM desk_invitation i "
        "WHERE i.member = m.name AND NOT i.is_used), '') FROM register_member m "
        "WHERE m.is_active AND m.roles NOT IN ('', %s) "
        "AND NOT EXISTS (SELECT 1 FROM desk_account a WHERE a.member = m.name) ORDER BY m.name LIMIT %s"
    )
    for name, roles, expires in tables.rows(statement, [Role.APPLICANT.value, MEMBERS_A_PAGE]):
        words = ", ".join(str(roles).split())
        invited = f"; an invitation holds until {day(expires)}" if expires else ""
        text = f"{name} ({words}) has no account{invited}."
        yield Matter(text, f"/desk/people/invite?{urlencode({'member': name})}")


def _applications(today: str) -> tuple[int, int]:
    """How many were received this month, and how many are open."""
    still_open = [each.value for each in OPEN_STATES if each is not ApplicationState.DRAFT]
    statement = (
        "SELECT (SELECT COUNT(*) FROM register_filing WHERE instant >= %s), "  # noqa: S608
        f"(SELECT COUNT(*) FROM register_application WHERE state IN ({tables.marks(len(still_open))}))"
    )
    received, still = tables.rows(statement, [today[:7], *still_open])[0]
    return int(received), int(still)
