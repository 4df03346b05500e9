"""Fragments: what rows became in a format, kept from one writing to the next.

Rows are frozen values, so the very same object still says the same.  They are kept by the block, some rows
that stand side by side: an edition that was made of another by `dataclasses.replace` shares most blocks with
it, and writing it costs the blocks with changed rows and a join.  Whoever writes edition after edition makes
one `Fragments` and gives it to each `write`; nothing else is kept anywhere, and nothing is told apart by
content, of which `layout` is no part.
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import accumulate, count, filterfalse, islice
from operator import is_, itemgetter, length_hint
from typing import Any, TypeVar

BLOCK = 32  # rows, at most: fewer to write anew after a change, or fewer to ask for and to join
MOST = 32  # kinds of answers, each about all blocks of one edition: the formats, in a few layouts

_Row = TypeVar("_Row")
_Piece = TypeVar("_Piece")
_Question = TypeVar("_Question", bound=Hashable)
_Answer = TypeVar("_Answer")


class Block(tuple[_Row, ...]):
    """Rows that stand side by side; equal to itself alone, so that what came of it can be kept."""

    __slots__ = ()
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def stands_in(self, rows: tuple[_Row, ...], start: int) -> bool:
        """Whether the very rows of this block stand in *rows*, the first at *start*."""
        return _same(self, rows[start : start + len(self)]) == len(self)


class Fragments:
    """The blocks of the rows that were written last, and what they became."""

    def __init__(self) -> None:
        self._blocks: dict[str, tuple[tuple[Any, ...], tuple[Block[Any], ...]]] = {}
        self._answers: dict[Hashable, dict[Any, Any]] = {}

    def by_block(
        self,
        kind: Hashable,
        of: str,
        rows: tuple[_Row, ...],
        write: Callable[[list[_Row]], Iterable[_Piece]],
        together: Callable[[Iterable[_Piece]], _Answer],
    ) -> list[_Answer]:
        """Return what each block of *rows* becomes: *together* the pieces that *write* makes of its rows.

        *kind* names all that this depends on beside the rows, *of* what kind of row they are.
        """

        def made(blocks: list[Block[_Row]]) -> list[_Answer]:
            pieces = iter(write([row for block in blocks for row in block]))
            return [together(islice(pieces, len(block))) for block in blocks]

        return self.answers((of, kind), self.blocks(of, rows), made)

    def blocks(self, of: str, rows: tuple[_Row, ...]) -> tuple[Block[_Row], ...]:
        """Return *rows* in blocks: those that were asked for last, as far as their rows still stand so."""
        before, blocks = self._blocks.get(of, ((), ()))
        if before is not rows:
            blocks = _blocks(blocks, before, rows)
            self._blocks[of] = rows, blocks
        return blocks

    def answers(
        self,
        kind: Hashable,
        questions: Sequence[_Question],
        work: Callable[[list[_Question]], Iterable[_Answer]],
    ) -> list[_Answer]:
        """Return the answer to each of *questions*: what is kept, and what *work* gives for the others.

        *kind* names all that an answer depends on beside its question.  Kept is what was asked last.  What
        *work* raises leaves all as it was.
        """
        kept = self._answers.get(kind, {})
        if unknown := list(filterfalse(kept.__contains__, dict.fromkeys(questions))):
            kept = kept | dict(zip(unknown, work(unknown), strict=True))
        found = list(map(kept.__getitem__, questions))
        self._answers.pop(kind, None)  # so that what was asked last stands last
        self._answers[kind] = dict(zip(questions, found, strict=True))
        if len(self._answers) > MOST:
            del self._answers[next(iter(self._answers))]
        return found

    def forget(self) -> None:
        """Forget all: what was written last was refused."""
        self._blocks.clear()
        self._answers.clear()


def _blocks(
    blocks: tuple[Block[Any], ...], before: tuple[Any, ...], rows: tuple[Any, ...]
) -> tuple[Block[Any], ...]:
    """*rows* in blocks: of those of *before*, all up to the first change and from the last one on at once."""
    start = _same(before, rows)
    end = _same(before[start:][::-1], rows[start:][::-1])
    head = bisect_right(list(accumulate(map(len, blocks))), start)
    tail = len(blocks) - bisect_right(list(accumulate(map(len, reversed(blocks)))), end)
    first, after = sum(map(len, blocks[:head])), len(rows) - sum(map(len, blocks[tail:]))
    return (*blocks[:head], *_between(blocks[head:tail], rows[first:after]), *blocks[tail:])


def _between(blocks: Iterable[Block[Any]], rows: tuple[Any, ...]) -> Iterator[Block[Any]]:
    """*rows* in blocks: those of *blocks* that still stand somewhere there, and new ones around them."""
    places = dict(zip(map(id, rows), count()))
    starts = [(places.get(id(block[0]), len(rows)), block) for block in blocks]
    done = 0
    for start, block in sorted(starts, key=itemgetter(0)):
        if start >= done and block.stands_in(rows, start):
            yield from _cut(rows[done:start])
            yield block
            done = start + len(block)
    yield from _cut(rows[done:])


def _cut(rows: tuple[Any, ...]) -> Iterator[Block[Any]]:
    """*rows* in new blocks, as few as may be, of about one size."""
    parts = -(-len(rows) // BLOCK)
    for i in range(parts):
        yield Block(rows[len(rows) * i // parts : len(rows) * (i + 1) // parts])


def _same(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many at the start of both are the same objects."""
    left = iter(other)
    differing = not all(map(is_, one, left))  # which took the one that differs too
    return len(other) - length_hint(left) - differing


def once_each(values: Sequence[_Row], make: Callable[[_Row], _Piece]) -> list[_Piece]:
    """Return what *make* gives for each of *values*; it is asked once for equal ones, as most cells are."""
    made = {value: make(value) for value in dict.fromkeys(values)}
    return list(map(made.__getitem__, values))
