"""What the published page says above its table: when, who judges, by which documents, notes, how to ask.

A part that the edition does not carry is said to be absent, never invented.
"""

from typing import NamedTuple

from portbook.numbers import Ports, Transport
from portbook.web.editions import Served
from portbook.web.sentences import shown_ports
from portbook.web.texts import LINE_BREAK, Piece, page_text, pieces, preformatted, reference_piece

REQUEST = "https://www.iana.org/protocols/apply"  # where a name or a number is asked of IANA


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
    """Return the notes of the registry, the disclaimer among them; as published they are preformatted."""
    notes = here.edition.notes or ()
    titles = [page_text(note.title or "Note") for note in notes]
    return tuple(
        Part(
            title if titles.count(title) == 1 else f"{title} {titles[: place + 1].count(title)}",
            preformatted(note.text, here.links),
        )
        for place, (title, note) in enumerate(zip(titles, notes, strict=True))
    )


def service_of(here: Served) -> str:
    """Return the name of a service to show addresses with: https, or the first that the edition has."""
    names = here.edition.service_names
    return "https" if here.edition.service("https") or not names else names[0]


def examples_of(here: Served) -> tuple[Piece, ...]:
    """Return questions to try, those alone that the edition can answer."""
    links, edition = here.links, here.edition
    span = links.paged(Ports(28200, 28300))
    cited = here.opened.mentions.reference("RFC8620")
    asked = (
        Piece("443", links.port(443)),
        Piece("https", links.service("https")) if edition.service("https") else None,
        Piece("6010/tcp", links.port(6010, Transport.TCP)),
        Piece("_http._tcp", links.search("_http._tcp")),
        Piece("RFC 8620", links.reference(cited.label)) if cited else None,
        Piece(shown_ports(span), links.span(span)),
    )
    return tuple(piece for piece in asked if piece and piece.href)
