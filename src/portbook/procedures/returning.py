"""Returning: a port is given back, released by an RFC or revoked; reuse; and a name that is taken back.

Rules R-DEAS-1 to R-DEAS-12, R-REUSE-1 to R-REUSE-7, R-REVOKE-1 to R-REVOKE-8, from RFC 6335 sections 8.2 to
8.4 and RFC 8126 section 9.4.  The port becomes Reserved with a comment, never Unassigned; the name stays.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from portbook.edition import Reason, State, row_state
from portbook.findings import Action, Finding
from portbook.names import fold, same_name
from portbook.policy import RFC6335, Policy
from portbook.procedures.assigning import assign, no_longer_alone
from portbook.procedures.rows import (
    RESERVED,
    assigned_rows,
    lasting,
    put,
    with_note,
)
from portbook.procedures.values import (
    Basis,
    Change,
    Grant,
    Outcome,
    Row,
    Rows,
    Target,
    asker,
    assignees_of,
    finding,
    outcome,
    ports_of,
    speaks_for_one,
)
from portbook.records import Part, Record, Reference

_RETURN = "RFC 6335 section 8.2"
_REUSE = "RFC 6335 section 8.3"
_REVOCATION = "RFC 6335 section 8.4"


def deassign(rows: Rows, target: Target, basis: Basis) -> Outcome:
    """Return what giving *target* back does; `basis.evidence` is what shows that its use has ended."""
    taken = rows_of(rows, target)
    found = [*_missing(taken, target), *_not_its_own(taken, target, basis, _RETURN)]
    if not basis.evidence.strip():
        message = f"nothing shows that {_told(target)} is no longer used"
        found.append(finding(Action.BLOCK, "E-EVIDENCE", message, _RETURN))
    why = f"{_told(target)} de-assigned"
    return outcome(
        found, take_back(rows, taken, _sentence("De-assigned", taken, basis), Reason.DEASSIGNED, basis, why)
    )


def release(rows: Rows, target: Target, basis: Basis) -> Outcome:
    """Return what an RFC (`basis.reference`) does that releases *target*, which the IESG holds (R-DEAS-8)."""
    taken = rows_of(rows, target)
    found = list(_missing(taken, target))
    controller = RFC6335.bodies.document_assignee_id
    if any(controller not in assignees_of(row) for row in taken):
        message = f"{_told(target)} is not the IESG's, so an RFC cannot release it"
        found.append(finding(Action.BLOCK, "E-NOT-ASSIGNEE", message, "RFC 8126 section 2.3"))
    if not basis.reference:
        message = f"no document is named that releases {_told(target)}"
        found.append(finding(Action.BLOCK, "E-EVIDENCE", message, "RFC 8126 section 2.3"))
    names = _names(taken)
    sentence: tuple[Part, ...] = (f"Previously assigned to {names} but released by ", *basis.reference[:1])
    return outcome(
        found, take_back(rows, taken, sentence, Reason.RELEASED, basis, f"{_told(target)} released")
    )


# -- revocation


class Case(NamedTuple):
    """What is on record of a revocation (R-REVOKE-2 to R-REVOKE-8)."""

    attempts: str = ""  # how the Assignee was asked
    is_clear: bool = False  # the port is plainly unused
    need: str = ""  # the overwhelming need, where it is not clear
    call_opened: datetime.date | None = None  # when the IESG published the call
    decision: str = ""  # of IESG and IANA with the expert, after it


def revoke(
    rows: Rows, target: Target, case: Case, basis: Basis, today: datetime.date, policy: Policy = RFC6335
) -> Outcome:
    """Return what revoking *target* does: the same as giving it back, with its own comment."""
    taken = rows_of(rows, target)
    found = [*_missing(taken, target), *_case_open(target, case, today, policy.clocks.call)]
    sentence = _sentence("Revoked", taken, basis)
    return outcome(found, take_back(rows, taken, sentence, Reason.REVOKED, basis, f"{_told(target)} revoked"))


def _case_open(target: Target, case: Case, today: datetime.date, days: int) -> Iterator[Finding]:
    """What keeps the case from its end."""
    if not case.attempts.strip():
        message = f"nobody has tried to reach the Assignee of {_told(target)}"
        yield finding(Action.BLOCK, "E-EVIDENCE", message, "RFC 8126 section 9.4")
    if case.is_clear:
        return
    if not case.need.strip():
        message = f"that {_told(target)} is unused is not clear, and no overwhelming need is on record"
        yield finding(Action.BLOCK, "E-NEED", message, _REVOCATION)
    if case.call_opened is None:
        message = f"no community call of {days} days was held on {_told(target)}"
        yield finding(Action.BLOCK, "E-CALL", message, _REVOCATION)
    elif (open_for := (today - case.call_opened).days) < days:
        message = f"the community call on {_told(target)} is open since {open_for} of {days} days"
        yield finding(Action.BLOCK, "E-CALL", message, _REVOCATION)
    elif not case.decision.strip():
        message = f"the call on {_told(target)} has ended, and no decision is on record"
        yield finding(Action.BLOCK, "E-CALL", message, _REVOCATION)


# -- a name


def deassign_name(rows: Rows, name: str, basis: Basis, is_revocation: bool = False) -> Outcome:
    """Return what taking the service name itself back does: it becomes Reserved, which is rare (R-DEAS-7).

    Its ports are given back before; the expert takes part; revoking a name is advised against (R-REVOKE-6).
    """
    own = rows.named(name)
    target = Target(name)
    found = list(_missing(own, target))
    if any(row.port_number for row in own):
        message = f"service name {name!r} has ports, which are given back first"
        found.append(finding(Action.BLOCK, "E-EVIDENCE", message, _RETURN))
    if not is_revocation:
        found += _not_its_own(own, target, basis, _RETURN)
    if not basis.expert.strip():
        message = f"the expert has not taken part in taking back the service name {name!r}"
        found.append(finding(Action.BLOCK, "E-EXPERT-MISSING", message, _RETURN))
    if is_revocation:
        message = f"revoking a service name such as {name!r} is not recommended"
        found.append(finding(Action.WARN, "W-REVOKE-NAME", message, _REVOCATION))
    reason = Reason.REVOKED if is_revocation else Reason.DEASSIGNED
    sentence = _sentence("Revoked" if is_revocation else "De-assigned", own, basis)
    kept = [
        with_note(
            Record(row.service_name, None, row.transport, RESERVED, modification_date=basis.date), *sentence
        )
        for row in own
    ]
    rows_after = tuple(Row(record, reason) for record in kept)
    return outcome(found, [Change(own, rows_after, f"service name {name!r} taken back")])


# -- reuse


def reuse(rows: Rows, target: Target, grant: Grant, basis: Basis, policy: Policy = RFC6335) -> Outcome:
    """Return what moving the port of *target* to another application of the same Assignee does, in one step.

    The old name stays, alone (R-REUSE-4); `basis.expert` is what the expert found out about other users
    (R-REUSE-5).  *grant* has just the port of *target*.
    """
    taken = rows_of(rows, target)
    found = [*_missing(taken, target), *_not_its_own(taken, target, basis, _REUSE)]
    if not basis.expert.strip():
        message = f"whether others use {_told(target)} has not been determined"
        found.append(finding(Action.BLOCK, "E-EVIDENCE", message, _REUSE))
    if grant.ports != (target.port,):
        message = f"the new application is not for port {target.port}, which is to be reused"
        found.append(finding(Action.BLOCK, "E-PORT-UNSPECIFIED", message, _REUSE))
    if new := sorted({*grant.assignee} - {party for row in taken for party in assignees_of(row)}):
        message = f"{new[0]!r} does not hold {_told(target)}: a port passes on by release and application"
        found.append(finding(Action.REJECT, "E-XFER", message, "RFC 6335 sections 8.3, 8.5", "assignee"))
    if same_name(grant.name, target.name):
        message = (
            f"the old name {target.name!r} is asked for again; a new application is best given a new name"
        )
        found.append(finding(Action.WARN, "W-REUSE-NAME", message, _REUSE))
    if found and not outcome(found).is_possible:
        return outcome(found)
    emptied = _Without(rows, taken, target.port or 0)
    found += assign(emptied, grant, basis, policy).findings
    return outcome(found, _moved(rows, taken, target, grant, basis))


def _moved(
    rows: Rows, taken: tuple[Record, ...], target: Target, grant: Grant, basis: Basis
) -> Iterator[Change]:
    port = target.port or 0
    named = {
        transport: tuple(
            row._replace(record=with_note(row.record, f"Assigned to {_names(taken)} until {basis.date}."))
            for row in assigned_rows(grant, port, transport, basis)
        )
        for transport in grant.transports
    }
    yield put(rows, port, named, f"{_told(target)} reused for {grant.name!r}", taken)
    yield from no_longer_alone(rows.named(grant.name), grant)
    if not same_name(grant.name, target.name):
        yield from _name_left(rows, taken, basis)


class _Without:
    """The rows without those of one service at one port, whose transports wait for the same party."""

    def __init__(self, rows: Rows, taken: tuple[Record, ...], port: int) -> None:
        self._rows = rows
        self._taken = taken
        self._port = port

    def at(self, port: int) -> tuple[Record, ...]:
        if port != self._port:
            return self._rows.at(port)
        return tuple(row for row in self._rows.at(port) if row.service_name and row not in self._taken)

    def named(self, name: str) -> tuple[Record, ...]:
        return tuple(row for row in self._rows.named(name) if row not in self._taken)


# -- the rows of a return


def rows_of(rows: Rows, target: Target) -> tuple[Record, ...]:
    """Return the rows that *target* means: those of its name at its port, or without one."""
    found = rows.at(target.port) if target.port is not None else rows.named(target.name)
    return tuple(
        row
        for row in found
        if same_name(row.service_name or "", target.name)
        and (target.port is not None or not row.port_number)
        and (not target.transports or any(fold(row.transport or "") == t for t in target.transports))
    )


def _missing(taken: tuple[Record, ...], target: Target) -> Iterator[Finding]:
    """The transports on which *target* does not stand; all of it, when it stands nowhere."""
    standing = {fold(row.transport or "") for row in taken}
    absent = [transport for transport in target.transports if transport not in standing]
    if not taken or absent:
        where = f" on {absent[0]}" if absent else ""
        message = f"the registry does not list {_told(target)}{where}"
        yield finding(Action.REJECT, "E-ROW-MISSING", message, "docs/states.md")


def _not_its_own(taken: Iterable[Record], target: Target, basis: Basis, source: str) -> Iterator[Finding]:
    """Whoever asks speaks for the Assignee of every row (R-DEAS-1, R-REUSE-1, A-28)."""
    if any(not speaks_for_one((row,), basis) for row in taken):
        message = f"{asker(basis)} is neither Assignee nor Contact of {_told(target)}"
        yield finding(Action.REJECT, "E-NOT-ASSIGNEE", message, source)


def take_back(
    rows: Rows,
    taken: tuple[Record, ...],
    sentence: tuple[Part, ...],
    reason: Reason,
    basis: Basis,
    why: str,
) -> Iterator[Change]:
    """The changes that make the ports of *taken* Reserved and leave the name (R-DEAS-3 to R-DEAS-12)."""
    places = dict.fromkeys((row.port_number, row.transport) for row in taken)
    left = [other for row in taken[:1] for other in rows.at(ports_of(row).low) if other not in taken]
    is_companion = any(map(_is_assigned, left))
    for place in places:
        here = tuple(row for row in taken if (row.port_number, row.transport) == place)
        stays = any(_is_assigned_on(other, here[0].transport) for other in left)  # under another name
        after = () if stays else (_reserved(here[0], is_companion, sentence, reason, basis),)
        yield Change(here, after, why)
    if not is_companion:
        for row in left:  # companions stay Reserved, for the new reason (R-DEAS-12)
            if not row.service_name and row_state(row)[0] is State.RESERVED:
                record = with_note(replace(row, modification_date=basis.date), *sentence)
                yield Change((row,), (Row(record, reason),), why)
    yield from _name_left(rows, taken, basis)


def _is_assigned(row: Record) -> bool:
    return row_state(row)[0] is State.ASSIGNED


def _is_assigned_on(row: Record, transport: str | None) -> bool:
    """Whether *row* makes its port Assigned on *transport*, as written; None is every transport."""
    if not _is_assigned(row):
        return False
    return not row.transport or not transport or fold(row.transport) == fold(transport)


def _reserved(
    row: Record, is_companion: bool, sentence: tuple[Part, ...], reason: Reason, basis: Basis
) -> Row:
    """The Reserved row in place of *row*; a companion is bare but for the comment (R-DEAS-11)."""
    bare = Record(None, row.port_number, row.transport, RESERVED, layout=row.layout)
    if is_companion:
        comment = f"Assigned to {_names((row,))} until {basis.date}."
        return Row(with_note(bare, comment), Reason.COMPANION)
    return Row(with_note(replace(bare, modification_date=basis.date), *sentence), reason)


def _name_left(rows: Rows, taken: tuple[Record, ...], basis: Basis) -> Iterator[Change]:
    """A name without ports stays, alone: a row for each transport that it had (R-DEAS-6, R-DEAS-10)."""
    names = dict.fromkeys(fold(row.service_name or "") for row in taken)
    for name in names:
        left = [row for row in rows.named(name) if row not in taken]
        if any(row.port_number for row in left):
            continue
        there = {fold(row.transport or "") for row in left}
        alone: dict[str, Row] = {}
        for row in taken:
            transport = fold(row.transport or "")
            if fold(row.service_name or "") == name and transport not in there:
                alone.setdefault(transport, Row(_alone(row, basis)))
        if alone:
            yield Change((), tuple(alone.values()), f"service name {name!r} stays")


def _alone(row: Record, basis: Basis) -> Record:
    references = tuple(dict.fromkeys((*row.reference, *basis.reference)))
    return replace(
        row,
        port_number=None,
        description=lasting(row.description),
        modification_date=basis.date,
        reference=references,
    )


# -- words


def _told(target: Target) -> str:
    where = f" at port {target.port}" if target.port is not None else ""
    return f"{target.name!r}{where}"


def _names(taken: tuple[Record, ...]) -> str:
    return ", ".join(dict.fromkeys(row.service_name or "" for row in taken))


def _sentence(word: str, taken: tuple[Record, ...], basis: Basis) -> tuple[Part, ...]:
    """The comment on the historic use (R-DEAS-5), as IANA words it: who had it, until when."""
    holders: tuple[Reference, ...] = tuple(dict.fromkeys(r for row in taken for r in row.shown_assignee))
    start = f"{word} on {basis.date}, previously {_names(taken)}"
    return (f"{start} by ", *holders[:1]) if holders else (f"{start}.",)
