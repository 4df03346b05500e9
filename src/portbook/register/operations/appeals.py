"""Appeals: against any decision that an Event tells, to the IESG first, then to the IAB; what they decide.

Rules R-APP-1 to R-APP-7, through `review`.  A party to the matter files an appeal; for anybody else a
registrar does, who had a look.  While it runs, the values that the decision is about are given to nobody else
(`contesting`).  When a decision falls, the rows that it changed are put back as they stood (`undoing`).
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from portbook import policy as policies
from portbook import review
from portbook.edition import State
from portbook.errors import Problem, RuleError, shown
from portbook.names import fold
from portbook.procedures.returning import rows_of
from portbook.records import Record
from portbook.register import tables
from portbook.register.acts import Act, Done
from portbook.register.cases import DECIDED, RUNNING, Appeal, Case
from portbook.register.events import canonical
from portbook.register.models import Application, Publication
from portbook.register.operations import undoing
from portbook.register.operations.acting import Doing, parties_of, perform, places_of
from portbook.register.operations.dossiers import Dossier, asking, newest_version
from portbook.register.operations.revoking import target_of
from portbook.register.publishing import PUBLISHED
from portbook.states import REVOCATION, Actor, ApplicationState, Evidence, RevocationState, move
from portbook.states import Act as Step

_SOURCE = "RFC 6335 section 8.7; RFC 8126 section 10"
_ACTORS = {"IESG": Actor.IESG, "IAB": Actor.IAB}


class _Decision(NamedTuple):
    """What an appeal is against: an Event, and what it changed."""

    event: int
    operation: str
    object: str
    day: str
    changes: list[dict[str, Any]]


# -- filing


def file(act: Act, decision: int, body: str, facts: str, appellant: str) -> Done:
    """File an appeal of *appellant* against the decision that Event *decision* tells, to *body*."""

    def do(doing: Doing) -> Any:
        told = _decision(decision)
        rows = tuple(_rows_of(doing, told))
        _may_file(doing, told, rows)
        if not appellant.strip():
            raise RuleError(Problem("E-APPEAL-FACTS", "the appeal does not say who appeals", _SOURCE))
        before = tables.load(Appeal, "WHERE decision_id = %s ORDER BY identity", [decision])
        if any(appeal.state == RUNNING for appeal in before):
            message = f"an appeal against Event {decision} runs already"
            raise RuleError(Problem("E-APPEAL-RUNS", message, _SOURCE))
        _must_stand(doing, told)
        filed = date.fromisoformat(doing.today)
        public = _public(doing, told, before)
        heard = tuple(appeal.body for appeal in before)
        doing.check(review.appeal_findings(review.Appeal(body, facts, filed), public, doing.policy, heard))
        kept = _contested(doing, told, rows)
        values = {
            "decision_id": decision,
            "body": body,
            "appellant": appellant,
            "facts": facts,
            "contested": kept,
            "filed": str(doing.today),
            "state": RUNNING,
            "outcome": "",
            "reference": "",
            "version": 1,
        }
        number = doing.work.add(Appeal, values)
        _move_object(doing, told, Step.APPEAL, Actor.CONCERNED, Evidence.APPEAL)
        doing.tell(
            parties_of(rows), "appeal filed", what=told.object, day=doing.today, body=body, number=str(number)
        )
        return {"appeal": number, "body": body, **json.loads(kept)}

    return perform(act, "file appeal", f"event {decision}", [decision, body, facts, appellant], do)


def _may_file(doing: Doing, told: _Decision, rows: tuple[Record, ...]) -> None:
    """See that the member is a party: sent the request, holds what it is about, was asked; or a registrar."""
    parties = set(parties_of(rows) | parties_of(_rows_about(doing, told)))
    kind, _, name = told.object.partition(" ")
    if kind == "contact":
        parties.add(name)
    dossier = _dossier(doing, told)
    if dossier:
        asked = {speaker for each in dossier.confirmations() for speaker in each.speakers.split("\n")}
        parties |= asked | {party.id for party in asking(dossier.application)}
    doing.may(parties - {""}, "", dossier.matter_of if dossier else None)


def _rows_about(doing: Doing, told: _Decision) -> tuple[Record, ...]:
    """The rows that a case is about now, whether its decision changed them or not."""
    kind, _, number = told.object.partition(" ")
    found = tables.load(Case, "WHERE identity = %s", [int(number)]) if kind == "case" else []
    return tuple(row for case in found for row in rows_of(doing.rows, target_of(case)))


def _public(doing: Doing, told: _Decision, before: list[Appeal]) -> date:
    """From when the two months run: the decision before, the publication, or the telling (A-32)."""
    if before:
        decided = "SELECT instant FROM register_event WHERE operation = 'decide appeal' AND object = %s"
        return date.fromisoformat(tables.rows(decided, [f"appeal {before[-1].identity}"])[-1][0][:10])
    if not any(change["table"] == "entry" for change in told.changes):
        return date.fromisoformat(told.day)
    found = tables.load(Publication, "WHERE state = %s AND after_event >= %s", [PUBLISHED, told.event])
    numbers = [f"publication {publication.number}" for publication in found]
    instant = "SELECT MIN(instant) FROM register_event WHERE operation = 'publish' AND object = %s"
    days = [tables.rows(instant, [number])[0][0] for number in numbers]
    return date.fromisoformat(min(days)[:10] if days else doing.today)


def _decision(event: int) -> _Decision:
    statement = "SELECT operation, object, instant, changes FROM register_event WHERE number = %s"
    found = tables.rows(statement, [event])
    if not found:
        raise RuleError(Problem("E-EVENT-NONE", f"there is no Event {event}", _SOURCE))
    operation, what, instant, changes = found[0]
    return _Decision(event, operation, what, instant[:10], json.loads(changes))


# -- deciding


def decide(
    act: Act, appeal: int, decision: review.Decision, reference: str, *, is_undone: bool = False
) -> Done:
    """Record what the body decided on *appeal*, with its *reference*.

    The IAB annuls, and then what stood before stands again; the IESG may decide anew, and says whether the
    rows go back meanwhile (*is_undone*).
    """

    def do(doing: Doing) -> Any:
        doing.may()
        found = _running(appeal)
        told = _decision(found.decision_id)
        rows = tuple(_rows_of(doing, told))
        dossier = _dossier(doing, told)
        doing.may(parties_of(rows), "", dossier.matter_of if dossier else None)
        if decision not in review.may_decide(found.body, doing.policy):
            message = f"the {found.body} cannot {decision}"
            raise RuleError(Problem("E-APPEAL-ORDER", message, "RFC 2026 section 6.5.2"))
        if not reference.strip():
            message = f"no decision of the {found.body} on appeal {appeal} is on record"
            raise RuleError(Problem("E-EVIDENCE", message, _SOURCE))
        _close(doing, told, found, decision)
        if decision is review.Decision.ANNUL or (decision is review.Decision.DECIDE_ANEW and is_undone):
            doing.needs(policies.Act.REVOKE)  # it takes back what was decided
            undoing.undo(doing, told.event, told.changes)
        values = {"state": DECIDED, "outcome": decision.value, "reference": reference}
        doing.work.change(Appeal, appeal, tables.values_of(found), values)
        facts = {"what": told.object, "day": doing.today, "body": found.body, "outcome": decision.value}
        doing.tell(parties_of(rows), "appeal decided", number=str(appeal), reference=reference, **facts)
        return {"appeal": appeal, "outcome": decision.value}

    asked = [appeal, decision, reference, is_undone]
    return perform(act, "decide appeal", f"appeal {appeal}", asked, do)


def _running(number: int) -> Appeal:
    found = tables.load(Appeal, "WHERE identity = %s", [number])
    if not found or found[0].state != RUNNING:
        message = f"appeal {number} does not run"
        raise RuleError(Problem("E-APPEAL-NONE", message, _SOURCE))
    return found[0]


def _close(doing: Doing, told: _Decision, appeal: Appeal, decision: review.Decision) -> None:
    """Move what was decided out of its appeal."""
    kind = told.object.partition(" ")[0]
    actor = _ACTORS.get(appeal.body, Actor.IESG)  # an organisation's first body has the IESG's place
    if decision is not review.Decision.UPHOLD:
        step = Step.REOPEN
    elif kind == "application":
        step = _UPHOLDING[ApplicationState(_state_of(told))]
    else:
        step = Step.DECIDE_TO_REVOKE if _rows_changed(told) else Step.DECIDE_TO_KEEP
    _move_object(doing, told, step, actor, Evidence.DECISION)


_UPHOLDING = {
    ApplicationState.REFUSED: Step.UPHOLD_REFUSAL,
    ApplicationState.ASSIGNED: Step.UPHOLD_ASSIGNMENT,
    ApplicationState.MODIFIED: Step.UPHOLD_CHANGE,
}


_CASE_DECIDED = (RevocationState.REVOKED, RevocationState.KEPT)


def _state_of(told: _Decision) -> str:
    """The state into which the Event put its application or case; "" for none."""
    kind = told.object.partition(" ")[0]
    changed = [change["after"] for change in told.changes if change["table"] == kind]
    return str(next((after["state"] for after in reversed(changed) if "state" in after), ""))


def _must_stand(doing: Doing, told: _Decision) -> None:
    """Raise `RuleError` E-APPEAL-OBJECT for an Event on a request or case that did not decide it."""
    kind, _, number = told.object.partition(" ")
    if dossier := _dossier(doing, told):
        stands = dossier.state in _UPHOLDING and _state_of(told) == dossier.state
    elif kind == "case":
        case = tables.load(Case, "WHERE identity = %s", [int(number)])[0]
        stands = case.state in _CASE_DECIDED and _state_of(told) == case.state
    else:
        stands = kind != "application"
    if not stands:
        message = f"Event {told.event}, {told.operation!r}, is not the decision on {shown(told.object)}"
        raise RuleError(Problem("E-APPEAL-OBJECT", message, _SOURCE))


def _rows_changed(told: _Decision) -> bool:
    return any(change["table"] == "entry" for change in told.changes)


def _move_object(doing: Doing, told: _Decision, step: Step, actor: Actor, evidence: Evidence) -> None:
    """Move the application or the case of the decision, if it is about one."""
    kind, _, number = told.object.partition(" ")
    if dossier := _dossier(doing, told):
        dossier.move(step, actor, evidence)
    elif kind == "case":
        case = tables.load(Case, "WHERE identity = %s", [int(number)])[0]
        to = move(REVOCATION, RevocationState(case.state), step, actor, [evidence]).to.value
        doing.work.change(Case, case.identity, tables.values_of(case), {"state": to})


def _dossier(doing: Doing, told: _Decision) -> Dossier | None:
    """The application that the decision is about, if it is about one."""
    kind, _, number = told.object.partition(" ")
    if kind != "application" or not number:
        return None
    row = tables.load(Application, "WHERE identity = %s", [int(number)])[0]
    return Dossier(doing, row, newest_version(row.identity))


# -- what is contested


def _contested(doing: Doing, told: _Decision, rows: Iterable[Record]) -> str:
    """What nobody else is to have meanwhile, as JSON: of the rows, and of the application."""
    found = tuple(rows)
    places = {place for row in found for place in places_of(row)}
    names = {fold(row.service_name) for row in found if row.service_name}
    codes = {row.service_code for row in found if row.service_code}
    if dossier := _dossier(doing, told):
        places |= {(spot.number, spot.transport) for spot in dossier.case().spots}
        names |= {fold(dossier.application.service_name)} - {""}
        codes |= {str(code.number) for code in dossier.case().codes}
    return canonical({"places": sorted(places), "names": sorted(names), "codes": sorted(codes)})


def _rows_of(doing: Doing, told: _Decision) -> Iterator[Record]:
    """The rows that the decision changed, before and after, but for free blocks that made room."""
    for before, after in undoing.entries_of(doing, told.changes):
        for row in (before, after):
            if row and row.values["state"] != State.UNASSIGNED:
                yield row.record
