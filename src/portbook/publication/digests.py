"""What is known of each published file: its size and two digests by different routines."""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple


class Digests(NamedTuple):
    """Size and digests of a file's bytes."""

    size: int
    sha256: str
    sha512: str


class Entry(NamedTuple):
    """A file of a publication."""

    path: str
    digests: Digests


def digests_of(pieces: Iterable[bytes]) -> Digests:
    """Return the size and digests of what *pieces* make together."""
    size, first, second = 0, hashlib.sha256(), hashlib.sha512()
    for piece in pieces:
        size += len(piece)
        first.update(piece)
        second.update(piece)
    return Digests(size, first.hexdigest(), second.hexdigest())
