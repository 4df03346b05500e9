"""Census: what stands at the ports of a range, each port counted once over all four transports.

A port counts as Assigned when it is so on any transport, else as Reserved when it is so on any, else as
Unassigned when it is so on all four: then it is free.  What stands on one transport, `Edition.port` says;
ports whose rows read alike are asked once, so that the whole space is counted in the time of a page.
"""

from collections.abc import Iterable
from typing import NamedTuple

from portbook.edition import Edition, State, row_state
from portbook.names import fold
from portbook.numbers import EDGE_PORTS, FIRST_DYNAMIC_PORT, FIRST_USER_PORT, Ports
from portbook.records import Record

_RANGES = frozenset({FIRST_USER_PORT, FIRST_DYNAMIC_PORT})
# Where the state may change although the rows do not: the edges of ranges, and the ports after them.
BORDERS = EDGE_PORTS | {port + 1 for port in EDGE_PORTS} | _RANGES


class Run(NamedTuple):
    """Neighbouring ports that count as the same; none reaches into two of the three ranges."""

    ports: Ports
    state: State

    @property
    def size(self) -> int:
        """How many ports it has."""
        return self.ports.high - self.ports.low + 1


def runs_of_any(edition: Edition, ports: Ports) -> tuple[Run, ...]:
    """Return *ports* as runs.  Raises `RuleError` E-PORT-RANGE outside 0-65535."""
    runs: list[Run] = []
    known: dict[tuple[object, ...], State] = {}
    low, state, before = ports.low, None, None
    for port in range(ports.low, ports.high + 1):
        rows = edition.at(port)
        if rows is before and port not in BORDERS:
            continue
        before = rows
        likeness = (port in EDGE_PORTS, port < FIRST_DYNAMIC_PORT, *map(_likeness, rows))
        here = known.get(likeness)
        if here is None:
            here = known[likeness] = _counted_as(edition, port)
        if state is not None and (here is not state or port in _RANGES):
            runs.append(Run(Ports(low, port - 1), state))
            low = port
        state = here
    if state is not None:
        runs.append(Run(Ports(low, ports.high), state))
    return tuple(runs)


def totals(runs: Iterable[Run]) -> dict[State, int]:
    """Return how many ports count as each state."""
    found = dict.fromkeys(State, 0)
    for run in runs:
        found[run.state] += run.size
    return found


def _likeness(record: Record) -> tuple[str, bool, State]:
    """All of a row that decides on the state of its ports."""
    return fold(record.transport or ""), bool(record.service_name), row_state(record)[0]


def _counted_as(edition: Edition, port: int) -> State:
    states = {standing.state for standing in edition.ports(port)}
    for state in (State.ASSIGNED, State.RESERVED):
        if state in states:
            return state
    return State.UNASSIGNED if states == {State.UNASSIGNED} else State.DYNAMIC
