"""Units of a page to what they show: the head, records, contacts, footnotes.

Strict where a fault could hide rows: headers, the number of cells in a row, order.  Text is taken as text,
whatever elements nobody foresaw stand around it.
"""

import re
from collections.abc import Callable, Sequence
from typing import NoReturn

from portbook.errors import FormatError, Problem, shown
from portbook.formats.iana_html.layout import (
    AVAILABLE,
    EXPERTS,
    NOTE,
    PEOPLE_TITLES,
    REFERENCE,
    UPDATED,
)
from portbook.formats.iana_html.page import Node
from portbook.formats.iana_html.tokens import (
    BLANKS,
    Labels,
    Token,
    person_of_label,
    reference_of,
    references_of,
    text_of_tokens,
    without_blanks_between,
)
from portbook.formats.limits import (
    MAX_CONTACTS,
    MAX_RECORDS,
    checked_counts,
    checked_field,
    checked_references,
)
from portbook.records import (
    Break,
    Contact,
    Footnote,
    Note,
    Paragraph,
    PublishedDate,
    Record,
    Reference,
    RichText,
)

_SOURCE = "docs/formats.md"
_INLINE = frozenset(("a", "br", "p"))
_WITHOUT_ORGANIZATION = (*PEOPLE_TITLES[:2], *PEOPLE_TITLES[3:])  # where no one on the page has one
_FIRST = (UPDATED, EXPERTS, REFERENCE)
_SPACES = re.compile(r"[ \t\r\n]+")


class PageReader:
    """Takes the units of one page, in order."""

    def __init__(self, titles: Sequence[Sequence[str]], labels: Labels) -> None:
        self._titles = [tuple(known) for known in titles]
        self._labels = labels
        self._people = Labels(labels.of, person_of_label)
        self._row: Callable[[Node], None] | None = None
        self._has_head = False
        self._cells: dict[str, RichText] = {}
        self.title: str | None = None
        self.updated: PublishedDate | None = None
        self.experts: RichText | None = None
        self.reference: tuple[Reference, ...] | None = None
        self.notes: list[Note] = []
        self.has_records = self.has_contacts = False
        self.records: list[Record] = []
        self.contacts: list[Contact] = []
        self.footnotes: list[Footnote] = []
        self.remarks: list[Problem] = []

    def take(self, unit: Node) -> None:
        """Read one unit."""
        if unit.tag == "tr":
            self._table_row(unit)
        elif unit.tag == "dl" and not self._has_head:
            self._head(unit)
        elif unit.tag == "dl":
            self._footnotes(unit)
        elif self.title is None and not unit.attributes.get("class"):
            self.title = _checked(unit.text)

    # -- head and foot

    def _head(self, unit: Node) -> None:
        self._has_head = True
        entries = _entries(unit)
        for place, (term, entry) in enumerate(entries):
            title = term.text
            if place < len(_FIRST) and title != _FIRST[place]:
                _refuse("E-HTML-HEAD", f"{shown(title)} stands where {_FIRST[place]!r} does in IANA's", term)
            if place == 0:
                self.updated = _date(entry.text)
            elif place == 1:
                self.experts = self._preformatted(entry)
            elif place == 2:
                self.reference = self._references(entry, self._labels) or None
            elif place == len(entries) - 1 and title == AVAILABLE:
                break
            else:
                text = self._preformatted(entry) or RichText()
                self.notes.append(Note(text, None if title == NOTE else _checked(title)))

    def _preformatted(self, entry: Node) -> RichText | None:
        blocks = [node for node in entry.elements() if node.tag == "pre"]
        if len(blocks) != 1:
            _refuse("E-HTML-HEAD", f"{shown(entry.text.strip(BLANKS))} is not preformatted", entry)
        return self._text(blocks[0])

    def _footnotes(self, unit: Node) -> None:
        for term, entry in _entries(unit):
            anchor = term.text
            if not (anchor.startswith("[") and anchor.endswith("]")):
                _refuse("E-HTML-FOOTNOTE", f"footnote {shown(anchor)} is not in square brackets", term)
            self.footnotes.append(Footnote(_checked(anchor[1:-1]), self._text(entry) or RichText()))

    # -- tables

    def _table_row(self, unit: Node) -> None:
        cells = unit.elements()
        if cells and cells[0].tag == "th":
            self._header(unit, tuple(_SPACES.sub(" ", cell.text.strip(BLANKS)) for cell in cells))
            return
        if self._row is None:
            _refuse("E-HTML-HEADER", "a row stands before any header", unit)
        if any(cell.tag != "td" for cell in cells):
            _refuse("E-HTML-ROW", "a row holds something else than cells", unit)
        self._row(unit)

    def _header(self, unit: Node, titles: tuple[str, ...]) -> None:
        if titles in self._titles and not self.has_records:
            self.has_records, self._row = True, self._record
        elif titles in (PEOPLE_TITLES, _WITHOUT_ORGANIZATION) and not self.has_contacts:
            self.has_contacts = True
            self._row = self._contact if len(titles) == 5 else self._contact_without_organization
        elif titles in (*self._titles, PEOPLE_TITLES, _WITHOUT_ORGANIZATION):
            _refuse("E-HTML-HEADER", "a second table of the same kind: two pages in one", unit)
        else:
            _refuse("E-HTML-HEADER", f"{shown(', '.join(titles))} is no header of IANA's", unit)

    def _record(self, unit: Node) -> None:
        cells = unit.elements()
        if len(cells) != 12:
            _refuse("E-HTML-ROW", f"the row has {len(cells)} cells, the header 12", unit)
        if len(self.records) == MAX_RECORDS:
            checked_counts(MAX_RECORDS + 1)
        assignee = self._references(cells[4], self._people)
        contact = self._references(cells[5], self._people)
        reference = self._references(cells[8], self._labels)
        count = max(len(assignee), len(contact) + len(reference))
        checked_references(count, f"the row at line {unit.line}")
        self.records.append(
            Record(
                service_name=_leaf(cells[0]),
                port_number=_leaf(cells[1]),
                transport=_leaf(cells[2]),
                description=self._text(cells[3]) or RichText(),
                assignee=None if assignee == contact else assignee,
                contact=contact,
                registration_date=_date(cells[6].text),
                modification_date=_date(cells[7].text),
                reference=reference,
                service_code=_leaf(cells[9]),
                unauthorized_use_reported=self._text(cells[10]),
                assignment_notes=self._text(cells[11]),
            )
        )

    def _contact_without_organization(self, unit: Node) -> None:
        cells = unit.elements()
        if len(cells) == 4:
            unit.children = [*cells[:2], Node("td", {}, unit.line, unit.column), *cells[2:]]
        self._contact(unit)

    def _contact(self, unit: Node) -> None:
        cells = unit.elements()
        if len(cells) != 5:
            _refuse("E-HTML-ROW", f"the row of a contact has {len(cells)} cells, the header 5", unit)
        if len(self.contacts) == MAX_CONTACTS:
            checked_counts(0, MAX_CONTACTS + 1)
        anchors = cells[0].elements()
        label = (anchors[0] if len(anchors) == 1 else cells[0]).text
        if not (label.startswith("[") and label.endswith("]") and len(label) > 1):
            _refuse("E-HTML-ROW", f"the id {shown(label)} does not stand in square brackets", unit)
        self.contacts.append(
            Contact(
                id=_checked(label[1:-1]),
                name=_leaf(cells[1]),
                organization=_leaf(cells[2]),
                uris=tuple(filter(None, [_checked(node.text) for node in cells[3].elements()])),
                updated=_date(cells[4].text),
            )
        )

    # -- cells

    def _references(self, cell: Node, labels: Labels) -> tuple[Reference, ...]:
        if not cell.children:
            return ()
        found = references_of(self._tokens(cell), labels)
        for reference in found:
            _checked(reference.label)
        return found

    def _text(self, cell: Node) -> RichText | None:
        children = cell.children
        if not children:
            return None
        if len(children) == 1 and isinstance(children[0], str):
            plain = children[0]
            if plain not in self._cells:
                self._cells[plain] = RichText((_checked(plain),))
            return self._cells[plain]
        _checked(cell.text)
        text = text_of_tokens(self._tokens(cell))
        return text if text.parts else None

    def _tokens(self, cell: Node) -> list[Token]:
        return without_blanks_between([self._token(child) for child in cell.children])

    def _token(self, child: Node | str) -> Token:
        if isinstance(child, str):
            return child
        if child.tag == "br" and not child.children:
            return Break()
        if child.tag == "p":
            return Paragraph(tuple(self._tokens(child)))  # type: ignore[arg-type]
        if child.tag == "a" and (target := child.attributes.get("href")):
            return reference_of(_checked(target), child.text)
        if child.tag not in _INLINE:
            message = f"line {child.line}: unexpected element <{child.tag[:60]}>; its text alone is kept"
            self.remarks.append(Problem("F-HTML-ELEMENT", message, _SOURCE))
        return child.text


def _leaf(cell: Node) -> str | None:
    return _checked(cell.text) or None if cell.children else None


def _date(text: str) -> PublishedDate | None:
    return PublishedDate(_checked(text)) if text else None


def _checked(text: str) -> str:
    return checked_field(text, "a part of the page")


def _entries(unit: Node) -> list[tuple[Node, Node]]:
    """The terms of a definition list, each with what it means."""
    nodes = unit.elements()
    terms, entries = nodes[::2], nodes[1::2]
    if len(terms) != len(entries) or any(t.tag != "dt" for t in terms) or any(e.tag != "dd" for e in entries):
        _refuse("E-HTML-HEAD", "the list does not have an entry for each term", unit)
    return list(zip(terms, entries, strict=True))


def _refuse(code: str, message: str, node: Node) -> NoReturn:
    message = f"line {node.line}, column {node.column}: {message}"
    raise FormatError(Problem(code, message, _SOURCE), node.line, node.column)
