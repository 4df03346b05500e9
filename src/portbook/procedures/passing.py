"""Passing on: from party to party, by a coordinated pair; and new names of the same party or service.

Rules R-XFER-1 to R-XFER-8, R-MAINT-5, R-FORM-5, from RFC 6335 sections 8.5 and 8.6 and RFC 7605 section 7.9.
Nothing is sold, and no Assignee is edited: the old party releases, the new one applies, at once (A-5, A-6).
"""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from portbook.findings import Action, Finding
from portbook.names import same_name, service_name_problem
from portbook.procedures.rows import as_kept, people, with_note
from portbook.procedures.values import (
    Basis,
    Change,
    Outcome,
    PersonChange,
    Rows,
    asker,
    assignees_of,
    finding,
    outcome,
    speaks_for_one,
)
from portbook.records import Contact, Record, Reference

_RULE = "RFC 6335 section 8.5"


class Ground(StrEnum):
    """Why an assignment passes on; the first three are those that the RFC allows (R-XFER-3, R-XFER-4)."""

    TECHNICAL = "technical"
    OPERATIONAL = "operational"
    MANAGERIAL = "managerial"
    SALE = "sale"


class Succession(NamedTuple):
    """The pair of requests (R-XFER-2)."""

    name: str
    released_by: str  # id of the contact who releases; "" where nobody has
    applied_by: str  # id of the contact who applies, the new Assignee
    contact: tuple[str, ...] = ()  # who answers for it from now on
    ground: Ground | None = None
    reason: str = ""


def succeed(rows: Rows, pair: Succession, basis: Basis) -> Outcome:
    """Return what passing a service on, with all its rows, does: one step, dated, with a note (A-5).

    The registration dates stay and the modification dates are set, as IANA prints it (R-XFER-7).
    """
    own = rows.named(pair.name)
    return outcome(_refusals(own, pair, basis), _passed_on(own, pair, basis))


def _refusals(own: tuple[Record, ...], pair: Succession, basis: Basis) -> Iterator[Finding]:
    if not own:
        message = f"the registry has no service name {pair.name!r}"
        yield finding(Action.REJECT, "E-ROW-MISSING", message, "docs/states.md")
    if not pair.released_by or not pair.applied_by:
        message = f"{pair.name!r} passes on only when the old party releases it and the new one applies"
        yield finding(Action.BLOCK, "E-XFER", message, _RULE)
    elif any(pair.released_by not in assignees_of(row) for row in own):
        message = f"{pair.released_by!r} does not hold {pair.name!r} and cannot release it"
        yield finding(Action.REJECT, "E-NOT-ASSIGNEE", message, _RULE)
    if pair.ground is Ground.SALE:
        message = f"{pair.name!r} was sold; a price is no reason to pass an assignment on"
        yield finding(Action.BLOCK, "E-XFER-REASON", message, _RULE)
    elif pair.ground is None or not pair.reason.strip():
        message = f"no technical, operational or managerial reason is given to pass {pair.name!r} on"
        yield finding(Action.BLOCK, "E-XFER-REASON", message, _RULE)
    elif not basis.expert.strip():
        message = f"the expert has not determined that there is a reason to pass {pair.name!r} on"
        yield finding(Action.BLOCK, "E-XFER-REASON", message, _RULE)


def _passed_on(own: tuple[Record, ...], pair: Succession, basis: Basis) -> Iterator[Change]:
    to = people((pair.applied_by,))
    old = tuple(dict.fromkeys(reference for row in own for reference in row.shown_assignee))
    for row in own:
        record = replace(
            row,
            assignee=to,
            contact=people(pair.contact) or to,
            modification_date=basis.date,
        )
        yield Change((row,), (as_kept(with_note(record, *_from(old, basis))),), f"{pair.name!r} passed on")


def _from(old: tuple[Reference, ...], basis: Basis) -> tuple[str | Reference, ...]:
    if not old:
        return (f"Assignee recorded on {basis.date}.",)
    return (f"Assignee changed on {basis.date}, previously ", *old[:1])


# -- new names


class NewName(NamedTuple):
    """A party under its new name, and the rows that tell of it; or the findings that stop it."""

    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    person: PersonChange | None = None


def rename_party(held: tuple[Record, ...], contact: Contact, new: Contact, basis: Basis) -> NewName:
    """Return what the new name of the same party does: its contact and a note in each row *held* (R-XFER-6).

    `basis.evidence` is what shows that it is the same party.  The id stays: it is how rows name the party.
    """
    found = []
    if not basis.evidence.strip():
        message = f"nothing shows that {new.organization or new.name!r} is the party {contact.id!r}"
        found.append(finding(Action.BLOCK, "E-EVIDENCE", message, "RFC 6335 section 8.1.1"))
    if new.id != contact.id:
        message = f"{new.id!r} is another party than {contact.id!r}; an assignment passes on as a pair"
        found.append(finding(Action.REJECT, "E-XFER", message, _RULE))
    old = contact.organization or contact.name or contact.id
    why = f"{contact.id!r} has a new name"
    note = f"Assignee formerly named {old}, until {basis.date}."
    noted = (replace(with_note(row, note), modification_date=basis.date) for row in held)
    changes = (Change((row,), (as_kept(record),), why) for row, record in zip(held, noted, strict=True))
    made = outcome(found, changes)
    if not made.is_possible:
        return NewName(findings=made.findings)
    return NewName(made.changes, made.findings, PersonChange(contact, replace(new, updated=basis.date), why))


def rename_service(rows: Rows, old: str, new: str, basis: Basis) -> Outcome:
    """Return what another name for the same service does (R-MAINT-5): its Assignee accepts the effects.

    `basis.evidence` is that acceptance, `basis.expert` what the expert found.  The old name stands in the
    notes, so that nobody loses sight of it.
    """
    own = rows.named(old)
    found: list[Finding] = []
    if not own:
        message = f"the registry has no service name {old!r}"
        found.append(finding(Action.REJECT, "E-ROW-MISSING", message, "docs/states.md"))
    if problem := service_name_problem(new):
        found.append(Finding(Action.REJECT, "name", problem))
    if rows.named(new) and not same_name(old, new):
        message = f"service name {new!r} is assigned"
        found.append(finding(Action.REJECT, "E-NAME-TAKEN", message, "RFC 6335 section 8.1.1"))
    if not speaks_for_one(own, basis):
        message = f"{asker(basis)} is neither Assignee nor Contact of {old!r}"
        found.append(finding(Action.REJECT, "E-NOT-AUTHORISED", message, "RFC 6335 section 8.6"))
    if not basis.evidence.strip() or not basis.expert.strip():
        message = f"renaming {old!r} needs its Assignee's acceptance of the effects, and an expert's view"
        found.append(finding(Action.BLOCK, "E-EVIDENCE", message, "RFC 7605 section 7.9"))
    renamed = (
        with_note(replace(row, service_name=new, modification_date=basis.date), f'Formerly named "{old}".')
        for row in own
    )
    changes = (
        Change((row,), (as_kept(record),), f"{old!r} renamed {new!r}")
        for row, record in zip(own, renamed, strict=True)
    )
    return outcome(found, changes)
