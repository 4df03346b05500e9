"""`portbook editions list|add|show|verify`: the editions that are kept here, and whether they are whole."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portbook.cli import output, verbs
from portbook.cli.data import MARK, input_bytes, reading
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, NOT_FOUND, UsageError
from portbook.errors import FormatError, Problem, shown
from portbook.store import EditionFile, EditionStore
from portbook.store.ids import is_day

COLUMNS = (
    "id",
    "date",
    "arrival",
    "records",
    "format",
    "size",
    "sha256",
    "origin",
    "source",
    "added",
    "path",
)
LISTED = ("id", "records", "format", "origin", "source")  # for people


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of editions: a verb of its own for each thing to do."""
    parser.has_parts = True
    parts = parser.add_subparsers(dest="part", metavar="list|add|show|verify", required=True)
    for name, what in (
        ("list", "the editions, oldest first"),
        ("add", "keep a file as an edition"),
        ("show", "all that is known of an edition"),
        ("verify", "compare every edition with its digest; 1 when anything is wrong"),
    ):
        part = parts.add_parser(
            name, help=what, description=f"{what[0].upper()}{what[1:]}.", allow_abbrev=False
        )
        if name == "add":
            part.add_argument("file", metavar="FILE", help="a published file; - for standard input")
            part.add_argument("--from", dest="given", metavar="F", help="its format, else by its content")
            part.add_argument("--date", metavar="YYYY-MM-DD", help="its date, where the file does not say it")
            part.add_argument("--source", metavar="TEXT", default="", help="where it came from, in words")
        if name == "show":
            part.add_argument(
                "id", metavar="ID", nargs="?", default="current", help="an id; else the current one"
            )
        if name != "verify":
            verbs.output_options(part)


def run(arguments: argparse.Namespace) -> int:
    """Do what the part says."""
    return PARTS[arguments.part](arguments)


def _list(arguments: argparse.Namespace) -> int:
    _write(EditionStore().all(), arguments.form)
    return FOUND


def _add(arguments: argparse.Namespace) -> int:
    from portbook.cli.convert import known_format

    if arguments.given is not None:
        known_format(arguments.given)
    if arguments.date is not None:
        _check_date(arguments.date)
    data = input_bytes(arguments.file)
    source = arguments.source or ("standard input" if arguments.file == MARK else Path(arguments.file).name)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    store = EditionStore()
    before = {file.id for file in store.all()}
    with reading(source):
        file = store.add(data, format=arguments.given, date=arguments.date, source=source, now=now)
    if arguments.form:
        _write_one(file, arguments.form)
    else:
        output.say(file.id)
    if file.id in before:
        output.note(f"portbook: edition {file.id} was here already, with the same bytes")
    return FOUND


def _check_date(date: str) -> None:
    """Refuse what is no day, and a day that has come nowhere yet; the store itself reads no clock."""
    if not is_day(date):
        message = f"date {shown(date)} is not a day that exists, written YYYY-MM-DD"
        raise UsageError(Problem("E-DATE-FORMAT", message, "editions add --date"))
    now = datetime.now(UTC)
    today = max(now.date(), now.astimezone().date()).isoformat()
    if date > today:
        message = f"date {shown(date)} is after today, {today}"
        raise FormatError(Problem("E-EDITION-DATE", message, "editions add --date"))


def _show(arguments: argparse.Namespace) -> int:
    file = EditionStore().get(arguments.id)
    if arguments.form:
        _write_one(file, arguments.form)
        return FOUND
    fields = _fields(file)
    absent = ", ".join(file.edition.absent)
    rows = [(name, "" if fields[name] is None else str(fields[name])) for name in COLUMNS]
    rows.append(("not in this edition", absent or "nothing is missing"))
    if output.on_terminal():
        sys.stdout.writelines(f"{line}\n" for line in output.padded(rows))
    else:
        sys.stdout.writelines(map(output.tsv_line, rows))
    return FOUND


def _verify(arguments: argparse.Namespace) -> int:
    store = EditionStore()
    with long_work("Verifying every edition"):
        problems = store.verify()
    for problem in problems:
        output.say(str(problem))
    if not problems:
        output.say(f"{len(store.all())} editions are whole")
    return NOT_FOUND if problems else FOUND


PARTS = {"list": _list, "add": _add, "show": _show, "verify": _verify}


def _fields(file: EditionFile) -> dict[str, Any]:
    return {name: getattr(file, name) for name in COLUMNS} | {"path": str(file.path)}


def _write_one(file: EditionFile, form: str) -> None:
    if form == "json":
        sys.stdout.write(output.json_text(_fields(file)))
    else:
        _write([file], form)


def _write(files: Sequence[EditionFile], form: str | None) -> None:
    if form == "json":
        sys.stdout.write(output.json_text([_fields(file) for file in files]))
    elif form == "jsonl":
        sys.stdout.writelines(output.json_text(_fields(file), indent=None) for file in files)
    elif form:
        encode = output.csv_line if form == "csv" else output.tsv_line
        sys.stdout.write(encode(COLUMNS))
        sys.stdout.writelines(encode(_cells(file, COLUMNS)) for file in files)
    else:
        output.table([name.capitalize() for name in LISTED], [_cells(file, LISTED) for file in files])


def _cells(file: EditionFile, names: Sequence[str]) -> tuple[str, ...]:
    fields = _fields(file)
    return tuple("" if fields[name] is None else str(fields[name]) for name in names)
