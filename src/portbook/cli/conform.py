"""`portbook conform FILE`: what is right and wrong in a file of services, judged against an edition.

The comparison is `portbook.conform`'s; here it is put into a table, or written whole for programs.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from portbook.cli import output, verbs
from portbook.cli.data import MARK, chosen_file, input_bytes, reading
from portbook.cli.keys import transports_of
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, NOT_FOUND, usage
from portbook.conform import FORMATS, KINDS, Finding, ServicesFile, Verdict, compare, read
from portbook.conform.registered import ANY
from portbook.store import EditionFile

EXAMPLES = 5  # of each kind, for people
MAX_EXAMPLES = 1_000_000


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of conform."""
    parser.add_argument("file", metavar="FILE", help="a file of services; - for standard input")
    parser.add_argument("--as", dest="form_in", metavar="FORMAT", help="its format, else by its content")
    parser.add_argument("--only", metavar="CODES", action="append", help="kinds of findings, commas between")
    parser.add_argument("--limit", metavar="N", help=f"examples of each kind, {EXAMPLES} if not said; or all")
    verbs.transport_option(parser)
    verbs.edition_options(parser)
    verbs.output_options(parser)
    formats = "\n".join(f"  {name:<14}{title}" for name, (title, _) in FORMATS.items())
    kinds = "\n".join(f"  {kind:<14}{meaning}" for kind, meaning in KINDS.items())
    parser.epilog = f"FORMAT:\n{formats}\n\nCODES:\n{kinds}\n\n{parser.epilog}"


def run(arguments: argparse.Namespace) -> int:
    """Print the verdict; 1 when it has findings of the wanted kinds."""
    kinds, limit = wanted_kinds(arguments.only), wanted_examples(arguments.limit)
    if arguments.form_in is not None and arguments.form_in not in FORMATS:
        raise usage(f"format {arguments.form_in!r} is none of {', '.join(FORMATS)}", "conform")
    on = transports_of(arguments.transport) if arguments.transport is not None else ()
    edition = chosen_file(arguments)
    with reading("standard input" if arguments.file == MARK else arguments.file):
        file = read(input_bytes(arguments.file), arguments.form_in)
    with long_work("Comparing"):
        verdict = compare(file, edition.edition, on[0] if len(on) == 1 else None)
    found = [finding for finding in verdict.findings if finding.kind in kinds]
    if arguments.form == "json":
        name = None if arguments.file == MARK else arguments.file
        sys.stdout.write(output.json_text(document(name, file, edition, verdict, found)))
    elif arguments.form:
        _records(arguments.form, found)
    else:
        _summary(verdict, edition, kinds)
        _examples(found, kinds, limit)
    return NOT_FOUND if found else FOUND


def wanted_kinds(only: Sequence[str] | None) -> tuple[str, ...]:
    """Return the kinds that `--only` names, or all; raise `UsageError` for one that is none."""
    if only is None:
        return tuple(KINDS)
    asked = {word.strip() for words in only for word in words.split(",")}
    if unknown := sorted(asked - KINDS.keys()):
        raise usage(f"code {unknown[0]!r} is none of {', '.join(KINDS)}", "conform")
    return tuple(kind for kind in KINDS if kind in asked)


def wanted_examples(text: str | None) -> int:
    """Return the number that `--limit` names; raise `UsageError` for what is none."""
    if text is None:
        return EXAMPLES
    if text == "all":
        return MAX_EXAMPLES
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and int(text) <= MAX_EXAMPLES):
        raise usage(f"--limit {text!r} is neither a number up to {MAX_EXAMPLES} nor all", "conform")
    return int(text)


# -- for people


def percent(part: float) -> str:
    """Return *part* of 1 in percent, cut off and not rounded: 100.0 only where nothing is wrong."""
    return f"{int(part * 1000 + 1e-9) / 10:.1f} %"


def _summary(verdict: Verdict, edition: EditionFile, kinds: Sequence[str]) -> None:
    counts, told = verdict.counts, verdict.information
    output.say(f"{FORMATS[verdict.format][0]}, against edition {edition.id}")
    output.say(
        f"recall {percent(counts.recall)}, precision {percent(counts.precision)}, F1 {percent(counts.f1)}: "
        f"{counts.same} of {counts.assigned} assigned, {counts.same} of {counts.entries} in the file"
    )
    rows = [(kind, str(len(verdict.of(kind))), KINDS[kind]) for kind in kinds]
    for line in output.padded([("Kind", "Count", "Meaning"), *rows]):
        output.say(line)
    for number, what in (
        (told.aliases_beside, "aliases or historic names beside the name to use"),
        (told.portless_lost, "registered names without a port, which a file of services cannot hold"),
        (told.unholdable, "names with a blank at ports, which such a file cannot hold"),
        (told.nameless, "places without a name in the file"),
    ):
        if number:
            output.say(f"not counted: {number} {what}")


def _examples(found: Sequence[Finding], kinds: Sequence[str], limit: int) -> None:
    for kind in kinds if limit else ():
        of_kind = [finding for finding in found if finding.kind == kind]
        if of_kind:
            output.say("")
            more = f", the first {limit}" if len(of_kind) > limit else ""
            output.say(f"{kind} ({len(of_kind)}{more})")
        for finding in of_kind[:limit]:
            output.say(f"  {sentence(finding)}")


def sentence(finding: Finding) -> str:
    """Return *finding* on one line for people."""
    place = f"{finding.ports}/{finding.transport or 'any'}" if finding.ports else ""
    said = [f"{place} {finding.name}".strip(), finding.why]
    if finding.registered and finding.kind != "missing":
        said.append(f"edition: {', '.join(finding.registered)}")
    said.append(finding.where)
    return "; ".join(filter(None, said))


# -- for programs


def fields(finding: Finding) -> dict[str, Any]:
    """Return *finding* as a record; a finding without a port or transport has None there."""
    low, _, high = finding.ports.partition("-")
    return {
        "kind": finding.kind,
        "name": finding.name,
        "port": int(low) if low else None,
        "port_end": int(high or low) if low else None,
        "transport": finding.transport if finding.transport != ANY else None,
        "why": finding.why or None,
        "registered": list(finding.registered),
        "where": finding.where or None,
    }


def document(
    name: str | None, file: ServicesFile, edition: EditionFile, verdict: Verdict, found: Sequence[Finding]
) -> dict[str, Any]:
    """Return everything that is known, for JSON; *found* are the findings that were asked for."""
    counts, told = verdict.counts, verdict.information
    return {
        "file": name,
        "format": verdict.format,
        "edition": edition.id,
        "edition_sha256": edition.sha256,
        "claims": len(file.claims),
        "score": {"recall": counts.recall, "precision": counts.precision, "f1": counts.f1},
        "counts": {
            "assigned": counts.assigned,
            "entries": counts.entries,
            "same": counts.same,
            "missing_absent": counts.missing_absent,
            "missing_renamed": counts.missing_renamed,
            "missing_shared": counts.missing_shared,
            "missing_range": counts.missing_range,
            **{kind: len(verdict.of(kind)) for kind in KINDS},
        },
        "information": {
            "aliases_beside": told.aliases_beside,
            "portless_lost": told.portless_lost,
            "unholdable": told.unholdable,
            "nameless": told.nameless,
        },
        "findings": [fields(finding) for finding in found],
    }


def _records(form: str, found: Sequence[Finding]) -> None:
    if form == "jsonl":
        sys.stdout.writelines(output.json_text(fields(finding), indent=None) for finding in found)
        return
    encode = output.csv_line if form == "csv" else output.tsv_line
    titles = ("kind", "name", "port", "port_end", "transport", "why", "registered", "where")
    sys.stdout.write(encode(titles))
    for record in map(fields, found):
        cells = [record[title] for title in titles]
        sys.stdout.write(
            encode(
                " ".join(cell) if isinstance(cell, list) else "" if cell is None else str(cell)
                for cell in cells
            )
        )
