"""Good free numbers: which one to ask for, or to give to who leaves the choice (R-REQ-4, R-REV-24).

`choose` is the registry's rule.  `suggest` is advice: it also stays away from close neighbours and from what
systems give out by themselves, and says so.  A suggested number is not promised (R-REV-25).
"""

from collections.abc import Collection, Container, Iterator
from itertools import islice
from typing import NamedTuple

from portbook.applications.case import is_reported
from portbook.edition import State
from portbook.numbers import EXPERIMENTAL_PORTS, FIRST_DYNAMIC_PORT, MAX_PORT, Ports, Transport
from portbook.standing import Place, Registry

QUIET = 4  # ports on either side of a suggestion that nothing is assigned to
DEFAULT_COUNT = 5
MAX_COUNT = 50

Pending = Container[tuple[int, Transport]]


class Pool(NamedTuple):
    """Numbers that a widely used system gives out by itself: a service there meets others by chance."""

    ports: Ports
    whose: str
    source: str


POOLS = (
    Pool(Ports(32768, 60999), "Linux gives to clients", "Linux, ip-sysctl: ip_local_port_range"),
    Pool(
        Ports(FIRST_DYNAMIC_PORT, MAX_PORT),
        "Windows and macOS give to clients",
        "RFC 6335 section 6: Dynamic Ports",
    ),
    Pool(Ports(30000, 32767), "Kubernetes gives to services", "Kubernetes: service-node-port-range"),
)


class Suggestion(NamedTuple):
    """A number, and what speaks for it."""

    port: int
    reasons: tuple[str, ...]


def choose(
    registry: Registry, ports: Ports, pending: Pending = frozenset(), given: Collection[int] = ()
) -> int | None:
    """Return the number of *ports* that the registry gives to who leaves the choice, or None (R-REV-24).

    The lowest one that is Unassigned on all transports, without reports or notes, in no pending request, and
    not among those that are *given* already.
    """
    return next((port for port in _clean(registry, ports, pending) if port not in given), None)


def suggest(
    registry: Registry, ports: Ports, count: int = DEFAULT_COUNT, pending: Pending = frozenset()
) -> tuple[Suggestion, ...]:
    """Return at most *count* good numbers of *ports*: first those without neighbours, then in order.

    Of the pools that systems give out by themselves none, unless *ports* has nothing else.
    """
    parts = _outside_pools(ports)
    reasons = ["Unassigned on tcp, udp, sctp and dccp", "no use without assignment is reported"]
    if parts:
        reasons += [f"not among {pool.ports}, which {pool.whose}" for pool in POOLS]
    found: dict[int, Suggestion] = {}
    for port in islice(_quiet(registry, parts or (ports,), pending), count):
        found[port] = Suggestion(port, (*reasons, f"nothing is assigned within {QUIET} numbers"))
    others = (port for part in parts or (ports,) for port in _clean(registry, part, pending))
    while len(found) < count and (port := next(others, -1)) >= 0:
        found.setdefault(port, Suggestion(port, tuple(reasons)))
    return tuple(found.values())


def _outside_pools(ports: Ports) -> tuple[Ports, ...]:
    """*ports* without the numbers of the pools."""
    found = []
    low = ports.low
    for pool in sorted(POOLS, key=lambda pool: pool.ports):
        if low < pool.ports.low:
            found.append(Ports(low, min(ports.high, pool.ports.low - 1)))
        low = max(low, pool.ports.high + 1)
    found.append(Ports(low, ports.high))
    return tuple(part for part in found if part.low <= part.high)


def _clean(registry: Registry, ports: Ports, pending: Pending) -> Iterator[int]:
    for port in _free(registry, ports):
        is_taken = port in EXPERIMENTAL_PORTS or any((port, each) in pending for each in Transport)
        if not is_taken and all(_has_no_past(registry.place(port, each), port) for each in Transport):
            yield port


def _has_no_past(place: Place, port: int) -> bool:
    """Whether nothing is reported or noted there: old reports stand in notes, and removals too (R-REV-24)."""
    return not (place.note or is_reported(place, port))


def _free(registry: Registry, ports: Ports) -> Iterator[int]:
    """The free numbers, lowest first; Dynamic Ports too, for a policy that assigns them."""
    yield from registry.free(Ports(ports.low, min(ports.high, FIRST_DYNAMIC_PORT - 1)))
    for port in range(max(ports.low, FIRST_DYNAMIC_PORT), ports.high + 1):
        if all(registry.place(port, each).state is State.DYNAMIC for each in Transport):
            yield port


def _quiet(registry: Registry, parts: tuple[Ports, ...], pending: Pending) -> Iterator[int]:
    """Clean numbers that have `QUIET` free neighbours on either side, some of each run of free ones."""
    for part in parts:
        low = before = -2
        for port in _free(registry, part):
            if port != before + 1:
                low = port
            before = port
            if port > low and (port - low) % (2 * QUIET) == 0:
                yield from _clean(registry, Ports(port - QUIET, port - QUIET), pending)
