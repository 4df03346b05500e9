"""Applying: drafts, requests, their changes, answers, and how they end without a decision (A1, A4, A5, A29).

A request with faults is taken, for its author to mend; one that is not written as a request is none, and one
beyond the limits of its author waits (T-45).  What an applicant may send when, `roles` says.
"""

from typing import Any

from portbook.applications import Circumstances, Reading
from portbook.applications.limits import open_at_once
from portbook.errors import Problem, RuleError
from portbook.findings import Finding
from portbook.register import casework, tables
from portbook.register.acts import Act, Done
from portbook.register.operations.acting import Doing, perform
from portbook.register.operations.dossiers import (
    Dossier,
    asked_of,
    begun,
    checked,
    opened,
    told,
)
from portbook.register.operations.parties import party_key
from portbook.register.operations.steps import object_of
from portbook.register.operations.turns import TURNS
from portbook.states import Act as Step
from portbook.states import Actor, ApplicationState, Evidence


def draft(act: Act, reading: Reading) -> Done:
    """Keep a request that is not sent yet."""

    def body(doing: Doing) -> Any:
        dossier = begun(doing, checked(doing, reading))
        return dossier.answer(findings=told(dossier.findings()))

    return perform(act, "draft", "application", asked_of(reading), body)


def submit(act: Act, reading: Reading) -> Done:
    """Send a request; the answer has its number, its version, and all that stands against it."""

    def body(doing: Doing) -> Any:
        return _sent(begun(doing, checked(doing, reading)))

    return perform(act, "submit", "application", asked_of(reading), body)


def submit_draft(act: Act, application: int, *, version: str) -> Done:
    """Send a request that was kept as a draft."""

    def body(doing: Doing) -> Any:
        return _sent(opened(doing, application, version))

    return perform(act, "submit", object_of(application), [version], body)


def change_application(act: Act, application: int, reading: Reading, *, version: str) -> Done:
    """Say something else than in *version*; what was given back goes back to the registry by it (A4)."""

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application, version)
        dossier.revise(checked(doing, reading))
        if dossier.state is ApplicationState.WITH_REQUESTER:
            _answered(dossier, is_answer=dossier.version.digest != version)
        if dossier.state is not ApplicationState.DRAFT:
            dossier.want_ports()
        return dossier.answer(findings=told(dossier.findings()))

    return perform(act, "change application", object_of(application), [version, *asked_of(reading)], body)


def answer(
    act: Act, application: int, *, version: str, words: str = "", reading: Reading | None = None
) -> Done:
    """Answer what was asked, by *words*, by a changed request, or both (A4)."""

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application, version)
        if reading is not None:
            dossier.revise(checked(doing, reading))
        _answered(dossier, is_answer=bool(words.strip()) or dossier.version.digest != version)
        dossier.say("answer", words, casework.REQUESTER)
        dossier.want_ports()
        return dossier.answer(findings=told(dossier.findings()))

    asked = [version, words, *(asked_of(reading) if reading else [])]
    return perform(act, "answer", object_of(application), asked, body)


def withdraw(act: Act, application: int) -> Done:
    """Take a request back, whatever its state (A5, A29)."""

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application)
        dossier.move(Step.WITHDRAW, Actor.REQUESTER)
        return dossier.answer()

    return perform(act, "withdraw", object_of(application), [], body)


def lapse(act: Act, application: int) -> Done:
    """Close a request whose author did not answer in time (A5, A-23)."""

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application)
        dossier.move(Step.LAPSE, Actor.TIMER, *([Evidence.TIME_IS_UP] if dossier.is_late else []))
        words = "No answer came in time. It can be sent again as a new application."
        dossier.tell_requester("closed", day=dossier.work.today, words=words)
        return dossier.answer()

    return perform(act, "lapse", object_of(application), [], body)


# --


def _answered(dossier: Dossier, *, is_answer: bool) -> None:
    """Bring a request that was given back to the registry again, by words or by a new version (A4)."""
    if not is_answer:
        message = (
            f"application {dossier.identity} says this already; an answer says it otherwise, or in words"
        )
        raise RuleError(Problem("E-STATE-MOVE", message, "docs/states.md, applications, A4"))
    dossier.move(Step.ANSWER, Actor.REQUESTER, Evidence.ANSWER)


def _sent(dossier: Dossier) -> dict[str, Any]:
    """Send a draft: count it, take its place among those that want the same port, tell its author (A1)."""
    dossier.doing.check(_beyond_limits(dossier))
    dossier.move(Step.SUBMIT, Actor.REQUESTER)
    values = {
        "application_id": dossier.identity,
        "submitter": dossier.row.submitter,
        "assignee": party_key(dossier.application, dossier.row.submitter),
        "instant": dossier.work.instant,
    }
    dossier.work.add(casework.Filing, values)
    dossier.want_ports()
    found = dossier.findings()
    dossier.tell_requester("received", findings="\n".join(each.problem.message for each in found))
    return dossier.answer(findings=told(found))


def _beyond_limits(dossier: Dossier) -> tuple[Finding, ...]:
    """What the limits of open and of today's requests say of one more (T-45)."""
    submitter = dossier.row.submitter
    closed = [state.value for state in ApplicationState if state not in TURNS] + [ApplicationState.DRAFT]
    is_open = (
        "SELECT COUNT(*) FROM register_application WHERE submitter = %s "  # noqa: S608
        f"AND state NOT IN ({tables.marks(len(closed))})"
    )
    sent = "SELECT COUNT(*) FROM register_filing WHERE submitter = %s AND instant >= %s"
    known = Circumstances(
        open_applications=tables.rows(is_open, [submitter, *closed])[0][0],
        sent_today=tables.rows(sent, [submitter, dossier.work.today])[0][0],
    )
    return tuple(open_at_once(dossier.case(known)))
