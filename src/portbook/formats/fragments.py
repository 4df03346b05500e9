"""Fragments: what rows became in a format, kept from one writing to the next.

Rows are frozen values, so the very same object still says the same.  An edition that was made of another by
`dataclasses.replace` shares most rows with it: with the fragments of that one, writing it costs the changed
rows and a join.  Whoever writes edition after edition makes one `Fragments` and gives it to each `write`;
nothing else is kept anywhere, and nothing is told apart by content, of which `layout` is no part.
"""

from collections.abc import Callable, Hashable, Sequence
from itertools import repeat
from operator import is_
from typing import Any, TypeVar

MOST = 32  # kinds of fragments, each of all rows of one edition: the formats, in a few layouts
MOST_ANSWERS = 10_000

_Row = TypeVar("_Row")
_Piece = TypeVar("_Piece")


class Fragments:
    """The fragments of the rows that were written last, for each kind of fragment."""

    def __init__(self) -> None:
        self._last: dict[Hashable, tuple[Sequence[Any], list[Any]]] = {}
        self._answers: dict[Hashable, Any] = {}

    def pieces(
        self, kind: Hashable, rows: tuple[_Row, ...], write: Callable[[list[_Row]], Sequence[_Piece]]
    ) -> list[_Piece]:
        """Return the piece of each of *rows*: what is kept, and of the others what *write* makes of them.

        *kind* names all that a piece depends on beside its row.  What *write* raises leaves all as it was.
        """
        before, kept = self._last.get(kind, ((), []))
        if before is not rows:
            kept = _pieces(before, kept, rows, write)
        self._last.pop(kind, None)  # so that what was asked last stands last
        self._last[kind] = rows, kept  # the rows are held, so that no other object can have the id of one
        if len(self._last) > MOST:
            del self._last[next(iter(self._last))]
        return kept

    def answer(self, question: Hashable, work: Callable[[], _Piece]) -> _Piece:
        """Return what *work* gives, which *question* alone decides; a few thousand are kept."""
        if question not in self._answers:
            if len(self._answers) == MOST_ANSWERS:
                self._answers.clear()
            self._answers[question] = work()
        return self._answers[question]  # type: ignore[no-any-return]

    def forget(self) -> None:
        """Forget all: what was written last was refused."""
        self._last.clear()
        self._answers.clear()


def _pieces(
    before: Sequence[Any], kept: list[Any], rows: Sequence[Any], write: Callable[[list[Any]], Sequence[Any]]
) -> list[Any]:
    """The pieces of *rows*: those at the start and the end mostly are the ones that stood there *before*."""
    if not before:
        return list(write(list(rows)))
    start = _same(before, rows)
    end = _same(before[start:][::-1], rows[start:][::-1])
    known = dict(zip(map(id, before[start : len(before) - end]), kept[start:], strict=False))
    between = rows[start : len(rows) - end]
    found = list(map(known.get, map(id, between), repeat(_UNKNOWN)))
    fresh = iter(write([row for row, piece in zip(between, found, strict=True) if piece is _UNKNOWN]))
    made = [next(fresh) if piece is _UNKNOWN else piece for piece in found]
    return [*kept[:start], *made, *kept[len(kept) - end :]]


_UNKNOWN = object()


def _same(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many rows at the start of both are the same objects."""
    same = bytes(map(is_, one, other))
    return len(same) if (differing := same.find(0)) < 0 else differing


def once_each(values: Sequence[_Row], make: Callable[[_Row], _Piece]) -> list[_Piece]:
    """Return what *make* gives for each of *values*; it is asked once for equal ones, as most cells are."""
    made = {value: make(value) for value in dict.fromkeys(values)}
    return list(map(made.__getitem__, values))
