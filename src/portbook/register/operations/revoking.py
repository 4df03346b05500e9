"""Revoking: a case from the suspicion to the decision, with the community call where disuse is not clear.

Rules R-REVOKE-1 to R-REVOKE-8, lines V1 to V7 of the states.  A clear case waits for the days of objection,
for nobody is to lose a port unheard (T-52); the call of four weeks is notice enough for the others.  Signs of
life make a case unclear.  A case about a name alone revokes the name, which is advised against (R-REVOKE-6).
"""

from datetime import date
from typing import Any

from portbook import policy as policies
from portbook import procedures, review
from portbook.errors import Problem, RuleError
from portbook.numbers import Transport
from portbook.procedures import Outcome, Target
from portbook.procedures.returning import rows_of
from portbook.records import Record
from portbook.register import tables
from portbook.register.acts import Act, Done
from portbook.register.cases import Case
from portbook.register.operations.acting import Doing, parties_of, perform
from portbook.register.operations.contesting import not_contested
from portbook.register.operations.entries import need_evidence
from portbook.register.operations.notices import later
from portbook.register.operations.returning import told
from portbook.states import REVOCATION, Actor, Evidence, RevocationState, move
from portbook.states import Act as Step

_RULE = "RFC 6335 section 8.4"
_S = RevocationState


def suspect(act: Act, target: Target, attempts: str) -> Done:
    """Open a case about *target*; *attempts* is how its Assignee was asked (V1), who has time to answer."""

    def body(doing: Doing) -> Any:
        own = rows_of(doing.rows, target)
        doing.may(parties_of(own))
        if not own:
            message = f"the registry does not list {told(target)}"
            raise RuleError(Problem("E-ROW-MISSING", message, _RULE))
        not_contested(own)
        _only_one(target)
        need_evidence(attempts, f"the Assignee of {told(target)} was asked")
        to = move(REVOCATION, _S.NONE, Step.SUSPECT, Actor.IANA, [Evidence.ATTEMPTS]).to
        ends = later(doing.today, doing.policy.clocks.objection)
        texts = dict.fromkeys(("life", "need", "draft", "expert", "call", "decision", "called"), "")
        values = {
            **texts,
            "state": to.value,
            "service": target.name,
            "port": target.port,
            "transports": " ".join(target.transports),
            "attempts": attempts,
            "began": str(doing.today),
            "due": ends,
            "event": None,
            "version": 1,
        }
        number = doing.work.add(Case, values)
        facts = {"what": told(target), "ends": ends, "reason": act.reason}
        about = f"case {number}"
        doing.tell(parties_of(own), "disuse suspected", about=about, number=str(number), **facts)
        return {"case": number, "due": ends}

    return perform(act, "suspect", told(target), [target, attempts], body)


def _only_one(target: Target) -> None:
    ended = (_S.REVOKED.value, _S.KEPT.value)
    statement = "WHERE LOWER(service) = %s AND state NOT IN (%s, %s)"
    for case in tables.load(Case, statement, [target.name.lower(), *ended]):
        if case.port == target.port:
            message = f"case {case.identity} about {told(target)} is open"
            raise RuleError(Problem("E-CASE-OPEN", message, _RULE))


def report_life(act: Act, case: int, life: str) -> Done:
    """Put signs of use on record: from then on the case is not clear (R-REVOKE-3)."""

    def body(doing: Doing) -> Any:
        found, _, own = _open(doing, case)
        need_evidence(life, "it is in use")
        _change(doing, found, life="\n".join(filter(None, (found.life, life))))
        return {"case": case, "is_clear": False, "rows": len(own)}

    return perform(act, "report life", f"case {case}", [case, life], body)


def revoke(act: Act, case: int, disuse: str, expert: str = "") -> Done:
    """Revoke in a clear case (V2), when nobody objected; *disuse* is the strong evidence for it.

    A service name needs the *expert*'s part.
    """

    def body(doing: Doing) -> Any:
        found, target, own = _open(doing, case)
        if found.life:
            message = f"there are signs that {told(target)} is used: the case is not clear, and needs a call"
            raise RuleError(Problem("E-CALL", message, _RULE))
        need_evidence(disuse, f"{told(target)} is plainly unused")
        if str(doing.today) <= found.due:
            message = f"who holds {told(target)} may object until the end of {found.due}"
            raise RuleError(Problem("E-NOTICE-WAITS", message, "T-52"))
        move(REVOCATION, _S(found.state), Step.REVOKE, Actor.IANA, [Evidence.CLEAR_DISUSE])
        record = procedures.Case(attempts=found.attempts, is_clear=True)
        outcome = _revoked(doing, target, record, evidence=disuse, expert=expert)
        _take(doing, target, own, outcome, Step.REVOKE, Evidence.CLEAR_DISUSE)
        _decided(doing, found, _S.REVOKED, own, decision=disuse, expert=expert)
        return {"case": case, "state": _S.REVOKED.value}

    return perform(act, "revoke", f"case {case}", [case, disuse, expert], body)


def keep(act: Act, case: int, finding: str) -> Done:
    """Close a case because use was found or there is no overwhelming need (V3)."""

    def body(doing: Doing) -> Any:
        found, _, own = _open(doing, case)
        need_evidence(finding, "it is to be kept")
        _step(found, Step.KEEP, Actor.IANA, Evidence.USE_OR_NO_NEED)
        _decided(doing, found, _S.KEPT, own, decision=finding)
        return {"case": case, "state": _S.KEPT.value}

    return perform(act, "keep", f"case {case}", [case, finding], body)


def draft_call(act: Act, case: int, *, need: str, draft: str, expert: str) -> Done:
    """Draft, with the expert, the request to the IESG (V4); *need* is the overwhelming one (R-REVOKE-3)."""

    def body(doing: Doing) -> Any:
        found, target, _ = _open(doing, case)
        if not need.strip():
            message = f"no overwhelming need for {told(target)} is on record"
            raise RuleError(Problem("E-NEED", message, _RULE))
        evidence = [
            kind for kind, text in ((Evidence.EXPERT, expert), (Evidence.DRAFT, draft)) if text.strip()
        ]
        to = _step(found, Step.DRAFT_CALL, Actor.IANA, *evidence)
        _change(doing, found, state=to, need=need, draft=draft, expert=expert, due="")
        return {"case": case, "state": to}

    return perform(act, "draft call", f"case {case}", [case, need, draft, expert], body)


def open_call(act: Act, case: int, reference: str) -> Done:
    """Record that the IESG published the call, where *reference* says (V5); it is open for four weeks."""

    def body(doing: Doing) -> Any:
        found, target, own = _open(doing, case)
        need_evidence(reference, f"the {doing.policy.bodies.change_controller} published a call")
        to = _step(found, Step.PUBLISH_CALL, Actor.IESG, Evidence.PUBLISHED)
        ends = str(review.call_ends(date.fromisoformat(doing.today), doing.policy))
        _change(doing, found, state=to, call=reference, called=str(doing.today), due=ends)
        facts = {"what": told(target), "reference": reference, "number": str(case)}
        doing.tell(
            parties_of(own), "call opened", body=doing.policy.bodies.change_controller, ends=ends, **facts
        )
        return {"case": case, "state": to, "due": ends}

    return perform(act, "open call", f"case {case}", [case, reference], body)


def close_call(act: Act, case: int) -> Done:
    """Close the call when its time is over (V6), and not before."""

    def body(doing: Doing) -> Any:
        found, target, _ = _open(doing, case)
        if found.called and str(doing.today) < found.due:
            message = f"the call on {told(target)} is open until {found.due}"
            raise RuleError(Problem("E-CALL", message, _RULE))
        to = _step(found, Step.CLOSE_CALL, Actor.TIMER, Evidence.CALL)
        _change(doing, found, state=to, due="")
        return {"case": case, "state": to}

    return perform(act, "close call", f"case {case}", [case], body)


def decide(act: Act, case: int, *, is_revoked: bool, decision: str, expert: str) -> Done:
    """Record what IESG and IANA decide with the expert after the call, and announce it (V7)."""

    def body(doing: Doing) -> Any:
        found, target, own = _open(doing, case)
        need_evidence(decision, f"{told(target)} was decided on")
        evidence = [Evidence.ANNOUNCED, *([Evidence.EXPERT] if expert.strip() else [])]
        step = Step.DECIDE_TO_REVOKE if is_revoked else Step.DECIDE_TO_KEEP
        to = _step(found, step, Actor.IESG, *evidence)
        if is_revoked:
            record = procedures.Case(
                attempts=found.attempts,
                need=found.need,
                call_opened=date.fromisoformat(found.called),
                decision=decision,
            )
            outcome = _revoked(doing, target, record, expert=expert)
            _take(doing, target, own, outcome, Step.REVOKE_AFTER_CALL, Evidence.CALL, Evidence.DECISION)
        _decided(doing, found, _S(to), own, decision=decision, expert=expert)
        return {"case": case, "state": to}

    return perform(act, "decide case", f"case {case}", [case, is_revoked, decision, expert], body)


# -- the case


def _open(doing: Doing, number: int) -> tuple[Case, Target, tuple[Record, ...]]:
    """The case, what it is about, and its rows now; whoever acts may act on it."""
    found = tables.load(Case, "WHERE identity = %s", [number])
    if not found:
        doing.may()
        raise RuleError(Problem("E-CASE-NONE", f"there is no case {number}", _RULE))
    case = found[0]
    target = target_of(case)
    own = rows_of(doing.rows, target)
    doing.may(parties_of(own), case.state)
    return case, target, own


def target_of(case: Case) -> Target:
    """Return what a case is about."""
    return Target(case.service, case.port, tuple(map(Transport, case.transports.split())))


def _step(case: Case, step: Step, actor: Actor, *evidence: Evidence) -> str:
    return move(REVOCATION, _S(case.state), step, actor, evidence).to.value


def _change(doing: Doing, case: Case, **values: Any) -> None:
    doing.work.change(Case, case.identity, tables.values_of(case), values)


def _revoked(doing: Doing, target: Target, record: procedures.Case, **facts: str) -> Outcome:
    basis = doing.basis(**facts)
    if target.port is None:
        return procedures.deassign_name(doing.rows, target.name, basis, is_revocation=True)
    return procedures.revoke(doing.rows, target, record, basis, date.fromisoformat(doing.today), doing.policy)


def _take(
    doing: Doing,
    target: Target,
    own: tuple[Record, ...],
    outcome: Outcome,
    step: Step,
    *evidence: Evidence,
) -> None:
    """Take the port, or the name, by two persons (D-7)."""
    doing.check(outcome.findings)
    if target.port is None:
        doing.name_step(target.name, Step.DEASSIGN, Actor.IANA, Evidence.EXPERT, Evidence.COMMENT)
    else:
        doing.step(own, step, Actor.IANA, *evidence, Evidence.COMMENT)
    doing.needs(policies.Act.REVOKE)
    doing.replace_rows(outcome.changes)


def _decided(doing: Doing, case: Case, to: RevocationState, own: tuple[Record, ...], **texts: str) -> None:
    """Close the case and announce what was decided (R-REVOKE-5)."""
    _change(doing, case, state=to.value, due="", event=doing.work.event, **texts)
    what = case.service if case.port is None else f"port {case.port} of {case.service}"
    facts = {"what": what, "day": doing.today, "outcome": to.value, "reason": doing.act.reason}
    doing.tell(parties_of(own), "case decided", number=str(case.identity), **facts)
