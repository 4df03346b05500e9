"""Rows of an edition as two editions are compared by them: exact where what a row means hangs on it.

Name, number, transport, code and dates are compared letter by letter, and so is what the rest of Portbook
makes of them: the ports, the state, the name that an alias leads to.  Texts are compared as words, with
the references in them.  A table (CSV) joins lines without a blank and tells no reference's target, so
against one texts are compared without white space and references by what their labels look like.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from portbook.edition import Edition, State, alias_target, row_state
from portbook.formats import columns
from portbook.names import fold
from portbook.numbers import Ports
from portbook.records import Extra, Paragraph, Part, PublishedDate, Record, Reference, RichText

Key = tuple[str, str, str]  # folded service name, port number, transport
Text = tuple[object, ...]  # of a rich text: words, references, breaks
Labels = tuple[Reference, ...]

_BLANKS = re.compile(r"[ \t\r\n]+")
_NO_TEXT = RichText()


class Row(NamedTuple):
    """What a row says; two that are equal mean the same to every part of Portbook."""

    name: str
    number: str
    transport: str
    ports: Ports | None
    state: State
    alias: str | None  # the name that it says to use instead
    description: Text
    assignee: Labels
    contact: Labels
    registered: PublishedDate | None
    modified: PublishedDate | None
    reference: Labels
    code: str
    unauthorized: Text
    notes: Text
    extras: tuple[Extra, ...]

    @property
    def key(self) -> Key:
        """What makes it the same row in two editions."""
        return fold(self.name), self.number, self.transport

    @property
    def spoken(self) -> tuple[str, str, State]:
        """What it says of its ports, where it has no name to be known by."""
        return self.number, fold(self.transport), self.state


def is_table(edition: Edition) -> bool:
    """Say whether *edition* came as the twelve columns alone: no head, no contacts, labels for references."""
    return edition.title is None and edition.contacts is None


def rows_of(edition: Edition, *, as_table: bool) -> list[Row]:
    """Return the rows of *edition*, in order; each distinct text is looked at once."""
    text_of = _table_text if as_table else _exact_text
    known: dict[RichText, Text] = {}

    def text(value: RichText | None) -> Text:
        value = value or _NO_TEXT
        found = known.get(value)
        if found is None:
            found = known[value] = text_of(value)
        return found

    labels = _by_look if as_table else tuple
    return [
        Row(
            record.service_name or "",
            record.port_number or "",
            record.transport or "",
            record.ports,
            row_state(record)[0],
            alias_target(record),
            text(record.description),
            labels(record.shown_assignee),
            labels(record.contact),
            record.registration_date or None,
            record.modification_date or None,
            labels(record.reference),
            record.service_code or "",
            text(record.unauthorized_use_reported),
            text(record.assignment_notes),
            tuple(extra for extra in record.extras if extra.kind != "column"),
        )
        for record in edition.records
    ]


def hidden_targets(edition: Edition) -> Iterator[Reference]:
    """Every reference in the rows whose label alone does not tell where it leads: a table did not show it."""
    for record in edition.records:
        for reference in _references(record):
            if reference.type not in ("person", "text") and not _leads_as_it_looks(reference):
                yield reference


def _references(record: Record) -> Iterator[Reference]:
    yield from record.reference
    for text in (record.description, record.unauthorized_use_reported, record.assignment_notes):
        if text and text.parts:
            yield from text.references


# -- texts


def _exact_text(text: RichText) -> Text:
    return tuple(_words(text.parts))


def _words(parts: Iterable[Part]) -> Iterator[object]:
    for part in parts:
        if isinstance(part, str):
            yield from filter(None, _BLANKS.split(part))
        elif isinstance(part, Paragraph):
            yield (Paragraph, *_words(part.parts))
        else:
            yield part


def _table_text(text: RichText) -> Text:
    """The letters, and the references that lead elsewhere than they look."""
    cell = columns.text_cell(text, columns.Rendering.D)
    return (_BLANKS.sub("", cell), *(found for found in text.references if _misleads(found)))


# -- references


def _by_look(references: Iterable[Reference]) -> Labels:
    """What each label looks like, and beside it the reference itself if it leads elsewhere."""
    found: list[Reference] = []
    for reference in references:
        if reference.type == "person":
            found.append(Reference("person", reference.data))
            continue
        label = _BLANKS.sub(" ", reference.label)
        found += map(columns.reference_of_label, label.split("]["))
        if _misleads(reference):
            found.append(reference)
    return tuple(found)


def _leads_as_it_looks(reference: Reference) -> bool:
    look = columns.reference_of_label(reference.label)
    return (look.type, look.data) == (reference.type, reference.data)


def _misleads(reference: Reference) -> bool:
    """Whether its label looks like an RFC, a draft, a URI or a footnote, and it is another thing."""
    if reference.type in ("person", "text") or _leads_as_it_looks(reference):
        return False
    return columns.reference_of_label(reference.label).type != "text"
