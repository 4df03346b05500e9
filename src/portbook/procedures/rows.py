"""Rows as they are printed: assigned ones, bare Reserved ones, Unassigned blocks that are split and joined.

Rules R-MARK-1, R-MARK-4 and R-MARK-5, R-RANGE-8, R-DEAS-9, R-UNAUTH-2, R-EARLY-10 and R-PUB-4.  Only a block
that an act touches is changed; what else stands in an imported registry stays as it is.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from portbook.discovery import unauthorized_ports
from portbook.edition import Reason, State, row_state
from portbook.names import fold, same_name
from portbook.numbers import Ports, Transport, range_of
from portbook.policy import Policy
from portbook.procedures.values import Basis, Change, Grant, Row, Rows, ports_of
from portbook.records import Break, Part, PublishedDate, Record, Reference, RichText, rich
from portbook.states import PortStanding

PRINTED = (Transport.TCP, Transport.UDP)  # companions are printed for these alone (R-MARK-4)
RESERVED = rich("Reserved")
UNASSIGNED = rich("Unassigned")

_TRANSPORTS = {transport.value: place for place, transport in enumerate(Transport)}
_TEMPORARY = re.compile(r"\s*\(TEMPORARY - registered ([^,()]*), expires ([^,()]*)\)")


# -- order


def order_key(record: Record) -> tuple[int, int, str, int]:
    """Return where *record* stands (R-PUB-4): rows with ports by number, then names alone, by name.

    Rows of one place stand in the order of the transports; a row without one comes first.
    """
    transport = fold(record.transport or "")
    rank = _TRANSPORTS.get(transport, len(_TRANSPORTS)) if transport else -1
    if ports := record.ports:
        return 0, ports.low, "", rank
    return 1, 0, fold(record.service_name or ""), rank


# -- rows of an assignment


def assigned_rows(grant: Grant, port: int | None, transport: Transport, basis: Basis) -> tuple[Row, ...]:
    """Return the rows of *grant* at *port*, or of the name alone: one for each service code (A-22)."""
    codes = grant.codes if transport is Transport.DCCP else ()
    record = Record(
        service_name=grant.name,
        port_number=None if port is None else str(port),
        transport=transport,
        description=temporary(grant.description, basis.date, grant.expires),
        assignee=people(grant.assignee) or None,
        contact=people(grant.contact),
        registration_date=basis.date,
        reference=grant.reference,
        assignment_notes=grant.notes,
    )
    records = [replace(record, service_code=str(code)) for code in codes] or [record]
    return tuple(Row(each, expires=grant.expires) for each in records)


def people(ids: Iterable[str]) -> tuple[Reference, ...]:
    """Return references to the contacts *ids*."""
    return tuple(Reference("person", contact_id) for contact_id in ids)


def temporary(description: RichText, registered: PublishedDate, expires: PublishedDate | None) -> RichText:
    """Return *description* marked as an early allocation (R-EARLY-10); without *expires* with no mark."""
    plain = lasting(description)
    if expires is None:
        return plain
    return rich(*plain.parts, f" (TEMPORARY - registered {registered}, expires {expires})")


def lasting(description: RichText) -> RichText:
    """Return *description* without the mark of an early allocation (R-EARLY-9)."""
    return rich(*(_TEMPORARY.sub("", part) if isinstance(part, str) else part for part in description.parts))


def expiry(record: Record) -> PublishedDate | None:
    """Return until when *record* is an early allocation, or None where it is none."""
    mark = _TEMPORARY.search(str(record.description))
    return PublishedDate(mark[2]) if mark else None


def is_temporary(record: Record) -> bool:
    """Whether *record* is marked as an early allocation."""
    return expiry(record) is not None


def described(record: Record, description: RichText) -> Record:
    """Return *record* with another description; it stays as temporary, or as lasting, as it is."""
    mark = _TEMPORARY.search(str(record.description))
    if not mark:
        return replace(record, description=lasting(description))
    marked = temporary(description, PublishedDate(mark[1]), PublishedDate(mark[2]))
    return replace(record, description=marked)


def as_kept(record: Record) -> Row:
    """Return the row of a named *record* that goes on, an early allocation with its date."""
    return Row(record, expires=expiry(record))


def with_note(record: Record, *parts: Part) -> Record:
    """Return *record* with one more line in its notes."""
    notes = record.assignment_notes
    line: tuple[Part, ...] = (Break(), *parts) if notes and notes.parts else parts
    return replace(record, assignment_notes=rich(*(notes.parts if notes else ()), *line))


# -- rows without a name


def companion(port_number: str, transport: Transport) -> Row:
    """Return the bare row of a companion (R-MARK-5)."""
    return Row(Record(None, port_number, transport, RESERVED), Reason.COMPANION)


def is_free_row(record: Record) -> bool:
    """Whether *record* says Unassigned, with or without a remark."""
    return not record.service_name and row_state(record)[0] is State.UNASSIGNED


def speaks_for(record: Record, transport: Transport) -> bool:
    return not record.transport or fold(record.transport) == transport


# -- putting rows at a port


def put(
    rows: Rows,
    port: int,
    named: Mapping[Transport, tuple[Row, ...]],
    why: str,
    going: tuple[Record, ...] = (),
) -> Change:
    """Return the change that puts the rows *named* at *port*, on each transport that has some.

    They take the place of *going*, of Unassigned rows there and of Reserved ones on their transports; what a
    block says of its other ports goes on standing.  TCP and UDP, where no row speaks of them then, get a
    companion, if anything stays assigned (R-MARK-1, R-MARK-4).
    """
    here = rows.at(port)
    before = [row for row in here if row in going or _gives_way(row, named)]
    after = [piece for row in before if not row.service_name for piece in pieces(row, port)]
    after += [_with_report(row, before, port) for found in named.values() for row in found]
    left = [row for row in here if row not in before] + [row.record for row in after]
    at_port = [row for row in left if _holds(row, port)]
    for transport in PRINTED:
        if not any(speaks_for(row, transport) for row in at_port):
            after.append(_kept_reservation(before, port, transport))
    return Change(tuple(before), tuple(sorted(after, key=lambda row: order_key(row.record))), why)


def _gives_way(row: Record, named: Mapping[Transport, tuple[Row, ...]]) -> bool:
    if row.service_name:
        return False
    return is_free_row(row) or any(speaks_for(row, transport) for transport in named)


def _kept_reservation(before: Iterable[Record], port: int, transport: Transport) -> Row:
    """The row of *transport* beside an assignment: a Reserved one for all transports, or a companion."""
    for row in before:
        if not is_free_row(row) and not row.service_name and not row.transport:
            return Row(replace(row, port_number=str(port), transport=transport), Reason.COMPANION)
    return companion(str(port), transport)


def pieces(row: Record, port: int) -> Iterator[Row]:
    """The rows that are left of the block *row* below and above *port* (6603-6618 without 6610)."""
    ports = ports_of(row)
    reason = None if is_free_row(row) else Reason.SPECIAL
    for low, high in ((ports.low, port - 1), (port + 1, ports.high)):
        if low <= high:
            part = Ports(low, high)
            yield Row(_with_report_of(replace(row, port_number=str(part)), part), reason)


def _with_report_of(row: Record, part: Ports) -> Record:
    """*row* without a report of unauthorized use that names other ports only (R-UNAUTH-2)."""
    reported = unauthorized_ports(row)
    if reported and not any(p.low <= part.high and part.low <= p.high for p in reported):
        return replace(row, unauthorized_use_reported=None)
    return row


def _with_report(row: Row, before: Iterable[Record], port: int) -> Row:
    """*row* with the report that stood on the Unassigned row before, if it is on this port."""
    for old in before:
        part = Ports(port, port)
        if is_free_row(old) and (kept := _with_report_of(old, part)).unauthorized_use_reported:
            report = row.record.unauthorized_use_reported or kept.unauthorized_use_reported
            return row._replace(record=replace(row.record, unauthorized_use_reported=report))
    return row


class After:
    """The rows as they stand after *changes*: two ports of one block make one change after the other."""

    def __init__(self, rows: Rows, changes: Iterable[Change]) -> None:
        self._rows = rows
        self._changes = tuple(changes)

    def at(self, port: int) -> tuple[Record, ...]:
        return self._changed(self._rows.at(port), lambda row: _holds(row, port))

    def named(self, name: str) -> tuple[Record, ...]:
        return self._changed(self._rows.named(name), lambda row: same_name(row.service_name or "", name))

    def _changed(self, rows: tuple[Record, ...], is_meant: Callable[[Record], bool]) -> tuple[Record, ...]:
        found = list(rows)
        for change in self._changes:
            for old in change.before:
                if old in found:
                    found.remove(old)
            found += [row.record for row in change.after if is_meant(row.record)]
        return tuple(sorted(found, key=order_key)) if self._changes else rows


def _holds(row: Record, port: int) -> bool:
    ports = row.ports
    return ports is not None and ports.low <= port <= ports.high


# -- Unassigned blocks


def joined(rows: Rows, port: int, text: RichText = UNASSIGNED) -> tuple[tuple[Record, ...], Record]:
    """Return the row that says Unassigned of *port*, joined with its neighbours, which come first.

    A neighbour is taken in when it is a block of the same text and nothing else, in the same range.
    """
    alone = Record(None, str(port), None, text)
    below = _plain_block(rows, port - 1, alone) if port else None
    above = _plain_block(rows, port + 1, alone)
    low = ports_of(below).low if below else port
    high = ports_of(above).high if above else port
    taken = tuple(row for row in (below, above) if row)
    return taken, replace(taken[0] if taken else alone, port_number=str(Ports(low, high)))


def _plain_block(rows: Rows, port: int, like: Record) -> Record | None:
    """The one row that speaks of *port*, when it says the same as *like* and only that."""
    here = rows.at(port) if port <= 0xFFFF else ()
    if len(here) != 1 or replace(here[0], port_number=like.port_number) != like:
        return None
    return here[0] if range_of(port) is range_of(ports_of(like).low) else None


def standing_under(policy: Policy, port: int, standing: PortStanding) -> PortStanding:
    """Return *standing*, or Unassigned for a Dynamic Port that *policy* assigns."""
    if standing is PortStanding.DYNAMIC and policy.range_of(port).is_assignable:
        return PortStanding.UNASSIGNED
    return standing
