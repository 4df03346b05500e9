"""An edition in plain words: its parts, where it came from, what a format loses of it.

Words alone, no page, and no path of this machine (T-83).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from portbook import formats
from portbook.edition import Edition
from portbook.store import EditionFile

ORIGINS = {
    "embedded": "packaged with Portbook",
    "store": "added here",
    "file": "a file given when the site was started",
}
PARTS = {
    "title": "the title",
    "category": "the category",
    "updated": "the date",
    "reference": "the reference of the registry",
    "experts": "the experts",
    "notes": "the notes at the head",
    "contacts": "the contacts with their addresses",
    "footnotes": "the footnotes",
}
FINER = {
    "extras": "elements that nobody foresaw",
    "extras of records": "elements that nobody foresaw inside rows",
    "extras of contacts": "elements that nobody foresaw inside contacts",
    "unknown columns": "columns that nobody foresaw",
    "assignee written out": "whether an assignee equal to the contact was written out",
    "reference type and target": "the kind and the target of a reference",
    "attributes of references": "attributes of references that nobody foresaw",
    "references without a link": "references that have no link to stand for them",
    "labels with ][": "labels with ][ in them, which are read as two",
    "labels with ][ and no link": "labels with ][ in them and no link, which are read as two",
    "references inside text": "links inside text",
    "markup inside text": "markup inside text",
    "paragraphs": "paragraphs",
    "line breaks as such": "which line feeds were line breaks",
    "white space as such": "which white space stood between words",
    "white space around line feeds": "white space around line feeds",
    "white space around paragraphs": "white space around paragraphs",
    "white space at the ends of cells": "white space at the ends of cells",
    "carriage returns": "carriage returns",
    "blanks in contact URIs": "blanks in the addresses of contacts",
    "texts between two rows": "texts that stand between two rows",
    "ends of preformatted text": "where preformatted text ended",
    "note titles that say Note": "notes whose title says Note",
    "note titles that begin with [": "notes whose title begins with a bracket",
    "empty lists": "whether a list was empty or not there",
    "empty elements": "whether an element was empty or not there",
    "layout": "the layout of the published file",
}

# As `register.publishing.keep` notes it.
_PUBLICATION = re.compile(r"publication [0-9]{1,15} of the register, after Event [0-9]{1,15}", re.ASCII)


class Losses(NamedTuple):
    """What a format loses of an edition, in words."""

    parts: tuple[str, ...]
    finer: tuple[str, ...]


def listed(words: Sequence[str], last: str) -> str:
    """ "a", "a and b", "a, b and c"."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def parts(names: Sequence[str]) -> tuple[str, ...]:
    """The parts of an edition in words."""
    return tuple(PARTS[name] for name in names)


def losses(edition: Edition, name: str) -> Losses:
    """What the format called *name* cannot hold of *edition*: nothing, or all that it may have had."""
    surely = any(getattr(edition, loss) for loss in formats.losses(name) if loss in PARTS)
    if not surely and formats.project(edition, name) == edition:  # which takes a second of plain text
        return Losses((), ())
    lost = [loss for loss in formats.losses(name) if loss not in edition.absent]
    return Losses(
        tuple(PARTS[loss] for loss in lost if loss in PARTS),
        tuple(FINER[loss] for loss in lost if loss not in PARTS),
    )


def is_of_a_register(file: EditionFile) -> bool:
    """Whether a register of this place published the edition, as its source says; else IANA did."""
    return file.origin == "store" and bool(_PUBLICATION.fullmatch(file.source))


def source(file: EditionFile) -> str:
    """Where the edition came from, as was noted; "" for a file, whose source is a path of this machine."""
    return "" if file.origin == "file" else file.source
