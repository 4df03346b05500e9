"""Draw the tables of states: docs/states.md and its pictures, from `portbook.states` alone.

    .venv/bin/python tools/state_diagrams.py

A picture has the states in a column; arcs on the right lead down, arcs on the left lead up, each with the
lines of the table that it stands for.  tests/test_states.py compares the files with what this makes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from portbook.states import PUBLIC_WORDS, TABLES, Move, Table

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = "| line | from | act | by | needs | to | source |\n| --- | --- | --- | --- | --- | --- | --- |\n"
PAGE = "docs/states.md"
FOLDER = "docs/states"

BOX, LINE, STEP = 260, 28, 48  # width and height of a state, from one to the next
REACH, BEND = 26, 17  # how far an arc goes out: always, and for each state that it passes
STYLE = """<style>
    text { font: 13px system-ui, sans-serif; fill: #1b1f24; text-anchor: middle }
    .line { font-size: 11px; paint-order: stroke; stroke: #fff; stroke-width: 4px }
    rect { fill: #eef3f8; stroke: #5b7086 }
    path { fill: none; stroke: #5b7086; stroke-width: 1.2 }
    marker path { fill: #5b7086; stroke: none }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6e9ec }
      .line { stroke: #131416 }
      rect { fill: #263340; stroke: #8aa2ba }
      path { stroke: #8aa2ba }
      marker path { fill: #8aa2ba }
    }
  </style>"""
INTRODUCTION = """# States

What an application, a port, a service name, a service code and a revocation can be, and what leads from one
state to the next. Nothing else can happen: an act that stands in no line is refused with
[`E-STATE-MOVE`](errors.md), and the message says what is possible. In Python the tables are
`portbook.states`; `move` takes one step.

*Needs* is what must be on record before the act. A line with several states or actors holds for each of them.

*This page and its pictures are made by `tools/state_diagrams.py` from the tables that the program follows.*
"""
FORBIDDEN = """
Three things never happen: a Dynamic Port is never assigned, no port goes from Assigned to Unassigned
directly, and no Assignee is changed but by P8 (a new name of the same party is no other party).
"""


def documents() -> dict[str, str]:
    """Return each file, by its path from the root of the repository."""
    files = {PAGE: page()}
    for table in TABLES:
        files[f"{FOLDER}/{file_name(table)}"] = picture(table)
    return files


def file_name(table: Table[Any]) -> str:
    return f"{table.title.lower().replace(' ', '-')}.svg"


# -- the page


def page() -> str:
    parts = [INTRODUCTION]
    for table in TABLES:
        parts.append(f"\n## {table.title}\n\n![{table.title}: states and moves](states/{file_name(table)})\n")
        parts.append(f"\n{COLUMNS}")
        parts.extend(lines(table))
        if table.title == "Applications":
            parts.append(public_words())
        if table.title == "Ports":
            parts.append(FORBIDDEN)
    return "".join(parts)


def lines(table: Table[Any]) -> Iterator[str]:
    """The rows of the table: moves of one line, act and outcome together."""
    together: dict[tuple[Any, ...], list[Move[Any]]] = {}
    for move in table.moves:
        to = "the same" if move.to is move.state else str(move.to)
        together.setdefault((move.number, move.act, move.evidence, to, move.source), []).append(move)
    for (number, act, evidence, to, source), moves in together.items():
        states = once(str(move.state) for move in moves)
        actors = once(str(move.actor) for move in moves)
        needs = "; ".join(evidence) or "-"
        yield f"| {number} | {states} | {act} | {actors} | {needs} | {to} | {source} |\n"


def once(texts: Iterator[str]) -> str:
    return "; ".join(dict.fromkeys(texts))


def public_words() -> str:
    """What applicants read (R-REV-26)."""
    head = "| state | public |\n| --- | --- |\n"
    rows = "".join(f"| {state} | {words} |\n" for state, words in PUBLIC_WORDS.items())
    return f"\nWhat the requester reads, as far as possible in IANA's words:\n\n{head}{rows}"


# -- a picture


def picture(table: Table[Any]) -> str:
    places = {state: place for place, state in enumerate(table.states)}
    arcs: dict[tuple[int, int], list[str]] = {}
    for move in table.moves:
        arcs.setdefault((places[move.state], places[move.to]), []).append(move.number)
    right = max((reach(start, end) for start, end in arcs if end >= start), default=0) + 60
    left = max((reach(start, end) for start, end in arcs if end < start), default=0) + 60
    width, height = left + BOX + right, STEP * len(places) + 12
    body = [box(str(state), left, place) for state, place in places.items()]
    body += [arc(start, end, numbers, left) for (start, end), numbers in arcs.items()]
    joined = "\n  ".join(body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img">\n  <title>{table.title}</title>\n  {STYLE}\n'
        '  <defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>\n'
        f"  {joined}\n</svg>\n"
    )


def reach(start: int, end: int) -> int:
    return REACH + BEND * abs(end - start)


def box(name: str, left: int, place: int) -> str:
    top = 12 + STEP * place
    text = f'<text x="{left + BOX // 2}" y="{top + 19}">{escape(name)}</text>'
    return f'<rect x="{left}" y="{top}" width="{BOX}" height="{LINE}" rx="6"/>{text}'


def arc(start: int, end: int, numbers: list[str], left: int) -> str:
    """An arc with its lines beside the bend: on the right down, or back to the same state, on the left up."""
    down = end >= start
    edge, out = (left + BOX, reach(start, end)) if down else (left, -reach(start, end))
    apart = 7 if start == end else 4
    first = 12 + STEP * start + LINE // 2 + (apart if down else -apart)
    last = 12 + STEP * end + LINE // 2 + (-apart if down else apart)
    bend = edge + out * 4 // 3
    path = f'<path d="M{edge} {first}C{bend} {first} {bend} {last} {edge} {last}" marker-end="url(#end)"/>'
    label = " ".join(dict.fromkeys(numbers))
    return f'{path}<text class="line" x="{edge + out}" y="{(first + last) // 2 + 4}">{label}</text>'


def main() -> int:
    for name, text in documents().items():
        path = ROOT / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
