"""The tables of the plain text, both ways: columns of cells to lines, lines to columns of what they say.

A column's end is where no line has anything: each column is as wide as a word in it, so nothing else is blank
all the way down.  The writer reads what it wrote where rows of several lines stand, and rules the table
(`table.ruled`) unless every row can be told: then the lines are as IANA would lay them out.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, pairwise
from typing import NamedTuple, NoReturn

from portbook.errors import FormatError, Problem, shown
from portbook.formats.fragments import Fragments
from portbook.formats.iana_txt.rows import Kind, Row, Run, certain_cuts, lone_row, told_apart
from portbook.formats.iana_txt.table import (
    Lines,
    Rows,
    encoded,
    header_lines,
    rule_of,
    ruled,
    spans_of,
    table_of,
)

_SOURCE = "docs/formats.md"
_FILLED = bytes([0 if byte == 0x20 else 1 for byte in range(256)])


class Told(NamedTuple):
    """What a table says: its columns, and the cells that nobody can tell (row, column), which are empty."""

    columns: list[list[str]]
    doubtful: list[tuple[int, int]]


class Written(NamedTuple):
    """The bytes of a table; of rows that stand side by side how many, and the cells that nobody can tell."""

    data: list[bytes]
    told: list[tuple[int, list[tuple[int, int]]]]

    @property
    def doubtful(self) -> list[tuple[int, int]]:
        """The cells that nobody can tell (row, column)."""
        firsts = accumulate((count for count, _ in self.told), initial=0)
        parts = zip(firsts, self.told, strict=False)
        return [(first + row, j) for first, (_, cells) in parts for row, j in cells]


def written(
    titles: Sequence[str], rows: Sequence[Rows], kind: Kind, encoding: str, fragments: Fragments
) -> Written:
    """Return a table of *rows*, cells as `cells` makes them."""
    table = table_of(titles, rows, kind, encoding, fragments)
    found = fragments.answers(
        ("txt told apart", kind, table.widths),
        _groups(table.parts),
        lambda groups: [_told(group, table.widths, kind) for group in groups],
    )
    told = list(filter(None, found))
    if len(told) < len(found):
        return Written([encoded(ruled(table), encoding)], [])
    return Written([encoded(table.header, encoding), *[part.data for part in table.parts]], told)


def in_words(columns: Sequence[Sequence[str]]) -> Told:
    """Return what a table of *columns* says in which every row can be told."""
    return Told([[_words(cell) for cell in column] for column in columns], [])


def read(lines: Sequence[str], first: int, titles: Sequence[Sequence[str]], kind: Kind) -> Told:
    """Return what the table in *lines* says; *first* is the number of the first line in the file.

    Its header must be one of *titles*.  Raises `FormatError`: E-TXT-COLUMNS, E-TXT-HEADER, E-TXT-CELL,
    E-TXT-ROW with line.
    """
    length = max(map(len, lines), default=0)
    rule = "-" * length
    body = [line for line in lines if line != rule]
    gaps = [*_gaps(body, length), length]
    if len(gaps) != len(titles[0]):
        where = shown(lines[0] if lines else "")
        _refuse("E-TXT-COLUMNS", f"the table at line {first}, {where}, has {len(gaps)} columns", first)
    widths = [end - start - 1 for start, end in zip([-1, *gaps], gaps, strict=False)]
    header = next(
        (made for made in (header_lines(t, widths) for t in titles) if lines[: len(made)] == made), None
    )
    if header is None:
        message = f"line {first}, {shown(lines[0])}, is not the header of IANA's table"
        _refuse("E-TXT-HEADER", message, first)
    first += len(header)
    lines = lines[len(header) :]
    pieces = list(_pieces(lines, rule_of(widths), first))
    columns: list[list[str]] = [[] for _ in widths]
    doubtful = []
    for at, piece, alone in pieces:
        run = _run(piece, widths)
        _check_cells(run, piece, kind, at)
        for row in _rows(run, kind, alone, piece, at):
            doubtful += [(len(columns[0]), j) for j in row.doubtful]
            for j, cell in enumerate(row.cells):
                columns[j].append("" if j in row.doubtful else " ".join(filter(None, cell)))
    return Told(columns, doubtful)


# -- what the writer asks


_Group = tuple[Lines, ...]


def _groups(parts: Sequence[Lines]) -> list[_Group]:
    """*parts*, those together between which it is not certain that a row ends, whatever is around."""
    cuts = [i for i, (above, below) in enumerate(pairwise(parts), 1) if above.ends and below.begins]
    return [tuple(parts[a:b]) for a, b in pairwise([0, *cuts, len(parts)])] if parts else []


def _told(group: _Group, widths: tuple[int, ...], kind: Kind) -> tuple[int, list[tuple[int, int]]] | None:
    """The rows of *group* and the cells that nobody could tell; None where not even rows could be told."""
    by_row = [lines for part in group for lines in part.by_row]
    lines = list(chain.from_iterable(by_row))
    names = _column(lines, widths, kind.name)
    numbers = [""] * len(lines) if kind.number is None else _column(lines, widths, kind.number)
    heights = list(map(len, by_row))
    starts = dict(
        zip(accumulate(heights, initial=0), enumerate(heights), strict=False)
    )  # line -> row, height
    doubtful = []
    for start, end in pairwise(certain_cuts(numbers, names)):
        if end - start == 1 and (names[start] or numbers[start]) and starts.get(start, (0, 0))[1] == 1:
            continue
        rows = told_apart(_run(lines[start:end], widths), kind)
        inside = [(line, *starts[line]) for line in range(start, end) if line in starts]
        if rows is None or len(rows) != len(inside):
            return None
        for row, (line, position, height) in zip(rows, inside, strict=True):
            if (line - start, height) not in row.places:
                return None
            doubtful += [(position, j) for j in row.doubtful]
    return len(by_row), doubtful


def _column(lines: Sequence[str], widths: Sequence[int], j: int) -> list[str]:
    start, end = spans_of(widths)[j]
    return [line[start:end].strip(" ") for line in lines]


def _words(cell: str) -> str:
    return " ".join(filter(None, cell.split("\n"))) if "\n" in cell else cell


# -- lines to columns


def _gaps(lines: Sequence[str], length: int) -> list[int]:
    """The places where no line has anything."""
    filled = 0
    for line in set(lines):
        filled |= int.from_bytes(line.encode("latin-1", "replace").translate(_FILLED), "little")
    taken = filled.to_bytes(length, "little")
    return [i for i in range(length) if not taken[i]]


def _run(lines: Sequence[str], widths: Sequence[int]) -> Run:
    return Run(
        [[line[start:end].strip(" ") for line in lines] for start, end in spans_of(widths)],
        widths,
    )


def _pieces(lines: Sequence[str], rule: str, first: int) -> Iterator[tuple[int, Sequence[str], bool]]:
    """The lines with their place: all of them, or between rules those of one row each (True)."""
    if rule not in lines:
        yield first, lines, False
        return
    if lines[0] != rule or lines[-1] != rule:
        _refuse("E-TXT-ROW", f"the table at line {first} has rules, but not before and after all rows", first)
    start = 1
    for end in [i for i, line in enumerate(lines) if line == rule][1:]:
        yield first + start, lines[start:end], True
        start = end + 1


def _rows(run: Run, kind: Kind, alone: bool, lines: Sequence[str], first: int) -> Iterator[Row]:
    if alone:
        row = lone_row(run) if lines else None
        if row is None:
            _refuse_row(lines, first)
        yield row
        return
    numbers = run.columns[kind.number] if kind.number is not None else [""] * len(lines)
    cuts = certain_cuts(numbers, run.columns[kind.name])
    for start, end in pairwise(cuts):
        if end - start == 1 and (numbers[start] or run.columns[kind.name][start]):
            yield Row(((0, 1),), tuple([(c[start],) if c[start] else () for c in run.columns]))
            continue
        part = Run([column[start:end] for column in run.columns], run.widths)
        rows = told_apart(part, kind)
        if rows is None:
            _refuse_row(lines[start:end], first + start)
        yield from rows


def _check_cells(run: Run, lines: Sequence[str], kind: Kind, first: int) -> None:
    """Refuse a line whose cells do not stand where the layout puts them."""
    for j, ((start, end), column) in enumerate(zip(spans_of(run.widths), run.columns, strict=True)):
        for i, text in enumerate(column):
            if text and _is_astray(lines[i][start:end], text, j in kind.middle, end - start):
                message = f"line {first + i}: {shown(text)} does not stand where the columns are"
                raise FormatError(Problem("E-TXT-CELL", message, _SOURCE), first + i, start + 1)


def _is_astray(found: str, text: str, in_the_middle: bool, width: int) -> bool:
    above = (width - len(text)) // 2 if in_the_middle else 0
    return "  " in text or not found.startswith(text, above)


def _refuse_row(lines: Sequence[str], first: int) -> NoReturn:
    start = shown(" ".join(next((line for line in lines if line), "").split()))
    message = f"lines {first} to {first + max(len(lines), 1) - 1}, {start}, cannot be cut into rows"
    _refuse("E-TXT-ROW", message, first)


def _refuse(code: str, message: str, line: int) -> NoReturn:
    raise FormatError(Problem(code, message, _SOURCE), line, 1)
