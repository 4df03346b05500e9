"""Spelling: names that are nearly what somebody typed.

The distance is that of Damerau and Levenshtein in its usual restricted form: a character more, fewer or
other, or two neighbours swapped, each counts one.  Candidates are the names that share most pairs of
characters with the text; only the best of them are measured, so an answer costs the same for any text.
"""

from collections import Counter
from collections.abc import Sequence
from heapq import nsmallest

MAX_DISTANCE = 2
SHORT = 4  # up to so many characters one slip is allowed, not two
MAX_CANDIDATES = 40  # names that are measured
MAX_LENGTH = 40  # characters; a longer text is no name and has no neighbours


class Spelling:
    """The neighbours of a text among *names*, of which the first are preferred.  Never changes."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._folded = [name.lower() for name in self._names]
        self._pairs: dict[str, list[int]] = {}
        for number, name in enumerate(self._folded):
            for pair in _pairs(name):
                self._pairs.setdefault(pair, []).append(number)

    def near(self, text: str, limit: int) -> tuple[str, ...]:
        """Return at most *limit* names within the allowed distance of *text*, the nearest first."""
        text = text.lower()
        allowed = MAX_DISTANCE if len(text) > SHORT else 1
        if not 1 < len(text) <= MAX_LENGTH:
            return ()
        found = []
        places = _places(text)
        for number in self._candidates(text, allowed):
            name = self._folded[number]
            distance = _distance(places, len(text), name)
            if distance <= allowed:
                found.append((distance, name[0] != text[0], number))
        return tuple(self._names[number] for _, _, number in sorted(found)[:limit])

    def _candidates(self, text: str, allowed: int) -> list[int]:
        pairs = _pairs(text)
        shared: Counter[int] = Counter()
        for pair in pairs:
            shared.update(self._pairs.get(pair, ()))
        least = max(1, len(pairs) - 3 * allowed)  # a swap inside a text spoils three pairs
        low, high = len(text) - allowed, len(text) + allowed
        folded = self._folded
        ranked = [
            (abs(len(folded[number]) - len(text)) - 2 * count, number)
            for number, count in shared.items()
            if count >= least and low <= len(folded[number]) <= high
        ]
        return [number for _, number in nsmallest(MAX_CANDIDATES, ranked)]


def distance(one: str, other: str) -> int:
    """Return how many slips lead from *one* to *other*."""
    return _distance(_places(one), len(one), other) if one else len(other)


def _pairs(name: str) -> set[str]:
    framed = f"\0{name}\0"
    return {framed[place : place + 2] for place in range(len(framed) - 1)}


def _places(text: str) -> dict[str, int]:
    """Each character of *text* with the places where it stands, as bits."""
    places: dict[str, int] = {}
    for place, character in enumerate(text):
        places[character] = places.get(character, 0) | 1 << place
    return places


def _distance(places: dict[str, int], length: int, other: str) -> int:
    """The distance to *other*, a column of the matrix at a time as bits of one number.

    H. Hyyro, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances" (2003).
    """
    every = (1 << length) - 1
    last = 1 << (length - 1)
    more, less, diagonal, before = every, 0, 0, 0
    distance = length
    for character in other:
        here = places.get(character, 0)
        swapped = ((~diagonal & here) << 1) & before
        diagonal = ((((here & more) + more) ^ more) | here | less | swapped) & every
        up = less | ~(diagonal | more)
        down = diagonal & more
        distance += bool(up & last) - bool(down & last)
        up = (up << 1 | 1) & every
        more = ((down << 1) | ~(diagonal | up)) & every
        less = up & diagonal
        before = here
    return distance
