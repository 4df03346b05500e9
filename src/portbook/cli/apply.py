"""`portbook apply new|check|submit|...`: write an application, hear all about it, send it, follow it.

The check is that of the register itself, by an edition: what is in order here is refused there only for what
changed in between.
"""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from portbook import policy as policies
from portbook.applications import Circumstances, Kind, Reading, new, read
from portbook.applications.suggestions import DEFAULT_COUNT, MAX_COUNT, suggest
from portbook.cli import acts, apply_report, casefiles, output, verbs
from portbook.cli.acts import APPLICATION, SEEN, WORDS, Part, argument
from portbook.cli.convert import free_target, put
from portbook.cli.data import MARK, chosen_file, input_bytes, reading
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, NOT_FOUND, usage
from portbook.errors import DataMissing, StoreError
from portbook.findings import gravest_first
from portbook.numbers import Ports
from portbook.policy import RFC6335, Policy
from portbook.precheck import Checker, PreCheck
from portbook.precheck.answers import answer
from portbook.records import PublishedDate
from portbook.standing import EditionRegistry
from portbook.store import REGISTER, home

if TYPE_CHECKING:
    from portbook.register.acts import Act, Done

DATABASE = "PORTBOOK_DATABASE"  # as `register.database`, which wants Django, has it
_NO_REGISTER = ("E-REGISTER-NONE", "E-PUBLISH-PACKAGE")


# -- what is sent to the register


def _draft(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import applying

    return applying.draft(act, _reading(given.file))


def _submit(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import applying

    return applying.submit(act, _reading(given.file))


def _submit_draft(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import applying

    return applying.submit_draft(act, given.application, version=acts.seen_of(given))


def _amend(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import applying

    version = acts.seen_of(given)
    return applying.change_application(act, given.application, _reading(given.file), version=version)


def _answer(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import applying

    return applying.answer(
        act,
        given.application,
        version=acts.seen_of(given),
        words=acts.text_of(given.words),
        reading=None if given.file is None else _reading(given.file),
    )


def _withdraw(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import applying

    return applying.withdraw(act, given.application)


def _reading(name: str) -> Reading:
    data = input_bytes(name)
    with reading("standard input" if name == MARK else name):
        return read(data)


_FILE = argument("file", metavar="FILE", help="TOML or JSON; - for standard input")

ACTS = {
    "submit": Part("send it to the register; the answer has its number", (_FILE,), _submit),
    "draft": Part("keep it in the register, not sent yet", (_FILE,), _draft),
    "send": Part("send what was kept as a draft", (APPLICATION, SEEN), _submit_draft),
    "amend": Part(
        "say something else; what was given back goes on by it", (APPLICATION, _FILE, SEEN), _amend
    ),
    "answer": Part(
        "answer what was asked, by words, by a changed application, or both",
        (APPLICATION, argument("file", metavar="FILE", nargs="?", help="the changed one"), SEEN, WORDS),
        _answer,
    ),
    "withdraw": Part("take it back", (APPLICATION,), _withdraw),
}


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of apply: a verb of its own for each thing to do."""
    parts = acts.parts_of(parser, {})
    made = acts.plain_part(parts, "new", "write a template to fill in")
    made.add_argument("kind", metavar="KIND", help=", ".join(Kind))
    made.add_argument("-o", "--output", metavar="FILE", default=MARK, help="else standard output")
    made.add_argument("--force", action="store_true", help="replace FILE")
    check = acts.plain_part(
        parts, "check", "everything about an application, before it is sent; 1 if it would come back"
    )
    check.add_argument("file", metavar="FILE", help="TOML or JSON; - for standard input")
    check.add_argument("--json", dest="form", action="store_const", const="json", help="one JSON document")
    wanted = acts.plain_part(parts, "suggest", "good free numbers, and why")
    wanted.add_argument("range", metavar="RANGE", nargs="?", default="User Ports", help="user if not said")
    wanted.add_argument("--limit", metavar="N", default=str(DEFAULT_COUNT), help=f"at most ({DEFAULT_COUNT})")
    wanted.add_argument("--json", dest="form", action="store_const", const="json", help="one JSON document")
    for part in (check, wanted):
        verbs.edition_options(part)
    for part in (made, check, wanted):
        part.add_argument(
            "--policy", metavar="FILE", help="an organisation's (TOML), else the register's, else RFC 6335's"
        )
    acts.add(parts, ACTS)
    casefiles.add_queue(parts, "list", "one's open applications, and where they stand")
    casefiles.add_case(parts, "status", "where one stands, whose turn it is, and what comes next")


def run(arguments: argparse.Namespace) -> int:
    """Do what the part says."""
    if arguments.part in ACTS:
        return acts.run(arguments)
    return {
        "new": _new,
        "check": _check,
        "suggest": _suggest,
        "list": casefiles.queue,
        "status": casefiles.case,
    }[arguments.part](arguments)


def _new(arguments: argparse.Namespace) -> int:
    if arguments.kind not in Kind.__members__.values():
        raise usage(f"kind {arguments.kind!r} is none of {', '.join(Kind)}", "apply")
    target = None if arguments.output == MARK else free_target(arguments.output, force=arguments.force)
    text = new(Kind(arguments.kind), _policy(arguments.policy))
    if target is None:
        sys.stdout.write(text)
    else:
        put(target, text.encode(), force=arguments.force)
        output.note(f"portbook: written; then: portbook apply check {arguments.output}")
    return FOUND


def _check(arguments: argparse.Namespace) -> int:
    policy = _policy(arguments.policy)
    given = _reading(arguments.file)
    file = chosen_file(arguments)
    with long_work("Checking"):
        today = PublishedDate(datetime.now(UTC).date().isoformat())
        checked = _with_faults(
            Checker(file.edition, policy).check(given.application, today, Circumstances()), given
        )
    if arguments.form == "json":
        told = {"file": None if arguments.file == MARK else arguments.file}
        sys.stdout.write(output.json_text(told | answer(checked, file.id, policy.name)))
    else:
        for line in apply_report.lines(given.application, checked, file.id, policy, output.width()):
            output.say(line)
    return FOUND if checked.is_in_order else NOT_FOUND


def _with_faults(checked: PreCheck, given: Reading) -> PreCheck:
    """*checked* with what is wrong with the form of the file: a field at fault is not asked for again."""
    at_fault = {fault.field for fault in given.faults}
    others = (finding for finding in checked.findings if finding.field not in at_fault)
    return checked._replace(findings=gravest_first((*given.faults, *others)))


def _suggest(arguments: argparse.Namespace) -> int:
    policy = _policy(arguments.policy)
    wanted = policy.range_named(arguments.range)
    if wanted is None or not wanted.is_assignable:
        names = ", ".join(each.name for each in policy.ranges if each.is_assignable)
        raise usage(f"range {arguments.range!r} is none of {names}", "apply")
    limit = arguments.limit
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 4 and 1 <= int(limit) <= MAX_COUNT):
        raise usage(f"--limit {limit!r} is not a whole number from 1 to {MAX_COUNT}", "apply")
    file = chosen_file(arguments)
    found = suggest(EditionRegistry(file.edition), Ports(wanted.low, wanted.high), int(limit))
    if arguments.form == "json":
        told = [{"port": each.port, "reasons": list(each.reasons)} for each in found]
        sys.stdout.write(output.json_text({"edition": file.id, "range": wanted.name, "suggestions": told}))
    else:
        output.table(("Port", "Why"), [(str(each.port), "; ".join(each.reasons)) for each in found])
    if not found:
        output.note(f"portbook: no number of the {wanted.name} is free in edition {file.id}")
    return FOUND if found else NOT_FOUND


def _policy(name: str | None) -> Policy:
    """The policy in the file *name*; else that of the register that is kept here, or RFC 6335's."""
    if name is None:
        return _policy_here()
    data = input_bytes(str(Path(name)))
    with reading(name):
        return policies.read(data)


def _policy_here() -> Policy:
    """The policy by which the register runs that is kept here; without one RFC 6335's."""
    if not os.environ.get(DATABASE) and not (home() / REGISTER).is_file():
        return RFC6335
    try:
        acts.connect()
    except (DataMissing, StoreError) as error:
        if error.problem.code not in _NO_REGISTER:
            output.note(f"portbook: by RFC 6335; the policy of the register cannot be read: {error.problem}")
        return RFC6335
    from portbook.register import tables
    from portbook.register.models import Registry

    text = tables.load(Registry, "")[0].policy
    return policies.read(text.encode()) if text else RFC6335
