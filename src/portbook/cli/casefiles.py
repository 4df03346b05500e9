"""What a member may see of applications: his queue, one case, what time has made due.

Who sees what, `register.reading` says.
"""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from portbook.cli import acts, clock, output, verbs, waiting
from portbook.cli.acts import APPLICATION
from portbook.cli.refusal import FOUND
from portbook.errors import RuleError

if TYPE_CHECKING:
    from portbook.register.reading.statuses import Status, Waiting

TITLES = ("Application", "What", "State", "Whose turn", "Since", "Until")


def add_queue(parts: "acts.Parts[verbs.Parser]", name: str, what: str) -> None:
    """Add a part that lists what waits for a member."""
    parser = acts.plain_part(parts, name, what)
    looking(parser)
    parser.add_argument("--json", action="store_true", help="one JSON document")


def add_case(parts: "acts.Parts[verbs.Parser]", name: str, what: str, *, is_whole: bool = False) -> None:
    """Add a part that shows one application; with *is_whole* what it asks for too."""
    parser = acts.plain_part(parts, name, what)
    parser.add_argument(*APPLICATION.names, **APPLICATION.options)
    parser.set_defaults(is_whole=is_whole)
    looking(parser)
    acts.form_options(parser)


def looking(parser: verbs.Parser) -> None:
    """Add the option that says who looks."""
    parser.add_argument(
        "--as", dest="member", metavar="MEMBER", help=f"who looks; else {acts.MEMBER} says it"
    )


def queue(arguments: argparse.Namespace) -> int:
    """List what waits for the member."""
    name = acts.member_of(arguments)
    acts.connect()
    from portbook.register.reading import statuses

    try:
        found = statuses.queue(name, clock.instant())
    except RuleError as error:
        return acts.refused(error, is_json=arguments.json)
    if arguments.json:
        sys.stdout.write(output.json_text([each._asdict() for each in found]))
    else:
        output.table(TITLES, [_cells(each) for each in found])
        if not found:
            output.note(f"portbook: nothing waits for {name}")
    return FOUND


def due(arguments: argparse.Namespace) -> int:
    """List what time has made due."""
    name = acts.member_of(arguments)
    acts.connect()
    from portbook.register.reading import statuses

    try:
        found = statuses.due(clock.instant(), name)
        over = waiting.over(clock.instant()[:10])
    except RuleError as error:
        return acts.refused(error, is_json=arguments.json)
    if arguments.json:
        sys.stdout.write(output.json_text([*(each._asdict() for each in found), *over]))
    else:
        rows = [(str(each.application), each.operation, each.due, each.team) for each in found]
        rows += [(f"notice {each['notice']}", each["operation"], each["due"], each["about"]) for each in over]
        output.table(("Application or notice", "What to do", "Since", "Team, or what it is about"), rows)
        if not rows:
            output.note("portbook: nothing is due")
    return FOUND


def _cells(waiting: "Waiting") -> tuple[str, ...]:
    return tuple(map(str, waiting))


def case(arguments: argparse.Namespace) -> int:
    """Show one application."""
    name = acts.member_of(arguments)
    acts.connect()
    from portbook.register.reading import statuses

    try:
        status = statuses.status(name, arguments.application, clock.instant())
    except RuleError as error:
        return acts.refused(error, is_json=arguments.json)
    told = _told(status)
    if arguments.field is not None:
        output.say(acts.text_of_value(acts.field_of(told, arguments.field)))
    elif arguments.json:
        sys.stdout.write(output.json_text(told))
    else:
        _say(status, told)
        if arguments.is_whole:
            _say_application(told)
    return FOUND


def _told(status: "Status") -> dict[str, Any]:
    """Return all that is told, for JSON."""
    from portbook.applications import tree
    from portbook.register.operations.dossiers import content_of, newest_version

    version = newest_version(status.waiting.application)
    return {
        **status.waiting._asdict(),
        "state": status.state.value,
        "version": version.number,
        "digest": status.version,
        "next": _next(status),
        "findings": [each.as_json() for each in status.findings],
        "conversation": [each._asdict() for each in status.conversation],
        "clocks": {each.party: each.seconds for each in status.clocks},
        "gross": status.gross,
        "asks": tree(content_of(version)),
    }


def _next(status: "Status") -> str:
    """What comes next: nothing, where an edition shows already what was entered."""
    from portbook.register import tables
    from portbook.states import ApplicationState

    if status.state not in (ApplicationState.ASSIGNED, ApplicationState.MODIFIED):
        return status.next
    statement = (
        "SELECT edition FROM register_publication WHERE state = 'published' AND after_event >= "
        "(SELECT MAX(number) FROM register_event WHERE object = %s) ORDER BY number LIMIT 1"
    )
    found = tables.rows(statement, [f"application {status.waiting.application}"])
    return f"nothing; edition {found[0][0]} shows it" if found else status.next


def _say(status: "Status", told: dict[str, Any]) -> None:
    output.say(told["title"])
    for name in ("word", "turn", "since", "due", "next", "version", "digest"):
        if told[name] != "":
            output.say(f"{name}: {told[name]}")
    for finding in status.findings:
        output.say(f"{finding.action.value}: {finding.code}: {finding.problem.message}")
    for word in status.conversation:
        output.say(f"{word.instant} {word.author}, {word.kind}:")
        for line in word.text.split("\n"):
            output.say(f"  {line}")


def _say_application(told: dict[str, Any]) -> None:
    from portbook.applications import of_tree, to_toml

    output.say("")
    for line in to_toml(of_tree(told["asks"]).application).rstrip("\n").split("\n"):
        output.say(f"  {line}")
