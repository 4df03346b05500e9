"""Edition: the registry as it stood on one date; what stands at a port and under a name.

Rules R-LOOK, R-RANGE-3 to 7, R-MARK-1, R-MARK-4, R-RESV-2, R-LEG-6 and R-LEG-7.  One answer for everybody:
the command, the pages, the compiled table and the exports all ask here.  An answer says what the
registry lists, never what traffic is (R-LOOK-3).  Reads no file and no clock.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from portbook.errors import Problem
from portbook.names import fold
from portbook.numbers import EDGE_PORTS, MAX_PORT, PortRange, Ports, Transport, checked_port, range_of
from portbook.records import Contact, Extra, Footnote, Note, PublishedDate, Record, Reference, RichText

ALIAS_NOTE = re.compile(r'This entry is an alias to "([^"]+)"')
DUPLICATE_NOTE = re.compile(r'This is a duplicate of the "([^"]+)" service')
HEAD = ("title", "category", "updated", "reference", "experts", "notes", "contacts", "footnotes")


class State(StrEnum):
    """The states of RFC 6335 section 6, and Dynamic for ports that are never assigned (A-30)."""

    ASSIGNED = "Assigned"
    RESERVED = "Reserved"
    UNASSIGNED = "Unassigned"
    DYNAMIC = "Dynamic"


class Reason(StrEnum):
    """Why a port is Reserved (R-RESV-2)."""

    EDGE = "edge of a range"
    COMPANION = "companion"
    DEASSIGNED = "de-assigned"
    REVOKED = "revoked"
    RELEASED = "released by an RFC"
    DEPRECATED = "early allocation expired"
    SPECIAL = "special"


class Why(StrEnum):
    """Where the state of a port on a transport comes from (R-LOOK-2)."""

    ROW = "a row says so"
    ROW_WITHOUT_TRANSPORT = "a row that names no transport says so"
    COMPANION = "companion of another transport (implied)"
    EDGE = "edge of a range"
    DYNAMIC = "the Dynamic range is never assigned"
    NO_ROW = "no row"


@dataclass(frozen=True, slots=True)
class PortState:
    """What the registry says of one port on one transport.

    `records` are the rows that speak of it, in registry order; `names` their service names, each
    once; `remark` the text of a row whose words are none of the known ones.
    """

    port: int
    transport: Transport
    state: State
    why: Why
    reason: Reason | None = None
    names: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    companions: tuple[Transport, ...] = ()  # the transports on which the port is Assigned
    remark: str | None = None

    @property
    def range(self) -> PortRange:
        """The range that the port lies in."""
        return range_of(self.port)


@dataclass(frozen=True, slots=True)
class Service:
    """All that stands under one service name.

    `name` is spelt as published; `canonical` is the name to use (another one when `name` is an alias);
    `aliases` are the other names that lead to the canonical one; `records` those of `name` itself.
    """

    name: str
    canonical: str
    aliases: tuple[str, ...]
    records: tuple[Record, ...]

    @property
    def is_alias(self) -> bool:
        """Whether another name is to be used instead (R-LEG-6: not for discovery)."""
        return self.name != self.canonical


# How the description of a row without a name begins -> its state; the first that fits decides.
NAMELESS: tuple[tuple[tuple[str, ...], State, Reason | None], ...] = (
    (("unassigned", "(unassigned)"), State.UNASSIGNED, None),
    (("reserved",), State.RESERVED, None),
    (("any private",), State.ASSIGNED, None),
    (("de-reg", "removed", "deprecated", "decom", "de-com"), State.RESERVED, Reason.DEASSIGNED),
)


def row_state(record: Record) -> tuple[State, Reason | None, str | None]:
    """Return the state that one row gives its ports, the reason or None, and a remark or None.

    A name means Assigned.  Without a name the start of the description decides, case ignored; words
    that nobody foresaw mean Unassigned, with the text itself as remark, but at the edge of a range Reserved:
    49151 said "IANA Reserved" until 2023 (R-RANGE-6, A-31).
    """
    if record.service_name:
        return State.ASSIGNED, None, None
    text = str(record.description)
    start = text[:16].lower()
    for beginnings, state, reason in NAMELESS:
        if start.startswith(beginnings):
            return state, reason, None
    if (ports := record.ports) and ports.low == ports.high and ports.low in EDGE_PORTS:
        return State.RESERVED, Reason.EDGE, text
    return State.UNASSIGNED, None, text


def alias_target(record: Record) -> str | None:
    """Return the name that the row says to use instead of its own, or None (R-LEG-4, R-LEG-6)."""
    if not record.service_name or record.assignment_notes is None:
        return None
    note = str(record.assignment_notes)
    if match := ALIAS_NOTE.search(note) or DUPLICATE_NOTE.search(note):
        return match[1]
    return None


def _standing(record: Record) -> tuple[bool, bool, int]:
    """The rank of a row among those that speak of one port and transport; the greatest decides."""
    state = row_state(record)[0]
    rank = {State.ASSIGNED: 2, State.RESERVED: 1}.get(state, 0)
    return bool(record.service_name), bool(record.transport), rank


@dataclass(frozen=True)
class Edition:
    """The registry on one date: a frozen value.

    A part of the head, the contacts or the footnotes is None when the source did not carry it
    (`absent` names those); nothing is invented.  `layout` and `remarks` (what the reader did not
    expect) take no part in equality.
    """

    records: tuple[Record, ...]
    title: str | None = None
    category: str | None = None
    updated: PublishedDate | None = None
    reference: tuple[Reference, ...] | None = None
    experts: RichText | None = None
    notes: tuple[Note, ...] | None = None
    contacts: tuple[Contact, ...] | None = None
    footnotes: tuple[Footnote, ...] | None = None
    extras: tuple[Extra, ...] = ()
    remarks: tuple[Problem, ...] = field(default=(), compare=False, repr=False)
    layout: object = field(default=None, compare=False, repr=False)

    @property
    def absent(self) -> tuple[str, ...]:
        """The names of the parts that the source of this edition did not carry."""
        return tuple(part for part in HEAD if getattr(self, part) is None)

    # -- what stands at a port

    def port(self, port: int, transport: Transport) -> PortState:
        """Return the state of *port* on *transport*, why, and the rows that say so (R-LOOK-2).

        Raises `RuleError` E-PORT-RANGE outside 0-65535.
        """
        return port_state(port, transport, self._rows_at[checked_port(port)])

    def ports(self, port: int) -> tuple[PortState, ...]:
        """Return the state of *port* on each of the four transports."""
        return tuple(self.port(port, transport) for transport in Transport)

    def at(self, port: int) -> tuple[Record, ...]:
        """Return every row that speaks of *port*, whatever its transport, in registry order."""
        return self._rows_at[checked_port(port)]

    def services(self, port: int, transport: Transport) -> tuple[str, ...]:
        """Return the names that the registry lists at *port* on *transport*, in its order, aliases too."""
        return self.port(port, transport).names

    # -- what stands under a name

    def service(self, name: str) -> Service | None:
        """Return what stands under *name*, in any case, or None when no row has that name (R-LOOK-1).

        A historic name is found and points to the one that replaces it (R-LEG-7).
        """
        rows = self._by_name.get(fold(name))
        if rows is None:
            return None
        own = rows[0].service_name or ""
        canonical = self._canonical.get(fold(own), own)
        others = (alias for alias in self._aliases.get(fold(canonical), ()) if fold(alias) != fold(own))
        return Service(own, canonical, tuple(others), rows)

    @cached_property
    def service_names(self) -> tuple[str, ...]:
        """Every service name once, as first published, in registry order."""
        return tuple(rows[0].service_name or "" for rows in self._by_name.values())

    def canonical(self, name: str) -> str:
        """Return the name to use for *name*: another one if the registry calls it an alias."""
        return self._canonical.get(fold(name), name)

    def contact(self, contact_id: str) -> Contact | None:
        """Return the contact with that id, or None (also when the edition carries no contacts)."""
        return self._by_contact_id.get(contact_id)

    # -- indexes, made on first use

    @cached_property
    def _rows_at(self) -> list[tuple[Record, ...]]:
        """The rows that speak of each port, ranges expanded (R-LOOK-5); neighbours in ranges share a tuple.

        What is done grows with the rows and with what the tuples hold, not with rows times ports.
        """
        alone: dict[int, list[int]] = {}  # port -> numbers of the rows for just this port
        ranged: list[tuple[Ports, int]] = []
        for number, record in enumerate(self.records):
            if ports := record.ports:
                if ports.low == ports.high:
                    alone.setdefault(ports.low, []).append(number)
                else:
                    ranged.append((ports, number))
        rows: list[tuple[Record, ...]] = [()] * (MAX_PORT + 1)
        covering: list[list[int]] = [[]] * (MAX_PORT + 1)
        for low, after, numbers in _stretches(ranged):
            covering[low:after] = [numbers] * (after - low)
            rows[low:after] = [tuple(self.records[number] for number in numbers)] * (after - low)
        for port, numbers in alone.items():
            together = sorted(numbers + covering[port]) if covering[port] else numbers
            rows[port] = tuple(self.records[number] for number in together)
        return rows

    @cached_property
    def _by_name(self) -> dict[str, tuple[Record, ...]]:
        rows: dict[str, list[Record]] = {}
        for record in self.records:
            if record.service_name:
                rows.setdefault(fold(record.service_name), []).append(record)
        return {name: tuple(found) for name, found in rows.items()}

    @cached_property
    def _canonical(self) -> dict[str, str]:
        """Folded alias -> the name to use.  A target that no row has, or that is itself an alias, is none."""
        targets: dict[str, str] = {}
        for name, rows in self._by_name.items():
            for target in filter(None, map(alias_target, rows)):
                if fold(target) in self._by_name and fold(target) != name:
                    targets.setdefault(name, self._by_name[fold(target)][0].service_name or target)
        return {name: target for name, target in targets.items() if fold(target) not in targets}

    @cached_property
    def _aliases(self) -> dict[str, tuple[str, ...]]:
        """Folded canonical name -> the aliases that lead to it, in registry order."""
        aliases: dict[str, list[str]] = {}
        for name, target in self._canonical.items():
            aliases.setdefault(fold(target), []).append(self._by_name[name][0].service_name or name)
        return {name: tuple(found) for name, found in aliases.items()}

    @cached_property
    def _by_contact_id(self) -> dict[str, Contact]:
        return {contact.id: contact for contact in self.contacts or ()}


def port_state(port: int, transport: Transport, speaking: tuple[Record, ...]) -> PortState:
    """Return what *speaking*, all rows on *port* in registry order, say of it on *transport* (R-LOOK-2)."""
    rows = tuple(r for r in speaking if not r.transport or fold(r.transport) == transport)
    holders = _assigned_on(speaking)
    names = _once(r.service_name for r in rows if r.service_name)
    if not rows:
        state, why, reason = _state_without_row(port, holders)
        return PortState(port, transport, state, why, reason, companions=holders)
    row = max(rows, key=_standing)  # the first of equals
    state, reason, remark = row_state(row)
    why = Why.ROW if row.transport else Why.ROW_WITHOUT_TRANSPORT
    if state is State.RESERVED and reason is None:
        reason = _reason(row, port, holders)
    return PortState(port, transport, state, why, reason, names, rows, holders, remark)


def _assigned_on(speaking: tuple[Record, ...]) -> tuple[Transport, ...]:
    named = {fold(r.transport) for r in speaking if r.transport and row_state(r)[0] is State.ASSIGNED}
    return tuple(transport for transport in Transport if transport in named)


def _stretches(ranged: Iterable[tuple[Ports, int]]) -> Iterator[tuple[int, int, list[int]]]:
    """Where the same ranges cover neighbouring ports: the first, the one after the last, their numbers."""
    begins: dict[int, list[int]] = {}
    ends: dict[int, set[int]] = {}
    for ports, number in ranged:
        begins.setdefault(ports.low, []).append(number)
        ends.setdefault(ports.high + 1, set()).add(number)
    active: list[int] = []
    for low, after in pairwise(sorted(begins.keys() | ends.keys())):
        left = ends.get(low, ())
        active = sorted([number for number in active if number not in left] + begins.get(low, []))
        if active:
            yield low, after, active


def _once(names: Iterable[str]) -> tuple[str, ...]:
    """*names* without repeats (case ignored), the first spelling kept."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(fold(name), name)
    return tuple(first.values())


def _state_without_row(port: int, holders: tuple[Transport, ...]) -> tuple[State, Why, Reason | None]:
    """The state of a port that no row speaks of on the transport asked for (R-MARK-4, R-RANGE-4, 6, 7)."""
    if holders:
        return State.RESERVED, Why.COMPANION, Reason.COMPANION
    if port in EDGE_PORTS:
        return State.RESERVED, Why.EDGE, Reason.EDGE
    if range_of(port) is PortRange.DYNAMIC:
        return State.DYNAMIC, Why.DYNAMIC, None
    return State.UNASSIGNED, Why.NO_ROW, None


def _reason(row: Record, port: int, holders: tuple[Transport, ...]) -> Reason:
    """Why a row that says Reserved does so (R-RESV-2): nothing in the row is a field for it."""
    note = str(row.assignment_notes or "").lower()
    if port in EDGE_PORTS:
        return Reason.EDGE
    if "released by" in note:
        return Reason.RELEASED
    if "early allocation expired" in note:
        return Reason.DEPRECATED
    if "revoked on" in note:
        return Reason.REVOKED
    if "de-assigned" in note or "removed" in note:
        return Reason.DEASSIGNED
    return Reason.COMPANION if holders else Reason.SPECIAL
