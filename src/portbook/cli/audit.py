"""`portbook audit verify|log|show|dump`: the chain of Events, here or in a dump alone."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from portbook.cli import acts, output, verbs
from portbook.cli.convert import free_target, put
from portbook.cli.data import MARK
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, NOT_FOUND, usage
from portbook.cli.register import tell_problems
from portbook.errors import DataMissing, Problem, shown
from portbook.publication.manifest import MAX_MANIFEST, Link, read
from portbook.store import durable

DEFAULT_LIMIT = 50  # Events of `audit log`
FILTERS = ("actor", "operation", "object")


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of audit."""
    parts = acts.parts_of(parser, {})
    verify = acts.plain_part(parts, "verify", "whether no Event was changed, left out or put in; 1 if so")
    verify.add_argument(
        "dump", metavar="DUMP", nargs="?", help="a dump, - is standard input; else the register"
    )
    verify.add_argument(
        "--manifest",
        metavar="FILE",
        help="of a publication: its Event must be in the chain, so nothing is cut off",
    )
    log = acts.plain_part(parts, "log", "who did what, when and why; the newest first")
    for name in FILTERS:
        log.add_argument(f"--{name}", metavar="TEXT", help=f"of that {name} alone")
    log.add_argument(
        "--limit", metavar="N", type=acts.number, default=DEFAULT_LIMIT, help=f"{DEFAULT_LIMIT} if not said"
    )
    show = acts.plain_part(parts, "show", "one Event, with every value that it changed")
    show.add_argument("event", metavar="EVENT", type=acts.number, help="its number")
    dump = acts.plain_part(parts, "dump", "every Event, one a line of JSON: what an outsider needs to verify")
    dump.add_argument("-o", "--output", metavar="FILE", default=MARK, help="else standard output")
    dump.add_argument("--force", action="store_true", help="replace FILE")
    for part in (verify, log, show):
        part.add_argument("--json", action="store_true", help="one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Do what the part says."""
    return {"verify": _verify, "log": _log, "show": _show, "dump": _dump}[arguments.part](arguments)


# -- verify


def _verify(arguments: argparse.Namespace) -> int:
    link = None if arguments.manifest is None else link_in(arguments.manifest)
    if arguments.dump is None:
        return _verify_register(arguments, link)
    if link is not None and arguments.dump == MARK:
        raise usage("a dump on standard input is read once; with --manifest, name a file", "audit")
    acts.set_up()
    from portbook.register import events

    with long_work("Verifying the dump"), _opened(arguments.dump) as lines:
        chain = events.verify_dump(lines)
    problems = list(chain.problems)
    if not chain.events:  # a dump that broke off at once: whoever founds a register makes Event 1
        problems.append(Problem("E-AUDIT-CHAIN", "the dump has no Event", "docs/register.md"))
    if link is not None:
        with _opened(arguments.dump) as lines:
            problems += _missing(link, is_there=events.dump_has(lines, link.number, link.sha256))
    end = "" if link or problems else "; a manifest tells whether Events at its end are missing (--manifest)"
    well = f"whole: {chain.events} Events, the last {chain.head}{end}"
    return tell_problems(problems, arguments, well, events=chain.events, head=chain.head)


def _verify_register(arguments: argparse.Namespace, link: Link | None) -> int:
    acts.connect()
    from portbook.register import auditing, backups, tables
    from portbook.register.models import Registry
    from portbook.register.moments import one_moment

    with long_work("Verifying the chain"), one_moment():
        problems = [*auditing.verify()]
        if link is not None:
            problems += _missing(link, is_there=backups.has(link))
        registry = tables.load(Registry, "")[0]
    well = f"whole: {registry.events} Events, the last {registry.events_head}"
    return tell_problems(problems, arguments, well, events=registry.events, head=registry.events_head)


def _missing(link: Link, *, is_there: bool) -> list[Problem]:
    if is_there:
        return []
    message = (
        f"Event {link.number} with the hash {shown(link.sha256)}, which the manifest names, is not there"
    )
    return [Problem("E-AUDIT-CHAIN", message, "docs/register.md")]


def _opened(name: str) -> Any:
    if name == MARK:
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(name).open("rb")
    except OSError as error:
        message = f"{shown(name, 200)} cannot be read: {error.strerror}"
        raise DataMissing(Problem("E-FILE-READ", message, "portbook audit --help")) from error


def link_in(name: str) -> Link:
    """Return the Event that a manifest names; raise `UsageError` where it names none."""
    path = Path(name)
    try:
        manifest = read(durable.read(path, MAX_MANIFEST))
    except OSError as error:
        message = f"{shown(name, 200)} cannot be read: {error.strerror or error}"
        raise DataMissing(Problem("E-FILE-READ", message, "portbook audit --help")) from error
    if manifest.events is None:
        raise usage(f"{shown(name, 200)} is not of a register: it names no Event", "audit")
    return manifest.events


# -- log, show, dump


def _log(arguments: argparse.Namespace) -> int:
    acts.connect()
    from portbook.register import tables

    asked = {name: value for name in FILTERS if (value := getattr(arguments, name)) is not None}
    where = f"WHERE {' AND '.join(f'{name} = %s' for name in asked)}" if asked else ""
    names = ("number", "instant", "actor", "operation", "object", "reason")
    statement = f"SELECT {', '.join(names)} FROM register_event {where} ORDER BY number DESC LIMIT %s"  # noqa: S608
    found = tables.rows(statement, [*asked.values(), arguments.limit])
    if arguments.json:
        sys.stdout.write(output.json_text([dict(zip(names, row, strict=True)) for row in found]))
    else:
        output.table([name.capitalize() for name in names], [[str(cell) for cell in row] for row in found])
    return FOUND if found else NOT_FOUND


def _show(arguments: argparse.Namespace) -> int:
    acts.connect()
    from portbook.register import events

    found = events.stored_one(arguments.event)
    if found is None:
        output.note(f"portbook: there is no Event {arguments.event} that can be read")
        return NOT_FOUND
    event, link = found
    if arguments.json:
        sys.stdout.write(output.json_text({"event": event._asdict(), "hash": link}))
        return FOUND
    for line in _lines(event, link):
        output.say(line)
    return FOUND


def _lines(event: Any, link: str) -> Iterator[str]:
    for name, value in event._asdict().items():
        if name == "persons":
            others = ", ".join(value["others"]) or "nobody"
            yield f"persons: {value['needed']} needed; besides {event.actor} {others}"
        elif name != "changes" and value != "":
            yield f"{name}: {value}"
    yield f"hash: {link}"
    yield from map(acts.change_line, event.changes)


def _dump(arguments: argparse.Namespace) -> int:
    acts.connect()
    from portbook.register import events

    if arguments.output == MARK:
        for line in events.dump():
            sys.stdout.write(line.decode("ascii"))
        return FOUND
    target = free_target(arguments.output, force=arguments.force)
    put(target, b"".join(events.dump()), force=arguments.force)
    return FOUND
