"""Record, Contact, Reference, RichText, PublishedDate: one row as IANA publishes it (R-PUB).

Values only, frozen and hashable, that hold exactly what was published: odd names, unknown transports
and partial dates included (R-LEG-9, R-PUB-11).  `layout` is how the row was written down (the order of
its parts, its white space); it takes no part in equality.  What rows mean together is `edition`'s.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, make_dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from portbook.errors import Problem, RuleError, shown
from portbook.numbers import Ports, published_ports

_DATE = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?", re.ASCII)
_BLANKS = re.compile(r"[ \t\r\n]+")
_TAG = re.compile(r"""<(?:[^<>"']|"[^"<]*"|'[^'<]*')*>""")
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]{1,5}|10[0-9A-Fa-f]{4})|#([0-9]{1,6})|(lt|gt|amp|quot|apos));")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}  # all that XML 1.0 knows by itself


class PublishedDate(str):
    """A date as published: "2006-12-01" or "2006-12".  No day is ever invented (R-PUB-11).

    It is the published text, so it sorts and compares as text; a text that is no date is kept too,
    with `is_valid` False.
    """

    __slots__ = ()

    @property
    def is_valid(self) -> bool:
        """Whether the text is YYYY-MM-DD or YYYY-MM, with a month and day that can exist."""
        return _DATE.fullmatch(self) is not None

    @property
    def parts(self) -> tuple[int, int, int | None]:
        """Year, month, and the day or None; raises `RuleError` E-DATE-FORMAT when not valid."""
        match = _DATE.fullmatch(self)
        if match is None:
            is_of_its_form = re.fullmatch(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?", self, re.ASCII)
            wrong = "names no day of the calendar" if is_of_its_form else "is neither YYYY-MM-DD nor YYYY-MM"
            message = f"date {shown(self)} {wrong}"
            raise RuleError(Problem("E-DATE-FORMAT", message, "R-PUB-11"))
        return int(match[1]), int(match[2]), int(match[3]) if match[3] else None


class Reference(NamedTuple):
    """A published cross-reference: to a person, RFC, draft, URI or footnote, or plain text (R-PUB-6)."""

    type: str
    data: str | None = None
    text: str | None = None  # its own text, if any: shown in place of the data
    attributes: tuple[tuple[str, str], ...] = ()  # others, as published ("section"), in order

    @property
    def label(self) -> str:
        """What other formats show between square brackets."""
        if self.type in ("person", "note"):
            return self.data or ""
        own = self.text if self.text and not self.text.isspace() else None
        data = self.data or ""
        match self.type:
            case "rfc":
                return own or data.upper()
            case "registry":
                return own or f"IANA registry {data}"
            case "rfc-errata":
                return f"RFC Errata {own or data}"
            case "unicode":
                return own or f"Unicode Character Database {data.removeprefix('ucd')}"
            case _:
                return own or data


@dataclass(frozen=True, slots=True)
class Break:
    """A line break inside rich text."""


@dataclass(frozen=True, slots=True)
class Markup:
    """An element that the format does not foresee, kept as its own XML text."""

    xml: str

    @property
    def text(self) -> str:
        """Its text alone: tags taken off, entities turned back."""
        return _ENTITY.sub(_character, _TAG.sub("", self.xml))


def _character(entity: re.Match[str]) -> str:
    if entity[3]:
        return _ENTITIES[entity[3]]
    return chr(int(entity[1], 16) if entity[1] else int(entity[2]))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph inside rich text."""

    parts: tuple["str | Break | Reference | Markup", ...] = ()


Part = str | Break | Reference | Paragraph | Markup


@dataclass(frozen=True, slots=True)
class RichText:
    """Text with line breaks, references and paragraphs in it, white space as published.

    `parts` is in normal form (no empty text, no two texts side by side); `rich` makes it so.
    """

    parts: tuple[Part, ...] = ()

    def __str__(self) -> str:
        """The text on one line: references as [label], white space and breaks as single blanks."""
        parts = self.parts
        if len(parts) == 1 and isinstance(parts[0], str):
            return " ".join(parts[0].split()) if _BLANKS.search(parts[0]) else parts[0]
        return " ".join("".join(_plain(part, " ") for part in parts).split())

    @property
    def lines(self) -> tuple[str, ...]:
        """The published lines: blanks joined, at most one empty line in a row, none at the ends."""
        return _tidy("".join(_plain(part, "\n") for part in self.parts).split("\n"))

    @property
    def unwrapped(self) -> tuple[str, ...]:
        """The text with an item for each break or paragraph alone: line feeds are taken for mere wrapping."""
        return _tidy("".join(_plain(part, "\0") for part in self.parts).split("\0"))

    @property
    def references(self) -> tuple[Reference, ...]:
        """The references in the text, those inside its paragraphs too, in order."""
        return tuple(_references(self.parts))


def _references(parts: Iterable[Part]) -> Iterator[Reference]:
    for part in parts:
        if isinstance(part, Reference):
            yield part
        elif isinstance(part, Paragraph):
            yield from _references(part.parts)


def _tidy(lines: Iterable[str]) -> tuple[str, ...]:
    tidy: list[str] = []
    for line in (" ".join(line.split()) for line in lines):
        if line or (tidy and tidy[-1]):
            tidy.append(line)
    return tuple(tidy[:-1] if tidy and not tidy[-1] else tidy)


def rich(*parts: Part) -> RichText:
    """Return `RichText` of *parts* in normal form."""
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return RichText(tuple(joined))


def _plain(part: Part, line_break: str) -> str:
    match part:
        case str():
            return part
        case Break():
            return line_break
        case Reference():
            return f"[{part.label}]"
        case Paragraph():
            return line_break + "".join(_plain(inner, line_break) for inner in part.parts) + line_break
        case Markup():
            return part.text


class Extra(NamedTuple):
    """Something published that the twelve columns have no place for; kept, never dropped."""

    kind: str  # "element", "attribute", "column"
    name: str
    value: str  # an element's own XML text, else the text


class RowLayout(Protocol):
    """How a row was written down; what is in it, the format that read it knows."""

    def fits(self, row: "Record | Contact") -> bool:
        """Whether *row* still has exactly the parts that were laid out."""
        ...


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the registry: the twelve columns, as published.

    None means that the row does not have the part; an empty text that it has it, empty.
    `assignee` is None where no assignee is written out: then the contact is shown as assignee (R-PUB-7).
    """

    service_name: str | None = None
    port_number: str | None = None  # "443" or "6000-6063"
    transport: str | None = None
    description: RichText = RichText()
    assignee: tuple[Reference, ...] | None = None
    contact: tuple[Reference, ...] = ()
    registration_date: PublishedDate | None = None
    modification_date: PublishedDate | None = None
    reference: tuple[Reference, ...] = ()
    service_code: str | None = None
    unauthorized_use_reported: RichText | None = None
    assignment_notes: RichText | None = None
    extras: tuple[Extra, ...] = ()
    layout: RowLayout | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        _drop_unfit_layout(self)

    @property
    def ports(self) -> Ports | None:
        """The port numbers that the row speaks of; None for a name without a port."""
        return published_ports(self.port_number) if self.port_number else None

    @property
    def shown_assignee(self) -> tuple[Reference, ...]:
        """The assignee, or the contact where none is written out (R-PUB-7, R-XFER-8)."""
        return self.contact if self.assignee is None else self.assignee


@dataclass(frozen=True, slots=True)
class Contact:
    """One person, organisation or role of the contact table (R-PUB-8).

    URIs are as published, with "&" for "@" (R-PUB-9); nothing here restores the "@".
    """

    id: str
    name: str | None = None
    organization: str | None = None
    uris: tuple[str, ...] = ()
    updated: PublishedDate | None = None
    extras: tuple[Extra, ...] = ()
    layout: RowLayout | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        _drop_unfit_layout(self)


def _drop_unfit_layout(row: Record | Contact) -> None:
    """A row whose parts are no longer those that were laid out is written in the canonical form."""
    if row.layout is not None and not row.layout.fits(row):
        object.__setattr__(row, "layout", None)


@dataclass(frozen=True, slots=True)
class Note:
    """An introductory note of the registry, preformatted, with its title or None."""

    text: RichText
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote of the registry; rows point to it by its anchor (R-PUB-12)."""

    anchor: str
    text: RichText


_Value = TypeVar("_Value")


def quick_maker(frozen: type[_Value]) -> Callable[..., _Value]:
    """Return a maker of *frozen* values from all their fields, in order, for readers of whole editions.

    A frozen dataclass sets each field by a call, a quarter of the time that reading 20,000 rows takes.
    This fills a mutable twin with the same slots and then gives it the frozen class: a fifth of that.
    """
    names = [(f.name, Any) for f in fields(frozen)]  # type: ignore[arg-type]
    twin = make_dataclass(f"{frozen.__name__}Draft", names, slots=True)

    def make(*values: object) -> _Value:
        value = twin(*values)
        value.__class__ = frozen
        return value  # type: ignore[no-any-return]

    return make


def labels(references: Iterable[Reference]) -> tuple[str, ...]:
    """Return what is shown for *references*, without brackets."""
    return tuple(reference.label for reference in references)
