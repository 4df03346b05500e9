"""How a command acts on the register: who, when and why; the database; what is told of it.

An act is a part of a verb (`portbook review recommend`), given as data: its arguments and the operation.  The
operations hold every rule; here nothing is decided.  Whoever may write the database may say to be any member
(`--as`): the command trusts its user, as docs/procedures.md says.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from portbook.cli import clock, output, verbs
from portbook.cli.refusal import FOUND, usage
from portbook.cli.refused import hint
from portbook.cli.refused import refused as refused  # for those who act and import it from here
from portbook.errors import DataMissing, Problem, RuleError, shown
from portbook.publication.failures import lacking
from portbook.store import home
from portbook.store.durable import make_folder

if TYPE_CHECKING:
    from portbook.register.acts import Act, Done

SETTINGS = "portbook.cli.register_settings"
WITH_DESK = "portbook.desk.settings"
MEMBER = "PORTBOOK_MEMBER"  # who acts, where --as does not say it
MAX_NUMBER = 10**15
DRY = "nothing was changed; this is what the act would do"
MOST_IN_WORDS = 12  # of a list; --json has all

Parts = argparse._SubParsersAction  # its public name is missing in argparse


class Argument(NamedTuple):
    """One argument, as argparse takes it."""

    names: tuple[str, ...]
    options: dict[str, Any]


class Part(NamedTuple):
    """One act below a verb: what it does in one line, its arguments, and the operation."""

    what: str
    arguments: tuple[Argument, ...]
    do: "Callable[[Act, argparse.Namespace], Done]"


def argument(*names: str, **options: Any) -> Argument:
    """Return an argument for a `Part`."""
    return Argument(names, options)


def number(text: str) -> int:
    """Return the whole number that *text* is, for argparse."""
    if text.isascii() and text.isdigit() and int(text[:20]) <= MAX_NUMBER:
        return int(text)
    raise argparse.ArgumentTypeError(f"{shown(text)} is no number")


# -- arguments that many acts have

APPLICATION = argument("application", metavar="N", type=number, help="the number of the application")
SEEN = argument(
    "--seen",
    metavar="VERSION",
    required=True,
    help="the version that was looked at: its number or its digest",
)
WORDS = argument("--words", metavar="TEXT", default="", help="what to say; - for standard input")
NOTICE = argument("notice", metavar="NOTICE", type=number, help="the number of the notice")
DECISION = argument(
    "--decision", metavar="TEXT", default="", help="where the decision of the body is on record"
)
EVIDENCE = argument("--evidence", metavar="TEXT", default="", help="what shows it")
FOR_APPLICATION = argument(
    "--application", metavar="N", type=number, default=0, help="the request that this ends"
)


def add(parts: "Parts[verbs.Parser]", acts: Mapping[str, Part]) -> None:
    """Add *acts* to the parts of a verb."""
    for name, part in acts.items():
        parser = plain_part(parts, name, part.what)
        for each in part.arguments:
            parser.add_argument(*each.names, **each.options)
        parser.set_defaults(act=part)
        act_options(parser)


def plain_part(parts: "Parts[verbs.Parser]", name: str, what: str) -> verbs.Parser:
    """Add a part of a verb; return its parser."""
    text = what.replace("%", "%%")
    return parts.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.", allow_abbrev=False)


def parts_of(parser: verbs.Parser, acts: Mapping[str, Part]) -> "Parts[verbs.Parser]":
    """Make *parser* one with parts, *acts* among them; return where others can be added."""
    parser.has_parts = True
    parts: Parts[verbs.Parser] = parser.add_subparsers(dest="part", metavar="PART", required=True)
    add(parts, acts)
    return parts


def act_options(parser: verbs.Parser, *, is_tried: bool = True) -> None:
    """Add the options that every act has; one that is not *is_tried* has another way to look first."""
    how = parser.add_argument_group("the act")
    how.add_argument("--as", dest="member", metavar="MEMBER", help=f"who acts; else {MEMBER} says it")
    how.add_argument("--reason", metavar="TEXT", default="", help="why; the Event keeps it")
    how.add_argument("--key", metavar="KEY", default="", help="the same act with the same key is done once")
    if is_tried:
        tried = how.add_mutually_exclusive_group()
        tried.add_argument(
            "--dry-run", action="store_true", help="show each row that would change; change none"
        )
        tried.add_argument(
            "--approve", action="store_true", help="the same, and give a second person's word for just that"
        )
    else:  # it is refused with the way that there is
        parser.add_argument("--dry-run", action="store_true", help=argparse.SUPPRESS)
    form_options(parser)


def form_options(parser: verbs.Parser) -> None:
    """Add the options for the form of an answer."""
    form = parser.add_argument_group("form of the answer").add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON document")
    form.add_argument(
        "--field", metavar="NAME", type=_field, help="one field of the answer alone, for scripts"
    )


def _field(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("the name of a field is not empty")
    return text


# -- doing


def run(arguments: argparse.Namespace) -> int:
    """Do the act that *arguments* name, and tell what became of it; 1 when it was refused."""
    part: Part = arguments.act
    member_of(arguments)
    connect()
    try:
        done = _approved(part, arguments) if arguments.approve else part.do(act_of(arguments), arguments)
    except RuleError as error:
        status = refused(error, is_json=arguments.json)
        hint(error.problem.code, part, arguments)
        return status
    tell(done, arguments)
    return FOUND


def _approved(part: Part, arguments: argparse.Namespace) -> "Done":
    """Try the act dry, and give the member's word for just what it would do.

    Raises `RuleError` E-APPROVAL for an act that one person does alone.
    """
    from portbook.register.operations import approving

    seen = part.do(act_of(arguments)._replace(is_dry=True, key="", field=""), arguments)
    operation = seen.answer["operation"]
    if seen.answer["needs"] < 2:
        message = f"{shown(operation)} needs one person alone: there is nothing to approve"
        raise RuleError(Problem("E-APPROVAL", message, "docs/procedures.md"))
    number = getattr(arguments, "application", 0)
    digest = seen.answer["digest"]
    return approving.approve(act_of(arguments), operation, digest, application=number)._replace(
        changes=seen.changes
    )


def act_of(arguments: argparse.Namespace) -> "Act":
    """Return the act as *arguments* tell it; the operation says what it is called and about."""
    from portbook.register.acts import Act

    return Act(
        operation="",
        actor=member_of(arguments),
        object="",
        reason=arguments.reason,
        instant=clock.instant(),
        key=arguments.key,
        is_dry=arguments.dry_run,
        field=arguments.field or "",
    )


def member_of(arguments: argparse.Namespace) -> str:
    """Return who acts; raise `UsageError` where nobody is named."""
    name = arguments.member or os.environ.get(MEMBER, "")
    if not name:
        raise usage(f"who acts? --as MEMBER, or {MEMBER} in the environment", "register")
    return str(name)


def connect(*, needs_tables: bool = True, settings: str = SETTINGS) -> None:
    """Open the register's database; *settings* say which tables are known.

    Raises `DataMissing` E-PUBLISH-PACKAGE without a package that it needs, E-REGISTER-NONE where there is no
    register, and what `database.check` raises.
    """
    set_up(settings)
    from django.db import connection

    from portbook.register import database

    if connection.vendor == "sqlite":
        _check_file(Path(str(connection.settings_dict["NAME"])), needs_tables=needs_tables)
    if needs_tables:
        database.check()


def with_desk() -> str:
    """Return the settings that know the tables of a desk too, where its packages are installed."""
    return WITH_DESK if find_spec("allauth") else SETTINGS


def set_up(name: str = SETTINGS) -> None:
    """Bring in the tables that the settings *name* know, with no database opened."""
    if find_spec("django") is None:
        raise lacking("django", "portbook[web]")
    from django.conf import settings

    if not settings.configured:
        os.environ["DJANGO_SETTINGS_MODULE"] = name
        import django
        from django.core.exceptions import ImproperlyConfigured

        try:
            django.setup()
        except ImproperlyConfigured as error:
            if find_spec("psycopg") is None:
                raise lacking("psycopg", "portbook[postgresql]") from error
            raise


def _check_file(path: Path, *, needs_tables: bool) -> None:
    """See that a file that is opened is there; a new one is its owner's alone."""
    if needs_tables and not path.is_file():
        message = f"there is no register in {shown(str(path), 200)}; portbook register new makes one"
        raise DataMissing(Problem("E-REGISTER-NONE", message, "docs/procedures.md"))
    if not needs_tables and not path.exists():
        make_folder(home())
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


# -- texts and versions


def text_of(given: str) -> str:
    """Return what was written after an option; "-" stands for standard input."""
    return sys.stdin.read(100_000) if given == "-" else given


def seen_of(arguments: argparse.Namespace) -> str:
    """Return the digest of the version that was looked at; what is none goes as it came, to be refused."""
    from portbook.register import tables
    from portbook.register.models import Version

    seen = str(arguments.seen)
    if not (seen.isascii() and seen.isdigit() and len(seen) <= 6):
        return seen
    where = "WHERE application_id = %s AND number = %s"
    found = tables.load(Version, where, [arguments.application, int(seen)])
    return found[0].digest if found else seen


# -- telling


def tell(done: "Done", arguments: argparse.Namespace) -> None:
    """Write what became of an act."""
    if arguments.field is not None:
        known = {"event": done.event, **done.answer}
        was_done = f"the act was done before, Event {done.event}; " if done.is_repeated else ""
        output.say(text_of_value(field_of(known, arguments.field, was_done)))
    elif arguments.json:
        told = {"event": None if arguments.dry_run else done.event, "repeated": done.is_repeated}
        changes = {"changes": list(done.changes)} if arguments.dry_run or done.changes else {}
        sys.stdout.write(output.json_text({"answer": done.answer, **told, **changes}))
    else:
        for line in _lines(done, is_dry=arguments.dry_run):
            output.say(line)


def field_of(answer: Mapping[str, Any], name: str, was_done: str = "") -> Any:
    """Return one field of an answer; raise `RuleError` E-ANSWER-FIELD with those that there are."""
    from portbook.register.acts import check_field

    check_field(name, answer, was_done)
    return answer[name]


def _lines(done: "Done", *, is_dry: bool) -> Iterator[str]:
    if done.changes:
        from portbook.cli import changed

        yield DRY if is_dry else "this is what the act would do"
        yield from changed.lines(done.changes)
    elif is_dry:
        yield DRY
    if not is_dry:
        yield f"done already: Event {done.event}" if done.is_repeated else f"done: Event {done.event}"
    yield from facts(done.answer)


def change_line(change: Mapping[str, Any]) -> str:
    """Return what happens to one row, as an Event or a dry run tells it."""
    return f"{change['table']} {change['identity']}: {_change(change)}"


def _change(change: Mapping[str, Any]) -> str:
    before, after = change["before"], change["after"]
    if before is None:
        return f"new: {output.json_text(after, indent=None).strip()}"
    if after is None:
        return f"goes: {output.json_text(before, indent=None).strip()}"
    return "; ".join(f"{name}: {before[name]!r} becomes {after[name]!r}" for name in after)


def facts(answer: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields of an answer, one a line; findings and advice a line each."""
    for name, value in answer.items():
        if name == "findings":
            for each in value:
                yield f"{each['action']}: {each['code']}: {each['message']}"
        elif name == "advice":
            yield from (f"advice: {each}" for each in value)
        elif name == "version" and isinstance(value, str) and "application" in answer:
            yield f"digest of the version: {value}"  # what `status` calls the version is its number
        elif value not in ("", None, [], ()):
            yield f"{name}: {text_of_value(value)}"


def tell_facts(answer: dict[str, Any], *, is_json: bool) -> None:
    """Write what was found: a field a line, or one JSON document."""
    if is_json:
        sys.stdout.write(output.json_text(answer))
    else:
        for line in facts(answer):
            output.say(line)


def text_of_value(value: Any) -> str:
    """Return one value of an answer, in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        more = [f"and {len(value) - MOST_IN_WORDS} more"] if len(value) > MOST_IN_WORDS else []
        return ", ".join([*map(_item, value[:MOST_IN_WORDS]), *more])
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return str(value)


def _item(value: Any) -> str:
    """One of a list; a port on a transport as look-up writes it."""
    return "/".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
