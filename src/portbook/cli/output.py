"""What the command writes: one encoder each for text, TSV, CSV and JSON, and tables for terminals.

Text from an edition never reaches a terminal or a pipe with a control character in it: they are shown as
\\x1b (T-35), and so are the characters that turn the direction of writing.  Anything that an output cannot
encode is written as an escape, so no locale makes the command fail.  rich is imported for tables on a
terminal only; without it they are padded columns.
"""

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from portbook.cli import to_stderr
from portbook.errors import visible as visible  # for those who import it from here too

# -- streams


def never_fail(stream: TextIO) -> None:
    """Let *stream* write what it cannot encode as an escape, and line feeds as they are."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace", newline="\n")


def on_terminal(stream: TextIO | None = None) -> bool:
    """Say whether *stream*, by default standard output, is a terminal that can do more than print."""
    return (stream or sys.stdout).isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """The columns of the terminal."""
    return shutil.get_terminal_size((100, 24)).columns


def say(line: str) -> None:
    """Write one line for people to standard output."""
    sys.stdout.write(visible(line) + "\n")


def counted(number: int, word: str) -> str:
    """Return "1 row" or "2 rows"."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def note(line: str) -> None:
    """Write one line beside the answer, to standard error."""
    sys.stdout.flush()
    to_stderr(visible(line) + "\n")


# -- encoders


def tsv_line(cells: Iterable[str]) -> str:
    """Return *cells* as one line of TSV; a tab or line feed inside a cell is shown as an escape."""
    return "\t".join(map(visible, cells)) + "\n"


def csv_line(cells: Iterable[str]) -> str:
    """Return *cells* as one row of CSV (RFC 4180, but a bare line feed ends it)."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow([visible(cell) for cell in cells])
    return buffer.getvalue()


def json_text(answer: Any, indent: int | None = 2) -> str:
    """Return *answer* as JSON in ASCII: no control character, whatever the locale."""
    return json.dumps(answer, ensure_ascii=True, allow_nan=False, indent=indent) + "\n"


# -- tables for people


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table: by rich on a terminal, else in padded columns; on a pipe as TSV without titles."""
    if not on_terminal():
        sys.stdout.write("".join(map(tsv_line, rows)))
    elif not _rich_table(titles, rows):
        for line in padded([titles, *rows]):
            sys.stdout.write(line + "\n")


def padded(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return *rows* as lines with columns below each other."""
    cells = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)) for row in cells)
    return [line.rstrip() for line in lines]


def _rich_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Write the table with rich; say whether rich is there."""
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        return False
    made = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        made.add_column(title, overflow="fold")
    for row in rows:
        made.add_row(*(Text(visible(cell)) for cell in row))  # Text: what looks like markup stays text
    plain = bool(os.environ.get("NO_COLOR"))
    Console(width=width(), color_system=None if plain else "auto").print(made)  # None: no escapes at all
    return True


# -- records for programs


class RecordWriter:
    """Writes records one after the other as "jsonl", "csv" or "tsv", the last two under a header."""

    def __init__(self, form: str) -> None:
        from portbook.answers import RECORD_FIELDS

        self.line = {"csv": csv_line, "tsv": tsv_line}.get(form)
        if self.line:
            sys.stdout.write(self.line(RECORD_FIELDS))

    def write(self, fields: dict[str, Any]) -> None:
        """Write one record, given as `answers.record_fields`."""
        from portbook.answers import record_cells

        sys.stdout.write(self.line(record_cells(fields)) if self.line else json_text(fields, indent=None))
