"""A table as a text browser lays it out: every column as wide as its longest word (docs/formats.md).

A cell is a text whose words are parted by single blanks and whose lines, where it breaks, by line feeds.
Words are filled greedily; cells stand in the middle of their row's height; rows follow each other with
nothing between.  Where nobody could tell the rows apart again, `ruled` puts a line of hyphens between them:
it runs through the gaps between the columns, where no cell can ever write.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice, repeat
from operator import getitem
from typing import NamedTuple

from portbook.formats.fragments import Fragments
from portbook.formats.iana_txt.rows import Kind
from portbook.formats.limits import MAX_BYTES, too_large

Cells = tuple[str, ...]  # of one row


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """Rows that stand side by side as cells; equal to itself alone, so that what came of it can be kept."""

    cells: tuple[Cells, ...]
    longest: tuple[int, ...]  # word of each column


@dataclass(frozen=True, eq=False, slots=True)
class Lines:
    """Rows that stand side by side as the lines of each; equal to itself alone, as `Rows` is."""

    by_row: tuple[list[str], ...]
    data: bytes  # all of them, each with its line end
    begins: bool  # nobody can take the first line for more of a row above, if that `ends`
    ends: bool


class Table(NamedTuple):
    """A table as lines; the widths of its columns."""

    header: list[str]
    parts: list[Lines]
    widths: tuple[int, ...]

    @property
    def lines(self) -> list[str]:
        """All lines below the header."""
        return [line for part in self.parts for line in chain.from_iterable(part.by_row)]


def rows_of(cells: Iterable[Cells]) -> Rows:
    """Return these rows together, with the longest word of each of their columns."""
    rows = tuple(cells)
    return Rows(rows, tuple([_longest_word(" ".join(column)) for column in zip(*rows, strict=True)]))


def table_of(
    titles: Sequence[str], rows: Sequence[Rows], kind: Kind, encoding: str, fragments: Fragments
) -> Table:
    """Return the table of *rows*, which are of that *kind*.

    Rows that *fragments* hold are not laid out anew.  Raises `FormatError` E-FILE-SIZE for a table larger
    than a file may be: one long word widens every row.
    """
    widest = map(max, zip(*[part.longest for part in rows], strict=True)) if rows else repeat(0)
    widths = tuple([max(_longest_word(title), width) for title, width in zip(titles, widest, strict=False)])

    def made(parts: list[Rows]) -> list[Lines]:
        by_row = iter(_lines_of_rows([row for part in parts for row in part.cells], widths, kind.middle))
        together = [tuple(islice(by_row, len(part.cells))) for part in parts]
        return [_together(lines, spans_of(widths)[kind.key], encoding) for lines in together]

    parts = fragments.answers(("txt lines", kind, widths, encoding), rows, made)
    return Table(header_lines(titles, widths), parts, widths)


def spans_of(widths: Sequence[int]) -> list[tuple[int, int]]:
    """Return where each column starts and ends."""
    ends = list(accumulate(width + 1 for width in widths))
    return [(end - width - 1, end - 1) for width, end in zip(widths, ends, strict=True)]


def encoded(lines: Iterable[str], encoding: str) -> bytes:
    """Return *lines* as bytes, each with its line end."""
    return "".join([f"{line}\n" for line in lines]).encode(encoding)


def _together(by_row: tuple[list[str], ...], key: tuple[int, int], encoding: str) -> Lines:
    """These rows as `Lines`; *key* is where the column stands that shows where rows end (`certain_cuts`)."""
    start, end = key
    first, last = by_row[0][0][start:end], by_row[-1][-1][start:end]
    data = encoded(chain.from_iterable(by_row), encoding)
    return Lines(by_row, data, begins=bool(first.strip(" ")), ends=bool(last.strip(" ")))


def _longest_word(text: str) -> int:
    return max(map(len, text.replace("\n", " ").split(" "))) if text else 0


def _lines_of_rows(rows: Sequence[Cells], widths: Sequence[int], centred: Collection[int]) -> list[list[str]]:
    """The lines of each of *rows*; each distinct cell is filled once."""
    if not rows:
        return []
    cells = [
        {text: _padded(fill(text, width), width, j in centred) for text in dict.fromkeys(column)}
        for j, (column, width) in enumerate(zip(zip(*rows, strict=True), widths, strict=True))
    ]
    blanks = [" " * width for width in widths]
    alone = [
        {text: cell[0] if cell else blank for text, cell in found.items() if len(cell) < 2}
        for found, blank in zip(cells, blanks, strict=True)
    ]
    by_row, size = [], 0
    for row in rows:
        try:
            lines = [" ".join(map(getitem, alone, row)).rstrip(" ")]
        except KeyError:  # a cell has several lines
            lines = _lines_of_row(list(map(getitem, cells, row)), blanks)
        by_row.append(lines)
        size += sum(map(len, lines))
        if size > MAX_BYTES:
            raise too_large("E-FILE-SIZE", "the plain text would be too large", MAX_BYTES, "bytes")
    return by_row


def header_lines(titles: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return the lines of the header: a row like the others, all centred."""
    cells = [_padded(fill(title, width), width, True) for title, width in zip(titles, widths, strict=True)]
    return _lines_of_row(cells, [" " * width for width in widths])


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
    by_row = chain.from_iterable(part.by_row for part in table.parts)
    return [*table.header, rule, *chain.from_iterable((*lines, rule) for lines in by_row)]


def rule_of(widths: Sequence[int]) -> str:
    """Return the line that parts rows: as long as the longest line can be, and longer than any word."""
    return "-" * (sum(widths) + len(widths) - 1)


def _padded(cell: tuple[str, ...], width: int, in_the_middle: bool) -> tuple[str, ...]:
    """The lines of *cell* as wide as its column."""
    if in_the_middle:
        return tuple([(" " * ((width - len(line)) // 2) + line).ljust(width) for line in cell])
    return tuple([line.ljust(width) for line in cell])


def _filled(words: Sequence[str], width: int) -> list[str]:
    lines, line = [], words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) <= width:
            line = f"{line} {word}"
        else:
            lines.append(line)
            line = word
    return [*lines, line]


def _lines_of_row(cells: Sequence[tuple[str, ...]], blanks: Sequence[str]) -> list[str]:
    """The lines of a row; *blanks* are as wide as the columns."""
    height = max(1, *map(len, cells))
    columns = []
    for cell, blank in zip(cells, blanks, strict=True):
        above = (height - len(cell)) // 2
        columns.append((blank,) * above + cell + (blank,) * (height - len(cell) - above))
    return [" ".join(line).rstrip(" ") for line in zip(*columns, strict=True)]
