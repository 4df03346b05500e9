"""`portbook apply new|check|suggest`: write an application, hear all about it, find a good number.

The check is that of the register itself, by an edition: what is in order here is refused there only for what
changed in between.
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from portbook import policy as policies
from portbook.applications import Circumstances, Kind, Reading, new, read
from portbook.applications.suggestions import DEFAULT_COUNT, MAX_COUNT, suggest
from portbook.cli import apply_report, output, verbs
from portbook.cli.convert import free_target, put
from portbook.cli.data import MARK, chosen_file, input_bytes, reading
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, NOT_FOUND, usage
from portbook.findings import gravest_first
from portbook.numbers import Ports
from portbook.policy import RFC6335, Policy
from portbook.precheck import Checker, PreCheck
from portbook.precheck.answers import answer
from portbook.records import PublishedDate
from portbook.standing import EditionRegistry


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of apply: a verb of its own for each thing to do."""
    parser.has_parts = True
    parts = parser.add_subparsers(dest="part", metavar="new|check|suggest", required=True)
    made = _part(parts, "new", "write a template to fill in")
    made.add_argument("kind", metavar="KIND", help=", ".join(Kind))
    made.add_argument("-o", "--output", metavar="FILE", default=MARK, help="else standard output")
    made.add_argument("--force", action="store_true", help="replace FILE")
    check = _part(
        parts, "check", "everything about an application, before it is sent; 1 if it would come back"
    )
    check.add_argument("file", metavar="FILE", help="TOML or JSON; - for standard input")
    check.add_argument("--json", dest="form", action="store_const", const="json", help="one JSON document")
    wanted = _part(parts, "suggest", "good free numbers, and why")
    wanted.add_argument("range", metavar="RANGE", nargs="?", default="User Ports", help="user if not said")
    wanted.add_argument("--limit", metavar="N", default=str(DEFAULT_COUNT), help=f"at most ({DEFAULT_COUNT})")
    wanted.add_argument("--json", dest="form", action="store_const", const="json", help="one JSON document")
    for part in (check, wanted):
        verbs.edition_options(part)
    for part in (made, check, wanted):
        part.add_argument("--policy", metavar="FILE", help="an organisation's policy (TOML), else RFC 6335's")


def _part(parts: "argparse._SubParsersAction[verbs.Parser]", name: str, what: str) -> verbs.Parser:
    return parts.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.", allow_abbrev=False)


def run(arguments: argparse.Namespace) -> int:
    """Do what the part says."""
    return {"new": _new, "check": _check, "suggest": _suggest}[arguments.part](arguments)


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
    data = input_bytes(arguments.file)
    name = "standard input" if arguments.file == MARK else arguments.file
    with reading(name):
        given = read(data)
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
    """The policy in the file *name*, or RFC 6335's."""
    if name is None:
        return RFC6335
    data = input_bytes(str(Path(name)))
    with reading(name):
        return policies.read(data)
