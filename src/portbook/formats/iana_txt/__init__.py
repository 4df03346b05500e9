"""IANA's plain text, both ways, to the byte (docs/formats.md; R-PUB-5).

A page for people, as a text browser lays it out: `head` is what stands around the tables, `table` lays
them out, `rows` tells their rows apart again, `tables` has both ways, `layout` what changed over the years.
The poorest of the formats: it holds words, not the white space between them, labels, not what they lead to.
"""

import re
from collections.abc import Callable, Sequence

from portbook.collecting import paused
from portbook.edition import Edition
from portbook.errors import FormatError, Problem, shown
from portbook.formats.columns import COLUMNS, header_of, labels_of, records_of, reference_of_label, titles
from portbook.formats.fragments import Fragments
from portbook.formats.iana_txt import head as around
from portbook.formats.iana_txt import tables
from portbook.formats.iana_txt.cells import bracketed, columns_of_contacts, columns_of_records, one_line
from portbook.formats.iana_txt.layout import (
    LICENSING,
    PEOPLE_TITLES,
    Layout,
    centred,
    layout_of,
    text_of,
    units,
)
from portbook.formats.iana_txt.rows import Kind
from portbook.formats.iana_txt.table import Cells, Rows, encoded, rows_of
from portbook.formats.limits import (
    MAX_BYTES,
    MAX_FIELD,
    MAX_REFERENCES,
    checked_counts,
    checked_field,
    checked_references,
    decoded,
    too_large,
)
from portbook.records import Contact, Footnote, PublishedDate, Record

__all__ = ["LOSSES", "project", "read", "write"]

LOSSES = (
    "category", "extras", "extras of records", "extras of contacts", "unknown columns",
    "assignee written out",  # an assignee equal to the contact looks like none (R-PUB-7)
    "reference type and target",  # a kind by its look is all that is left
    "labels with ][",  # read as two
    "references inside text", "markup inside text", "paragraphs",
    "white space as such",  # lines are filled anew, so any is one blank, and a line break too
    "white space around line feeds", "white space at the ends of cells", "carriage returns",
    "blanks in contact URIs",  # read as two
    "texts between two rows",  # lines that can be of either: nothing parts rows
    "ends of preformatted text",  # blanks at line ends, an empty line at either end
    "note titles that say Note", "note titles that begin with [",
    "empty elements", "empty lists",
    "layout",
)  # fmt: skip

_SOURCE = "docs/formats.md"
_RECORDS = Kind(number=1, name=0, breaking=frozenset((3, 11)), middle=frozenset((1, 2, 9)))
_CONTACTS = Kind(number=None, name=0, breaking=frozenset((3,)), middle=frozenset())
_ILLEGAL = bytes(range(9)) + b"\x0b\x0c\x0d" + bytes(range(14, 32))  # as in XML
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\ufffe\uffff]")
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())


def write(edition: Edition, *, layout: str | None = None, fragments: Fragments | None = None) -> bytes:
    """Return *edition* as IANA's plain text, in the layout of its date, or of the date *layout*.

    With the *fragments* of another writing, rows that are the same objects are not laid out anew.  Where rows
    could not be told apart, lines of hyphens part all rows of the table; IANA has none.  Raises `FormatError`
    E-TXT-CHARACTER for control characters, E-TXT-OPTION, and the limits of `read`.
    """
    form = _layout(edition, layout)
    in_bytes = form.in_bytes
    fragments = fragments or Fragments()
    checked_counts(len(edition.records), len(edition.contacts or ()))
    with paused():
        try:
            records, contacts = _rows(edition, in_bytes, fragments)
            columns = titles(header_of(form.date))
            records_table = tables.written(columns, records, _RECORDS, form.encoding, fragments)
            contacts_table = tables.written(PEOPLE_TITLES, contacts, _CONTACTS, form.encoding, fragments)
            footnotes = around.footnote_lines(edition.footnotes or ())
            head = around.head_lines(_head(edition), form)
            _check_texts(head, footnotes)
            _check_characters([*head, *footnotes])
            head = [units(line, in_bytes) for line in head]
            foot = ["", *(units(line, in_bytes) for line in footnotes)] if footnotes else []
            between = ["", centred(form.people_heading), ""]
            foot += ["", LICENSING] if form.with_authority else []
            top, middle, bottom = [encoded(lines, form.encoding) for lines in (head, between, foot)]
            data = b"".join([top, *records_table.data, middle, *contacts_table.data, bottom])
        except UnicodeEncodeError as error:
            raise _illegal(error.object[error.start]) from None
    if len(data) > MAX_BYTES:
        raise too_large("E-FILE-SIZE", f"the file would have {len(data)} bytes", MAX_BYTES, "bytes")
    return data


def project(edition: Edition, layout: str | None = None) -> Edition:
    """Return *edition* without what its plain text cannot tell (`LOSSES`)."""
    form = _layout(edition, layout)
    with paused():
        records = columns_of_records(edition.records)
        contacts = columns_of_contacts(edition.contacts or ())
        head, _ = around.read_head(around.head_lines(_head(edition), form))
        footnotes = around.footnote_lines(edition.footnotes or ())
        return _edition(
            head,
            _told(titles(header_of(form.date)), records, _RECORDS, form),
            _told(PEOPLE_TITLES, contacts, _CONTACTS, form),
            around.read_footnotes(["", *footnotes], 0) if footnotes else None,
            form.in_bytes,
        )


def read(data: bytes) -> Edition:
    """Return the edition that IANA's plain text tells.

    Texts whose row cannot be told are left out and remarked.  Raises `FormatError`: E-FILE-* and E-FIELD-SIZE
    for limits, E-TXT-CHARACTER, E-TXT-HEAD, E-TXT-END, E-TXT-COLUMNS, E-TXT-HEADER, E-TXT-CELL, E-TXT-ROW,
    E-TXT-CONTACT and E-TXT-FOOTNOTE with line.
    """
    with paused():
        lines = _lines(data)
        head, start = around.read_head(lines)
        parts = around.ends(lines, start)
        footnotes = around.read_footnotes(lines, parts.footnotes)
        by_date = layout_of(head.updated).in_bytes
        try:
            return _from_tables(lines, parts, head, footnotes, in_bytes=by_date)
        except FormatError:
            if data.isascii():
                raise
        return _from_tables(lines, parts, head, footnotes, in_bytes=not by_date)


# -- an edition to lines


def _layout(edition: Edition, date: str | None) -> Layout:
    if date is not None and not PublishedDate(date).is_valid:
        message = f"layout {shown(date)} is no date, written YYYY-MM-DD or YYYY-MM"
        raise FormatError(Problem("E-TXT-OPTION", message, _SOURCE))
    return layout_of(date or edition.updated)


def _rows(edition: Edition, in_bytes: bool, fragments: Fragments) -> tuple[list[Rows], list[Rows]]:
    """Records and contacts as rows of cells; those that *fragments* do not hold are checked."""

    def of_records(records: Sequence[Record]) -> list[Cells]:
        columns = columns_of_records(records)
        _check_rows(columns, lambda at: _position(records[at], edition.records))
        return _in_units(columns, in_bytes)

    def of_contacts(contacts: Sequence[Contact]) -> list[Cells]:
        for contact in contacts:
            _check_contact(contact, lambda one: _position(one, edition.contacts or ()))
        columns = columns_of_contacts(contacts)
        for column in columns:
            _check_characters(column)
        return _in_units(columns, in_bytes)

    kind = "txt cells", in_bytes
    return (
        fragments.by_block(kind, "records", edition.records, of_records, rows_of),
        fragments.by_block(kind, "contacts", edition.contacts or (), of_contacts, rows_of),
    )


def _position(row: Record | Contact, rows: Sequence[Record | Contact]) -> int:
    return next(i for i, one in enumerate(rows, 1) if one is row)


def _in_units(columns: list[list[str]], in_bytes: bool) -> list[Cells]:
    """The rows of *columns*, a character for each column of the page that it takes."""
    try:
        return list(zip(*[[units(cell, in_bytes) for cell in column] for column in columns], strict=True))
    except UnicodeEncodeError as error:
        raise _illegal(error.object[error.start]) from None


def _told(names: Sequence[str], columns: list[list[str]], kind: Kind, form: Layout) -> tables.Told:
    rows = _in_units(columns, form.in_bytes)
    told = tables.in_words([[row[j] for row in rows] for j in range(len(columns))])
    try:
        parts = [rows_of(rows)] if rows else []
        doubtful = tables.written(names, parts, kind, form.encoding, Fragments()).doubtful
    except FormatError:  # too large to be written
        return told
    for row, column in doubtful:
        told.columns[column][row] = ""
    return tables.Told(told.columns, doubtful)


def _head(edition: Edition) -> around.Head:
    return around.Head(
        one_line(edition.title or ""),
        one_line(edition.updated or ""),
        edition.experts,
        bracketed(edition.reference or ()),
        edition.notes,
    )


def _check_rows(columns: list[list[str]], position: Callable[[int], int]) -> None:
    """Raise what `read` would refuse; *position* tells which record of the edition a row is."""
    for j, column in enumerate(columns):
        _check_characters(column)
        if max(map(len, column), default=0) > MAX_FIELD:
            row = next(i for i, cell in enumerate(column) if len(cell) > MAX_FIELD)
            checked_field(column[row], f"{COLUMNS[j]} of record {position(row)}")
    lists = zip(columns[4], columns[5], columns[8], strict=True)
    for row, (assignee, contact, reference) in enumerate(lists):
        if "][" in assignee or "][" in contact or "][" in reference:
            labels = [cell.count("][") + bool(cell) for cell in (assignee, contact, reference)]
            most = max(labels[0], labels[1] + labels[2])
            if most > MAX_REFERENCES:
                checked_references(most, f"record {position(row)}")


def _check_texts(head: Sequence[str], footnotes: Sequence[str]) -> None:
    """Raise E-FIELD-SIZE for texts around the tables that `read` would refuse."""
    around.read_head(head)
    if footnotes:
        around.read_footnotes(["", *footnotes], 0)


def _check_contact(contact: Contact, position: Callable[[Contact], int]) -> None:
    fields = (contact.id, contact.name, contact.organization, *contact.uris, contact.updated)
    for text in fields:
        if text and len(text) > MAX_FIELD:
            checked_field(text, f"contact {position(contact)}")


def _check_characters(texts: Sequence[str]) -> None:
    """Raise E-TXT-CHARACTER for what no XML could hold, in editions of IANA's so never there."""
    data = "\n".join(dict.fromkeys(texts)).encode()
    if len(data.translate(None, _ILLEGAL)) != len(data):
        raise _illegal(chr(next(byte for byte in data if byte in _ILLEGAL)))
    for noncharacter in _NONCHARACTERS:
        if noncharacter in data:
            raise _illegal(noncharacter.decode())


def _illegal(character: str) -> FormatError:
    message = f"the edition holds the character {character!r}, which plain text does not show"
    return FormatError(Problem("E-TXT-CHARACTER", message, _SOURCE))


# -- lines to an edition


def _lines(data: bytes) -> list[str]:
    text = decoded(data).replace("\r\n", "\n")
    if found := _CONTROL.search(text):
        at = found.start()
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        message = f"line {line} has the character {found[0]!r}, which plain text does not show"
        raise FormatError(Problem("E-TXT-CHARACTER", message, _SOURCE), line, column)
    lines = [line.rstrip(" ") for line in text.removeprefix("\ufeff").split("\n")]
    if lines[-1]:
        message = f"line {len(lines)} is the last and has no line end, so the file may be cut off"
        raise FormatError(Problem("E-TXT-END", message, _SOURCE), len(lines), 1)
    return lines[:-1]


def _from_tables(
    lines: Sequence[str],
    parts: around.Ends,
    head: around.Head,
    footnotes: tuple[Footnote, ...] | None,
    *,
    in_bytes: bool,
) -> Edition:
    records = [units(line, in_bytes) for line in lines[parts.table : parts.people - 1]]
    contacts = [units(line, in_bytes) for line in lines[parts.people + 2 : parts.footnotes]]
    known = (titles("new"), titles("old"))
    told = tables.read(records, parts.table + 1, known, _RECORDS)
    people = tables.read(contacts, parts.people + 3, (PEOPLE_TITLES,), _CONTACTS)
    checked_counts(len(told.columns[0]), len(people.columns[0]))
    for column in told.columns:
        checked_field(max(column, key=len, default=""), "a cell")
    return _edition(head, told, people, footnotes, in_bytes)


def _edition(
    head: around.Head,
    records: tables.Told,
    contacts: tables.Told,
    footnotes: tuple[Footnote, ...] | None,
    in_bytes: bool,
) -> Edition:
    found, remarks = records_of(_texts(records, in_bytes))
    people = list(zip(*_texts(contacts, in_bytes), strict=True))
    updated = PublishedDate(head.updated) if head.updated else None
    if updated and not updated.is_valid:
        remarks = [
            Problem("F-DATE", f"date {shown(updated)} is neither YYYY-MM-DD nor YYYY-MM", _SOURCE),
            *remarks,
        ]
    return Edition(
        tuple(found),
        title=head.title,
        updated=updated,
        reference=tuple(map(reference_of_label, labels_of(head.reference))) or None,
        experts=head.experts,
        notes=head.notes,
        contacts=tuple(_contact(cells, i) for i, cells in enumerate(people, 1)) or None,
        footnotes=footnotes,
        remarks=(
            *remarks,
            *_doubts(records, "record", COLUMNS),
            *_doubts(contacts, "contact", PEOPLE_TITLES),
        ),
    )


def _texts(told: tables.Told, in_bytes: bool) -> list[list[str]]:
    if not in_bytes:
        return told.columns
    try:
        return [[text_of(cell, True) for cell in column] for column in told.columns]
    except UnicodeError:
        message = "a word does not end where a column ends: the widths are those of another year"
        raise FormatError(Problem("E-TXT-COLUMNS", message, _SOURCE)) from None


def _contact(cells: tuple[str, ...], position: int) -> Contact:
    label, name, organization, uris, updated = cells
    if label[:1] != "[" or label[-1:] != "]" or len(label) < 2:
        message = f"contact {position}: id {shown(label)} does not stand in square brackets"
        raise FormatError(Problem("E-TXT-CONTACT", message, _SOURCE))
    contact = Contact(
        label[1:-1],
        name or None,
        organization or None,
        tuple(uris.split(" ")) if uris else (),
        PublishedDate(updated) if updated else None,
    )
    _check_contact(contact, lambda _: position)
    return contact


def _doubts(told: tables.Told, what: str, names: Sequence[str]) -> list[Problem]:
    return [
        Problem(
            "F-TXT-ROW",
            f"{what} {row + 1}: lines of its {names[column]} could be its neighbour's too; left out",
            _SOURCE,
        )
        for row, column in told.doubtful
    ]
