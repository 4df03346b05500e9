"""Case: an application beside the registry, the policy and what else is known, as the rules look at it.

What several rules need (which transports and ports are meant, what stands there, who holds the name) is found
once.  `refused` and its kin write a finding down.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from portbook import service_codes
from portbook.applications.application import NEW_NAMES, WITH_PORTS, Application, Channel, Kind, Stream
from portbook.discovery import unauthorized_ports
from portbook.edition import State
from portbook.errors import Problem, RuleError
from portbook.findings import Action, Finding
from portbook.names import same_name, service_name_problem
from portbook.numbers import EXPERIMENTAL_PORTS, FIRST_DYNAMIC_PORT, Transport, parse_ports
from portbook.policy import Policy, Procedure, Range
from portbook.records import Record
from portbook.standing import Holding, NameHeld, Place, Registry


class Circumstances(NamedTuple):
    """What neither the application nor the registry says; whoever asks knows it.

    `consents` are contact ids of holders who have agreed; `pending` the ports, with their transports, that
    earlier complete requests ask for; `alike` the assigned names that are easily taken for the new one
    (T-44); `recent` how many assignments and requests the Assignee had within the policy's days.
    """

    consents: frozenset[str] = frozenset()
    pending: Container[tuple[int, Transport]] = frozenset()
    alike: tuple[str, ...] = ()
    recent: int = 0
    open_applications: int = 0
    sent_today: int = 0


class Port(NamedTuple):
    """One port that is asked for: its place in the application, the number or None, the range or None."""

    at: int
    number: int | None
    range: Range | None

    @property
    def path(self) -> str:
        return f"ports[{self.at}].number"


class Spot(NamedTuple):
    """One port number on one transport, and what stands there."""

    port: Port
    number: int
    transport: Transport
    place: Place


class Code(NamedTuple):
    """A service code that is asked for: its place in the application and its number."""

    at: int
    number: int

    @property
    def path(self) -> str:
        return f"codes[{self.at}].code"


@dataclass(frozen=True)
class Case:
    """An application as the rules look at it."""

    application: Application
    registry: Registry
    policy: Policy
    circumstances: Circumstances

    # -- what is asked

    @cached_property
    def transports(self) -> tuple[Transport, ...]:
        """The transports that are asked for, as far as they are such, each once."""
        asked = (text.lower() for text in self.application.transports if text.isascii())
        known = (Transport(text) for text in asked if text in Transport.__members__.values())
        return tuple(dict.fromkeys(known))

    @cached_property
    def ports(self) -> tuple[Port, ...]:
        """The ports that are asked for; what is no number has none, and what is never assigned no range."""
        return tuple(self._port(index) for index in range(len(self.application.ports)))

    def _port(self, index: int) -> Port:
        wanted = self.application.ports[index]
        if wanted.number:
            try:
                ports = parse_ports(wanted.number)
            except RuleError:
                return Port(index, None, None)
            if ports.low < ports.high:  # a block: R-REQ-8 returns it
                return Port(index, None, self.policy.range_of(ports.low))
            is_experimental = ports.low in EXPERIMENTAL_PORTS
            return Port(index, ports.low, None if is_experimental else self.policy.range_of(ports.low))
        return Port(index, None, self.policy.range_named(wanted.range) if wanted.range else None)

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """Every asked number on every asked transport."""
        return tuple(
            Spot(port, port.number, transport, self.places(port.number)[transport])
            for port in self.ports
            if port.number is not None
            for transport in self.transports
        )

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        """The service codes that are asked for, as far as they are such."""
        return tuple(self._codes())

    def _codes(self) -> Iterator[Code]:
        for index, wanted in enumerate(self.application.codes):
            try:
                yield Code(index, service_codes.parse(wanted.code))
            except RuleError:
                continue

    @cached_property
    def wants_ports(self) -> bool:
        """Whether a port is a part of the request."""
        kind = self.application.kind
        return kind in WITH_PORTS or (kind is Kind.TRANSPORT and bool(self.application.ports))

    @cached_property
    def in_ietf_range(self) -> bool:
        """Whether a port is asked for that only an IETF process assigns: a System Port."""
        return self.wants_ports and any(port.range and port.range.is_for_the_ietf for port in self.ports)

    @cached_property
    def is_all_dynamic(self) -> bool:
        """Whether all ports lie in Dynamic ranges that the policy assigns: then none stands in for them."""
        ranges = [port.range for port in self.ports]
        return bool(ranges) and all(each and each.low >= FIRST_DYNAMIC_PORT for each in ranges)

    @cached_property
    def words(self) -> str:
        """What the application says of the service, in small letters."""
        application = self.application
        answers = application.answer("distinction"), application.answer("why_not_dynamic")
        return "\n".join((application.description, *answers)).lower()

    # -- by which way it comes

    @cached_property
    def is_ietf_document(self) -> bool:
        """Whether a document of the IETF stream asks."""
        application = self.application
        return application.channel is Channel.DOCUMENT and application.document.stream is Stream.IETF

    @cached_property
    def ways(self) -> frozenset[Procedure]:
        """The procedures that the request can take by the way it came."""
        application = self.application
        if application.channel is Channel.IESG:
            return frozenset({Procedure.IESG_APPROVAL})
        if not self.is_ietf_document:
            return frozenset({Procedure.EXPERT_REVIEW, Procedure.SPECIFICATION, Procedure.FIRST_COME})
        ways = {Procedure.IETF_REVIEW, Procedure.SPECIFICATION, Procedure.FIRST_COME}
        if application.document.is_standards_track:
            ways.add(Procedure.STANDARDS_ACTION)
        return frozenset(ways)

    # -- who holds what

    @cached_property
    def name_held(self) -> NameHeld | None:
        """What stands under the name of the application; None for a name that is free, or is none."""
        return self.held(self.application.service_name)

    def held(self, name: str) -> NameHeld | None:
        """Return what stands under *name*."""
        return None if service_name_problem(name) else self.registry.name(name)

    def is_own(self, holding: Holding) -> bool:
        """Whether the requester is Assignee or Contact of *holding*."""
        requester = self.application.requester
        return bool(requester) and (holding.speaks_for(requester) or requester in self.who_speaks(holding))

    def has_consent(self, holding: Holding) -> bool:
        """Whether an Assignee of *holding*, or the Contact where none is known, has agreed."""
        return not self.circumstances.consents.isdisjoint(self.who_speaks(holding))

    def who_speaks(self, holding: Holding) -> tuple[str, ...]:
        """Return the contact ids whose consent counts: where nobody is known, the change controller's."""
        return holding.assignees or holding.contacts or (self.policy.bodies.document_assignee_id,)

    def places(self, number: int) -> dict[Transport, Place]:
        """Return what stands at *number* on each transport."""
        if number not in self._places:
            self._places[number] = {each: self.registry.place(number, each) for each in Transport}
        return self._places[number]

    @cached_property
    def _places(self) -> dict[int, dict[Transport, Place]]:
        return {}

    def elsewhere(self, spot: Spot) -> tuple[Holding, ...]:
        """Return who holds the port of *spot* on the other transports."""
        asked = spot.number, spot.transport
        if asked not in self._elsewhere:
            others = (place for on, place in self.places(spot.number).items() if on is not spot.transport)
            held = (place.holdings for place in others if place.state is State.ASSIGNED)
            self._elsewhere[asked] = tuple(
                dict.fromkeys(holding for holdings in held for holding in holdings)
            )
        return self._elsewhere[asked]

    @cached_property
    def _elsewhere(self) -> dict[tuple[int, Transport], tuple[Holding, ...]]:
        return {}

    def is_own_companion(self, spot: Spot) -> bool:
        """Whether the requester holds the port of *spot* on another transport (R-MARK-7, A-4)."""
        return any(map(self.is_own, self.elsewhere(spot)))

    def is_companion_of_the_service(self, spot: Spot) -> bool:
        """Whether the service that the application names holds the port on another transport (R-MARK-9)."""
        return self.application.kind is Kind.TRANSPORT and any(
            map(self.is_of_the_service, self.elsewhere(spot))
        )

    def is_reserved(self, spot: Spot) -> bool:
        """Whether *spot* is held back from this request: Reserved, or by who holds it on another transport.

        A companion is free for conversion by its own service or Assignee (R-REV-8).
        """
        if spot.place.state is State.ASSIGNED or spot.number in EXPERIMENTAL_PORTS:
            return False
        if self.is_own_companion(spot) or self.is_companion_of_the_service(spot):
            return False
        return spot.place.state is State.RESERVED or bool(self.elsewhere(spot))

    @cached_property
    def asks_for_reserved(self) -> bool:
        """Whether a Reserved name or number is asked for (R-FORM-19)."""
        reserved_name = self.application.kind in NEW_NAMES and self.name_held and self.name_held.is_reserved
        return bool(reserved_name) or (self.wants_ports and bool(self.reserved_spots))

    @cached_property
    def reserved_spots(self) -> tuple[Spot, ...]:
        """The spots that are held back from this request."""
        return tuple(filter(self.is_reserved, self.spots))

    def is_of_the_service(self, holding: Holding) -> bool:
        """Whether *holding* is of the service that the application names."""
        return same_name(holding.name, self.application.service_name)


def is_reported(place: Place, number: int) -> bool:
    """Whether unauthorized use of *number* is reported; a report on a range may name ports (R-UNAUTH-2)."""
    if not place.unauthorized:
        return False
    named = unauthorized_ports(Record(unauthorized_use_reported=place.unauthorized))
    return not named or any(ports.low <= number <= ports.high for ports in named)


# -- findings


def refused(field: str, code: str, message: str, source: str) -> Finding:
    """Return a finding that ends the request."""
    return Finding(Action.REJECT, field, Problem(code, message, source))


def returned(field: str, code: str, message: str, source: str) -> Finding:
    """Return a finding that sends the request back to its author."""
    return Finding(Action.RETURN, field, Problem(code, message, source))


def blocked(field: str, code: str, message: str, source: str) -> Finding:
    """Return a finding that waits for somebody else."""
    return Finding(Action.BLOCK, field, Problem(code, message, source))


def routed(field: str, code: str, message: str, source: str) -> Finding:
    """Return a finding that names another procedure."""
    return Finding(Action.ROUTE, field, Problem(code, message, source))


def advised(field: str, code: str, message: str, source: str) -> Finding:
    """Return advice; it never refuses."""
    return Finding(Action.WARN, field, Problem(code, message, source))
