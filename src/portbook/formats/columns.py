"""The twelve columns: a record as IANA's CSV, TXT and HTML show it, and back (docs/formats.md; R-PUB-5).

One way, `row`: rich text and references become plain text in one of the four renderings that IANA has used.
The other way, `records_of`: references are told apart by their look, and what is no list in brackets is kept
and remarked.  `LOSSES` names what the columns cannot hold; `project` drops it.  Knows no file format.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, make_dataclass
from enum import StrEnum
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple, TypeVar

from portbook.edition import Edition
from portbook.errors import Problem, shown
from portbook.formats.fragments import once_each
from portbook.formats.limits import MAX_REFERENCES, checked_references
from portbook.numbers import Transport, published_ports
from portbook.records import Break, Markup, Paragraph, Part, PublishedDate, Record, Reference, RichText

COLUMNS = (
    "Service Name", "Port Number", "Transport Protocol", "Description", "Assignee", "Contact",
    "Registration Date", "Modification Date", "Reference", "Service Code", "Unauthorized Use Reported",
    "Assignment Notes",
)  # fmt: skip
OLD_COLUMN_11 = "Known Unauthorized Uses"  # its title until January 2019

LOSSES = (
    "title", "category", "updated", "reference", "experts", "notes", "contacts", "footnotes", "extras",
    "extras of records", "unknown columns",
    "assignee written out",  # an assignee equal to the contact looks like none (R-PUB-7)
    "reference type and target",  # a kind by its look is all that is left
    "labels with ][",  # read as two
    "references inside text", "markup inside text", "paragraphs", "line breaks as such",
    "white space around line feeds",  # renderings C and D
    "white space at the ends of cells",
    "carriage returns",  # written as line feeds
    "empty elements",
    "layout",
)  # fmt: skip

_SOURCE = "docs/formats.md"
_BLANKS = " \t\n"  # XML's white space; a carriage return has become a line feed by then
_SQUEEZED = re.compile(r"[ \t\n]\n[ \t\n]+")
_BETWEEN_PARAGRAPHS = "\n" + 14 * " "
_NO_TEXT = RichText()
_TRANSPORTS = frozenset(Transport.__members__.values())

_PLAIN_LIST = re.compile(r"(?:\[[^\[\]]*\])*")
_RFC = re.compile(r"(RFC|BCP|STD) ?([0-9]+)", re.ASCII)  # "RFC 6335": the pages of 2026-09-28
_DRAFT = re.compile(r"(?:draft|RFC)-[A-Za-z]\S*", re.ASCII)
_URI = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://|(?:mailto|tel|urn):)\S+", re.ASCII)


class Rendering(StrEnum):
    """The four ways in which IANA has turned rich text into cells (docs/formats.md)."""

    A = "A"  # a line break is nothing
    B = "B"  # a line break is a line feed
    C = "C"  # as B, then white space around line feeds is squeezed
    D = "D"  # as A, squeezed, paragraphs joined by a line feed and 14 blanks


# The last date on which each of the first three was seen; in the gap after it the later one is taken.
_LAST_SEEN = (
    ("2018-07-11", Rendering.A),
    ("2020-07-14", Rendering.B),
    ("2025-01-23", Rendering.C),
)
_LAST_OLD_HEADER = "2018-12-19"


def rendering_of(date: str | None) -> Rendering:
    """Return the rendering of the edition of *date* ("2020-07-14" or "2020-07"); D where there is no date."""
    if date is None:
        return Rendering.D
    return next((rendering for last, rendering in _LAST_SEEN if date <= last), Rendering.D)


def header_of(date: str | None) -> str:
    """Return "old" or "new": which title column 11 had on *date*; "new" where there is no date."""
    return "old" if date is not None and date <= _LAST_OLD_HEADER else "new"


def titles(header: str) -> tuple[str, ...]:
    """Return the twelve titles; column 11 has its *header* "old" or "new" one."""
    return (*COLUMNS[:10], OLD_COLUMN_11, COLUMNS[11]) if header == "old" else COLUMNS


# -- a record as text


def row(record: Record, rendering: Rendering = Rendering.D) -> tuple[str, ...]:
    """Return the twelve cells of *record*."""
    return rows((record,), rendering)[0]


def rows(records: Sequence[Record], rendering: Rendering = Rendering.D) -> list[tuple[str, ...]]:
    """Return the twelve cells of each of *records*."""
    plain = partial(_plain_cell, rendering=rendering)
    text = partial(text_cell, rendering=rendering)
    labels = partial(_bracketed, rendering=rendering)
    columns = (
        once_each([record.service_name for record in records], plain),
        once_each([record.port_number for record in records], plain),
        once_each([record.transport for record in records], plain),
        once_each([record.description for record in records], text),
        once_each([record.shown_assignee for record in records], labels),
        once_each([record.contact for record in records], labels),
        once_each([record.registration_date for record in records], plain),
        once_each([record.modification_date for record in records], plain),
        once_each([record.reference for record in records], labels),
        once_each([record.service_code for record in records], plain),
        once_each([record.unauthorized_use_reported for record in records], text),
        once_each([record.assignment_notes for record in records], text),
    )
    return list(zip(*columns, strict=True))


def text_cell(text: RichText | None, rendering: Rendering) -> str:
    """Return the cell that shows *text*, or the empty one for None."""
    if text is None or not text.parts:
        return ""
    parts = text.parts
    plain = parts[0] if len(parts) == 1 and isinstance(parts[0], str) else _rendered(parts, rendering)
    return _cell(plain, rendering)


def _bracketed(references: Iterable[Reference], rendering: Rendering) -> str:
    """The labels of *references*, each in square brackets, nothing between."""
    return _cell("".join([f"[{reference.label}]" for reference in references]), rendering)


def _plain_cell(text: str | None, rendering: Rendering) -> str:
    return _cell(text, rendering) if text else ""


def _cell(text: str, rendering: Rendering) -> str:
    """*text* as a cell: its ends cut, then squeezed where that is done.

    Carriage returns become line feeds: a cell's own could not be told from damage to the file.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    cell = text.strip(_BLANKS)
    if "\n" in cell and rendering in (Rendering.C, Rendering.D):
        return _SQUEEZED.sub(" ", cell)
    return cell


def _rendered(parts: Iterable[Part], rendering: Rendering) -> str:
    if rendering != Rendering.D:
        return "".join(_inline(part, rendering) for part in parts)
    pieces = [""]
    for part in parts:
        if isinstance(part, Paragraph):
            pieces += [_inline(part, rendering), ""]
        else:
            pieces[-1] += _inline(part, rendering)
    if len(pieces) == 1:
        return pieces[0]
    # Every second piece is a paragraph; what stands between them is dropped when it is white space alone.
    kept = [piece for i, piece in enumerate(pieces) if i % 2 or piece.strip(_BLANKS + "\r")]
    return _BETWEEN_PARAGRAPHS.join(kept)


def _inline(part: Part, rendering: Rendering) -> str:
    match part:
        case str():
            return part
        case Break():
            return "\n" if rendering in (Rendering.B, Rendering.C) else ""
        case Reference():
            return f"[{part.label}]"
        case Paragraph():
            return "".join(_inline(inner, rendering) for inner in part.parts)
        case Markup():
            return part.text


# -- text as records

_Value = TypeVar("_Value")


def _maker_by_column(frozen: type[_Value]) -> Callable[..., list[_Value]]:
    """As `records.quick_maker`, but of many values, each field a column: half its time."""
    names = [(f.name, Any) for f in fields(frozen)]  # type: ignore[arg-type]
    draft = make_dataclass(f"{frozen.__name__}Row", names, slots=True)

    def make(*columns: Iterable[object]) -> list[_Value]:
        values: list[Any] = list(map(draft, *columns))
        deque(map(setattr, values, repeat("__class__"), repeat(frozen)), 0)
        return values

    return make


_records, _rich_texts = _maker_by_column(Record), _maker_by_column(RichText)


class Read(NamedTuple):
    """What came of rows of cells: the records, and what was not expected in them."""

    records: list[Record]
    remarks: list[Problem]


def records_of(columns: Sequence[Sequence[str]]) -> Read:
    """Return the records whose cells stand in the twelve *columns*, all equally long.

    An empty cell is a part that is not there.  By the column, because each distinct text is then looked
    at once: most cells repeat another one.  Raises `FormatError` E-RECORD-REFERENCES.
    """
    name, number, transport, description, assignee, contact, registered, modified = columns[:8]
    reference, code, unauthorized, notes = columns[8:]
    remarks = _Remarks()
    people = _references({"", *assignee, *contact}, _people)
    others = _references({"", *reference}, lambda labels: list(map(reference_of_label, labels)))
    texts = _texts({*description, *unauthorized, *notes})
    dates: dict[str, PublishedDate | None] = {cell: PublishedDate(cell) for cell in {*registered, *modified}}
    dates[""] = None
    assignees = list(map(people.__getitem__, assignee))
    contacts = list(map(people.__getitem__, contact))
    references = list(map(others.__getitem__, reference))
    if max(map(len, people.values())) + max(map(len, others.values())) > MAX_REFERENCES:
        _check_counts((assignees, contacts, references))
    records = _records(
        [cell or None for cell in name],
        [cell or None for cell in number],
        [cell or None for cell in transport],
        map((texts | {"": _NO_TEXT}).__getitem__, description),
        [None if a is c or a == c else a for a, c in zip(assignees, contacts, strict=True)],
        contacts,
        map(dates.__getitem__, registered),
        map(dates.__getitem__, modified),
        references,
        [cell or None for cell in code],
        map(texts.__getitem__, unauthorized),
        map(texts.__getitem__, notes),
        repeat(()),  # extras
        repeat(None),  # layout
    )
    remarks.numbers(number)
    remarks.transports(transport)
    remarks.dates(registered, modified)
    odd_lists = {cell for cell in people.keys() | others.keys() if not _PLAIN_LIST.fullmatch(cell)}
    for title, column in (("Assignee", assignee), ("Contact", contact), ("Reference", reference)):
        remarks.lists(title, column, odd_lists)
    return Read(records, remarks.in_order())


def value_remarks(records: Sequence[Record]) -> list[Problem]:
    """Return what is odd about the numbers, transports and dates of *records*."""
    remarks = _Remarks()
    remarks.numbers([record.port_number or "" for record in records])
    remarks.transports([record.transport or "" for record in records])
    registered = [record.registration_date or "" for record in records]
    remarks.dates(registered, [record.modification_date or "" for record in records])
    return remarks.in_order()


def reference_of_label(label: str) -> Reference:
    """Return the reference that *label* looks like: RFC, footnote, draft, URI or text (docs/formats.md)."""
    if match := _RFC.fullmatch(label):
        return Reference("rfc", match[1].lower() + match[2])
    if label.isascii() and label.isdigit():
        return Reference("note", label)
    if _DRAFT.fullmatch(label):
        return Reference("draft", label)
    if _URI.fullmatch(label):
        return Reference("uri", label)
    if not label or label.isspace():
        return Reference("text", label)  # as its own text it would not be shown
    return Reference("text", None, label)


def labels_of(cell: str) -> list[str]:
    """Return the labels that *cell* lists; a cell that is no list in brackets is one label itself."""
    if not cell:
        return []
    return cell[1:-1].split("][") if len(cell) > 1 and cell[0] == "[" and cell[-1] == "]" else [cell]


def _references(
    cells: set[str], read: Callable[[list[str]], list[Reference]]
) -> dict[str, tuple[Reference, ...]]:
    """Each of *cells* -> what it lists; *read* makes references of labels."""
    single = [c for c in cells if c[:1] == "[" and c[-1] == "]" and "][" not in c]  # nearly all
    found: dict[str, tuple[Reference, ...]] = dict(
        zip(single, zip(read([cell[1:-1] for cell in single]), strict=True), strict=True)
    )
    return found | {cell: tuple(read(labels_of(cell))) for cell in cells.difference(single)}


def _people(labels: list[str]) -> list[Reference]:
    """`Reference("person", label)` for each, without a call of Python for each."""
    values = zip(repeat("person"), labels, repeat(None), repeat(()))
    return list(map(tuple.__new__, repeat(Reference), values))


def _texts(cells: set[str]) -> dict[str, RichText | None]:
    found: dict[str, RichText | None] = dict(zip(cells, _rich_texts(zip(cells, strict=True)), strict=True))
    found[""] = None
    return found


def _check_counts(lists: Iterable[Sequence[tuple[Reference, ...]]]) -> None:
    """Raise E-RECORD-REFERENCES for a record beyond the limit; contacts and references count together."""
    for assignee, contact, reference in zip(*lists, strict=True):
        checked_references(max(len(assignee), len(contact) + len(reference)), "a record")


class _Remarks:
    """What was not expected, by row; each distinct text is looked at once."""

    def __init__(self) -> None:
        self._found: list[tuple[int, Problem]] = []

    def in_order(self) -> list[Problem]:
        return [problem for _, problem in sorted(self._found, key=lambda found: found[0])]

    def numbers(self, column: Sequence[str]) -> None:
        odd = {cell for cell in set(column) if not (cell.isdigit() and cell.isascii() and len(cell) < 5)}
        odd = {cell for cell in odd if cell and published_ports(cell) is None}
        self._add("F-NUMBER", column, odd, lambda cell: f"port number {shown(cell)} is neither N nor N-M")

    def transports(self, column: Sequence[str]) -> None:
        odd = set(column) - _TRANSPORTS - {""}
        reason = "is none of tcp, udp, sctp and dccp"
        self._add("F-TRANSPORT", column, odd, lambda cell: f"transport {shown(cell)} {reason}")

    def dates(self, registered: Sequence[str], modified: Sequence[str]) -> None:
        odd = {cell for cell in {*registered, *modified} - {""} if not PublishedDate(cell).is_valid}
        reason = "is neither YYYY-MM-DD nor YYYY-MM"
        for column in (registered, modified):
            self._add("F-DATE", column, odd, lambda cell: f"date {shown(cell)} {reason}")

    def lists(self, title: str, column: Sequence[str], odd: set[str]) -> None:
        reason = "is no list of labels in square brackets; kept as far as it can be told"
        self._add("F-COLUMN-LIST", column, odd, lambda cell: f"{title} {shown(cell)} {reason}")

    def _add(self, code: str, column: Sequence[str], odd: set[str], message: Callable[[str], str]) -> None:
        if odd:
            for position, cell in enumerate(column):
                if cell in odd:
                    problem = Problem(code, f"record {position + 1}: {message(cell)}", _SOURCE)
                    self._found.append((position, problem))


# -- what is left of an edition


def project(edition: Edition, rendering: Rendering = Rendering.D) -> Edition:
    """Return *edition* without what the twelve columns cannot hold (`LOSSES`)."""
    return Edition(tuple(_projected(record, rendering) for record in edition.records))


def _projected(record: Record, rendering: Rendering) -> Record:
    contact = tuple(Reference("person", label) for label in _shown_labels(record.contact, rendering))
    assignee = tuple(Reference("person", label) for label in _shown_labels(record.shown_assignee, rendering))
    labels = _shown_labels(record.reference, rendering)
    return Record(
        service_name=_shown(record.service_name, rendering),
        port_number=_shown(record.port_number, rendering),
        transport=_shown(record.transport, rendering),
        description=_shown_text(record.description, rendering) or _NO_TEXT,
        assignee=None if assignee == contact else assignee,
        contact=contact,
        registration_date=_shown_date(record.registration_date, rendering),
        modification_date=_shown_date(record.modification_date, rendering),
        reference=tuple(reference_of_label(label) for label in labels),
        service_code=_shown(record.service_code, rendering),
        unauthorized_use_reported=_shown_text(record.unauthorized_use_reported, rendering),
        assignment_notes=_shown_text(record.assignment_notes, rendering),
    )


def _shown(text: str | None, rendering: Rendering) -> str | None:
    return _cell(text or "", rendering) or None


def _shown_date(date: PublishedDate | None, rendering: Rendering) -> PublishedDate | None:
    shown_date = _shown(date, rendering)
    return None if shown_date is None else PublishedDate(shown_date)


def _shown_text(text: RichText | None, rendering: Rendering) -> RichText | None:
    cell = text_cell(text, rendering)
    return RichText((cell,)) if cell else None


def _shown_labels(references: Iterable[Reference], rendering: Rendering) -> Iterator[str]:
    """The labels one by one: brackets at their ends keep their white space, "][" inside makes two of one."""
    for reference in references:
        yield from _cell(f"[{reference.label}]", rendering)[1:-1].split("][")
