"""IANA's CSV, both ways, to the byte (docs/formats.md; T-09).

Reading is tolerant of what storing a file does to it: rows and lines in cells may end in LF or CR LF, columns
may be missing, moved or new, either title of column 11 will do.  It is strict where a fault could hide
rows: quotes, row lengths, NUL, lone carriage returns, a file that was cut off.  A lone carriage return is
refused inside quotes too, for nobody can tell a line from damage; so the writer makes it a line feed.
"""

import csv
from collections.abc import Iterable, Sequence
from typing import NoReturn

from portbook.collecting import paused
from portbook.edition import Edition
from portbook.errors import FormatError, Problem, shown
from portbook.formats.columns import (
    COLUMNS,
    LOSSES,
    OLD_COLUMN_11,
    Rendering,
    project,
    records_of,
    row,
    rows,
    titles,
)
from portbook.formats.fragments import Fragments
from portbook.formats.limits import (
    MAX_BYTES,
    MAX_FIELD,
    MAX_RECORDS,
    MAX_REFERENCES,
    checked_counts,
    checked_field,
    checked_references,
    checked_size,
    decoded,
    too_large,
)
from portbook.records import Extra, Record

__all__ = ["LOSSES", "MAX_COLUMNS", "project", "read", "write"]

MAX_COLUMNS = 64
MAX_QUOTES = 2 * len(COLUMNS) * MAX_RECORDS  # every cell quoted
_SOURCE = "docs/formats.md"
_NEEDED = COLUMNS[:3]  # without name, number and transport a row speaks of nothing
_PARTS = {title: i for i, title in enumerate(COLUMNS)} | {OLD_COLUMN_11: 10}
_CELL, _ROW = "\0", "\0\n\0"  # stand between cells and rows once quotes are gone; NUL is in no file


def read(data: bytes) -> Edition:
    """Return the edition whose rows a CSV holds; it carries no head, contacts or footnotes.

    Columns that nobody foresaw are kept as extras of their records, and remarked.  Raises `FormatError`:
    E-FILE-* and E-FIELD-SIZE for limits; E-CSV-NUL, -CR, -QUOTE, -END, -HEADER, -TWICE and -ROW with line.
    """
    text = _with_line_feeds(data)
    remarks = []
    if text.startswith("\ufeff"):
        text = text[1:]
        remarks.append(Problem("F-BOM", "the file starts with a byte order mark", _SOURCE))
    with paused():
        header, columns = _columns(text)
        remarks += _header_remarks(header)
        count = len(columns[0])
        known = [[""] * count for _ in COLUMNS]
        for title, column in zip(header, columns, strict=True):
            if title in _PARTS:
                known[_PARTS[title]] = column
        records, found = records_of(known)
        records = _with_extras(records, header, columns)
        return Edition(tuple(records), remarks=(*remarks, *found))


def write(
    edition: Edition,
    *,
    rendering: Rendering | str = Rendering.D,
    header: str = "new",
    line_end: str = "\r\n",
    fragments: Fragments | None = None,
) -> bytes:
    """Return *edition* as IANA's CSV: *header* "new" or "old", rows ending in *line_end*, cells in LF.

    With the *fragments* of another writing, rows that are the same objects are not written anew.  Raises
    `FormatError` for what could not be read back: E-CSV-NUL, E-CSV-TEXT for text that is not Unicode, the
    limits of `read`; and E-CSV-OPTION for an unknown rendering, header or line end.
    """
    rendering = _checked_options(rendering, header, line_end)
    checked_counts(len(edition.records))

    def made(records: Sequence[Record]) -> list[bytes]:
        lines = _lines(rows(records, rendering), line_end)
        _check(records, lines, rendering, edition)
        return list(map(str.encode, lines))

    try:
        with paused():
            blocks = (fragments or Fragments()).by_block(
                ("csv", rendering, line_end), "records", edition.records, made, b"".join
            )
            data = b"".join([*map(str.encode, _lines([titles(header)], line_end)), *blocks])
    except UnicodeEncodeError as error:
        text = error.object[max(0, error.start - 20) : error.end]
        message = f"text {shown(text)} holds half of a surrogate pair"
        raise FormatError(Problem("E-CSV-TEXT", message, _SOURCE)) from None
    if len(data) > MAX_BYTES:
        raise too_large("E-FILE-SIZE", f"the file would have {len(data)} bytes", MAX_BYTES, "bytes")
    return data


class _Lines(list[str]):
    """Rows as text, as a file for `csv.writer`, which writes each by itself."""

    write = list.append


def _lines(cells: Iterable[tuple[str, ...]], line_end: str) -> list[str]:
    """Rows of *cells* as text, each with its line end."""
    lines = _Lines()
    csv.writer(lines, lineterminator=line_end, quoting=csv.QUOTE_MINIMAL).writerows(cells)
    return lines


# -- bytes to columns


def _with_line_feeds(data: bytes) -> str:
    """The text of *data* with CR LF as LF, checked to hold no other CR and no NUL; on bytes for speed."""
    checked_size(data)
    if b"\0" in data:
        text = data.decode(errors="replace")
        _refuse("E-CSV-NUL", text, text.index("\0"), "has a NUL")
    if b"\r" in data:
        with_line_feeds = data.replace(b"\r\n", b"\n")
        if b"\r" in with_line_feeds:
            text = data.decode(errors="replace")
            lone = text.replace("\r\n", "##").index("\r")
            _refuse("E-CSV-CR", text, lone, "has a carriage return that no line feed follows")
        data = with_line_feeds
    return decoded(data)


def _columns(text: str) -> tuple[list[str], list[list[str]]]:
    """The titles, and the cells of all rows by column.

    Python's csv module lets a quote inside an unquoted cell pass and takes twice the time.
    """
    flat, rows = _unquoted(text)
    checked_counts(rows - 1)
    header = flat[: flat.find(_ROW)].split(_CELL, MAX_COLUMNS)
    _check_header(header)
    width = len(header) + 1  # the mark of a row's end counts as a cell
    if max(map(len, flat.split(_ROW))) > MAX_FIELD:
        _check_fields(flat)
    cells = flat.split(_CELL)
    ends = cells[width - 1 :: width]
    if len(cells) != rows * width + 1 or ends != ["\n"] * rows:
        _refuse_row(flat, len(header))
    columns = [cells[width + i : -1 : width] for i in range(width - 1)]
    needed = zip(*(columns[header.index(title)] for title in _NEEDED), strict=True)
    if "Service Name" in columns[header.index("Service Name")] and _NEEDED in needed:
        _refuse_doubled_header(flat, header)
    return header, columns


def _unquoted(text: str) -> tuple[str, int]:
    """*text* with `_CELL` between cells and `_ROW` after rows, quotes undone; and the number of rows.

    Split at quotes, every second piece is quoted text.  The pieces outside must begin and end where
    cells do; an empty one stands for a doubled quote.
    """
    if text.count('"') > MAX_QUOTES:
        raise too_large("E-FILE-SIZE", "the file has too many double quotes", MAX_QUOTES, "double quotes")
    pieces = text.split('"')
    last = len(pieces) - 1
    if last % 2:
        _refuse_open_quote(text, pieces)
    rows = 0
    for i in range(0, last + 1, 2):
        outside = pieces[i]
        if not outside and 0 < i < last:
            pieces[i] = '"'
            continue
        if (i and outside[:1] not in (",", "\n")) or (i < last and outside and outside[-1] not in ",\n"):
            at = sum(map(len, pieces[:i])) + i  # where this piece begins; doubled quotes are of length 1 too
            _refuse_quote(text, at - 1 if i and outside[:1] not in (",", "\n") else at + len(outside))
        rows += outside.count("\n")
        pieces[i] = outside.replace("\n", _ROW).replace(",", _CELL)
    if not text.endswith("\n") or not rows:
        _refuse_end(text)
    if rows - 1 > MAX_RECORDS:
        checked_counts(rows - 1)
    return "".join(pieces), rows


def _check_header(header: list[str]) -> None:
    if len(header) > MAX_COLUMNS:
        raise too_large("E-CSV-HEADER", "line 1 has too many columns", MAX_COLUMNS, "columns")
    for title in _NEEDED:
        if title not in header:
            start = ",".join(header)
            _header_error(f"line 1, {shown(start)}, has no column {title!r}: it is not IANA's header")
    parts = [_PARTS.get(title, title) for title in header]
    for i, part in enumerate(parts):
        if part in parts[:i]:
            _header_error(f"line 1 has column {shown(header[i])} twice")


def _header_error(message: str) -> NoReturn:
    raise FormatError(Problem("E-CSV-HEADER", message, _SOURCE), 1)


def _header_remarks(header: list[str]) -> list[Problem]:
    remarks = [
        Problem("F-CSV-COLUMN", f"unexpected column {shown(title)}; kept as it is", _SOURCE)
        for title in header
        if title not in _PARTS
    ]
    there = {_PARTS.get(title) for title in header}
    remarks += [
        Problem("F-CSV-MISSING", f"column {title!r} is missing", _SOURCE)
        for title in COLUMNS
        if _PARTS[title] not in there
    ]
    order = [_PARTS[title] for title in header if title in _PARTS]
    if order != sorted(order):
        remarks.append(Problem("F-CSV-ORDER", "the columns are not in IANA's order", _SOURCE))
    return remarks


def _with_extras(
    records: list[Record], header: Sequence[str], columns: Sequence[Sequence[str]]
) -> list[Record]:
    """*records* with the filled cells of unknown columns as extras."""
    unknown = [(title, column) for title, column in zip(header, columns, strict=True) if title not in _PARTS]
    for position in range(len(records)) if unknown else ():
        found = [Extra("column", title, column[position]) for title, column in unknown if column[position]]
        if found:
            object.__setattr__(records[position], "extras", tuple(found))
    return records


# -- refusals, each with its line; slow, for it runs once


def _refuse(code: str, text: str, at: int, what: str) -> NoReturn:
    line = text.count("\n", 0, at) + 1
    begin = text.rfind("\n", 0, at) + 1
    excerpt = text[max(begin, at - 30) : at + 20].split("\n")[0]
    message = f"line {line} {what}: {shown(excerpt)}"
    raise FormatError(Problem(code, message, _SOURCE), line, at - begin + 1)


def _refuse_quote(text: str, at: int) -> NoReturn:
    _refuse("E-CSV-QUOTE", text, at, "has a double quote that neither starts nor ends a cell")


def _refuse_open_quote(text: str, pieces: list[str]) -> NoReturn:
    """Quotes do not pair up.  The fault is the first that stands where none may, else the last opened."""
    at = 0
    for i, piece in enumerate(pieces[:-1]):
        outside = i % 2 == 0
        if outside and i and piece and piece[0] not in ",\n":
            _refuse_quote(text, at - 1)
        at += len(piece)
        if outside and piece and piece[-1] not in ",\n":
            _refuse_quote(text, at)
        at += 1
    _refuse("E-CSV-QUOTE", text, at - 1, "opens a cell with a double quote that nothing closes")


def _refuse_end(text: str) -> NoReturn:
    if not text:
        raise FormatError(Problem("E-CSV-HEADER", "the file is empty: it has no header", _SOURCE), 1)
    _refuse("E-CSV-END", text, len(text), "is the last and has no line end, so the file may be cut off")


def _refuse_row(flat: str, width: int) -> NoReturn:
    line = 1
    for cells in flat.split(_ROW)[:-1]:
        count = cells.count(_CELL) + 1
        if count != width:
            start = cells.replace(_CELL, ",")
            message = f"the row at line {line} has {count} cells, the header {width}: {shown(start)}"
            raise FormatError(Problem("E-CSV-ROW", message, _SOURCE), line)
        line += cells.count("\n") + 1
    raise AssertionError("every row is as wide as the header")


def _refuse_doubled_header(flat: str, header: list[str]) -> NoReturn:
    needed = [header.index(title) for title in _NEEDED]
    line = 1
    for position, text in enumerate(flat.split(_ROW)):
        cells = text.split(_CELL)
        if position and tuple(cells[i] for i in needed) == _NEEDED:
            break
        line += text.count("\n") + 1
    message = f"line {line} is a second header: {shown(','.join(cells))}"
    raise FormatError(Problem("E-CSV-TWICE", message, _SOURCE), line)


def _check_fields(flat: str) -> None:
    line = 1
    for cells in flat.split(_ROW):
        for cell in cells.split(_CELL):
            checked_field(cell, f"a cell of the row at line {line}")
        line += cells.count("\n") + 1


# -- what could not be read back


def _checked_options(rendering: Rendering | str, header: str, line_end: str) -> Rendering:
    for what, given, known in (
        ("rendering", rendering, tuple(Rendering)),
        ("header", header, ("new", "old")),
        ("line end", line_end, ("\r\n", "\n")),
    ):
        if given not in known:
            message = f"{what} {shown(str(given))} is none of {', '.join(repr(str(k)) for k in known)}"
            raise FormatError(Problem("E-CSV-OPTION", message, "docs/formats.md"))
    return Rendering(rendering)


def _check(records: Sequence[Record], lines: Sequence[str], rendering: Rendering, edition: Edition) -> None:
    """Raise what `read` would refuse of *records*, which became *lines*."""
    most = max((len(r.shown_assignee) + len(r.contact) + len(r.reference) for r in records), default=0)
    longest = max(map(len, lines), default=0)
    if most <= MAX_REFERENCES and longest <= MAX_FIELD and not any("\0" in line for line in lines):
        return
    places = {id(record): place for place, record in reversed(list(enumerate(edition.records, 1)))}
    for record in records:
        _check_row(row(record, rendering), record, f"record {places[id(record)]}")


def _check_row(cells: tuple[str, ...], record: Record, place: str) -> None:
    if "\0" in "".join(cells):
        title, cell = next((t, c) for t, c in zip(COLUMNS, cells, strict=True) if "\0" in c)
        message = f"{place}: {title} {shown(cell)} has a NUL, which no CSV may hold"
        raise FormatError(Problem("E-CSV-NUL", message, _SOURCE))
    if len(max(cells, key=len)) > MAX_FIELD:
        checked_field(max(cells, key=len), place)
    labels = (len(record.shown_assignee), len(record.contact) + len(record.reference))
    checked_references(max(labels), place)
