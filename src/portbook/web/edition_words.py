"""An edition in plain words: its parts, where it came from, what a format loses of it.

Words alone, no page, and no path of this machine (T-83).
"""

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
    "unknown columns": "columns that nobody foresaw",
    "assignee written out": "whether an assignee equal to the contact was written out",
    "reference type and target": "the kind and the target of a reference",
    "labels with ][": "labels with ][ in them, which are read as two",
    "references inside text": "links inside text",
    "markup inside text": "markup inside text",
    "paragraphs": "paragraphs",
    "line breaks as such": "which line feeds were line breaks",
    "white space around line feeds": "white space around line feeds",
    "white space at the ends of cells": "white space at the ends of cells",
    "carriage returns": "carriage returns",
    "empty elements": "whether an element was empty or not there",
    "layout": "the layout of the published file",
}


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
    if formats.project(edition, name) == edition:
        return Losses((), ())
    lost = [loss for loss in formats.losses(name) if loss not in edition.absent]
    return Losses(
        tuple(PARTS[loss] for loss in lost if loss in PARTS),
        tuple(FINER[loss] for loss in lost if loss not in PARTS),
    )


def source(file: EditionFile) -> str:
    """Where the edition came from, as was noted; "" for a file, whose source is a path of this machine."""
    return "" if file.origin == "file" else file.source
