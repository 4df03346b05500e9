"""What lies near a port: its neighbours with their states, and the blocks that are free.

A free block is what the registry lists as Unassigned on every transport; that is no promise (`blocks`).
"""

from typing import NamedTuple
from weakref import WeakKeyDictionary

from portbook.blocks import Near, free_near
from portbook.edition import State
from portbook.numbers import FIRST_USER_PORT, MAX_PORT, Transport
from portbook.web.editions import Opened, Served
from portbook.web.sentences import shown_ports

REACH = 10  # ports on either side

_STATES = tuple(State)

# transport -> for each port 0 or, once it was asked, 1 + the place of its state: each stands on 21 pages
_known: WeakKeyDictionary[Opened, dict[Transport, bytearray]] = WeakKeyDictionary()


class Neighbours(NamedTuple):
    """Ports in a row that have one state, each with its address; `is_here`: the port that is shown, alone."""

    state: str
    mark: str
    is_here: bool
    ports: list[tuple[str, str]]


class Free(NamedTuple):
    """A free block, and where it lies from the port: "100 below"."""

    lead: str  # what parts it from the one before
    ports: str
    href: str
    place: str


def neighbours(here: Served, port: int, transport: Transport | None) -> tuple[Neighbours, ...]:
    """Return the ports around *port*, by their state on *transport* or else tcp."""
    over = transport or Transport.TCP
    address, known = here.links.port, _known_states(here.opened, over)
    found: list[Neighbours] = []
    for number in range(max(0, port - REACH), min(MAX_PORT, port + REACH) + 1):
        if not known[number]:
            known[number] = 1 + _STATES.index(here.edition.port(number, over).state)
        state = _STATES[known[number] - 1].value
        is_here = number == port
        if not found or (found[-1].state, found[-1].is_here) != (state, is_here):
            found.append(Neighbours(state, state.lower(), is_here, []))
        found[-1].ports.append((str(number), address(number, transport)))
    return tuple(found)


def _known_states(opened: Opened, transport: Transport) -> bytearray:
    by_transport = _known.setdefault(opened, {})
    if transport not in by_transport:
        by_transport[transport] = bytearray(MAX_PORT + 1)
    return by_transport[transport]


def free_blocks_near(here: Served, port: int) -> tuple[Free, ...]:
    """Return the free blocks nearest to *port*, the nearest first."""
    return tuple(
        Free(
            ", " if number else "", shown_ports(near.ports), here.links.ports(near.ports), _place(near, port)
        )
        for number, near in enumerate(free_near(here.edition, port))
    )


def none_below(here: Served, port: int) -> int | None:
    """Return 1024 when *port* lies below and no System Port is free, else None."""
    if port >= FIRST_USER_PORT:
        return None
    lowest = free_near(here.edition, 0, 1)
    return None if lowest and lowest[0].ports.low < FIRST_USER_PORT else FIRST_USER_PORT


def _place(near: Near, port: int) -> str:
    if not near.distance:
        return "this port is in it" if near.ports.low < near.ports.high else "this port"
    return f"{near.distance:,} {'below' if near.ports.high < port else 'above'}"
