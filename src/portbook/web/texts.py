"""Published text as a page shows it: pieces of text, line breaks and links, nothing else.

Control and bidi characters are shown as escapes, never sent (T-35, T-36).  A piece is plain text for the
template to escape; no markup is ever made here.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from portbook.errors import visible
from portbook.records import Break, Markup, Paragraph, Part, Reference, RichText
from portbook.web.addresses import Links, of_document


class Piece(NamedTuple):
    """A stretch of text; `href` is "" or where it leads; a line break is the text "\\n"."""

    text: str
    href: str = ""

    @property
    def is_break(self) -> bool:
        return self.text == "\n"

    @property
    def leaves(self) -> bool:
        """Whether the link leads out of the site."""
        return not self.href.startswith("/")


LINE_BREAK = Piece("\n")


def page_text(text: str) -> str:
    r"""Return *text* as a page may have it: what cannot be seen as "\x1b" or "\u202e", but tabs and lines."""
    return visible(text, keep="\t\n")


def pieces(text: RichText | None, links: Links) -> tuple[Piece, ...]:
    """Return what a page shows of *text*: no breaks at its ends, at most one blank line in a row."""
    found: list[Piece] = []
    for piece in _pieces(text.parts if text else (), links):
        if piece is not LINE_BREAK or (found and found[-2:] != [LINE_BREAK, LINE_BREAK]):
            found.append(piece)
    while found and not found[-1].text.strip():
        found.pop()
    return tuple(found)


def preformatted(text: RichText, links: Links) -> tuple[Piece, ...]:
    """Return what a page shows of a text whose lines and blanks were set by hand."""
    found: list[Piece] = []
    for part in text.parts:
        found += [Piece(page_text(part))] if isinstance(part, str) else _pieces([part], links)
    if found:
        found[0] = found[0]._replace(text=found[0].text.lstrip("\n"))
        found[-1] = found[-1]._replace(text=found[-1].text.rstrip())
    return tuple(found)


def reference_piece(reference: Reference, links: Links) -> Piece:
    """Return what a page shows of a reference: its link leads to the document, else to our page of it."""
    if not reference.label:
        return Piece("(empty)")
    if reference.type == "person":
        return Piece(page_text(reference.label), links.contact(reference.data or reference.label))
    if reference.type == "note":
        anchor = reference.data or reference.label
        return Piece(f"footnote {page_text(reference.label)}", links.footnote(anchor))
    return Piece(page_text(reference.label), of_document(reference) or links.reference(reference.label))


def _pieces(parts: Iterable[Part], links: Links) -> Iterator[Piece]:
    for part in parts:
        match part:
            case str():
                yield from _lines(part)
            case Break():
                yield LINE_BREAK
            case Reference():
                yield reference_piece(part, links)
            case Paragraph():
                yield LINE_BREAK
                yield from _pieces(part.parts, links)
                yield LINE_BREAK
            case Markup():
                yield Piece(page_text(part.xml))


def _lines(text: str) -> Iterator[Piece]:
    """Line feeds as breaks, for lists of TXT keys stand so; other white space joined, as in print."""
    for number, line in enumerate(text.split("\n")):
        if number:
            yield LINE_BREAK
        if shown := re.sub(r"[ \t\r]+", " ", line):
            yield Piece(page_text(shown))
