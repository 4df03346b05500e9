"""What a procedure asks for and what it gives: rows that make way for rows, or the findings that stop it."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from portbook.edition import Edition, Reason, port_state
from portbook.errors import Problem
from portbook.findings import Action, Finding, gravest_first
from portbook.numbers import Ports, Transport
from portbook.policy import RFC6335
from portbook.records import Contact, PublishedDate, Record, Reference, RichText
from portbook.standing import holding_of, place_of
from portbook.states import PortStanding, standing_of


class Row(NamedTuple):
    """A row that comes to be, with what a register keeps of it beyond the published columns."""

    record: Record
    reason: Reason | None = None  # why it is Reserved (R-RESV-2)
    expires: PublishedDate | None = None  # of an early allocation (R-EARLY-5)


class Change(NamedTuple):
    """The rows `before` give way to the rows `after`; where those stand, `order_key` says (R-PUB-4)."""

    before: tuple[Record, ...]
    after: tuple[Row, ...]
    why: str


class PersonChange(NamedTuple):
    """A contact before and after; None where there was none."""

    before: Contact | None
    after: Contact
    why: str


class Outcome(NamedTuple):
    """What an act does, or the findings for which it cannot be done; advice (W-) stops nothing."""

    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_possible(self) -> bool:
        return not any(stops(finding) for finding in self.findings)


class Rows(Protocol):
    """The rows of a registry as they stand: an edition's, or the tables of a register."""

    def at(self, port: int) -> tuple[Record, ...]:
        """All rows that speak of *port*, Unassigned blocks too, in registry order."""
        ...

    def named(self, name: str) -> tuple[Record, ...]:
        """All rows of the service *name*, in any case, in registry order."""
        ...


class EditionRows:
    """The rows of an edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition

    def at(self, port: int) -> tuple[Record, ...]:
        return self.edition.at(port)

    def named(self, name: str) -> tuple[Record, ...]:
        service = self.edition.service(name)
        return service.records if service else ()


class Grant(NamedTuple):
    """What an approved application is given: the published columns of its rows."""

    name: str
    transports: tuple[Transport, ...]
    description: RichText
    assignee: tuple[str, ...] = ()  # ids of contacts
    contact: tuple[str, ...] = ()
    reference: tuple[Reference, ...] = ()
    ports: tuple[int, ...] = ()  # none for a name alone
    codes: tuple[int, ...] = ()  # of DCCP; one row each
    notes: RichText | None = None
    expires: PublishedDate | None = None  # an early allocation


class Basis(NamedTuple):
    """On what an act rests: whose it is, the day, and what is on record for it."""

    date: PublishedDate
    party: str = ""  # id of the contact who asks
    consents: frozenset[str] = frozenset()  # ids of holders who agreed in writing (R-MARK-8, R-MARK-9)
    is_ietf_action: bool = False  # a Standards Action or IESG Approval decides (R-RESV-1)
    statement: str = ""  # why a Reserved value is right (R-FORM-19)
    has_free_numbers: bool = True  # the range has Unassigned numbers left (R-MARK-2, R-DEAS-4)
    new_document: str = ""  # the IETF document that opens the reservations of a used-up range (R-MARK-3)
    expert: str = ""  # what the expert found
    evidence: str = ""  # what shows that it is so: of disuse, of a party's identity, of a document
    reference: tuple[Reference, ...] = ()  # the document that says so


class Held(NamedTuple):
    """One port on one transport before an act."""

    standing: PortStanding
    holders: tuple[Record, ...]  # the named rows there


def held(rows: Rows, port: int, transport: Transport) -> Held:
    """Return how *port* stands on *transport*.

    Where no row says Assigned or Reserved and another transport has an Assigned one, it is a companion: also
    below an Unassigned block that overlaps, which only a legacy row does (R-MARK-2, R-RANGE-8).
    """
    state = port_state(port, transport, rows.at(port))
    place = place_of(state)
    standing = standing_of(place.state, place.reason, place.is_temporary)
    if standing is PortStanding.UNASSIGNED and state.companions:
        standing = PortStanding.COMPANION
    return Held(standing, tuple(row for row in state.records if row.service_name))


class Target(NamedTuple):
    """What an act is about: a service, at a port, on some transports or on all that it has there."""

    name: str
    port: int | None = None
    transports: tuple[Transport, ...] = ()


def stops(finding: Finding) -> bool:
    """Whether *finding* keeps an act from being done."""
    return finding.action is not Action.WARN


def outcome(findings: Iterable[Finding], changes: Iterable[Change] = ()) -> Outcome:
    """Return the outcome of an act: no change where a finding stops it."""
    found = gravest_first(findings)
    return Outcome((), found) if any(map(stops, found)) else Outcome(tuple(changes), found)


def finding(action: Action, code: str, message: str, source: str, field: str = "") -> Finding:
    return Finding(action, field, Problem(code, message, source))


def ports_of(row: Record) -> Ports:
    """Return the ports of a row that has some."""
    ports = row.ports
    assert ports is not None  # noqa: S101  # the caller looked a port up
    return ports


# -- who may


def speaks_for_one(holders: Iterable[Record], basis: Basis) -> bool:
    """Whether the party is Assignee or Contact of one of the rows *holders* (R-MAINT-2)."""
    return bool(basis.party) and any(
        basis.party in assignees_of(row) or holding_of(row).speaks_for(basis.party) for row in holders
    )


def asker(basis: Basis) -> str:
    """Who asks, for a message."""
    return repr(basis.party) if basis.party else "the registry itself, for which nobody is named,"


def agrees(holders: Iterable[Record], basis: Basis) -> bool:
    """Whether the party speaks for one of the rows *holders*, or an Assignee of one has agreed."""
    rows = tuple(holders)
    consenting = any(basis.consents.intersection(assignees_of(row)) for row in rows)
    return consenting or speaks_for_one(rows, basis)


def assignees_of(row: Record) -> tuple[str, ...]:
    """Return who holds *row*: the change controller where nobody is named (old rows of RFCs)."""
    return holding_of(row).assignees or (RFC6335.bodies.document_assignee_id,)
