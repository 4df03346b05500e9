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
from portbook.formats.iana_txt.table import Cells, Table, header_lines, rule_of, ruled, table_of

_SOURCE = "docs/formats.md"
_FILLED = bytes([0 if byte == 0x20 else 1 for byte in range(256)])


class Told(NamedTuple):
    """What a table says: its columns, and the cells that nobody can tell (row, column), which are empty."""

    columns: list[list[str]]
    doubtful: list[tuple[int, int]]


class Written(NamedTuple):
    """The lines of a table, and the cells that nobody can tell from them (row, column)."""

    lines: list[str]
    doubtful: list[tuple[int, int]]


def written(titles: Sequence[str], rows: tuple[Cells, ...], kind: Kind, fragments: Fragments) -> Written:
    """Return the lines of a table of *rows*, cells as `cells` makes them."""
    table = table_of(titles, rows, kind.middle, fragments)
    doubtful = _doubtful(table, kind, fragments)
    if doubtful is None:
        return Written(ruled(table), [])
    return Written([*table.header, *table.lines], doubtful)


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


def _doubtful(table: Table, kind: Kind, fragments: Fragments) -> list[tuple[int, int]] | None:
    """The cells that nobody could tell; None where the rows themselves could not be told as they are."""
    names, numbers = _anchors(table, kind, fragments)
    heights = list(map(len, table.by_row))
    starts = dict(
        zip(accumulate(heights, initial=0), enumerate(heights), strict=False)
    )  # line -> row, height
    doubtful = []
    for start, end in pairwise(certain_cuts(numbers, names)):
        if end - start == 1 and (names[start] or numbers[start]) and starts.get(start, (0, 0))[1] == 1:
            continue
        rows = _told_apart(tuple(table.lines[start:end]), table.widths, kind, fragments)
        inside = [(line, *starts[line]) for line in range(start, end) if line in starts]
        if rows is None or len(rows) != len(inside):
            return None
        for row, (line, position, height) in zip(rows, inside, strict=True):
            if (line - start, height) not in row.places:
                return None
            doubtful += [(position, j) for j in row.doubtful]
    return doubtful


def _anchors(table: Table, kind: Kind, fragments: Fragments) -> tuple[list[str], list[str]]:
    """The name and the number on each line of *table*."""
    spans = _spans(table.widths)

    def column(j: int) -> list[str]:
        def made(rows: list[list[str]]) -> list[list[str]]:
            start, end = spans[j]
            return [[line[start:end].strip(" ") for line in row] for row in rows]

        by_row = fragments.pieces(("txt column", table.widths, j), table.by_row, made)
        return list(chain.from_iterable(by_row))

    names = column(kind.name)
    return names, [""] * len(names) if kind.number is None else column(kind.number)


def _told_apart(
    lines: tuple[str, ...], widths: tuple[int, ...], kind: Kind, fragments: Fragments
) -> list[Row] | None:
    question = "txt rows told apart", lines, widths, kind
    return fragments.answer(question, lambda: told_apart(_run(lines, widths), kind))


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


def _spans(widths: Sequence[int]) -> list[tuple[int, int]]:
    ends = list(accumulate(width + 1 for width in widths))
    return [(end - width - 1, end - 1) for width, end in zip(widths, ends, strict=True)]


def _run(lines: Sequence[str], widths: Sequence[int]) -> Run:
    return Run(
        [[line[start:end].strip(" ") for line in lines] for start, end in _spans(widths)],
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
    for j, ((start, end), column) in enumerate(zip(_spans(run.widths), run.columns, strict=True)):
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
