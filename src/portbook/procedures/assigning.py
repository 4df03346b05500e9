"""Assigning: names alone and with ports, another transport, shared ports, service codes, early allocations.

Rules R-MARK-1 to R-MARK-11, R-NAME-9 and R-NAME-11, R-DEAS-4, R-RESV-1, R-SC, R-DCCP-4 to R-DCCP-7,
R-EARLY-5, and R-SCTP-1 (SCTP has no rules of its own), from RFC 6335 sections 7.2, 8.1 and 10.3 and RFC 7120.
That the application was reviewed, its own path says; here stands what the registry itself does not allow.
"""

from collections.abc import Iterator
from dataclasses import replace

from portbook.findings import Action, Finding
from portbook.names import fold, service_name_problem
from portbook.numbers import Transport
from portbook.policy import RFC6335, Policy
from portbook.procedures.rows import After, as_kept, assigned_rows, put, standing_under
from portbook.procedures.values import (
    Basis,
    Change,
    Grant,
    Held,
    Outcome,
    Rows,
    agrees,
    assignees_of,
    finding,
    held,
    outcome,
    speaks_for_one,
)
from portbook.records import Record
from portbook.service_codes import assignment_problem, overlap_problem
from portbook.standing import code_of, is_reserved_name
from portbook.states import PortStanding

_RESERVATION = "RFC 6335 section 8.1"
_SHARING = "RFC 6335 section 8.1.1"


def assign(rows: Rows, grant: Grant, basis: Basis, policy: Policy = RFC6335) -> Outcome:
    """Return what giving *grant* does to the registry.

    A name alone gets a row a transport.  At each port the Unassigned block is split around it, each transport
    gets its row, TCP and UDP the companion that is due; a companion of the party's own is converted, an
    Assigned port shared where its holder agreed.  Rows of the name alone make way for those with a port.
    """
    return outcome(_refusals(rows, grant, basis, policy), _changes(rows, grant, basis))


def _changes(rows: Rows, grant: Grant, basis: Basis) -> Iterator[Change]:
    why = f"assigned to {grant.name!r}"
    own = rows.named(grant.name)
    if not grant.ports:
        old = tuple(row for row in own if is_reserved_name(row))
        found = [row for t in grant.transports for row in assigned_rows(grant, None, t, basis)]
        yield Change(old, tuple(found), why)
        return
    made: list[Change] = []
    for port in dict.fromkeys(grant.ports):
        named = {t: assigned_rows(grant, port, t, basis) for t in grant.transports}
        made.append(put(After(rows, made), port, named, why))
    yield from made
    yield from no_longer_alone(own, grant)


def no_longer_alone(own: tuple[Record, ...], grant: Grant) -> Iterator[Change]:
    """The rows of the name alone, of *own*, that say nothing beside the rows with a port (N3)."""
    alone = [row for row in own if not row.port_number]
    gone = [row for row in alone if not row.transport or fold(row.transport) in grant.transports]
    gone += [row for row in alone if is_reserved_name(row) and row not in gone]
    if gone:
        yield Change(tuple(gone), (), f"{grant.name!r} has a port now")


# -- what the registry does not allow


def _refusals(rows: Rows, grant: Grant, basis: Basis, policy: Policy) -> Iterator[Finding]:
    if problem := service_name_problem(grant.name):
        yield Finding(Action.REJECT, "name", problem)
    if not grant.transports:
        message = f"service name {grant.name!r} is to be assigned for no transport"
        yield finding(Action.BLOCK, "E-TRANS-MISSING", message, _SHARING, "transports")
    yield from _name_taken(rows, grant, basis)
    for port in grant.ports:
        for transport in grant.transports:
            yield from _place_taken(rows, grant, basis, policy, port, transport)
    yield from _codes_refused(rows, grant)


def _name_taken(rows: Rows, grant: Grant, basis: Basis) -> Iterator[Finding]:
    """The name is free, or the party's own, or its holder agreed (R-NAME-9, R-NAME-11, R-MARK-9)."""
    own = rows.named(grant.name)
    if any(map(is_reserved_name, own)):
        if not _may_take_reserved(basis):
            message = f"service name {grant.name!r} is Reserved"
            yield finding(Action.REJECT, "E-NAME-RESERVED", message, _RESERVATION, "name")
        return
    known = dict.fromkeys(party for row in own for party in assignees_of(row))
    if own and not known.keys() & set(grant.assignee):
        message = f"service name {grant.name!r} is assigned to {', '.join(known)}"
        yield finding(Action.REJECT, "E-NAME-TAKEN", message, _SHARING, "name")
    elif own and not agrees(own, basis):
        message = f"service name {grant.name!r} is assigned to {', '.join(known)}, who has not agreed"
        yield finding(Action.BLOCK, "E-CONFIRM-MISSING", message, _SHARING, "name")
    for row in own if not grant.ports else ():
        if fold(row.transport or "") in grant.transports:
            message = f"service name {grant.name!r} is assigned for {row.transport} already"
            yield finding(Action.REJECT, "E-NAME-TAKEN", message, _SHARING, "transports")


def _place_taken(
    rows: Rows, grant: Grant, basis: Basis, policy: Policy, port: int, transport: Transport
) -> Iterator[Finding]:
    there = held(rows, port, transport)
    what = f"port {port}/{transport}"
    if port == 0 and transport is Transport.SCTP:  # R-TRANS-11: whoever decides
        message = f"{what} can be neither source nor destination"
        yield finding(Action.REJECT, "E-PORT-RESERVED", message, "RFC 9260 section 3.1")
        return
    match standing_under(policy, port, there.standing):
        case PortStanding.UNASSIGNED:
            return
        case PortStanding.DYNAMIC:
            yield finding(
                Action.REJECT,
                "E-PORT-DYNAMIC",
                f"{what} is Dynamic, never assigned",
                "RFC 6335 section 8.1.2",
            )
        case PortStanding.ASSIGNED | PortStanding.TEMPORARY:
            yield from _sharing_refused(grant, basis, there, what)
        case PortStanding.COMPANION:
            yield from _conversion_refused(rows, grant, basis, port, what)
        case reserved:
            yield from _reservation_refused(basis, what, reserved)


def _sharing_refused(grant: Grant, basis: Basis, there: Held, what: str) -> Iterator[Finding]:
    """An Assigned port takes another name when all its holders and the experts agree (R-MARK-8)."""
    if any(fold(row.service_name or "") == fold(grant.name) for row in there.holders):
        if not (grant.codes and there.holders[0].transport == Transport.DCCP):
            message = f"{what} is assigned to {grant.name!r} already"
            yield finding(Action.REJECT, "E-PORT-TAKEN", message, _SHARING)
    elif not all(agrees((row,), basis) for row in there.holders):
        names = ", ".join(repr(row.service_name) for row in there.holders) or "somebody"
        message = f"{what} is assigned to {names}, whose Assignee has not agreed to share it"
        yield finding(Action.BLOCK, "E-PORT-TAKEN", message, _SHARING)
    elif not basis.expert:
        message = f"{what} is shared only when the experts agree too"
        yield finding(Action.BLOCK, "E-CONFIRM-MISSING", message, _SHARING)


def _conversion_refused(rows: Rows, grant: Grant, basis: Basis, port: int, what: str) -> Iterator[Finding]:
    """A companion is for its twin's Assignee, or the same service with his word (R-MARK-7, R-MARK-9)."""
    holders = tuple(row for row in rows.at(port) if row.service_name)
    if speaks_for_one(holders, basis):
        return
    same = tuple(row for row in holders if fold(row.service_name or "") == fold(grant.name))
    if not same:
        yield from _reservation_refused(basis, what, PortStanding.COMPANION)
    elif not agrees(same, basis):
        message = f"{what} is kept for the Assignee of {grant.name!r}, who has not asked or agreed"
        yield finding(Action.BLOCK, "E-NOT-ASSIGNEE", message, _RESERVATION)


def _reservation_refused(basis: Basis, what: str, standing: PortStanding) -> Iterator[Finding]:
    """A Reserved port waits for the IETF or the IESG, or for the end of the range and a document."""
    if _may_take_reserved(basis):
        return
    is_for_the_end = standing in (PortStanding.COMPANION, PortStanding.DEASSIGNED, PortStanding.REVOKED)
    if basis.has_free_numbers or not is_for_the_end:
        message = f"{what} is {standing}"
        yield finding(Action.REJECT, "E-PORT-RESERVED", message, _RESERVATION)
    elif not basis.new_document:
        message = f"{what} is {standing}; no number of the range is free, and no IETF document opens these"
        yield finding(Action.BLOCK, "E-EXHAUSTED", message, _RESERVATION)


def _may_take_reserved(basis: Basis) -> bool:
    return basis.is_ietf_action and bool(basis.statement.strip())


# -- service codes


def _codes_refused(rows: Rows, grant: Grant) -> Iterator[Finding]:
    """Codes are given with DCCP, can be assigned, and stand in no other entry of the port (R-DCCP-6)."""
    if grant.codes and Transport.DCCP not in grant.transports:
        message = f"service code {grant.codes[0]} is given, and DCCP is not among the transports"
        yield finding(Action.REJECT, "E-SC-UNEXPECTED", message, _SHARING, "codes")
    barred = filter(None, map(assignment_problem, grant.codes))
    yield from (Finding(Action.REJECT, "codes", problem) for problem in barred)
    for port in grant.ports if grant.codes else ():
        there = held(rows, port, Transport.DCCP).holders
        others = [code for row in there if (code := code_of(row)) is not None]
        if problem := overlap_problem(grant.codes, others):
            yield Finding(Action.REJECT, "codes", problem)


def add_codes(rows: Rows, grant: Grant, basis: Basis) -> Outcome:
    """Return what adding the codes of *grant* to its service on its DCCP ports does (R-DCCP-4, R-DCCP-5).

    The first code fills the row that has none; each other gets a row like it (A-22).
    """
    found = list(_codes_refused(rows, grant))
    if not basis.expert:
        message = "a service code is added to an assigned port only after Expert Review"
        found.append(finding(Action.ROUTE, "E-REVIEW-PATH", message, "RFC 6335 section 10.3.2"))
    changes = []
    for port in grant.ports:
        own = [row for row in held(rows, port, Transport.DCCP).holders if _is_of(row, grant)]
        if not own:
            message = f"{grant.name!r} does not stand at {port}/dccp"
            found.append(finding(Action.REJECT, "E-ROW-MISSING", message, "docs/states.md"))
            continue
        if not agrees(tuple(own), basis):
            message = f"{grant.name!r} is not of {basis.party!r}, and its Assignee has not agreed"
            found.append(finding(Action.REJECT, "E-NOT-ASSIGNEE", message, "RFC 6335 section 10.3.2"))
        changes.append(_coded(own, grant, basis))
    return outcome(found, changes)


def _is_of(row: Record, grant: Grant) -> bool:
    return fold(row.service_name or "") == fold(grant.name)


def _coded(own: list[Record], grant: Grant, basis: Basis) -> Change:
    empty = [row for row in own if not row.service_code][:1]
    model = (empty or own)[0]
    records = [replace(model, service_code=str(code), modification_date=basis.date) for code in grant.codes]
    return Change(tuple(empty), tuple(map(as_kept, records)), f"service codes of {grant.name!r}")
