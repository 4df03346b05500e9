"""A table as a text browser lays it out: every column as wide as its longest word (docs/formats.md).

A cell is a text whose words are parted by single blanks and whose lines, where it breaks, by line feeds.
Words are filled greedily; cells stand in the middle of their row's height; rows follow each other with
nothing between.  Where nobody could tell the rows apart again, `ruled` puts a line of hyphens between them:
it runs through the gaps between the columns, where no cell can ever write.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate
from operator import getitem
from typing import NamedTuple

from portbook.formats.limits import MAX_BYTES, too_large


class Table(NamedTuple):
    """A table as lines; each row with the number of lines that it takes."""

    header: list[str]
    lines: list[str]
    heights: list[int]
    widths: list[int]


def laid_out(titles: Sequence[str], columns: Sequence[Sequence[str]], centred: Collection[int]) -> Table:
    """Return the table of *columns*, the cells of those in *centred* in the middle of their column.

    Raises `FormatError` E-FILE-SIZE for a table larger than a file may be: one long word widens every row.
    """
    texts = [set(column) for column in columns]
    widths = [_longest_word((title, *found)) for title, found in zip(titles, texts, strict=True)]
    filled = [{text: fill(text, width) for text in found} for found, width in zip(texts, widths, strict=True)]
    pads = [_Pad(width, j in centred) for j, width in enumerate(widths)]
    short = [
        {text: pad(cell[0] if cell else "") for text, cell in cells.items() if len(cell) < 2}
        for cells, pad in zip(filled, pads, strict=True)
    ]
    lines, heights, size = [], [], 0
    for row in zip(*columns, strict=True):
        try:
            rows = [" ".join(map(getitem, short, row)).rstrip(" ")]
        except KeyError:  # a cell has several lines
            rows = _lines_of_row(list(map(getitem, filled, row)), pads)
        lines += rows
        heights.append(len(rows))
        size += sum(map(len, rows))
        if size > MAX_BYTES:
            raise too_large("E-FILE-SIZE", "the plain text would be too large", MAX_BYTES, "bytes")
    return Table(header_lines(titles, widths), lines, heights, widths)


def header_lines(titles: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return the lines of the header: a row like the others, all centred."""
    cells = [fill(title, width) for title, width in zip(titles, widths, strict=True)]
    return _lines_of_row(cells, [_Pad(width, True) for width in widths])


def fill(text: str, width: int) -> tuple[str, ...]:
    """Return the lines of a cell: words as far as they fit, none empty at its ends."""
    if not text:
        return ()
    if "\n" not in text and len(text) <= width:
        return (text,)
    lines = [line for part in text.split("\n") for line in _filled(part.split(" "), width)]
    while lines and not lines[0]:
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    return tuple(lines)


def ruled(table: Table) -> list[str]:
    """Return the lines of *table* with a rule before each row and after the last."""
    rule = rule_of(table.widths)
    lines = [*table.header, rule]
    ends = accumulate(table.heights)
    for height, end in zip(table.heights, ends, strict=True):
        lines += [*table.lines[end - height : end], rule]
    return lines


def rule_of(widths: Sequence[int]) -> str:
    """Return the line that parts rows: as long as the longest line can be, and longer than any word."""
    return "-" * (sum(widths) + len(widths) - 1)


class _Pad:
    """Makes a line of a cell as wide as its column."""

    def __init__(self, width: int, in_the_middle: bool) -> None:
        self._width = width
        self._in_the_middle = in_the_middle

    def __call__(self, line: str) -> str:
        if self._in_the_middle:
            line = " " * ((self._width - len(line)) // 2) + line
        return line.ljust(self._width)


def _longest_word(texts: Iterable[str]) -> int:
    return max(map(len, "\n".join(texts).replace("\n", " ").split(" ")))


def _filled(words: Sequence[str], width: int) -> list[str]:
    lines, line = [], words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) <= width:
            line = f"{line} {word}"
        else:
            lines.append(line)
            line = word
    return [*lines, line]


def _lines_of_row(cells: Sequence[tuple[str, ...]], pads: Sequence[_Pad]) -> list[str]:
    height = max(1, *map(len, cells))
    columns = []
    for cell, pad in zip(cells, pads, strict=True):
        above = (height - len(cell)) // 2
        lines = ("",) * above + cell + ("",) * (height - len(cell) - above)
        columns.append([pad(line) for line in lines])
    return [" ".join(line).rstrip(" ") for line in zip(*columns, strict=True)]
