"""What lies near a port: its neighbours with their states, and the blocks that are free.

A free block is what the registry lists as Unassigned on every transport; that is no promise (`blocks`).
"""

from typing import NamedTuple

from portbook.blocks import Near, free_blocks, free_near
from portbook.numbers import FIRST_USER_PORT, MAX_PORT, Ports, Transport
from portbook.web.editions import Served
from portbook.web.sentences import shown_ports

REACH = 10  # ports on either side


class Neighbour(NamedTuple):
    """A port beside the one that is shown, or that one itself."""

    port: str
    href: str
    state: str
    mark: str
    is_here: bool


class Free(NamedTuple):
    """A free block, and where it lies from the port: "100 below"."""

    ports: str
    href: str
    place: str


def neighbours(here: Served, port: int, transport: Transport | None) -> tuple[Neighbour, ...]:
    """Return the ports around *port*, on *transport* or else tcp."""
    over = transport or Transport.TCP
    found = []
    for number in range(max(0, port - REACH), min(MAX_PORT, port + REACH) + 1):
        state = here.edition.port(number, over).state.value
        href = here.links.port(number, transport)
        found.append(Neighbour(str(number), href, state, state.lower(), number == port))
    return tuple(found)


def free_blocks_near(here: Served, port: int) -> tuple[Free, ...]:
    """Return the free blocks nearest to *port*, the nearest first."""
    return tuple(
        Free(shown_ports(near.ports), here.links.ports(near.ports), _place(near, port))
        for near in free_near(here.edition, port)
    )


def none_below(here: Served, port: int) -> int | None:
    """Return 1024 when *port* lies below and no System Port is free, else None."""
    if port < FIRST_USER_PORT and not free_blocks(here.edition, Ports(0, FIRST_USER_PORT - 1)):
        return FIRST_USER_PORT
    return None


def _place(near: Near, port: int) -> str:
    if not near.distance:
        return "this port is in it" if near.ports.low < near.ports.high else "this port"
    return f"{near.distance:,} {'below' if near.ports.high < port else 'above'}"
