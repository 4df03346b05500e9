"""Lines of the plain text's tables back to rows, which nothing parts (docs/formats.md).

A cell stands in the middle of its row's height, so a row's name and number can stand below its first line,
and some runs of lines can be cut into rows in several ways.  What is certain: a row has its number, or if
it has none its name, on exactly one line.  Of the ways that are left, those count that need the least to be
told: a cell that says what the one above says costs nothing, any other one costs 1, and 1 for each break
in it.  Where several cost the same, the cells in which they differ are doubtful, and nobody can tell them.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

_NAME_ALONE = re.compile(r"[A-Za-z0-9_.+*/-]+")  # of a row without a number; "Dock)" is the rest of another
_NEVER = 1_000_000  # a break where none can be

Cell = tuple[str, ...]


class Kind(NamedTuple):
    """What is known of a table's columns."""

    number: int | None
    name: int
    breaking: frozenset[int]  # whose texts can have breaks
    middle: frozenset[int]  # whose cells stand in the middle of their column

    @property
    def key(self) -> int:
        """The column that has a text on exactly one line of each row: if not of all, then nearly."""
        return self.name if self.number is None else self.number


class Run(NamedTuple):
    """Lines of a table by column, blanks cut off; the widths of the columns."""

    columns: Sequence[Sequence[str]]
    widths: Sequence[int]


class Row(NamedTuple):
    """A row: which lines it may take (first, height), its cells, the columns whose cells are doubtful."""

    places: tuple[tuple[int, int], ...]
    cells: tuple[Cell, ...]
    doubtful: tuple[int, ...] = ()


class _Candidate(NamedTuple):
    """Lines that can be a row by themselves."""

    start: int
    height: int
    anchor: int  # the line of its number, or its name
    cells: tuple[Cell, ...]
    costs: tuple[int, ...]

    @property
    def end(self) -> int:
        return self.start + self.height


def certain_cuts(numbers: Sequence[str], names: Sequence[str]) -> list[int]:
    """Return where rows begin for certain, and the end.

    Between two numbers; between two names where no number is near that a name of several lines could be of.
    """
    end = len(names)
    if not end:
        return [0]
    cuts = [0, *(i for i in range(1, end) if numbers[i - 1] and numbers[i]), end]
    found = []
    for start, stop in pairwise(cuts):
        found.append(start)
        if stop - start > 1 and not any(numbers[start:stop]):
            found += [i for i in range(start + 1, stop) if names[i - 1] and names[i]]
    return [*found, end]


def told_apart(run: Run, kind: Kind) -> list[Row] | None:
    """Return the rows of *run* in order, or None when it cannot be cut into rows that have names."""
    end = len(run.columns[0])
    candidates = _candidates(run, kind)
    if not candidates:
        return None
    rows = []
    first = 0  # of the block's candidates, which come in the order of their starts
    for stop in _block_ends(candidates, end):
        after = bisect_left(candidates, stop, first, key=_start)
        inside, first = candidates[first:after], after
        by_anchor: dict[int, list[_Candidate]] = {}
        for candidate in _cheapest(inside, stop):
            by_anchor.setdefault(candidate.anchor, []).append(candidate)
        for _, same in sorted(by_anchor.items()):
            row = _row_of(same)
            if kind.name in row.doubtful:
                return None  # not even the names are certain
            rows.append(row)
    return rows


def lone_row(run: Run) -> Row | None:
    """Return the row that takes all lines of *run*, or None when they are no row."""
    height = len(run.columns[0])
    columns = [_Column(column, width, False) for column, width in zip(run.columns, run.widths, strict=True)]
    spans = _spans(columns, 0, height)
    if spans is None:
        return None
    return Row(((0, height),), tuple(c.cell(*span) for c, span in zip(columns, spans, strict=True)))


def _row_of(same: list[_Candidate]) -> Row:
    """The row that *same* are: one line of its number or name, several ways to cut it off."""
    first = same[0].cells
    if len(same) == 1:
        return Row(((same[0].start, same[0].height),), first)
    doubtful = [j for j, cell in enumerate(first) if any(other.cells[j] != cell for other in same)]
    return Row(tuple((c.start, c.height) for c in same), first, tuple(doubtful))


# -- which lines can be a row


class _Column:
    """One column of a run, with where its next and last filled lines are."""

    def __init__(self, texts: Sequence[str], width: int, breaking: bool) -> None:
        self._texts, self._width = texts, width
        self._price = 1 if breaking else _NEVER
        self.last = list(accumulate([i if text else -1 for i, text in enumerate(texts)], max))
        end = len(texts)
        self.next = [end] * (end + 1)
        for i in range(end - 1, -1, -1):
            self.next[i] = i if texts[i] else self.next[i + 1]

    @cached_property
    def _breaks(self) -> list[int]:
        """What the breaks before each line cost, added up."""
        breaks = [self._price * _is_break(a, b, self._width) for a, b in pairwise(self._texts)]
        return list(accumulate(breaks, initial=0))

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Where the cell in these lines begins and ends, 0, 0 for none; None unless it is in their middle."""
        first = self.next[start]
        if first >= end:
            return 0, 0
        after = self.last[end - 1] + 1
        if first - start != (end - start - (after - first)) // 2:
            return None
        return first, after

    def cell(self, first: int, after: int) -> Cell:
        """The cell that takes these lines."""
        return tuple(self._texts[first:after])

    def cost(self, first: int, after: int) -> int:
        """What the cell that takes these lines costs."""
        return 1 if after - first == 1 else 1 + self._breaks[after - 1] - self._breaks[first]


def _is_break(line: str, following: str, width: int) -> bool:
    """Whether *line* ends before it is full."""
    return not line or not following or len(line) + 1 + len(following.split(" ", 1)[0]) <= width


def _spans(columns: Sequence[_Column | None], start: int, height: int) -> list[tuple[int, int]] | None:
    """Where the cells of a row in these lines stand; None where they do not fill it, each in the middle."""
    spans = []
    tallest = 1
    for column in columns:
        span = column.span(start, start + height) if column else (0, 0)
        if span is None:
            return None
        spans.append(span)
        tallest = max(tallest, span[1] - span[0])
    return spans if tallest == height else None


def _candidates(run: Run, kind: Kind) -> list[_Candidate]:
    """All lines that can be rows in a cut of the whole run, by their start."""
    columns = [
        _Column(texts, width, j in kind.breaking) if any(texts) else None
        for j, (texts, width) in enumerate(zip(run.columns, run.widths, strict=True))
    ]
    lines = list(zip(*run.columns, strict=True))
    end = len(lines)
    reached = [False] * (end + 1)
    reached[0] = True
    found = []
    for start in range(end):
        for height in _heights(columns, kind, start, end) if reached[start] else ():
            candidate = _candidate(columns, lines[start], kind, start, height)
            if candidate:
                found.append(candidate)
                reached[candidate.end] = True
    leads_on = [False] * end + [True]
    for candidate in reversed(found):
        leads_on[candidate.start] |= leads_on[candidate.end]
    return [candidate for candidate in found if leads_on[candidate.end]] if leads_on[0] else []


def _heights(columns: Sequence[_Column | None], kind: Kind, start: int, end: int) -> list[int]:
    """The heights that a row which begins at *start* may have: its number or name is in the middle."""
    found = set()
    for j in (kind.name, kind.number):
        if j is not None and (column := columns[j]):
            above = column.next[start] - start
            found |= {2 * above + 1, 2 * above + 2}
    return sorted(height for height in found if start + height <= end)


def _candidate(
    columns: Sequence[_Column | None], line: Sequence[str], kind: Kind, start: int, height: int
) -> _Candidate | None:
    """These lines as a row; *line* is the first of them, by column."""
    cells: tuple[Cell, ...]
    if height == 1:  # as in most rows: each cell stands in the middle, and costs 1
        cells = tuple([(text,) if text else () for text in line])
        costs = tuple(map(len, cells))
    elif spans := _spans(columns, start, height):
        found = list(zip(columns, spans, strict=True))
        cells = tuple([column.cell(*span) if column and span[1] else () for column, span in found])
        costs = tuple([column.cost(*span) if column and span[1] else 0 for column, span in found])
    else:
        return None
    key = kind.name
    if kind.number is not None and cells[kind.number]:
        key = kind.number
    elif kind.number is not None and not _NAME_ALONE.fullmatch("".join(cells[key])):
        return None
    anchor = columns[key]
    if anchor is None or len(cells[key]) != 1 or sum(costs) >= _NEVER:
        return None
    return _Candidate(start, height, anchor.next[start], cells, costs)


# -- which of them it takes


def _start(candidate: _Candidate) -> int:
    return candidate.start


def _block_ends(candidates: Sequence[_Candidate], end: int) -> list[int]:
    """The lines, but for the first, at which every way to cut begins a row, and the end."""
    crossed = [0] * (end + 2)
    for candidate in candidates:
        crossed[candidate.start + 1] += 1
        crossed[candidate.end] -= 1
    return [i for i, count in enumerate(accumulate(crossed[: end + 1])) if i and not count]


def _cheapest(candidates: list[_Candidate], end: int) -> list[_Candidate]:
    """Those of *candidates* that the cheapest ways to cut their lines take."""
    if len(candidates) == len({c.start for c in candidates}) and all(
        a.end == b.start for a, b in pairwise(candidates)
    ):
        return candidates
    start = candidates[0].start
    ending: dict[int, list[int]] = {}
    for i, candidate in enumerate(candidates):
        ending.setdefault(candidate.end, []).append(i)
    unknown = _NEVER * _NEVER
    there = [unknown] * len(candidates)  # the cost of the cheapest way to the end of each
    for i, candidate in enumerate(candidates):
        if candidate.start == start:
            there[i] = sum(candidate.costs)
        for before in ending.get(candidate.start, ()):
            there[i] = min(there[i], there[before] + _cost(candidate, candidates[before]))
    beyond = [0 if candidate.end == end else unknown for candidate in candidates]
    for i in range(len(candidates) - 1, -1, -1):
        for before in ending.get(candidates[i].start, ()):
            cost = _cost(candidates[i], candidates[before]) + beyond[i]
            beyond[before] = min(beyond[before], cost)
    least = min(a + b for a, b in zip(there, beyond, strict=True))
    return [c for i, c in enumerate(candidates) if there[i] + beyond[i] == least]


def _cost(row: _Candidate, above: _Candidate) -> int:
    return sum(
        [cost for cost, cell, same in zip(row.costs, row.cells, above.cells, strict=True) if cell != same]
    )
