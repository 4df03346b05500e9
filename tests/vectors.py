r"""Read the vectors: tables of examples in tests/vectors/, one row a case, each with its rule and its
reason.

A file is UTF-8 text, cells separated by one tab.  Lines that start with "#" and blank lines are comments;
they say source and date.  The first other line is the header, the names of the columns; it is never given
out as a case.  Every row has as many cells as the header (an empty cell is an empty text).  A backslash
starts an escape, the same in every cell: \t \n \r \0 \\ \# \xNN \uNNNN; any other is an error, so that no
typing mistake becomes a case.

    @pytest.mark.parametrize("text, expected", vectors("service-names.tsv", "text", "expected"))
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent / "vectors"

ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.|$)")
PLAIN_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "0": "\0", "\\": "\\", "#": "#"}


def vectors(name: str, *columns: str) -> list[tuple[str, ...]]:
    """Return the rows of tests/vectors/*name*: the named *columns*, in that order, or all of them.

    Raises ValueError, with file and line, for a table that is not as the module says.
    """
    header: list[str] = []
    rows: list[tuple[str, ...]] = []
    for number, line in enumerate((FOLDER / name).read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [unescaped(cell, f"{name}:{number}") for cell in line.split("\t")]
        if not header:
            header = cells
            continue
        if len(cells) != len(header):
            raise ValueError(f"{name}:{number}: {len(cells)} cells, the header has {len(header)}")
        rows.append(tuple(cells))
    if not rows:
        raise ValueError(f"{name}: no rows; a test of it would test nothing")
    return [tuple(row[place] for place in places(header, columns, name)) for row in rows]


def places(header: list[str], columns: tuple[str, ...], name: str) -> list[int]:
    unknown = [column for column in columns if column not in header]
    if unknown:
        raise ValueError(f"{name}: no column {unknown[0]!r}; there are: {', '.join(header)}")
    return [header.index(column) for column in columns] or list(range(len(header)))


def unescaped(cell: str, place: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = match[1]
        if code[:1] in ("x", "u") and len(code) > 1:
            return chr(int(code[1:], 16))
        if code not in PLAIN_ESCAPES:
            raise ValueError(f"{place}: {match[0]!r} is no escape of these tables")
        return PLAIN_ESCAPES[code]

    return ESCAPE.sub(character, cell)
