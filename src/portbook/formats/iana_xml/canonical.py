"""Records and contacts in IANA's canonical form, read by pattern.

Nine in ten stand in one form (docs/formats.md), and a pattern reads that form in a fraction of expat's time.
A piece is taken only when every line of it matches: text without markup, the three entities, known
elements, values without a remark.  Whatever else there is stays where it is for `elements`.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple

from portbook.formats.iana_xml.layout import NAMESPACE, AsRead, Layout
from portbook.formats.limits import MAX_FIELD, MAX_REFERENCES
from portbook.numbers import Transport, published_ports
from portbook.records import (
    Break,
    Contact,
    Part,
    PublishedDate,
    Record,
    Reference,
    RichText,
    quick_maker,
    rich,
)

PLACEHOLDER = "portbook-canonical"  # stands in the rest where pieces were taken; says how many

_START, _END = b"\n  <record", b"\n  </record>"
_PERSON, _PERSON_END = b'\n    <person id="', b"\n    </person>"
# Text that means itself: no markup, no carriage return or other character that XML changes or refuses.
_TEXT = r"(?:[^<>&\x00-\x08\x0b-\x1f\ufffe\uffff]|&amp;|&lt;|&gt;)"
_VALUE = r"[^\"<>&\x00-\x1f\ufffe\uffff]*"
_DATA = r"(?:[^\"<>&\x00-\x1f\ufffe\uffff]|&amp;)*"
_XREF = rf'xref type="({_VALUE})"(?: data="({_DATA})")?(?: section="({_VALUE})")?(?:/>|>({_TEXT}+)</xref>)'
_DATE = r"[0-9]{4}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?"

_LEAF = re.compile(
    rf"(name|sc|number|protocol|updated|description|note|unauthorized|org|uri)(?:/>|>({_TEXT}+)</\1>)"
)
_NUMBER = re.compile(r"[0-9]{1,5}(?:-[0-9]{1,5})?")
_REFERENCE = re.compile(_XREF)
_ASSIGNEE = re.compile(rf"assignee>\n      <{_XREF}")
_INLINE = re.compile(rf"<br/>|<{_XREF}")
_ATTRIBUTES = re.compile(rf'(?: date="({_DATE})")?(?: updated="({_DATE})")?>')
_TO_PERSON = 'xref type="person" data="'
_NO_VALUE = re.compile(r"[\"<>&]")

_new_record, _new_contact = quick_maker(Record), quick_maker(Contact)
_BREAK = Break()
_NO_TEXT = RichText()
_RICH = frozenset({"description", "note", "unauthorized"})
_CLOSING = {tag: f"/{tag}>" for tag in ("name", "sc", "number", "protocol", "updated", "org", "uri", *_RICH)}
_TRANSPORTS = frozenset(Transport.__members__.values())
# The fields of Record and Contact as tokens, in their order.
_RECORD_FIELDS = (
    "name", "number", "protocol", "description", "assignee", "contact", "date", "updated", "reference",
    "sc", "unauthorized", "note", "extras", "layout",
)  # fmt: skip
_CONTACT_FIELDS = ("id", "name", "org", "uri", "updated", "extras", "layout")
_RECORD_TOKENS = frozenset(_RECORD_FIELDS) - {"date", "updated", "extras", "layout"} | {"/assignee"}
_CONTACT_TOKENS = frozenset({"name", "org", "uri", "updated"})
_MANY = ("contact", "reference", "uri")  # tokens that may stand several times; their values are tuples

Child = tuple[str, Any]  # a token of the layout, and the value
_ODD: Child = ("?", None)  # a line that is not canonical; no shape has its token


class _Children(dict[bytes, Child]):
    """What each line of a record or contact says; equal lines are read once."""

    def __missing__(self, line: bytes) -> Child:
        child = self[line] = _child(line.decode()) or _ODD
        return child


class _Shape(NamedTuple):
    """What to make of lines; one for each sequence of tokens."""

    pick: Callable[[tuple[Any, ...]], tuple[Any, ...]]  # a row of values -> the fields
    several: tuple[tuple[int, ...], ...]  # the places of contacts, references or URIs where there are several
    layout: Layout


def _shape(tokens: tuple[str, ...], known: frozenset[str], fields: tuple[str, ...]) -> _Shape | None:
    """How to read lines with these *tokens*; None when they make no whole, or say a thing twice.

    A row is the values of the lines, then those of the opening tag, the layout, None, () and no text.
    """
    places: dict[str, list[int]] = {}
    for i, token in enumerate(tokens):
        places.setdefault(token, []).append(i)
    many = [places[token] for token in _MANY if token in places]
    if not places.keys() <= known or len(tokens) > MAX_REFERENCES:
        return None
    if any(len(found) > 1 for token, found in places.items() if token not in _MANY):
        return None
    if [i + 1 for i in places.get("assignee", [])] != places.get("/assignee", []):
        return None
    n = len(tokens)
    opening = ["id"] if "id" in fields else ["date", "updated"]
    place = {token: n + i for i, token in enumerate([*opening, "layout"])}
    nothing = n + len(opening) + 1
    place |= dict.fromkeys((*_MANY, "extras"), nothing + 1) | {"description": nothing + 2}
    place |= {token: found[0] for token, found in places.items()}
    layout = Layout(tuple(token for token in tokens if token != "/assignee"), None)
    pick = itemgetter(*(place.get(token, nothing) for token in fields))
    return _Shape(pick, tuple(tuple(found) for found in many if len(found) > 1), layout)


class Canonical:
    """The records and contacts that patterns took from one document, in its order."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.contacts: list[Contact] = []
        self._pieces: list[bytes] = []
        self._children = _Children()
        self._shapes: dict[tuple[str, ...], _Shape | None] = {}
        self._person_shapes: dict[tuple[str, ...], _Shape | None] = {}
        self._dates: dict[bytes, tuple[PublishedDate | None, ...] | None] = {}

    def taken_from(self, data: bytes) -> bytes:
        """Take what is canonical out of *data*; return the rest, an empty element in place of each run."""
        rest = _take(data, _START, self._record, self.records, self._pieces)
        return _take(rest, _PERSON, self._contact, self.contacts, self._pieces)

    @property
    def as_read(self) -> AsRead | None:
        """The bytes that each was read from."""
        return AsRead((*self.records, *self.contacts), tuple(self._pieces)) if self._pieces else None

    def all_stand_in(self, root: ET.Element) -> bool:
        """Say whether each piece that was taken stood where a record or contact belongs."""
        tag = f"{{{NAMESPACE}}}{PLACEHOLDER}"
        people = root.find(f"{{{NAMESPACE}}}people")
        records = sum(int(mark.get("n", "0")) for mark in root.findall(tag))
        contacts = 0 if people is None else sum(int(mark.get("n", "0")) for mark in people.findall(tag))
        return records == len(self.records) and contacts == len(self.contacts)

    def _record(self, piece: bytes) -> Record | None:
        attributes, *lines = piece.split(b"\n    <")
        if not lines or not lines[-1].endswith(_END):
            return None
        lines[-1] = lines[-1][: -len(_END)]
        children = self._children
        found = [children[line] for line in lines]
        dates = self._dates.get(attributes) or self._attributes(attributes)
        if dates is None:
            return None
        tokens, values = zip(*found, strict=True)
        shape = self._shapes.get(tokens)
        if shape is None:
            shape = self._shapes[tokens] = _shape(tokens, _RECORD_TOKENS, _RECORD_FIELDS)
            if shape is None:
                return None
        row = (*values, *dates, shape.layout, None, (), _NO_TEXT)
        return _new_record(*shape.pick(_gathered(row, shape) if shape.several else row))

    def _contact(self, piece: bytes) -> Contact | None:
        opening, *lines = piece.split(b"\n      <")
        if not lines or not lines[-1].endswith(_PERSON_END):
            return None
        lines[-1] = lines[-1][: -len(_PERSON_END)]
        children = self._children
        found = [children[line] for line in lines]
        identity = opening[:-2].decode()
        if not opening.endswith(b'">') or not identity.isprintable() or _NO_VALUE.search(identity):
            return None
        tokens, values = zip(*found, strict=True)
        shape = self._person_shapes.get(tokens)
        if shape is None:
            shape = self._person_shapes[tokens] = _shape(tokens, _CONTACT_TOKENS, _CONTACT_FIELDS)
            if shape is None:
                return None
        row = (*values, identity, shape.layout, None, (), None)
        return _new_contact(*shape.pick(_gathered(row, shape) if shape.several else row))

    def _attributes(self, line: bytes) -> tuple[PublishedDate | None, ...] | None:
        match = _ATTRIBUTES.fullmatch(line.decode())
        if match is None:
            return None
        dates = tuple(PublishedDate(date) if date else None for date in match.groups())
        return self._dates.setdefault(line, dates)


def _take(
    data: bytes,
    start: bytes,
    read: Callable[[bytes], Any],
    taken: list[Any],
    pieces: list[bytes],
) -> bytes:
    """*data* without what *read* can read after *start*: values go to *taken*, bytes to *pieces*.

    The bytes of a piece reach over the white space after it: that is how the next *start* begins, or the end.
    """
    indent = start[: start.index(b"<")]
    head, *found = data.split(start)
    rest = [head]
    at, run = len(head) + len(indent), 0
    for piece in found:
        begin, at = at, at + len(start) + len(piece)
        value = read(piece)
        if value is not None:
            taken.append(value)
            pieces.append(data[begin:at])
            run += 1
            continue
        if run:
            rest.append(b'%s<%s n="%d"/>' % (indent, PLACEHOLDER.encode(), run))
            run = 0
        rest.append(start + piece)
    if run:
        rest.append(b'%s<%s n="%d"/>' % (indent, PLACEHOLDER.encode(), run))
    return b"".join(rest)


def _gathered(row: tuple[Any, ...], shape: _Shape) -> tuple[Any, ...]:
    """*row* with all contacts (references, URIs) at the place of the first."""
    values = list(row)
    for places in shape.several:
        values[places[0]] = tuple([row[i][0] for i in places])
    return tuple(values)


def _child(line: str) -> Child | None:
    """The part of a record or contact that one line writes, or None."""
    if len(line) > MAX_FIELD:
        return None
    tag, _, rest = line.partition(">")
    text, _, close = rest.partition("<")
    if close == _CLOSING.get(tag) and text and line.isprintable() and ">" not in text:
        if "&" not in text:
            return _VALUES[tag](tag, text)
        text = text.replace("&amp;", "\0")  # which no printable line has
        if "&" not in text:
            return _VALUES[tag](tag, text.replace("\0", "&"))
    if line.startswith(_TO_PERSON) and line.endswith('"/>') and line.isprintable():
        identity = line[len(_TO_PERSON) : -3]
        if not _NO_VALUE.search(identity):
            return "contact", (Reference("person", identity),)
    if line.startswith("xref "):
        match = _REFERENCE.fullmatch(line)
        return _xref(match) if match else None
    if tag == "assignee":
        match = _ASSIGNEE.fullmatch(line)
        return ("assignee", (_reference(match),)) if match else None
    if line == "/assignee>":
        return "/assignee", None
    if match := _LEAF.fullmatch(line):
        return _VALUES[match[1]](match[1], _unescaped(match[2] or ""))
    return _with_markup(tag, rest.removesuffix(f"</{tag}>")) if tag in _RICH else None


# The token and value of an element that holds text alone; None for a value that needs a remark.


def _text_value(tag: str, text: str) -> Child | None:
    return tag, text


def _uri_value(tag: str, text: str) -> Child | None:
    return tag, (text,)


def _rich_value(tag: str, text: str) -> Child | None:
    return tag, RichText((text,)) if text else _NO_TEXT


def _number_value(tag: str, text: str) -> Child | None:
    if len(text) < 5 and text.isascii() and text.isdigit():  # so not above 65535
        return tag, text
    return (tag, text) if _NUMBER.fullmatch(text) and published_ports(text) else None


def _protocol_value(tag: str, text: str) -> Child | None:
    return (tag, text) if text in _TRANSPORTS else None


def _date_value(tag: str, text: str) -> Child | None:
    date = PublishedDate(text)
    return (tag, date) if date.is_valid else None


_VALUES: dict[str, Callable[[str, str], Child | None]] = {
    **dict.fromkeys(("name", "sc", "org"), _text_value),
    "uri": _uri_value,
    **dict.fromkeys(_RICH, _rich_value),
    "number": _number_value,
    "protocol": _protocol_value,
    "updated": _date_value,
}


def _with_markup(tag: str, text: str) -> Child | None:
    """Rich text with breaks and references in it; None when there is anything else."""
    parts: list[Part] = []
    at = 0
    for found in _INLINE.finditer(text):
        between = text[at : found.start()]
        parts += (_unescaped(between), _BREAK if found[1] is None else _reference(found))
        at = found.end()
        if not _PLAIN.fullmatch(between):
            return None
    return (tag, rich(*parts, _unescaped(text[at:]))) if parts and _PLAIN.fullmatch(text[at:]) else None


_PLAIN = re.compile(rf"{_TEXT}*")


def _xref(match: re.Match[str]) -> Child:
    reference = _reference(match)
    return "contact" if reference.type == "person" else "reference", (reference,)


def _reference(match: re.Match[str]) -> Reference:
    kind, data, section, text = match.groups()
    others = (("section", section),) if section is not None else ()
    return Reference(kind, data and _unescaped(data), text and _unescaped(text), others)


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
