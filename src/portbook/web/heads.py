"""What the published page says above its table: when, who judges, by which documents, notes, how to ask.

A part that the edition does not carry is said to be absent, never invented.
"""

from typing import NamedTuple

from portbook.web.editions import Served
from portbook.web.texts import LINE_BREAK, Piece, page_text, pieces, reference_piece

REQUEST = (
    "https://www.iana.org/protocols/apply"  # where a name or a number is asked for, until the desk is here
)


class Part(NamedTuple):
    """A labelled part of the head; `absent` says that the edition does not carry it."""

    label: str
    pieces: tuple[Piece, ...]
    absent: bool = False


def parts_of(here: Served) -> tuple[Part, ...]:
    """Return the experts and the references of the registry."""
    edition = here.edition
    references: list[Piece] = []
    for reference in edition.reference or ():
        references += [LINE_BREAK] if references else []
        references.append(reference_piece(reference, here.links))
    return (
        Part("Experts", pieces(edition.experts, here.links), edition.experts is None),
        Part("Reference", tuple(references), edition.reference is None),
    )


def notes_of(here: Served) -> tuple[Part, ...]:
    """Return the notes of the registry, the disclaimer among them."""
    edition = here.edition
    return tuple(
        Part(page_text(note.title or "Note"), pieces(note.text, here.links)) for note in edition.notes or ()
    )
