"""Editions to IANA's page: one page with all records, all contacts and the footnotes.

The one encoder of this grammar: text goes through `text`, attribute values through `value`.  Each distinct
cell is written once and remembered, and rows are put together by the column, which is most of the speed.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import chain
from typing import Any

from portbook.edition import Edition
from portbook.errors import FormatError, Problem
from portbook.formats.iana_html.layout import (
    AVAILABLE,
    EXPERTS,
    FORMATS,
    NAME,
    NOTE,
    PEOPLE_TITLES,
    REFERENCE,
    UPDATED,
    Layout,
    around,
)
from portbook.formats.iana_html.tokens import Token, is_safe, target_of, tokens_of
from portbook.records import Break, Contact, Footnote, Paragraph, Part, Record, Reference, RichText

_SPECIAL = re.compile(r"[&<>\r]")
_QUOTED = re.compile(r"[&<>\r\"\t\n]")
_ILLEGAL = bytes(range(9)) + b"\x0b\x0c" + bytes(range(14, 32))
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())


def write(edition: Edition, titles: Sequence[str], layout: Layout) -> bytes:
    """Return *edition* as a page whose table has *titles*; E-HTML-CHARACTER for what XML cannot hold."""
    before, after = around(text(edition.title or ""), layout)
    pieces = [before, *_head(edition, layout)]
    pieces += _table(
        titles, _Rows(layout).records(edition.records), layout, f'id="table-{NAME}" class="sortable_srv"'
    )
    pieces.append(f'{layout.depth}<h1 class="people">{layout.people_heading}</h1>\n')
    pieces += _table(PEOPLE_TITLES, _contacts(edition.contacts or (), layout), layout, 'class="sortable"')
    pieces += [*_footnotes(edition.footnotes or (), layout), after]
    try:
        data = "".join(pieces).encode()
    except UnicodeEncodeError as error:
        raise _illegal(error.object[error.start]) from None
    if len(data.translate(None, _ILLEGAL)) != len(data):
        raise _illegal(chr(next(byte for byte in data if byte in _ILLEGAL)))
    for noncharacter in _NONCHARACTERS:
        if noncharacter in data:
            raise _illegal(noncharacter.decode())
    return data


def _illegal(character: str) -> FormatError:
    message = f"the edition holds the character {character!r}, which XHTML has no way to write"
    return FormatError(Problem("E-HTML-CHARACTER", message, "XML 1.0 section 2.2"))


# -- head and foot


def _head(edition: Edition, layout: Layout) -> list[str]:
    deep, go = layout.depth, layout.go
    lines = [f"{deep}<h1>{text(edition.title or '')}</h1>\n{deep}<dl>\n"]
    lines += _entry(UPDATED, text(edition.updated or ""), deep)
    lines += _preformatted(EXPERTS, edition.experts, layout)
    lines += _entry(REFERENCE, inline(tokens_of(edition.reference or (), go), go), deep)
    for note in edition.notes or ():
        lines += _preformatted(note.title or NOTE, note.text, layout)
    links = [
        f'{deep}    <a class="altformat" href="{NAME}.{suffix}">{name}</a>\n' for suffix, name in FORMATS
    ]
    lines += _entry(AVAILABLE, "\n" + "".join(links) + f"{deep}  ", deep)
    return [*lines, f"{deep}</dl>\n"]


def _entry(title: str, content: str, deep: str) -> list[str]:
    return [f"{deep}  <dt>{text(title)}</dt>\n", f"{deep}  <dd>{content}</dd>\n"]


def _preformatted(title: str, content: RichText | None, layout: Layout) -> list[str]:
    deep, go = layout.depth, layout.go
    shown = inline(tokens_of(content.parts if content else (), go), go)
    return _entry(title, f"\n{deep}    <pre>{shown}</pre>\n{deep}  ", deep)


def _footnotes(footnotes: Sequence[Footnote], layout: Layout) -> list[str]:
    if not footnotes:
        return []
    deep, go = layout.depth, layout.go
    lines = [f'{deep}<h1 class="footnotes">Footnote{"s" * (len(footnotes) > 1)}</h1>\n']
    lines.append(f'{deep}<dl class="footnotes">\n')
    for footnote in footnotes:
        anchor = f"note{value(footnote.anchor)}"
        link = f'<a name="{anchor}" id="{anchor}">[{text(footnote.anchor)}]</a>'
        lines.append(f"{deep}  <dt>{link}</dt>\n")
        lines.append(f"{deep}  <dd>{inline(tokens_of(footnote.text.parts, go), go)}</dd>\n")
    return [*lines, f"{deep}</dl>\n"]


# -- tables


def _table(titles: Sequence[str], rows: Iterable[str], layout: Layout, attributes: str) -> Iterable[str]:
    deep = layout.depth
    head = [f"{deep}<table {attributes}>\n{deep}  <thead>\n{deep}    <tr>\n"]
    for title in titles:
        sort = ' class="sortNumeric"' if title == "Port Number" else ""
        head.append(f"{deep}      <th{sort}>{title}</th>\n")
    head.append(f"{deep}    </tr>\n{deep}  </thead>\n{deep}  <tbody>\n")
    return chain(head, rows, (f"{deep}  </tbody>\n{deep}</table>\n",))


class _Rows:
    """The rows of the table of records, as pieces."""

    def __init__(self, layout: Layout) -> None:
        self._go = layout.go
        self._deep = layout.depth + 6 * " "
        self._row = f"{layout.depth}    <tr>\n", f"{layout.depth}    </tr>\n"

    def records(self, records: Sequence[Record]) -> Iterable[str]:
        """The pieces of all rows, in order."""
        contacts = [record.contact for record in records]
        assignees = [record.contact if record.assignee is None else record.assignee for record in records]
        lists = self._cells({*contacts, *assignees}, self._list)
        texts = [record.description.parts for record in records]
        notes = [record.assignment_notes for record in records]
        reports = [record.unauthorized_use_reported for record in records]
        names = [record.service_name for record in records]
        codes = [record.service_code for record in records]
        start, end = self._row
        columns = [
            self._plain(names, before=start),
            self._plain([record.port_number for record in records], centred=True),
            self._plain([record.transport for record in records], centred=True),
            map(self._texts(texts).__getitem__, texts),
            map(lists.__getitem__, assignees),
            map(lists.__getitem__, contacts),
            self._plain([record.registration_date for record in records]),
            self._plain([record.modification_date for record in records]),
            self._of([record.reference for record in records], self._list),
            self._plain(codes, centred=True),
            self._of(reports, self._rich),
            self._of(notes, self._rich, after=end),
        ]
        return chain.from_iterable(zip(*columns, strict=True))

    def _plain(self, values: list[Any], *, centred: bool = False, before: str = "") -> Iterable[str]:
        cells = {None: ""} | _escaped({value for value in values if value is not None})
        opening = f'{before}{self._deep}<td align="center">' if centred else f"{before}{self._deep}<td>"
        cells = {value: f"{opening}{cell}</td>\n" for value, cell in cells.items()}
        return map(cells.__getitem__, values)

    def _texts(self, values: list[tuple[Part, ...]]) -> dict[Hashable, str]:
        """The cells of descriptions: most are one text."""
        distinct = set(values)
        simple = {parts[0] for parts in distinct if len(parts) == 1 and isinstance(parts[0], str)}
        escaped = _escaped(simple)
        cells: dict[Hashable, str] = {(plain,): self._cell(cell) for plain, cell in escaped.items()}
        return cells | self._cells(distinct.difference(cells), lambda parts: self._paragraphs(parts))

    def _of(self, values: list[Any], make: Callable[[Any], str], after: str = "") -> Iterable[str]:
        cells = {value: cell + after for value, cell in self._cells(set(values), make).items()}
        return map(cells.__getitem__, values)

    def _cells(self, distinct: Iterable[Hashable], make: Callable[[Any], str]) -> dict[Hashable, str]:
        return {value: self._cell(make(value)) for value in distinct}

    def _cell(self, content: str) -> str:
        return f"{self._deep}<td>{content}</td>\n"

    def _rich(self, content: RichText | None) -> str:
        return self._paragraphs(content.parts) if content else ""

    def _paragraphs(self, parts: tuple[Part, ...]) -> str:
        tokens = tokens_of(parts, self._go)
        if not tokens or not all(isinstance(token, Paragraph) for token in tokens):
            return inline(tokens, self._go)
        lines = [f"{self._deep}  {inline((token,), self._go)}\n" for token in tokens]
        return "\n" + "".join(lines) + self._deep

    def _list(self, references: tuple[Reference, ...]) -> str:
        return "".join([_bracketed(reference, self._go) for reference in references])


def _contacts(contacts: Sequence[Contact], layout: Layout) -> Iterable[str]:
    deep = layout.depth + 6 * " "
    start, end = f"{layout.depth}    <tr>\n", f"{layout.depth}    </tr>\n"
    plain = _escaped({x for c in contacts for x in (c.name, c.organization, c.updated, c.id) if x})
    cells = {None: f"{deep}<td></td>\n", "": f"{deep}<td></td>\n"}
    cells |= {given: f"{deep}<td>{cell}</td>\n" for given, cell in plain.items()}
    for contact in contacts:
        anchor, label = value(contact.id), plain.get(contact.id, "")
        yield f'{start}{deep}<td>\n{deep}  <a name="{anchor}" id="{anchor}">[{label}]</a>\n{deep}</td>\n'
        yield cells[contact.name]
        yield cells[contact.organization]
        uris = f"{deep}  <br />\n".join([f"{deep}  {_uri(uri)}\n" for uri in contact.uris if uri])
        yield f"{deep}<td>\n{uris}{deep}</td>\n" if uris else cells[None]
        yield cells[contact.updated]
        yield end


def _uri(uri: str) -> str:
    return f'<a href="{value(uri)}">{text(uri)}</a>' if is_safe(uri) else f"<span>{text(uri)}</span>"


# -- parts


def inline(tokens: Iterable[Token], go: str) -> str:
    """Return the markup of *tokens*."""
    return "".join([text(token) if isinstance(token, str) else _element(token, go) for token in tokens])


def _element(token: Break | Reference | Paragraph, go: str) -> str:
    match token:
        case Break():
            return "<br />"
        case Reference():
            return _link(token, go)
        case Paragraph():
            return f"<p>{inline(token.parts, go)}</p>"  # type: ignore[arg-type]


def _link(reference: Reference, go: str) -> str:
    return f'<a href="{value(target_of(reference, go) or "")}">{text(reference.label)}</a>'


def _bracketed(reference: Reference, go: str) -> str:
    label = reference.label
    if reference.type == "person" and label.strip() and not _QUOTED.search(label):
        return f'[<a href="#{label}">{label}</a>]'
    return f"[{_link(reference, go)}]" if target_of(reference, go) else text(f"[{label}]")


def _escaped(texts: set[str]) -> dict[str, str]:
    """Each of *texts* with its markup; all encoded at once."""
    ordered = list(texts)
    encoded = text("\0".join(ordered)).split("\0") if ordered else []
    if len(encoded) != len(ordered):
        raise _illegal("\0")
    return dict(zip(ordered, encoded, strict=True))


def text(plain: str) -> str:
    """Return *plain* as the text of an element."""
    if not _SPECIAL.search(plain):
        return plain
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def value(plain: str) -> str:
    """Return *plain* as the value of an attribute."""
    if not _QUOTED.search(plain):
        return plain
    return text(plain).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
