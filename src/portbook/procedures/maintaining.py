"""Maintaining: descriptions, contacts, references, notes and reports of unauthorized use.

Rules R-MAINT-1 to R-MAINT-11, R-FORM-5, R-FORM-17, R-FORM-18, R-XFER-5 and R-UNAUTH-2, from RFC 6335 sections
8.1.1 and 8.6 and RFC 8126 sections 8, 9.6 and 12.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from portbook.edition import State, row_state
from portbook.findings import Action, Finding
from portbook.policy import RFC6335
from portbook.procedures.returning import rows_of
from portbook.procedures.rows import as_kept, described, is_free_row, people, pieces
from portbook.procedures.values import (
    Basis,
    Change,
    Outcome,
    Row,
    Rows,
    Target,
    asker,
    assignees_of,
    finding,
    outcome,
    speaks_for_one,
)
from portbook.records import Record, Reference, RichText

_RULE = "RFC 6335 section 8.6"


class Amendment(NamedTuple):
    """What is to be changed; None leaves a part as it is.  No field for a number: that is reuse."""

    description: RichText | None = None
    assignee: tuple[str, ...] | None = None  # only so that it can be refused (R-XFER-5)
    contact: tuple[str, ...] | None = None
    reference: tuple[Reference, ...] | None = None
    notes: RichText | None = None
    unauthorized: RichText | None = None


def maintain(
    rows: Rows, target: Target, amendment: Amendment, basis: Basis, is_operator: bool = False
) -> Outcome:
    """Return what *amendment* does to the rows of *target*, asked by its parties or by the operator itself.

    Only references moved to a successor leave the modification date alone (R-MAINT-7).
    """
    own = rows_of(rows, target) if target.port is not None or target.transports else rows.named(target.name)
    changed = [(row, amended(row, amendment, basis)) for row in own]
    found = [*_refusals(own, target, amendment, basis, is_operator), *_state_changes(changed, amendment)]
    changes = [
        Change((old,), (as_kept(new),), f"{target.name!r} amended") for old, new in changed if new != old
    ]
    return outcome(found, changes)


def amended(row: Record, amendment: Amendment, basis: Basis) -> Record:
    """Return *row* with what *amendment* changes, and its modification date where that is of substance."""
    told = row if amendment.description is None else described(row, amendment.description)
    new = replace(
        told,
        contact=row.contact if amendment.contact is None else people(amendment.contact),
        assignment_notes=row.assignment_notes if amendment.notes is None else amendment.notes,
        unauthorized_use_reported=row.unauthorized_use_reported
        if amendment.unauthorized is None
        else amendment.unauthorized,
    )
    if new != row:
        new = replace(new, modification_date=basis.date)
    return new if amendment.reference is None else replace(new, reference=amendment.reference)


def _refusals(
    own: tuple[Record, ...], target: Target, amendment: Amendment, basis: Basis, is_operator: bool
) -> Iterator[Finding]:
    if not own:
        message = f"the registry does not list {target.name!r} there"
        yield finding(Action.REJECT, "E-ROW-MISSING", message, "docs/states.md")
    if amendment.assignee is not None:
        message = f"the Assignee of {target.name!r} is not edited: the old one releases, the new one applies"
        yield finding(Action.REJECT, "E-XFER", message, "RFC 6335 sections 8.5, 8.6", "assignee")
    if not is_operator and not speaks_for_one(own, basis):
        message = f"{asker(basis)} is neither Assignee nor Contact of {target.name!r}"
        yield finding(Action.REJECT, "E-NOT-AUTHORISED", message, _RULE)
    controller = RFC6335.bodies.document_assignee_id
    if own and all(controller in assignees_of(row) for row in own) and not basis.is_ietf_action:
        message = f"{target.name!r} is the IETF's; its change control lies with the IESG"
        yield finding(Action.ROUTE, "E-REVIEW-PATH", message, "RFC 8126 section 2.3")
    if amendment.description is not None and any(not row.port_number for row in own):
        message = f"the description of {target.name!r} may not give the name another purpose"
        yield finding(Action.WARN, "W-REPURPOSE", message, "RFC 8126 section 4.4", "description")


def _state_changes(changed: Iterable[tuple[Record, Record]], amendment: Amendment) -> Iterator[Finding]:
    """No amendment reserves or frees; what is not assigned has no Contact (R-RESV-3, R-MARK-5)."""
    for old, new in changed:
        state = row_state(old)[0]
        names_contact = state is not State.ASSIGNED and bool(amendment.contact)
        if names_contact or row_state(new)[0] is not state:
            what = old.service_name or f"port {old.port_number}"
            message = f"{what} is {state}; that is changed by a procedure, not by amending its row"
            yield finding(Action.REJECT, "E-STATE-MOVE", message, "docs/states.md")
            return


# -- two voices


class Wish(NamedTuple):
    """An amendment and who sent it."""

    party: str
    amendment: Amendment


def settled(own: tuple[Record, ...], wishes: Iterable[Wish]) -> Amendment | Finding:
    """Return the one amendment that holds: where they differ the Assignee's, else nobody's yet (R-FORM-5)."""
    all_wishes = tuple(wishes)
    assignees = {party for row in own for party in assignees_of(row)}
    spoken = {wish.amendment for wish in all_wishes if wish.party in assignees}
    asked = spoken or {wish.amendment for wish in all_wishes}
    if len(asked) == 1:
        return asked.pop()
    message = "contrary changes are asked for, and the Assignee has not said which one holds"
    return finding(Action.BLOCK, "E-CONFLICT", message, "RFC 6335 section 8.1.1")


# -- reports


def report_use(rows: Rows, port: int, text: RichText, basis: Basis) -> Outcome:
    """Return what a report of unauthorized use of *port* does: it stands on the row of the port.

    An Unassigned block is split, so that the report stands beside just that number; where no row speaks of
    the port, one comes to be (R-UNAUTH-2).  The state of nothing changes (R-UNAUTH-1).
    """
    here = rows.at(port)
    named = tuple(row for row in here if row.service_name)
    if named:
        changes = [
            Change(
                (row,), (as_kept(replace(row, unauthorized_use_reported=text)),), f"use of {port} reported"
            )
            for row in named
        ]
        return outcome((), changes)
    free = tuple(row for row in here if is_free_row(row))
    if here and not free:
        message = f"port {port} is Reserved; a report of its use has no row to stand on"
        return outcome([finding(Action.BLOCK, "E-PORT-RESERVED", message, "RFC 6335 section 8.1.1")])
    model = free[0] if free else Record(description=RichText(("Unassigned",)))
    reported = Row(replace(model, port_number=str(port), unauthorized_use_reported=text))
    after = (*(piece for row in free[:1] for piece in pieces(row, port)), reported)
    return outcome((), [Change(free[:1], after, f"use of {port} reported")])
