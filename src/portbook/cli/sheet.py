"""An answer for people: on a terminal a small table with its evidence, on a pipe one row a line.

The same looks, to the byte, as `plain` gives from the compiled table (a test compares them); this one answers
from any edition.  Every answer says, once and at the end, that a registered name is no statement about
traffic (R-LOOK-3).
"""

import sys
from collections.abc import Iterable
from typing import NamedTuple

from portbook import answers
from portbook.cli.keys import Key
from portbook.cli.output import note, on_terminal, padded, tsv_line, visible, width
from portbook.cli.plain import HINT, WIDEST
from portbook.edition import Edition, PortState, Service, Why, row_state
from portbook.names import is_historic
from portbook.numbers import Ports, Transport
from portbook.records import Record, labels
from portbook.store import EditionFile


class Line(NamedTuple):
    """One fact: a row, or the state of a port that no row speaks of."""

    ports: str
    transport: str
    state: str
    name: str
    description: str
    references: str
    why: str  # empty where a row for just that port and transport says so

    @property
    def words(self) -> str:
        """Description and why, as they stand in one column of a page."""
        return (
            f"{self.description} ({self.why})"
            if self.description and self.why
            else self.description or self.why
        )


class Block(NamedTuple):
    """The answer to one key: what it is, in the head, its lines, and what to say below them."""

    subject: str
    kind: str  # "System Port", "Service name"
    lines: tuple[Line, ...]
    remark: str = ""


def block_of(key: Key, edition: Edition) -> Block | None:
    """Return the answer to *key*; None for an unknown service."""
    if isinstance(key.subject, Ports):
        return _port_block(key.subject, key.transports, edition)
    service = edition.service(key.subject)
    return _service_block(service, key.transports) if service else None


def _port_block(ports: Ports, transports: Iterable[Transport], edition: Edition) -> Block:
    lines: list[Line] = []
    ranges: dict[str, None] = {}
    for transport in transports:
        for run, state in answers.runs_of(edition, ports, transport):
            ranges.setdefault(state.range.value)
            lines += _state_lines(run, state, edition)
    kind = " and ".join(ranges)
    return Block(str(ports), kind.removesuffix("s") if ports.low == ports.high else kind, tuple(lines))


def _state_lines(ports: Ports, state: PortState, edition: Edition) -> list[Line]:
    """A line for each row that speaks of *ports*, or one that says why none does."""
    why = answers.why_text(state)
    if not state.records:
        return [Line(str(ports), state.transport, state.state.lower(), "", "", "", why)]
    lines = []
    for record in state.records:
        said = [why] if why != Why.ROW.value else []
        if record.ports != ports:
            said.append(f"row {record.ports}")
        service = edition.service(record.service_name) if record.service_name else None
        if service and (remark := alias_remark(service)):
            said.append(remark)
        lines.append(_line(record, str(ports), state.transport, state.state.lower(), said))
    return lines


def _service_block(service: Service, transports: tuple[Transport, ...]) -> Block:
    remark = alias_remark(service)
    said = [remark] if remark and not on_terminal() else []  # on a page it stands below the lines, once
    lines = tuple(
        _line(record, str(record.ports or ""), record.transport or "", row_state(record)[0].lower(), said)
        for record in answers.rows_on(service.records, transports)
    )
    return Block(service.name, "Service name", lines, remark)


def _line(record: Record, ports: str, transport: str, state: str, said: list[str]) -> Line:
    references = "".join(f"[{label}]" for label in labels(record.reference))
    if record.unauthorized_use_reported and (text := str(record.unauthorized_use_reported)):
        said = [*said, f"unauthorized use reported: {text}"]
    name = record.service_name or ""
    return Line(ports, transport, state, name, str(record.description), references, "; ".join(said))


def alias_remark(service: Service) -> str:
    """Return which name to use instead of an alias, in a sentence; "" for a name that is none."""
    if not service.is_alias:
        return ""
    kind = "a historic name" if is_historic(service.name) else "an alias"
    return f"`{service.name}` is {kind}. Use `{service.canonical}`."


class Sheet:
    """The answers of one call, written as they come."""

    def __init__(self, file: EditionFile) -> None:
        self.edition_id = file.id
        self.as_page = on_terminal()
        self.is_empty = True

    def write(self, block: Block) -> None:
        """Write one answer."""
        self.is_empty = False
        if self.as_page:
            sys.stdout.write("\n".join(self._page(block)) + "\n")
        else:
            sys.stdout.writelines(tsv_line((*line, self.edition_id)) for line in block.lines)

    def _page(self, block: Block) -> list[str]:
        head, date = f"{block.subject}  {block.kind}", f"edition {self.edition_id}"
        room = min(width(), WIDEST) - len(head) - len(date)
        with_ports = any(line.ports != block.subject for line in block.lines)
        cells = [(*line[not with_ports : 4], line.words, line.references) for line in block.lines]
        below = padded(cells) if cells else ["no row on that transport"]
        remark = [visible(block.remark)] if block.remark else []
        return [
            visible(head) + " " * max(room, 2) + visible(date),
            *(f"  {line}" for line in [*below, *remark]),
        ]

    def end(self) -> None:
        """Write the hint, if there was an answer: below it on a terminal, beside it on a pipe."""
        if self.is_empty:
            return
        if self.as_page:
            sys.stdout.write(HINT + "\n")
        else:
            note(HINT)
