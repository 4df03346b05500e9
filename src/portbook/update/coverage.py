"""Coverage: of which ports rows say the same, counted in one pass whatever ranges they have.

A row counts one up at the start of its range and one down behind its end: 30,000 rows over every port cost
as much as 30,000 over one.  What a row without a name says is known by its ports alone: such rows are split
and joined all the time, and only the ports tell whether anything was lost.
"""

from collections.abc import Iterable
from itertools import accumulate

from portbook.edition import State
from portbook.names import fold
from portbook.numbers import MAX_PORT, Ports, Transport
from portbook.update.rows import Row

ANY = ""  # a row without a transport speaks of all
ALL = (ANY, *Transport.__members__.values())


class Coverage:
    """Which ports some rows speak of, by state and transport."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._steps: dict[tuple[State, str], list[int]] = {}
        self._flags: dict[tuple[State, tuple[str, ...]], int] = {}
        for row in rows:
            transport = fold(row.transport)
            if row.ports and transport in ALL:
                steps = self._steps.get((row.state, transport))
                if steps is None:
                    steps = self._steps[row.state, transport] = [0] * (MAX_PORT + 2)
                steps[row.ports.low] += 1
                steps[row.ports.high + 1] -= 1

    def same(self, row: Row) -> int:
        """The ports of which rows say what *row* says, on its transport, as `bits` counts them."""
        transport = fold(row.transport)
        return self._on(row.state, (ANY,) if transport == ANY else (ANY, transport))

    def assigned(self, row: Row) -> int:
        """The ports that rows assign on the transport of *row*; on any, where it names none."""
        transport = fold(row.transport)
        return self._on(State.ASSIGNED, ALL if transport == ANY else (ANY, transport))

    def _on(self, state: State, transports: tuple[str, ...]) -> int:
        key = state, transports
        if key not in self._flags:
            found = 0
            for transport in transports:
                if steps := self._steps.get((state, transport)):
                    text = "".join("1" if count else "0" for count in accumulate(steps[: MAX_PORT + 1]))
                    found |= int(text[::-1], 2)
            self._flags[key] = found
        return self._flags[key]


def bits(ports: Ports) -> int:
    """*ports* as a number that has bit N for port N."""
    return ((1 << (ports.high - ports.low + 1)) - 1) << ports.low
