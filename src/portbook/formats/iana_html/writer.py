"""Editions to IANA's page: one page with all records, all contacts and the footnotes.

The one encoder of this grammar: text goes through `text`, attribute values through `value`.  Each distinct
cell is written once and remembered, and rows are put together by the column, which is most of the speed.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from portbook.edition import Edition
from portbook.errors import FormatError, Problem
from portbook.formats.fragments import Fragments
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
from portbook.formats.iana_html.tokens import Token, is_safe, target_of, text_of, tokens_of
from portbook.formats.limits import checked_field
from portbook.records import Break, Contact, Footnote, Paragraph, Part, Record, Reference, RichText

NUL = "\0"  # between cells while they are written; in no edition that XML can hold
_SPECIAL = re.compile(r"[&<>\r]")
_QUOTED = re.compile(r"[&<>\r\"\t\n]")
_ILLEGAL = bytes(range(9)) + b"\x0b\x0c" + bytes(range(14, 32))
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())


def write(
    edition: Edition,
    titles: Sequence[str],
    layout: Layout,
    check: Callable[[Sequence[Record]], None],
    fragments: Fragments,
) -> bytes:
    """Return *edition* as a page whose table has *titles*; E-HTML-CHARACTER for what XML cannot hold.

    Records that *fragments* do not hold go through *check* before they are written.
    """

    def made(records: Sequence[Record]) -> Sequence[bytes]:
        check(records)
        return _Rows(layout).records(records)

    kind = "html", layout
    records = fragments.by_block(kind, "records", edition.records, made, b"".join)
    contacts = fragments.by_block(
        kind, "contacts", edition.contacts or (), lambda contacts: _contacts(contacts, layout), b"".join
    )
    before, after = around(text(edition.title or ""), layout)
    first, last = _table(titles, layout, f'id="table-{NAME}" class="sortable_srv"')
    top = _bytes("".join([before, *_head(edition, layout), first]))
    first, end = _table(PEOPLE_TITLES, layout, 'class="sortable"')
    people = f'{layout.depth}<h1 class="people">{layout.people_heading}</h1>\n'
    middle = _bytes("".join([last, people, first]))
    bottom = _bytes("".join([end, *_footnotes(edition.footnotes or (), layout), after]))
    return b"".join([top, *records, middle, *contacts, bottom])


def _bytes(markup: str, separators: int = 0) -> bytes:
    """*markup* encoded, with *separators* NULs in it; `FormatError` for characters that XML cannot write."""
    try:
        data = markup.encode()
    except UnicodeEncodeError as error:
        raise _illegal(error.object[error.start]) from None
    if len(data.translate(None, _ILLEGAL)) != len(data) - separators:
        found = sorted(byte for byte in data if byte in _ILLEGAL)
        raise _illegal(chr(found[separators]))
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
    lines = [f"{deep}<h1>{text(checked_field(edition.title or '', 'the title'))}</h1>\n{deep}<dl>\n"]
    lines += _entry(UPDATED, text(checked_field(edition.updated or "", "the date")), deep)
    lines += _preformatted(EXPERTS, edition.experts, layout)
    lines += _entry(REFERENCE, inline(tokens_of(edition.reference or (), go), go), deep)
    for note in edition.notes or ():
        title = checked_field(note.title or NOTE, "the title of a note")
        lines += _preformatted(title, note.text, layout)
    links = [
        f'{deep}    <a class="altformat" href="{NAME}.{suffix}">{name}</a>\n' for suffix, name in FORMATS
    ]
    lines += _entry(AVAILABLE, "\n" + "".join(links) + f"{deep}  ", deep)
    return [*lines, f"{deep}</dl>\n"]


def _entry(title: str, content: str, deep: str) -> list[str]:
    return [f"{deep}  <dt>{text(title)}</dt>\n", f"{deep}  <dd>{content}</dd>\n"]


def _preformatted(title: str, content: RichText | None, layout: Layout) -> list[str]:
    deep, go = layout.depth, layout.go
    shown = _whole(content.parts if content else (), go)
    return _entry(title, f"\n{deep}    <pre>{shown}</pre>\n{deep}  ", deep)


def _footnotes(footnotes: Sequence[Footnote], layout: Layout) -> list[str]:
    if not footnotes:
        return []
    deep, go = layout.depth, layout.go
    lines = [f'{deep}<h1 class="footnotes">Footnote{"s" * (len(footnotes) > 1)}</h1>\n']
    lines.append(f'{deep}<dl class="footnotes">\n')
    for footnote in footnotes:
        anchor = f"note{value(checked_field(footnote.anchor, 'an anchor'))}"
        link = f'<a name="{anchor}" id="{anchor}">[{text(footnote.anchor)}]</a>'
        lines.append(f"{deep}  <dt>{link}</dt>\n")
        lines.append(f"{deep}  <dd>{_whole(footnote.text.parts, go)}</dd>\n")
    return [*lines, f"{deep}</dl>\n"]


# -- tables


def _table(titles: Sequence[str], layout: Layout, attributes: str) -> tuple[str, str]:
    """What stands before the rows of a table and after them."""
    deep = layout.depth
    head = [f"{deep}<table {attributes}>\n{deep}  <thead>\n{deep}    <tr>\n"]
    for title in titles:
        sort = ' class="sortNumeric"' if title == "Port Number" else ""
        head.append(f"{deep}      <th{sort}>{title}</th>\n")
    head.append(f"{deep}    </tr>\n{deep}  </thead>\n{deep}  <tbody>\n")
    return "".join(head), f"{deep}  </tbody>\n{deep}</table>\n"


_ALIKE = attrgetter(
    *("description.parts", "assignee", "contact", "registration_date", "modification_date", "reference"),
    *("service_code", "unauthorized_use_reported", "assignment_notes"),
)


class _Rows:
    """The rows of the table of records: each distinct cell is written and encoded once."""

    def __init__(self, layout: Layout) -> None:
        self._go = layout.go
        self._deep = layout.depth + 6 * " "
        self._row = f"{layout.depth}    <tr>\n", f"{layout.depth}    </tr>\n"

    def records(self, records: Sequence[Record]) -> list[bytes]:
        """The row of each of *records*; most differ from another one in name, number and transport alone."""
        start, _ = self._row
        alike = list(map(_ALIKE, records))
        rest = self._rest(list(dict.fromkeys(alike)))
        columns = (
            self._plain([record.service_name for record in records], before=start),
            self._plain([record.port_number for record in records], centred=True),
            self._plain([record.transport for record in records], centred=True),
            map(rest.__getitem__, alike),
        )
        return list(map(b"".join, zip(*columns, strict=True)))

    def _rest(self, distinct: list[tuple[Any, ...]]) -> dict[tuple[Any, ...], bytes]:
        """Each of *distinct*, the values that `_ALIKE` gets, with its cells."""
        if not distinct:
            return {}
        texts, assignees, contacts, registered, modified, references, codes, unauthorized, notes = map(
            list, zip(*distinct, strict=True)
        )
        assignees = [c if a is None else a for a, c in zip(assignees, contacts, strict=True)]
        lists = self._made({*contacts, *assignees}, self._list)
        _, end = self._row
        columns = (
            map(self._texts(texts).__getitem__, texts),
            map(lists.__getitem__, assignees),
            map(lists.__getitem__, contacts),
            self._plain(registered),
            self._plain(modified),
            self._of(references, self._list),
            self._plain(codes, centred=True),
            self._of(unauthorized, self._rich),
            self._of(notes, self._rich, after=end),
        )
        return dict(zip(distinct, map(b"".join, zip(*columns, strict=True)), strict=True))

    def _plain(self, values: Sequence[Any], *, centred: bool = False, before: str = "") -> Iterable[bytes]:
        opening = f'{before}{self._deep}<td align="center">' if centred else f"{before}{self._deep}<td>"
        distinct = list(dict.fromkeys(values))
        longest = max((given for given in distinct if given), key=len, default="")
        checked_field(longest, "a field")
        joined = text("\0".join([given or "" for given in distinct]))
        return map(self._cells(distinct, joined, opening).__getitem__, values)

    def _texts(self, values: list[tuple[Part, ...]]) -> dict[Any, bytes]:
        """The cells of descriptions: most are one text."""
        distinct = set(values)
        simple = [parts for parts in distinct if len(parts) == 1 and isinstance(parts[0], str)]
        plain: list[str] = [parts[0] for parts in simple]  # type: ignore[misc]
        checked_field(max(plain, key=len, default=""), "a text")
        cells = self._cells(simple, text("\0".join(plain)), f"{self._deep}<td>")
        return cells | self._made(distinct.difference(cells), self._paragraphs)

    def _of(self, values: list[Any], make: Callable[[Any], str], after: str = "") -> Iterable[bytes]:
        return map(self._made(set(values), make, after).__getitem__, values)

    def _made(self, distinct: Iterable[Any], make: Callable[[Any], str], after: str = "") -> dict[Any, bytes]:
        keys = list(distinct)
        return self._cells(keys, "\0".join(map(make, keys)), f"{self._deep}<td>", after)

    def _cells(self, keys: Sequence[Any], joined: str, opening: str, after: str = "") -> dict[Any, bytes]:
        """Each of *keys* with its cell; *joined* is what they hold, with NULs between."""
        if not keys:
            return {}
        closing = f"</td>\n{after}"
        markup = f"{opening}{joined.replace(NUL, f'{closing}{NUL}{opening}')}{closing}"
        return dict(zip(keys, _bytes(markup, len(keys) - 1).split(b"\0"), strict=True))

    def _rich(self, content: RichText | None) -> str:
        return self._paragraphs(content.parts) if content else ""

    def _paragraphs(self, parts: tuple[Part, ...]) -> str:
        tokens = tokens_of(parts, self._go)
        checked_field(text_of(tokens), "a text")
        if not tokens or not all(isinstance(token, Paragraph) for token in tokens):
            return inline(tokens, self._go)
        lines = [f"{self._deep}  {inline((token,), self._go)}\n" for token in tokens]
        return "\n" + "".join(lines) + self._deep

    def _list(self, references: tuple[Reference, ...]) -> str:
        return "".join([_bracketed(reference, self._go) for reference in references])


def _contacts(contacts: Sequence[Contact], layout: Layout) -> Sequence[bytes]:
    """The row of each of *contacts*."""
    if not contacts:
        return ()
    deep = layout.depth + 6 * " "
    plain = {x for c in contacts for x in (c.name, c.organization, c.updated) if x}
    ids, uris = {c.id for c in contacts}, {uri for c in contacts for uri in c.uris if uri}
    checked_field(max({*plain, *ids}, key=len), "a field of a contact")
    checked_field(max(uris, key=len, default=""), "a contact's URI")
    empty = f"{deep}<td></td>\n"
    cells: dict[str | None, str] = {x: f"{deep}<td>{one}</td>\n" for x, one in _each(plain, text).items()}
    labels, anchors = _each(ids, text), _each(ids, value)
    shown, targets = _each(uris, text), _each(uris, value)
    links = {
        uri: f'{deep}  <a href="{targets[uri]}">{shown[uri]}</a>\n'
        if is_safe(uri)
        else f"{deep}  <span>{shown[uri]}</span>\n"
        for uri in uris
    }
    start, end = f"{layout.depth}    <tr>\n{deep}<td>\n", f"{layout.depth}    </tr>\n"
    opening, between, closing = f"{deep}<td>\n", f"{deep}  <br />\n", f"{deep}</td>\n"
    rows = []
    for contact in contacts:
        anchor = anchors[contact.id]
        lines = between.join([links[uri] for uri in contact.uris if uri])
        rows.append(
            f'{start}{deep}  <a name="{anchor}" id="{anchor}">[{labels[contact.id]}]</a>\n{closing}'
            f"{cells.get(contact.name, empty)}{cells.get(contact.organization, empty)}"
            f"{opening + lines + closing if lines else empty}{cells.get(contact.updated, empty)}{end}"
        )
    _bytes("".join({*cells.values(), *labels.values(), *links.values()}))
    return list(map(str.encode, rows))


def _each(plain: Iterable[str], encode: Callable[[str], str]) -> dict[str, str]:
    """Each of *plain* with what *encode* makes of it; all at once, for it makes nothing of a NUL."""
    keys = list(plain)
    encoded = encode("\0".join(keys)).split("\0") if keys else []
    if len(encoded) > len(keys):  # one holds a NUL itself
        raise _illegal("\0")
    return dict(zip(keys, encoded, strict=True))


# -- parts


def _whole(parts: Iterable[Part], go: str) -> str:
    tokens = tokens_of(parts, go)
    checked_field(text_of(tokens), "a text")
    return inline(tokens, go)


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
    target = checked_field(target_of(reference, go) or "", "what a link leads to")
    return f'<a href="{value(target)}">{text(checked_field(reference.label, "a label"))}</a>'


def _bracketed(reference: Reference, go: str) -> str:
    label = checked_field(reference.label, "a label")
    if reference.type == "person" and label.strip() and not _QUOTED.search(label):
        return f'[<a href="#{label}">{label}</a>]'
    return f"[{_link(reference, go)}]" if target_of(reference, go) else text(f"[{label}]")


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
