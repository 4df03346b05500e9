"""Entries: descriptions, contacts, references, notes, reports of use, new names of the same thing.

Rules R-MAINT-1 to R-MAINT-11, R-XFER-5, R-XFER-6, R-FORM-5, R-UNAUTH-2, through `procedures`.  What changes
an Assignee is in `succession`, what gives a port back in `returning`.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from portbook import policy as policies
from portbook import procedures
from portbook.applications import Kind
from portbook.errors import Problem, RuleError, shown
from portbook.findings import Finding
from portbook.names import same_name
from portbook.numbers import checked_port
from portbook.procedures import Amendment, Basis, Change, Outcome, Target, Wish
from portbook.procedures.maintaining import amended
from portbook.procedures.returning import rows_of
from portbook.procedures.rows import as_kept, with_note
from portbook.records import Record, Reference, RichText
from portbook.register.acts import Act, Done
from portbook.register.models import Application
from portbook.register.operations import what_changed, withholding
from portbook.register.operations.acting import OPERATOR, Doing, parties_of, perform
from portbook.register.operations.contesting import not_contested
from portbook.register.operations.dossiers import Dossier, newest_version
from portbook.register.tables import load
from portbook.standing import holding_of
from portbook.states import Act as Step
from portbook.states import Actor, ApplicationState, Evidence

MARKS = ("obsolete", "deprecated")  # that an entry out of use is given (R-MAINT-11)

_SOURCE = "docs/register.md"


# -- descriptions, contacts, notes


def amend(act: Act, target: Target, *wishes: Wish, decision: str = "", application: int = 0) -> Done:
    """Amend the rows of *target* as *wishes* want: each is by a contact id, or by the operator ("").

    Where they differ the Assignee's holds (R-FORM-5).  A holder who acts speaks for his own party alone.  An
    entry of the IETF needs the IESG's *decision* (R-MAINT-4).  *application* is the request that this ends.
    """

    def body(doing: Doing) -> Any:
        own = own_rows(doing, target)
        doing.may(parties_of(own))
        doing.records("what the IESG decided", bool(decision.strip()))
        doing.records("a note or a report", any(_annotates(wish.amendment) for wish in wishes))
        asked = [wish._replace(party=doing.asks(wish.party)) for wish in wishes]
        holds = _settled(doing, own, asked)
        party = next(wish.party for wish in asked if wish.amendment == holds)
        doing.rests_on(decision=decision)
        basis = doing.basis(party, is_ietf_action=bool(decision.strip()))
        outcome = _maintained(doing, target, holds, basis, is_operator=party == OPERATOR)
        doing.replace(outcome)
        finish(doing, application, Kind.CHANGE, target.name)
        _tell(doing, own, target, outcome.changes)
        return {"service": target.name, "rows": len(own), "asked_by": party}

    asked = [target, wishes, decision, application]
    return perform(act, "amend", f"service {target.name}", asked, body)


def _tell(doing: Doing, own: tuple[Record, ...], target: Target, changes: Iterable[Change]) -> None:
    facts = {"what": target.name, "day": doing.today, "reason": doing.act.reason}
    doing.tell(parties_of(own), "amended", changes=what_changed.told(changes), **facts)


def _annotates(amendment: Amendment) -> bool:
    """Whether it changes what the registry itself notes, or what was reported (R-FORM-18, R-UNAUTH-2)."""
    return amendment.notes is not None or amendment.unauthorized is not None


def _settled(doing: Doing, own: tuple[Record, ...], wishes: list[Wish]) -> Amendment:
    holds = procedures.settled(own, wishes)
    if isinstance(holds, Finding):
        doing.check([holds])
        raise AssertionError("unreachable")  # that finding stops
    return holds


def _maintained(
    doing: Doing, target: Target, amendment: Amendment, basis: Basis, *, is_operator: bool
) -> Outcome:
    for party in amendment.contact or ():
        doing.contact(party)
    return procedures.maintain(doing.rows, target, amendment, basis, is_operator)


def correct(act: Act, target: Target, amendment: Amendment, evidence: str) -> Done:
    """Correct what the operator itself got wrong, on *evidence*."""

    def body(doing: Doing) -> Any:
        own = own_rows(doing, target)
        doing.may(parties_of(own))
        need_evidence(evidence, f"the entry of {shown(target.name)} is wrong")
        doing.rests_on(evidence=evidence)
        basis = doing.basis(evidence=evidence, is_ietf_action=True)  # an error is nobody's decision
        outcome = _maintained(doing, target, amendment, basis, is_operator=True)
        doing.replace(outcome)
        _tell(doing, own, target, outcome.changes)
        return {"service": target.name, "rows": len(own)}

    return perform(act, "correct", f"service {target.name}", [target, amendment, evidence], body)


def mark(act: Act, target: Target, word: str, decision: str = "") -> Done:
    """Mark the rows of *target* as obsolete or deprecated, in their notes; nothing is taken away."""

    def body(doing: Doing) -> Any:
        own = own_rows(doing, target)
        doing.may(parties_of(own))
        if word not in MARKS:
            message = f"{shown(word)} is none of {', '.join(MARKS)}"
            raise RuleError(Problem("E-MARK-WORD", message, "RFC 8126 section 9.6"))
        doing.rests_on(decision=decision)
        basis = doing.basis(is_ietf_action=bool(decision.strip()))
        doing.check(procedures.maintain(doing.rows, target, Amendment(), basis, is_operator=True).findings)
        changes = tuple(_marked(own, f"Marked as {word} on {doing.today}.", basis))
        doing.replace_rows(changes)
        _tell(doing, own, target, changes)
        return {"service": target.name, "rows": len(own), "mark": word}

    return perform(act, "mark", f"service {target.name}", [target, word, decision], body)


def _marked(own: tuple[Record, ...], note: str, basis: Basis) -> Iterator[Change]:
    for row in own:
        notes = with_note(row, note).assignment_notes
        yield Change((row,), (as_kept(amended(row, Amendment(notes=notes), basis)),), note)


# -- references, reports


def move_reference(act: Act, old: Reference, new: Reference, names: tuple[str, ...] = ()) -> Done:
    """Let the entries that cite *old* cite *new*, its successor: those of *names*, or all that are in use.

    Modification dates stay (R-MAINT-7); Reserved rows keep the last document that was valid (R-MAINT-8).
    """

    def body(doing: Doing) -> Any:
        doing.may()
        cited = json.dumps(old.data or "", ensure_ascii=False)[1:-1]
        found = doing.work.reader.select("WHERE fold <> '' AND row LIKE %s ORDER BY position", [f"%{cited}%"])
        rows = [held.record for held in found if old in held.record.reference]
        asked = [row for row in rows if not names or any(same_name(row.service_name or "", n) for n in names)]
        if not asked:
            message = f"no entry in use cites {shown(old.label)}"
            raise RuleError(Problem("E-ROW-MISSING", message, "RFC 8126 section 8"))
        doing.replace_rows(tuple(_moved(row, old, new, doing) for row in asked))
        return {"rows": len(asked), "services": sorted({row.service_name for row in asked})}

    return perform(act, "move reference", f"reference {old.label}", [old, new, names], body)


def _moved(row: Record, old: Reference, new: Reference, doing: Doing) -> Change:
    references = tuple(dict.fromkeys(new if each == old else each for each in row.reference))
    after = amended(row, Amendment(reference=references), doing.basis())
    return Change((row,), (as_kept(after),), f"{old.label} replaced by {new.label}")


def report_use(act: Act, port: int, text: RichText, reported_by: str) -> Done:
    """Put a report of unauthorized use of *port* on its row, decided by the operator (T-53).

    Who reported it stands in the Event and nowhere else.
    """

    def body(doing: Doing) -> Any:
        doing.may()
        doing.rests_on(reported_by=reported_by)
        doing.replace(procedures.report_use(doing.rows, checked_port(port), text, doing.basis()))
        return {"port": port}

    return perform(act, "report use", f"port {port}", [port, text, reported_by], body)


# -- new names


def rename_party(
    act: Act, contact_id: str, evidence: str, *, name: str | None = None, organization: str | None = None
) -> Done:
    """Give the same party its new name, on *evidence*; its rows get a note of it (R-XFER-6, T-51)."""

    def body(doing: Doing) -> Any:
        doing.may([contact_id])
        contact = doing.contact(contact_id)
        doing.rests_on(evidence=evidence)
        doing.needs(policies.Act.RENAME_PARTY)
        new = replace(contact, name=name or contact.name, organization=organization or contact.organization)
        rows = _held_by(doing, contact_id)
        renamed = procedures.rename_party(rows, contact, new, doing.basis(evidence=evidence))
        doing.check(renamed.findings)
        doing.replace_rows(renamed.changes)
        if renamed.person:
            doing.replace_person(renamed.person.before, renamed.person.after, renamed.person.why)
        told = new.organization or new.name or contact_id
        doing.tell([contact_id], "renamed", what=contact_id, new=told, day=doing.today, reason=act.reason)
        return {"contact": contact_id, "rows": len(rows)}

    asked = [contact_id, evidence, name, organization]
    return perform(act, "rename party", f"contact {contact_id}", asked, body)


def _held_by(doing: Doing, contact_id: str) -> tuple[Record, ...]:
    """The rows that *contact_id* is the Assignee of."""
    written = json.dumps(contact_id, ensure_ascii=False)
    found = doing.work.reader.select("WHERE fold <> '' AND row LIKE %s ORDER BY position", [f"%{written}%"])
    me = Reference("person", contact_id)
    return tuple(held.record for held in found if me in held.record.shown_assignee)


def rename_service(
    act: Act, old: str, new: str, *, asked_by: str, accepted: str, expert: str, application: int = 0
) -> Done:
    """Give a service another name: its Assignee accepted the effects, an expert saw it (R-MAINT-5)."""

    def body(doing: Doing) -> Any:
        own = doing.rows.named(old)
        doing.may(parties_of(own))
        not_contested((*own, Record(new)))
        doing.rests_on(accepted=accepted, expert=expert)
        basis = doing.basis(asked_by, evidence=accepted, expert=expert)
        outcome = procedures.rename_service(doing.rows, old, new, basis)
        doing.check(outcome.findings)
        doing.name_step(old, Step.RENAME, Actor.ASSIGNEE, Evidence.EFFECTS_ACCEPTED)
        doing.replace_rows(outcome.changes)
        finish(doing, application, Kind.CHANGE, old)
        doing.tell(parties_of(own), "renamed", what=old, new=new, day=doing.today, reason=act.reason)
        return {"service": new, "formerly": old, "rows": len(own)}

    asked = [old, new, asked_by, accepted, expert, application]
    return perform(act, "rename service", f"service {old}", asked, body)


# -- what all of them need


def own_rows(doing: Doing, target: Target) -> tuple[Record, ...]:
    """Return the rows that *target* means; all of its name where it names neither port nor transport."""
    if target.port is None and not target.transports:
        return doing.rows.named(target.name)
    return rows_of(doing.rows, target)


def need_evidence(evidence: str, what: str) -> None:
    """Raise `RuleError` E-EVIDENCE when nothing is on record for *what*."""
    if not evidence.strip():
        raise RuleError(Problem("E-EVIDENCE", f"nothing on record shows that {what}", _SOURCE))


def finish(doing: Doing, application: int, kind: Kind, name: str) -> None:
    """End the request of *kind* about the service *name* that is entered now (A23, A26); 0 is none."""
    if not application:
        return
    found = load(Application, "WHERE identity = %s", [application])
    if not found:
        message = f"there is no application {application}"
        raise RuleError(Problem("E-APPLICATION-UNKNOWN", message, _SOURCE))
    dossier = Dossier(doing, found[0], newest_version(application))
    asked = dossier.application
    if asked.kind is not kind or not same_name(asked.service_name, name):
        message = f"application {application} is a {asked.kind} of {shown(asked.service_name)}, not this"
        raise RuleError(Problem("E-APPLICATION-OTHER", message, _SOURCE))
    step = Step.ENTER if dossier.state is ApplicationState.ASSIGNABLE else Step.ENTER_CHANGE
    dossier.move(step, Actor.IANA, Evidence.ROWS)
    if asked.maintenance.hides_contact:
        _hide_contacts(doing, doing.rows.named(name) or doing.rows.named(asked.maintenance.new_name))


def _hide_contacts(doing: Doing, rows: tuple[Record, ...]) -> None:
    """Publish the contacts that *rows* have now by their names alone, as the request asks (R-MAINT-10)."""
    for contact_id in sorted({party for row in rows for party in holding_of(row).contacts}):
        withholding.show(doing, contact_id, is_withheld=True)
