"""What holds for port numbers: states, companions, primary names, reserved values."""

from collections import defaultdict
from collections.abc import Iterator

from portbook.checks.facts import FLAG, PAIRED, Facts, Finding, Row, place, some, transports_of, what
from portbook.edition import State, alias_target, row_state
from portbook.errors import shown
from portbook.names import fold
from portbook.numbers import (
    EDGE_PORTS,
    EXPERIMENTAL_PORTS,
    Ports,
    Transport,
)


def two_states(facts: Facts) -> Iterator[Finding]:
    """A port is in one state on a transport: a Reserved row stands where none is assigned."""
    for row in facts.nameless:
        if row_state(row.record)[0] is State.RESERVED and (overlap := _first_assigned(facts, row)):
            message = f"{what(row.record)} says {shown(str(row.record.description))}; {overlap} is assigned"
            yield Finding("F-STATE", "R-RANGE-5", FLAG, row.number, message)


def unassigned_overlaps(facts: Facts) -> Iterator[Finding]:
    """An Unassigned range leaves out what is assigned."""
    for row in facts.nameless:
        if row_state(row.record)[0] is State.UNASSIGNED and (overlap := _first_assigned(facts, row)):
            message = f"{what(row.record)} says {shown(str(row.record.description))}; {overlap} is assigned"
            yield Finding("F-UNASSIGNED-OVERLAP", "R-RANGE-8", FLAG, row.number, message)


def edges(facts: Facts) -> Iterator[Finding]:
    """The values at the edges of ranges are Reserved, by a row for TCP and for UDP."""
    reserved = facts.said_to_be[State.RESERVED]
    for port in sorted(EDGE_PORTS):
        without = [str(transport) for transport in PAIRED if port not in reserved[transport]]
        if without:
            message = f"port {port} is not said to be Reserved for {' and '.join(without)}"
            yield Finding("F-EDGE", "R-RANGE-6", FLAG, None, message)


def experiments(facts: Facts) -> Iterator[Finding]:
    """1021 is exp1 and 1022 is exp2, on every transport."""
    for port, name in EXPERIMENTAL_PORTS.items():
        rows = [r for _, r in facts.by_name.get(name, ()) if r.ports and r.ports.low <= port <= r.ports.high]
        found = {transport for record in rows for transport in transports_of(record)}
        if without := [str(transport) for transport in Transport if transport not in found]:
            message = f"port {port} is not {shown(name)} for {', '.join(without)}"
            yield Finding("F-EXP", "R-EXP-1", FLAG, None, message)


def missing_companions(facts: Facts) -> Iterator[Finding]:
    """Where one of TCP and UDP is assigned, the other is assigned or said to be Reserved (R-MARK-4)."""
    for row in facts.named:
        ports = row.record.ports
        if not ports or fold(row.record.transport or "") not in PAIRED:
            continue
        other = Transport.UDP if fold(row.record.transport or "") == Transport.TCP else Transport.TCP
        port = facts.settled[other].first_gap(ports.low, ports.high)
        if port is not None:
            free = port in facts.said_to_be[State.UNASSIGNED][other]
            says = "a row says Unassigned" if free else "no row says Reserved"
            message = f"{what(row.record)} is assigned, and of {port}/{other} {says}"
            yield Finding("E-MARK", "R-MARK-1", FLAG, row.number, message)


def companions_with_data(facts: Facts) -> Iterator[Finding]:
    """The Reserved companion of an assignment has no parties and no dates."""
    for row in facts.nameless:
        record = row.record
        if row_state(record)[0] is not State.RESERVED or not _is_companion(facts, row):
            continue
        parts = {
            "an assignee": record.assignee,
            "a contact": record.contact,
            "a registration date": record.registration_date,
            "a modification date": record.modification_date,
        }
        if has := [part for part, value in parts.items() if value]:
            message = f"{what(record)} is a Reserved companion and has {' and '.join(has)}"
            yield Finding("F-COMPANION-DATA", "R-MARK-5", FLAG, row.number, message)


def primaries(facts: Facts) -> Iterator[Finding]:
    """Of several names on one port and transport, all but one are marked as aliases."""
    rows: dict[tuple[Ports, str], list[Row]] = defaultdict(list)
    for row in facts.named:
        if row.record.ports and row.record.transport and alias_target(row.record) is None:
            rows[row.record.ports, fold(row.record.transport)].append(row)
    for sharing in rows.values():
        names = dict.fromkeys(fold(row.record.service_name or "") for row in sharing)
        if len(names) > 1:
            message = (
                f"{place(sharing[0].record)} has several names without a primary: {some(map(shown, names))}"
            )
            yield Finding("W-PRIMARY", "R-MARK-10", FLAG, sharing[0].number, message)


def _first_assigned(facts: Facts, row: Row) -> str | None:
    """The first port and transport of *row* that is assigned, as "7775/tcp"."""
    ports = row.record.ports
    if ports is None:
        return None
    for transport in transports_of(row.record):
        port = facts.assigned[transport].first(ports.low, ports.high)
        if port is not None:
            return f"{port}/{transport}"
    return None


def _is_companion(facts: Facts, row: Row) -> bool:
    """Whether another transport of the one port of *row* is assigned."""
    ports, own = row.record.ports, transports_of(row.record)
    if ports is None or ports.low != ports.high or len(own) != 1:
        return False
    return any(ports.low in facts.assigned[transport] for transport in Transport if transport not in own)
