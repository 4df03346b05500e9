"""The edition's side of a comparison: its pairs of place and service, and who stands where.

A service is known by its name to use: aliases and historic names count as that name (R-LEG-6, R-LEG-7), in
any case (R-NAME-7).  A row without a transport is one pair a port, on `ANY`: a file that names the service
there on whatever transport has it (R-LOOK-6).
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from portbook.conform.claims import MAX_PAIRS
from portbook.edition import Edition
from portbook.errors import RuleError
from portbook.formats.limits import too_large
from portbook.names import fold, is_historic, same_name, well_formed_twin
from portbook.numbers import Ports, Transport, parse_transport

ANY = ""  # the transport of rows, and of files, that name none


class Pair(NamedTuple):
    """One service at one port on one transport; the service is its folded name to use."""

    port: int
    transport: str
    service: str


class RegisteredRange(NamedTuple):
    """A row that gives a name to several ports."""

    name: str
    ports: Ports
    transport: str
    service: str


class Registered:
    """What an edition assigns, as pairs, on one transport or on all."""

    def __init__(self, edition: Edition, holds: Callable[[str], bool], only: Transport | None) -> None:
        self._edition = edition
        self._services: dict[str, str] = {}
        self.pairs: dict[Pair, list[str]] = {}  # with the names that the edition lists, as published
        self.ranges: list[RegisteredRange] = []
        self.unholdable = 0
        self._at: dict[int, dict[str, dict[str, None]]] = {}  # port -> transport -> services
        portless: dict[str, bool] = {}
        for record in edition.records:
            name, ports = record.service_name, record.ports
            transport = _transport(record.transport)
            if not name or transport is None or (only and transport not in (ANY, only)):
                continue
            portless[fold(name)] = portless.get(fold(name), True) and not record.port_number
            if ports is not None and holds(name):
                self._add(name, ports, transport)
            elif ports is not None:
                self.unholdable += ports.high - ports.low + 1
            if len(self.pairs) > MAX_PAIRS:
                raise too_large("E-CONFORM-SIZE", "the edition names more ports", MAX_PAIRS, "names at ports")
        self.portless = frozenset(name for name, alone in portless.items() if alone)

    def _add(self, name: str, ports: Ports, transport: str) -> None:
        service = self.service(name)
        for port in range(ports.low, ports.high + 1):
            self.pairs.setdefault(Pair(port, transport, service), []).append(name)
            self._at.setdefault(port, {}).setdefault(transport, {})[service] = None
        if ports.low < ports.high:
            self.ranges.append(RegisteredRange(name, ports, transport, service))

    def service(self, name: str) -> str:
        """Return the folded name to use for *name*; a historic name that is in no row has its twin."""
        known = self._services.get(name)
        if known is None:
            found = name
            if is_historic(name) and self._edition.service(name) is None:
                found = well_formed_twin(name)
            known = self._services[name] = fold(self._edition.canonical(found))
        return known

    def placed(self, port: int, transport: str, service: str) -> Pair:
        """Return the pair that a claim stands for: on `ANY` where the edition names no transport."""
        pair = Pair(port, transport, service)
        anywhere = Pair(port, ANY, service)
        return anywhere if pair not in self.pairs and anywhere in self.pairs else pair

    def on(self, pair: Pair) -> tuple[str, ...]:
        """Return the transports on which the service of *pair* is registered at its port."""
        found = self._at.get(pair.port, {})
        return tuple(transport for transport, services in found.items() if pair.service in services)

    def services_at(self, port: int, transport: str) -> Iterator[str]:
        """Yield the services that are registered at a place, those without a transport too."""
        for on, services in self._at.get(port, {}).items():
            if ANY in (on, transport) or on == transport:
                yield from services

    def names_at(self, port: int, transport: str) -> tuple[str, ...]:
        """Return the names that the edition lists at a place, each once."""
        return tuple(
            dict.fromkeys(
                name
                for on, services in self._at.get(port, {}).items()
                if ANY in (on, transport) or on == transport
                for service in services
                for name in self.pairs[Pair(port, on, service)]
            )
        )

    def places_of(self, name: str, most: int = 3) -> tuple[str, ...]:
        """Return the first places of the service *name*, as "443/tcp"."""
        found = self._edition.service(name)
        places = [f"{r.ports}/{r.transport or 'any'}" for r in found.records if r.ports] if found else []
        return tuple(dict.fromkeys(places))[:most]

    def state(self, port: int, transport: str) -> str:
        """Return the state of a place where no name is registered, in one word."""
        if transport:
            return self._edition.port(port, Transport(transport)).state.lower()
        states = dict.fromkeys(found.state.lower() for found in self._edition.ports(port))
        return next(iter(states)) if len(states) == 1 else "unassigned"

    def is_published(self, name: str) -> bool:
        """Say whether the edition lists *name*, aliases too."""
        return self._edition.service(name) is not None

    def is_primary(self, name: str) -> bool:
        """Say whether *name* is itself the name to use."""
        return same_name(self.service(name), name)


def _transport(published: str | None) -> str | None:
    """The transport of a row, `ANY` for none; None for one that nobody knows."""
    try:
        return parse_transport(published) if published else ANY
    except RuleError:
        return None
