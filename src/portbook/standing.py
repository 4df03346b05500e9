"""What is held now: the questions that the rules of assignment ask of a registry.

Whoever answers, an edition or the tables of a register, answers in these values, so that a request is judged
alike before it is sent and when it is decided.  Rules R-NAME-9 and 11, R-RANGE-5, R-MARK, R-XFER-8 rest
on the answers.  Parties are told apart by the id of their contact, as published.  Reads no clock.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple, Protocol

from portbook.blocks import each_free_block
from portbook.edition import Edition, PortState, Reason, Service, State
from portbook.errors import RuleError
from portbook.numbers import Ports, Transport
from portbook.records import PublishedDate, Record, Reference, RichText
from portbook.service_codes import parse, printed_form


class Holding(NamedTuple):
    """A service name and who holds it: several contact ids where several are published, () where none is."""

    name: str
    assignees: tuple[str, ...]
    contacts: tuple[str, ...]

    def is_held_by(self, party: str) -> bool:
        """Whether the contact id *party* is an Assignee; the Contact is, where none is known (R-XFER-8)."""
        return party in self.assignees

    def speaks_for(self, party: str) -> bool:
        """Whether the contact id *party* is Assignee or Contact (R-MAINT-2)."""
        return party in self.assignees or party in self.contacts


class Place(NamedTuple):
    """One port on one transport; `holdings` are the services named there, aliases too, in registry order."""

    state: State
    reason: Reason | None = None
    holdings: tuple[Holding, ...] = ()
    unauthorized: RichText | None = None
    is_temporary: bool = False  # an early allocation (R-EARLY-5)
    note: RichText | None = None  # "Removed 2004", "X uses it unofficially": free, but with a past


class NameHeld(NamedTuple):
    """A service name that is not free; `ports` are where it stands, none for a name alone."""

    holding: Holding
    canonical: str  # another name when this one is an alias
    description: RichText
    ports: tuple[tuple[Ports, Transport | None], ...] = ()
    is_reserved: bool = False


class CodeHeld(NamedTuple):
    """A service code that is assigned, and its DCCP port, of which it may have one (R-DCCP-3)."""

    code: int
    port: int | None
    name: str


class CodeEntry(NamedTuple):
    """A row of a table of service codes, which IANA has apart: the code and what it is for."""

    code: int
    printed: str | None  # R-SC-15
    description: RichText
    reference: tuple[Reference, ...] = ()
    registered: PublishedDate | None = None


class Registry(Protocol):
    """What the rules ask."""

    def place(self, port: int, transport: Transport) -> Place:
        """What stands at *port*, 0 to 65535, on *transport*."""
        ...

    def name(self, name: str) -> NameHeld | None:
        """What stands under *name*, in any case; None when it is free."""
        ...

    def code(self, code: int) -> CodeHeld | None:
        """What is known of the service code; None when it is not assigned."""
        ...

    def free(self, ports: Ports) -> Iterator[int]:
        """The ports of *ports* that are Unassigned on all four transports, lowest first."""
        ...


class EditionRegistry:
    """The answers of an edition; Reserved names and temporary rows it knows from their text."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition

    def place(self, port: int, transport: Transport) -> Place:
        """What the edition lists at *port* on *transport*."""
        return place_of(self.edition.port(port, transport))

    def name(self, name: str) -> NameHeld | None:
        """What stands under *name* in the edition."""
        service = self.edition.service(name)
        return name_held(service) if service else None

    def code(self, code: int) -> CodeHeld | None:
        """The row that has the service code."""
        row = self._coded.get(str(code))
        if row is None:
            return None
        return CodeHeld(code, row.ports.low if row.ports else None, row.service_name or "")

    def free(self, ports: Ports) -> Iterator[int]:
        """The ports that the edition lists nowhere, or as Unassigned."""
        for block in each_free_block(self.edition, ports):
            yield from range(block.low, block.high + 1)

    @cached_property
    def _coded(self) -> dict[str, Record]:
        return {row.service_code: row for row in reversed(self.edition.records) if row.service_code}


def place_of(state: PortState) -> Place:
    """Return what the rows of *state* say; which ones are temporary, their text does (R-EARLY-5)."""
    holdings = tuple(holding_of(row) for row in state.records if row.service_name)
    reports = (row.unauthorized_use_reported for row in state.records)
    is_temporary = any("(TEMPORARY" in str(row.description) for row in state.records)
    report = next(filter(None, reports), None)
    note = next((row.assignment_notes for row in state.records if row.assignment_notes), None)
    return Place(state.state, state.reason, holdings, report, is_temporary, note)


def holding_of(row: Record) -> Holding:
    """Return who holds the service that *row* names."""
    return Holding(row.service_name or "", _ids(row.shown_assignee), _ids(row.contact))


def name_held(service: Service) -> NameHeld:
    """Return what the rows of *service* say together: every party that one of them names."""
    holdings = [holding_of(row) for row in service.records]
    assignees = dict.fromkeys(party for holding in holdings for party in holding.assignees)
    contacts = dict.fromkeys(party for holding in holdings for party in holding.contacts)
    ports = tuple((row.ports, _transport(row)) for row in service.records if row.ports)
    holding = Holding(service.name, tuple(assignees), tuple(contacts))
    is_reserved = all(map(is_reserved_name, service.records))
    return NameHeld(holding, service.canonical, service.records[0].description, ports, is_reserved)


def is_reserved_name(row: Record) -> bool:
    """Whether *row* keeps a service name Reserved (R-DEAS-7): the name alone, described as "Reserved".

    IANA has published none; Portbook prints one so that everybody sees that the name is not to be had.
    """
    return bool(row.service_name) and not row.port_number and str(row.description) == "Reserved"


def code_entries(records: Iterable[Record]) -> tuple[CodeEntry, ...]:
    """Return the service codes of *records*, lowest first, each as its first row has it (R-SC-18)."""
    found: dict[int, CodeEntry] = {}
    for row in records:
        code = code_of(row)
        if code is not None:
            entry = CodeEntry(code, printed_form(code), row.description, row.reference, row.registration_date)
            found.setdefault(code, entry)
    return tuple(found[code] for code in sorted(found))


def code_of(row: Record) -> int | None:
    """Return the service code of *row*; None for a row without, or with a text that is none."""
    try:
        return parse(row.service_code) if row.service_code else None
    except RuleError:
        return None


def _ids(references: tuple[Reference, ...]) -> tuple[str, ...]:
    return tuple(reference.data for reference in references if reference.type == "person" and reference.data)


def _transport(row: Record) -> Transport | None:
    text = (row.transport or "").lower()
    return Transport(text) if text in Transport.__members__.values() else None
