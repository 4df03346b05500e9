"""Blocks: runs of neighbouring ports, those that are free, and the rows that speak of a range.

Rules R-LOOK-2 and R-LOOK-5; what stands at a single port, `Edition.port` says, and nothing here differs.
A block never lies in two of the three ranges of RFC 6335 section 6.  That a block is free is what the
registry lists, no promise that its ports are assigned to who asks.  Reads no file and no clock.
"""

import weakref
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from portbook.census import BORDERS, runs_of_any
from portbook.edition import Edition, PortState, State
from portbook.numbers import FIRST_DYNAMIC_PORT, MAX_PORT, Ports, Transport, checked_port
from portbook.records import Record

DEFAULT_COUNT = 3  # blocks that `free_near` offers
EVERY_PORT = Ports(0, MAX_PORT)

# id of an edition -> its free blocks, for as long as the edition lives; its hash would read every row
_FREE: dict[int, tuple[Ports, ...]] = {}


class Near(NamedTuple):
    """A free block near a port; `distance` counts from the port to the block's nearer end, 0 inside it."""

    ports: Ports
    distance: int


# -- ports with one state


def runs_of(edition: Edition, ports: Ports, transport: Transport) -> tuple[tuple[Ports, PortState], ...]:
    """Return *ports* as runs of neighbours that have the same state, for the same reason, by the same rows.

    Each run comes with the state of its first port.  Raises `RuleError` E-PORT-RANGE outside 0-65535.
    """
    found: list[tuple[Ports, PortState]] = []
    for stretch in _stretches(edition, ports):
        state = edition.port(stretch.low, transport)
        if found and _same_standing(found[-1][1], state):
            before, first = found[-1]
            found[-1] = (Ports(before.low, stretch.high), first)
        else:
            found.append((stretch, state))
    return tuple(found)


def _stretches(edition: Edition, ports: Ports) -> Iterator[Ports]:
    """*ports* cut wherever an answer may change: between two cuts, the same rows say the same."""
    low = ports.low
    rows = None
    for port in range(ports.low, ports.high + 1):
        here = edition.at(port)
        if rows is not None and (port in BORDERS or here != rows):
            yield Ports(low, port - 1)
            low = port
        rows = here
    if rows is not None:
        yield Ports(low, ports.high)


def _same_standing(one: PortState, other: PortState) -> bool:
    return (one.state, one.why, one.reason, one.records, one.companions, one.range) == (
        *(other.state, other.why, other.reason, other.records, other.companions, other.range),
    )


# -- ports that are free


def free_blocks(edition: Edition, ports: Ports = EVERY_PORT) -> tuple[Ports, ...]:
    """Return the runs in *ports* that are Unassigned on all four transports, lowest first, cut to *ports*.

    Raises `RuleError` E-PORT-RANGE outside 0-65535.
    """
    return tuple(each_free_block(edition, ports))


def each_free_block(edition: Edition, ports: Ports) -> Iterator[Ports]:
    """The same, one after the other, for who wants the first ones: there are some thousand."""
    low, high = checked_port(ports.low), checked_port(ports.high)
    every = _every_free_block(edition)
    for at in range(bisect_left(every, low, key=_high), len(every)):
        block = every[at]
        if block.low > high or low > high:
            break
        yield Ports(max(block.low, low), min(block.high, high))


def free_near(edition: Edition, port: int, count: int = DEFAULT_COUNT) -> tuple[Near, ...]:
    """Return the *count* free blocks nearest to *port*, the nearest first; of two as near, the lower first.

    The block that holds *port* is at distance 0.  Dynamic Ports are never offered: they are not assigned
    (R-RANGE-4).  Raises `RuleError` E-PORT-RANGE outside 0-65535.
    """
    checked_port(port)
    count = max(count, 0)
    every = _every_free_block(edition)
    assignable = bisect_left(every, FIRST_DYNAMIC_PORT, key=_low)
    at = min(bisect_left(every, port, key=_high), assignable)
    near = (Near(block, _distance(block, port)) for block in every[max(at - count, 0) : at + count + 1])
    near = (block for block in near if block.ports.low < FIRST_DYNAMIC_PORT)
    return tuple(sorted(near, key=lambda block: (block.distance, block.ports))[:count])


def _every_free_block(edition: Edition) -> tuple[Ports, ...]:
    """The free blocks of the whole number space, found once for each edition."""
    known = _FREE.get(id(edition))
    if known is None:
        runs = runs_of_any(edition, EVERY_PORT)
        known = _FREE[id(edition)] = tuple(run.ports for run in runs if run.state is State.UNASSIGNED)
        weakref.finalize(edition, _FREE.pop, id(edition), None)
    return known


def _distance(block: Ports, port: int) -> int:
    return max(block.low - port, port - block.high, 0)


def _low(block: Ports) -> int:
    return block.low


def _high(block: Ports) -> int:
    return block.high


# -- rows


def rows_in(edition: Edition, ports: Ports) -> tuple[Record, ...]:
    """Return every row that speaks of a port of *ports*, each once: by first port, then in registry order.

    Raises `RuleError` E-PORT-RANGE outside 0-65535.
    """
    found: list[Record] = []
    seen: set[int] = set()  # rows by identity: two that read the same are still two
    before: tuple[Record, ...] = ()
    for port in range(ports.low, ports.high + 1):
        rows = edition.at(port)
        if rows is not before:
            found += [row for row in rows if id(row) not in seen]
            seen.update(map(id, rows))
            before = rows
    return tuple(sorted(found, key=lambda row: row.ports.low if row.ports else 0))
