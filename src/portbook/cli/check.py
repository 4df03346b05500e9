"""`portbook check FILE`: the registry's rules that an edition breaks, by rule and row.

`error`: IANA would not publish this; `flag`: it is published, as legacy; `remark`: the reader had not
expected it, and kept it.
"""

import argparse
import sys
from collections import Counter
from typing import Any, NamedTuple

from portbook.checks import check_edition
from portbook.cli import output, verbs
from portbook.cli.data import MARK, input_bytes, read_edition
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, NOT_FOUND

TITLES = ("Level", "Row", "Code", "Rule", "Message")


class Found(NamedTuple):
    """One line of the report."""

    level: str
    row: int | None  # from 1, as `checks` counts; None for what concerns no row alone
    code: str
    rule: str
    message: str


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of check."""
    parser.add_argument("file", metavar="FILE", help="an edition; - for standard input")
    parser.add_argument("--from", dest="given", metavar="F", help="its format, else by its content")
    parser.add_argument("--strict", action="store_true", help="flags, too, give exit status 1")
    verbs.output_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 1 for an error, with `--strict` for a flag too."""
    from portbook.cli.convert import known_format

    if arguments.given is not None:
        known_format(arguments.given)
    edition = read_edition(input_bytes(arguments.file), arguments.given, arguments.file)
    with long_work("Checking"):
        findings = check_edition(edition)
    found = [Found(f.level, f.row, f.code, f.rule, f.message) for f in findings]
    found += [Found("remark", None, p.code, p.source, p.message) for p in edition.remarks]
    counts = Counter(line.level for line in found)
    _write(found, counts, len(edition.records), arguments)
    return NOT_FOUND if counts["error"] or (arguments.strict and counts["flag"]) else FOUND


def _write(found: list[Found], counts: Counter[str], records: int, arguments: argparse.Namespace) -> None:
    if arguments.form == "json":
        answer: dict[str, Any] = {
            "file": None if arguments.file == MARK else arguments.file,
            "records": records,
            "errors": counts["error"],
            "flags": counts["flag"],
            "remarks": counts["remark"],
            "findings": [line._asdict() for line in found],
        }
        sys.stdout.write(output.json_text(answer))
        return
    if arguments.form == "jsonl":
        sys.stdout.writelines(output.json_text(line._asdict(), indent=None) for line in found)
        return
    cells = [
        (line.level, "" if line.row is None else str(line.row), line.code, line.rule, line.message)
        for line in found
    ]
    if arguments.form:
        encode = output.csv_line if arguments.form == "csv" else output.tsv_line
        sys.stdout.writelines(map(encode, [tuple(title.lower() for title in TITLES), *cells]))
    elif cells:
        output.table(TITLES, cells)
    said = ", ".join(output.counted(counts[level], level) for level in ("error", "flag", "remark"))
    output.note(f"portbook: {said} in {output.counted(records, 'row')}")
