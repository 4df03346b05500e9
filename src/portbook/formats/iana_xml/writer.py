"""Editions to IANA's XML: the canonical form, and what people made of it (docs/formats.md).

A record or contact whose layout was kept is written in that order, with its own white space where it has one;
any other in the canonical form.  The one encoder of XML: text goes through `_text`, attribute values
through `_value`.  Equal parts are written once and remembered (`_Memo`), which is most of the speed.
"""

import re
from collections.abc import Callable, Iterable
from itertools import repeat
from operator import attrgetter
from typing import Any, NamedTuple

from portbook.edition import Edition
from portbook.errors import FormatError, Problem
from portbook.formats.fragments import Fragments
from portbook.formats.iana_xml.layout import (
    HEAD_ORDER,
    NAMESPACE,
    PROLOGS,
    REGISTRY_ID,
    HeadLayout,
    Layout,
    contact_tokens,
    record_tokens,
)
from portbook.records import Break, Contact, Extra, Markup, Paragraph, Part, Record, Reference

_XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
_SPECIAL = re.compile(r"[&<>\r]")
_ILLEGAL = bytes(range(9)) + b"\x0b\x0c" + bytes(range(14, 32))  # bytes that no XML 1.0 file may hold
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())

# How each token is written: the field it comes from, and the tag.
_RECORD_FIELDS = {
    "name": "service_name", "protocol": "transport", "assignee": "assignee", "number": "port_number",
    "description": "description.parts", "note": "assignment_notes.parts", "sc": "service_code",
    "unauthorized": "unauthorized_use_reported.parts", "contact": "contact", "reference": "reference",
}  # fmt: skip
_CONTACT_FIELDS = {"name": "name", "org": "organization", "uri": "uris", "updated": "updated"}


def write(edition: Edition, fragments: Fragments, as_read: Callable[[list[Any]], dict[int, bytes]]) -> bytes:
    """Return *edition* as IANA's XML; raise `FormatError` E-XML-CHARACTER for what XML cannot hold.

    Of the rows that *fragments* do not hold, those whose id is in what *as_read* gives for them are the very
    values that were read, and are written with the bytes there.
    """
    try:
        return b"".join(_document(edition, fragments, as_read))
    except UnicodeEncodeError as error:
        raise _illegal(error.object[error.start]) from None


def _legal(pieces: Iterable[str]) -> None:
    """Raise E-XML-CHARACTER when one of *pieces* holds a character that XML has no way to write."""
    data = b"".join(map(str.encode, pieces))
    if len(data.translate(None, _ILLEGAL)) != len(data):
        raise _illegal(chr(next(byte for byte in data if byte in _ILLEGAL)))
    for noncharacter in _NONCHARACTERS:
        if noncharacter in data:
            raise _illegal(noncharacter.decode())


def _illegal(character: str) -> FormatError:
    message = f"the edition holds the character {character!r}, which XML has no way to write"
    return FormatError(Problem("E-XML-CHARACTER", message, "XML 1.0 section 2.2"))


# -- the document


def _document(
    edition: Edition, fragments: Fragments, as_read: Callable[[list[Any]], dict[int, bytes]]
) -> list[bytes]:
    head = _head(edition)
    _legal([xml for _, xml in head])
    kept = edition.layout if isinstance(edition.layout, HeadLayout) else None
    tokens = [token for token, _ in head]
    prolog = PROLOGS[(kept and kept.prolog) or "xml-model"]
    if kept is not None and sorted(kept.order) == sorted(tokens):
        order, spaces, people, end = kept.order, kept.spaces, kept.people, kept.end
    else:
        order = tuple(sorted(tokens, key=HEAD_ORDER.index))
        others = len(order) - order.count("record")
        spaces = ("\n  ",) * others + ("\n",) if others else ("\n  ",)
        people, end = "\n    " if edition.contacts else "", "\n"
    elements: dict[str, list[str]] = {}
    for token, xml in reversed(head):
        elements.setdefault(token, []).append(xml)
    out = [f'{prolog}<registry xmlns="{NAMESPACE}" id="{REGISTRY_ID}">{_text(spaces[0])}'.encode()]
    place = 1
    for token in order:
        if token == "record":
            after = "\n" if place == len(spaces) else "\n  "
            out += _rows(edition.records, _RECORD, after, fragments, as_read)
            continue
        if token == "people" and (edition.contacts or people):
            out.append(f"<people>{_text(people)}".encode())
            out += _rows(edition.contacts or (), _CONTACT, "\n  ", fragments, as_read)
            out.append(b"</people>")
        else:
            out.append(elements[token].pop().encode())
        out.append(_text(spaces[place]).encode())
        place += 1
    return [*out, b"</registry>", end.encode()]


def _head(edition: Edition) -> list[tuple[str, str]]:
    """The elements of the head with their tokens, in the canonical order; records and contacts as marks."""
    leaves = (("title", edition.title), ("category", edition.category), ("updated", edition.updated))
    head = [(tag, _element(tag, _text(value))) for tag, value in leaves if value is not None]
    head += [("xref", _reference(reference)) for reference in edition.reference or ()]
    if edition.experts is not None:
        head.append(("expert", _element("expert", _rich(edition.experts.parts))))
    for note in edition.notes or ():
        title = "" if note.title is None else f' title="{_value(note.title)}"'
        head.append(("note", _element("note", _rich(note.text.parts), title)))
    head += [("extra", extra.value) for extra in edition.extras if extra.kind == "element"]
    head += [("record", "")] if edition.records else []
    for footnote in edition.footnotes or ():
        anchor = f' anchor="{_value(footnote.anchor)}"'
        head.append(("footnote", _element("footnote", _rich(footnote.text.parts), anchor)))
    return head + ([("people", "<people/>")] if edition.contacts is not None else [])


# -- records and contacts


class _Kind(NamedTuple):
    """What differs between records and contacts."""

    rows: str  # what they are called
    tag: str
    indent: str  # before its closing tag
    opening: dict[str, str]  # attribute -> field
    fields: dict[str, str]  # token -> field
    tokens: Callable[[Any], list[str]]


_RECORD = _Kind(
    "records",
    "record",
    "\n  ",
    {"date": "registration_date", "updated": "modification_date"},
    _RECORD_FIELDS,
    record_tokens,
)
_CONTACT = _Kind("contacts", "person", "\n    ", {"id": "id"}, _CONTACT_FIELDS, contact_tokens)


class _Memo(dict[Any, str]):
    """The XML of values seen before."""

    def __init__(self, write_value: Callable[[Any], str]) -> None:
        self._write = write_value

    def __missing__(self, value: Any) -> str:
        xml = self[value] = self._write(value)
        return xml


_Plan = tuple[Callable[[Any], tuple[Any, ...]], list[_Memo]]  # gets the fields; what writes each


def _rows(
    rows: tuple[Any, ...],
    kind: _Kind,
    last: str,
    fragments: Fragments,
    as_read: Callable[[list[Any]], dict[int, bytes]],
) -> list[bytes]:
    """The rows by the block, each with the white space after it (*last* after the last one)."""

    def made(rows: list[Any]) -> list[bytes]:
        found = as_read(rows)
        kept = list(map(found.get, map(id, rows)))
        fresh = iter(_written([row for row, piece in zip(rows, kept, strict=True) if piece is None], kind))
        return [piece or next(fresh) for piece in kept]

    blocks = fragments.by_block("xml", kind.rows, rows, made, b"".join)
    if rows and (rows[-1].layout is None or rows[-1].layout.spaces is None):
        return [*blocks[:-1], blocks[-1][: -len(kind.indent)] + last.encode()]
    return blocks


def _written(rows: list[Any], kind: _Kind) -> list[bytes]:
    """The rows as XML, each with the white space after it; those of one layout together, by the column."""
    memos = {field: _Memo(writer) for field, writer in _writers(kind).items()}
    _learn(rows, kind, memos)
    alike: dict[tuple[int, bool], list[int]] = {}
    for place, row in enumerate(rows):
        alike.setdefault((id(row.layout), bool(row.extras)), []).append(place)
    written = [b""] * len(rows)
    for (_, has_extras), places in alike.items():
        same = [rows[place] for place in places]
        plan = None if has_extras else _plan(same[0].layout, kind, memos)
        if plan is None:
            _legal(pieces := [_laid_out(row, kind) for row in same])
        else:
            pieces = _in_columns(same, plan, kind)
        for place, piece in zip(places, map(str.encode, pieces), strict=True):
            written[place] = piece
    _legal([xml for memo in memos.values() for xml in memo.values()])
    return written


def _in_columns(rows: list[Any], plan: _Plan, kind: _Kind) -> list[str]:
    """*rows* of one canonical layout as XML."""
    get, writers = plan
    columns = zip(*map(get, rows), strict=True)
    parts = [map(memo.__getitem__, column) for memo, column in zip(writers, columns, strict=True)]
    closing = f"{kind.indent}</{kind.tag}>{kind.indent}"
    return list(map("".join, zip(repeat(f"<{kind.tag}"), *parts, repeat(closing))))


def _learn(rows: list[Any], kind: _Kind, memos: dict[str, _Memo]) -> None:
    """Fill the memos with the plain values of *rows*: one encoding for all texts of a field."""
    step = kind.indent + "  "
    for token, field in kind.fields.items():
        if token not in ("name", "protocol", "number", "org", "description", "contact", "uri"):
            continue
        before, after, encode = f"{step}<{token}>", f"</{token}>", _text
        keys = [value for value in set(map(attrgetter(field), rows)) if value]
        if token in ("description", "uri"):
            keys = [key for key in keys if len(key) == 1 and isinstance(key[0], str) and key[0]]
            texts = [key[0] for key in keys]
        elif token == "contact":
            keys = [key for key in keys if len(key) == 1 and key[0] == Reference("person", key[0].data)]
            texts = [key[0].data or "" for key in keys]
            before, after, encode = f'{step}<xref type="person" data="', '"/>', _value
        else:
            texts = keys
        encoded = encode("\0".join(texts)).split("\0")
        if len(encoded) == len(keys):  # else a text holds U+0000, which is told when all is written
            pairs = zip(keys, encoded, strict=True)
            memos[field].update({key: f"{before}{text}{after}" for key, text in pairs})


def _plan(layout: Any, kind: _Kind, memos: dict[str, _Memo]) -> _Plan | None:
    """How to write rows of a canonical *layout*: the fields, and what writes each; None for any other."""
    if layout is None or layout.spaces is not None or "extra" in layout.order:
        return None
    tokens = [t for i, t in enumerate(layout.order) if i == 0 or t != layout.order[i - 1]]
    if len(set(tokens)) != len(tokens) or not tokens:
        return None  # contacts or references stand apart
    fields = [*kind.opening.values(), *(kind.fields[token] for token in tokens)]
    return attrgetter(*fields), [memos[field] for field in fields]


def _writers(kind: _Kind) -> dict[str, Callable[[Any], str]]:
    """Field -> what writes it, with the canonical white space before it."""
    step = kind.indent + "  "
    writers: dict[str, Callable[[Any], str]] = {}
    last = list(kind.opening)[-1]
    for name, field in kind.opening.items():
        writers[field] = _attribute_writer(name, ">" if name == last else "")
    for token, field in kind.fields.items():
        writers[field] = _child_writer(token, step)
    return writers


def _attribute_writer(name: str, end: str) -> Callable[[Any], str]:
    return lambda value: end if value is None else f' {name}="{_value(value)}"{end}'


def _child_writer(token: str, step: str) -> Callable[[Any], str]:
    def write_child(value: Any) -> str:
        if token in ("contact", "reference"):
            return "".join([step + _reference(reference) for reference in value])
        if token == "uri":
            return "".join([step + _element(token, _text(uri)) for uri in value])
        return step + _child(token, value, None)

    return write_child


def _child(token: str, value: Any, assignee_spaces: tuple[str, ...] | None) -> str:
    """One child element of a record or contact."""
    if token == "assignee":
        return _assignee(value, assignee_spaces)
    if token in ("description", "note", "unauthorized"):
        return _element(token, _rich(value))
    return _element(token, _text(value))


def _laid_out(row: Record | Contact, kind: _Kind) -> str:
    """A row in its own order and white space, or in the canonical form."""
    layout = row.layout if isinstance(row.layout, Layout) else None
    order = layout.order if layout is not None else kind.tokens(row)
    spaces = layout.spaces if layout is not None else None
    step = kind.indent + "  "
    within = None
    if spaces is None:
        spaces = (step,) * len(order) + (kind.indent, kind.indent)
    elif len(spaces) > len(order) + 2:
        within = spaces[len(order) + 2 :]
    several = {
        token: iter(getattr(row, kind.fields[token]))
        for token in ("contact", "reference", "uri")
        if token in kind.fields
    }
    extras = iter([extra for extra in row.extras if extra.kind == "element"])
    attributes = "".join(
        f' {name}="{_value(value)}"'
        for name, field in kind.opening.items()
        if (value := getattr(row, field)) is not None
    )
    parts = [f"<{kind.tag}{attributes}{_added(row.extras, '')}>", _text(spaces[0])]
    for token, space in zip(order, spaces[1 : len(order) + 1], strict=True):
        if token == "extra":
            xml = next(extras).value
        elif token in several:
            value = next(several[token])
            xml = _element(token, _text(value)) if token == "uri" else _reference(value)
        else:
            xml = _child(token, attrgetter(kind.fields[token])(row), within)
        added = _added(row.extras, token + "/")
        parts += (xml.replace(f"<{token}", f"<{token}{added}", 1) if added else xml, _text(space))
    return "".join(parts) + f"</{kind.tag}>{_text(spaces[len(order) + 1])}"


def _added(extras: tuple[Extra, ...], where: str) -> str:
    """The attributes that were kept for the element *where* ("" for the row itself)."""
    named = [(extra.name, extra.value) for extra in extras if extra.kind == "attribute"]
    return _attributes([(name.removeprefix(where), value) for name, value in named if _owner(name) == where])


def _owner(name: str) -> str:
    """What stands before an attribute's own name: "" or the element's tag and "/"."""
    return "" if name.startswith("{") or "/" not in name else name[: name.index("/") + 1]


# -- parts


def _assignee(references: tuple[Reference, ...], spaces: tuple[str, ...] | None) -> str:
    if not references and not any(spaces or ()):
        return "<assignee/>"
    if spaces is None:
        spaces = ("\n      ",) * len(references) + ("\n    ",)
    *before, closing = spaces
    inner = "".join(_text(space) + _reference(r) for space, r in zip(before, references, strict=True))
    return f"<assignee>{inner}{_text(closing)}</assignee>"


def _element(tag: str, content: str, attributes: str = "") -> str:
    return f"<{tag}{attributes}>{content}</{tag}>" if content else f"<{tag}{attributes}/>"


def _rich(parts: Iterable[Part]) -> str:
    return "".join([_text(part) if isinstance(part, str) else _inline(part) for part in parts])


def _inline(part: Part) -> str:
    match part:
        case Break():
            return "<br/>"
        case Reference():
            return _reference(part)
        case Paragraph():
            return _element("paragraph", _rich(part.parts))
        case Markup():
            return part.xml
        case _:
            return _text(part)


def _reference(reference: Reference) -> str:
    kind, data, text, others = reference
    attributes = f' type="{_value(kind)}"' + ("" if data is None else f' data="{_value(data)}"')
    attributes += _attributes(others)
    return f"<xref{attributes}>{_text(text)}</xref>" if text else f"<xref{attributes}/>"


def _attributes(named: Iterable[tuple[str, str]]) -> str:
    """Attributes as written in a tag; "{namespace}name" with a prefix of its own."""
    written = []
    for i, (name, value) in enumerate(named):
        namespace, _, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
        if namespace == _XML_NAMESPACE:
            local = f"xml:{local}"
        elif namespace:
            written.append(f' xmlns:a{i}="{_value(namespace)}"')
            local = f"a{i}:{local}"
        written.append(f' {local}="{_value(value)}"')
    return "".join(written)


def _text(text: str) -> str:
    if not _SPECIAL.search(text):
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _value(text: str) -> str:
    text = _text(text).replace('"', "&quot;")
    return text.replace("\n", "&#10;").replace("\t", "&#9;")
