"""Reviewing: what the operator, holders, experts and the bodies of the IETF do with a request.

Validate, give back, consult, ask holders and experts, take down what they say, escalate, record decisions:
lines A2, A3 and A6 to A22, and A25.  Which way a request goes, `review.route` says; who may act, `roles`.
"""

from collections.abc import Iterable
from typing import Any

from portbook.errors import Problem, RuleError
from portbook.findings import Action, Finding
from portbook.register import acts, casework
from portbook.register.acts import Act, Done
from portbook.register.casework import Ruling as Ruling
from portbook.register.limits import MAX_NAME, MAX_TEXT, REMINDER_DAYS
from portbook.register.operations import confirming, experts, notices, steps
from portbook.register.operations.acting import Doing, Refused, perform
from portbook.register.operations.dossiers import Dossier, opened, told
from portbook.register.operations.on_record import REMINDED, SILENCE
from portbook.register.operations.steps import if_said, object_of, onward, refuse
from portbook.review import Route, Silence
from portbook.states import Act as Step
from portbook.states import Actor, ApplicationState, Evidence

_S = ApplicationState

# Where the route leads: the step, and what it rests on.
_ONWARD = {
    _S.ASSIGNABLE: (Step.APPROVE, Evidence.COMPLETE),
    _S.EXPERT_REVIEW: (Step.ASK_EXPERTS, Evidence.EXPERT_PATH),
    _S.CONFIRMING: (Step.ASK_HOLDER, Evidence.HOLDER_CONCERNED),
    _S.IETF_DOC: (Step.AWAIT_DOCUMENT, Evidence.IETF_PATH),
    _S.IESG: (Step.ASK_IESG, Evidence.IESG_PATH),
    _S.MODIFIABLE: (Step.APPROVE_CHANGE, Evidence.AUTHORISED),
}
_BY_THE_IETF = (_S.IETF_DOC, _S.IESG)
_CONFIRM = "E-CONFIRM-MISSING"


# -- the operator


def open_ticket(act: Act, application: int) -> Done:
    """Begin to look at a request (A2)."""

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application)
        dossier.move(Step.OPEN, Actor.IANA)
        return dossier.answer()

    return perform(act, "open", object_of(application), [], body)


def validate(act: Act, application: int, *, version: str) -> Done:
    """Check a request by all rules, and send it where they say (A3, A6 to A9, A12, A13, A25).

    What cannot succeed is refused, what its author can mend goes back, and the rest on its way.  Raises
    `Refused` for one that must wait for something else, with nothing done.
    """

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application, version)
        if dossier.state is _S.NEW:
            dossier.move(Step.OPEN, Actor.IANA)
        dossier.want_ports()
        found, route = dossier.findings(), dossier.route()
        _forward(dossier, found, route)
        return dossier.answer(findings=told(found), procedures=[*route.procedures])

    return perform(act, "validate", object_of(application), [version], body)


def _forward(dossier: Dossier, found: tuple[Finding, ...], route: Route) -> None:
    actions = {finding.action for finding in found}
    waits = tuple(each for each in found if each.action is Action.BLOCK and each.code != _CONFIRM)
    if Action.REJECT in actions:
        words = _messages(found, Action.REJECT)
        refuse(dossier, Actor.IANA, Evidence.FAULT_TO_REFUSE, words=words)
    elif Action.RETURN in actions:
        words = _messages(found, Action.RETURN)
        steps.give_back(dossier, Actor.IANA, Evidence.FAULT_TO_MEND, words=words)
    elif waits:
        raise Refused(waits)
    elif not route.holders and any(each.code == _CONFIRM for each in found):
        # it stays where it is: the Assignee confirms what a Contact asks for
        confirming.ask_holders(dossier, confirming.held_by(dossier))
    else:
        _send(dossier, route)


def _send(dossier: Dossier, route: Route) -> None:
    """Send the application where its route leads; the experts of an IETF procedure advise (R-REV-5)."""
    if route.state is _S.REFUSED:
        refuse(dossier, Actor.IANA, Evidence.FAULT_TO_REFUSE, words="; ".join(route.rules))
        return
    step, evidence = _ONWARD[route.state]
    day = experts.due(dossier) if route.teams or route.advisers else None
    if route.state is _S.CONFIRMING:
        holder_day = confirming.ask_holders(dossier, route.holders)
        onward(dossier, step, Actor.IANA, evidence, due=holder_day)
        return
    is_review = route.state is _S.EXPERT_REVIEW
    onward(dossier, step, Actor.IANA, evidence, due=day if is_review else None)
    if day:
        experts.ask(dossier, route.teams if is_review else route.advisers, day)


def give_back(act: Act, application: int, *, version: str, words: str) -> Done:
    """Give a request back with a question of the operator's own (A3)."""

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application, version)
        steps.give_back(dossier, Actor.IANA, *if_said(words, Evidence.FAULT_TO_MEND), words=words)
        return dossier.answer()

    return perform(act, "give back", object_of(application), [version, words], body)


def consult(act: Act, application: int, *, words: str) -> Done:
    """Ask a colleague (A14)."""
    return _inner(act, "consult", application, words, Step.CONSULT, Evidence.QUESTION)


def advise(act: Act, application: int, *, words: str) -> Done:
    """Answer a colleague (A15)."""
    return _inner(act, "advise", application, words, Step.ADVISE, Evidence.ANSWER)


def _inner(act: Act, operation: str, application: int, words: str, step: Step, evidence: Evidence) -> Done:
    def body(doing: Doing) -> Any:
        dossier = opened(doing, application)
        dossier.move(step, Actor.IANA, *if_said(words, evidence))
        dossier.say(operation, words)
        return dossier.answer()

    return perform(act, operation, object_of(application), [words], body)


def escalate(act: Act, application: int, *, version: str, words: str) -> Done:
    """Bring a case before the IESG: the procedure is unclear (A13), or its experts cannot decide (A19)."""

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application, version)
        if dossier.state is _S.VALIDATING:
            onward(dossier, Step.ASK_IESG, Actor.IANA, *if_said(words, Evidence.IESG_PATH))
        else:
            evidence = [Evidence.EXPERT_FAILURE] if _experts_fail(dossier) else []
            onward(dossier, Step.ASK_IESG, Actor.IANA, *evidence)
        dossier.say("escalated", words)
        return dossier.answer()

    return perform(act, "escalate", object_of(application), [version, words], body)


def _experts_fail(dossier: Dossier) -> bool:
    """Whether the experts are split, aside, silent or gone, or do not decide this (R-REV-11, 12, 17)."""
    said = experts.said(dossier)
    cannot = any(finding.code in ("E-EXPERT-SPLIT", "E-EXPERT-COI") for finding in said.findings)
    silences = (experts.silence_of(dossier, team) for team in experts.silent_teams(dossier))
    cannot = cannot or not said.teams or Silence.ESCALATE in silences
    return cannot or dossier.route().state in _BY_THE_IETF


def remind(act: Act, application: int) -> Done:
    """Remind who has not answered: requester and holder after half of their time, experts when it is over.

    Of a team's silence a note is kept (R-REV-17).  Raises `RuleError` E-NOT-DUE, also within a week of the
    last one.
    """

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application)
        if not (dossier.is_late if dossier.state is _S.EXPERT_REVIEW else dossier.is_half_late):
            message = (
                f"application {application}: it is too early for a reminder; {dossier.row.due} is the day"
            )
            raise RuleError(Problem("E-NOT-DUE", message, "docs/register.md"))
        week = notices.later(dossier.work.today, 1 - REMINDER_DAYS)
        if doing.on_record.is_reminded(application, max(week, dossier.turn.began)):
            message = f"application {application}: a reminder went out within {REMINDER_DAYS} days"
            raise RuleError(Problem("E-NOT-DUE", message, "docs/register.md"))
        _REMINDERS[dossier.state](dossier)
        dossier.say(REMINDED, dossier.state.value)
        return dossier.answer()

    return perform(act, "remind", object_of(application), [], body)


def _remind_requester(dossier: Dossier) -> None:
    dossier.tell_requester("reminder", ends=dossier.row.due)


def _remind_holders(dossier: Dossier) -> None:
    for each in dossier.confirmations():
        parties = confirming.still_asked(each)
        dossier.doing.tell(parties, "reminder", what=dossier.title, ends=dossier.row.due)


def _remind_experts(dossier: Dossier) -> None:
    for team in experts.silent_teams(dossier):
        dossier.say(SILENCE, team)
        experts.tell(dossier, team, "reminder", ends=dossier.row.due)


_REMINDERS = {
    _S.WITH_REQUESTER: _remind_requester,
    _S.CONFIRMING: _remind_holders,
    _S.EXPERT_REVIEW: _remind_experts,
}


# -- bodies


def record_decision(
    act: Act, application: int, *, version: str, ruling: Ruling, reference: str, words: str = ""
) -> Done:
    """Record what the IESG decided (A22), or what became of a document (A20, A21), with its *reference*."""

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application, version)
        acts.check_text("reference", reference, MAX_NAME)
        acts.check_text("words", words, MAX_TEXT)
        rulings = _rulings(is_document=dossier.state is _S.IETF_DOC)
        values = {
            "application_id": dossier.identity,
            "digest": dossier.version.digest,
            "body": doing.policy.bodies.change_controller,
            "ruling": ruling.value,
            "reference": reference,
            "words": words,
            "member": doing.member.name,
            "instant": doing.work.instant,
        }
        doing.work.add(casework.Decision, values)
        step, actor, evidence = rulings[ruling]
        if step is Step.REFUSE:
            refuse(dossier, actor, *if_said(reference, evidence), words=words or reference)
        else:
            onward(dossier, step, actor, *if_said(reference, evidence))
        return dossier.answer(ruling=ruling.value, reference=reference)

    asked = [version, ruling, reference, words]
    return perform(act, "record decision", object_of(application), asked, body)


def _rulings(*, is_document: bool) -> dict[Ruling, tuple[Step, Actor, Evidence]]:
    needed = Evidence.DOCUMENT_APPROVED if is_document else Evidence.DECISION
    return {
        Ruling.APPROVED: (Step.APPROVE, Actor.IESG, needed),
        Ruling.REFUSED: (Step.REFUSE, Actor.IESG, Evidence.DECISION),
        Ruling.DROPPED: (Step.ABANDON, Actor.AUTHORS, Evidence.DOCUMENT_DROPPED),
    }


# --


def _messages(found: Iterable[Finding], action: Action) -> str:
    """What is wrong, as its author reads it."""
    return "\n".join(str(each.problem) for each in found if each.action is action)[:MAX_TEXT]
