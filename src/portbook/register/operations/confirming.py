"""Confirming: holders whose port is shared, or whose service is to get more, agree first (A10, A11).

Rules R-MARK-8, R-MARK-9; what a Contact asks and nobody can undo, the Assignee confirms (A-28).
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from portbook.register import acts, casework, tables
from portbook.register.acts import Act, Done
from portbook.register.limits import MAX_TEXT
from portbook.register.operations import experts
from portbook.register.operations.acting import Doing, perform
from portbook.register.operations.dossiers import Dossier, opened
from portbook.register.operations.parties import speakers
from portbook.register.operations.steps import object_of, onward, refuse
from portbook.review import holder_due
from portbook.standing import Holding
from portbook.states import Act as Step
from portbook.states import Actor, ApplicationState, Evidence


def confirm(act: Act, application: int, *, version: str, agrees: bool, reasons: str = "") -> Done:
    """Say for the party that was asked whether it agrees; when all do, the experts are asked (A10, A11)."""

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application, version)
        acts.check_text("reasons", reasons, MAX_TEXT)
        answer = casework.AGREES if agrees else casework.REFUSES
        for each in dossier.confirmations():
            if doing.member.party in each.speakers.split("\n"):
                values = {"answer": answer, "party": doing.member.party, "member": doing.member.name}
                before = tables.values_of(each)
                doing.work.change(casework.Confirmation, each.identity, before, values | {"reasons": reasons})
        dossier.forget()
        if dossier.state is ApplicationState.CONFIRMING:
            _settle_confirmations(dossier, agrees)
        return dossier.answer(agrees=agrees)

    return perform(act, "confirm", object_of(application), [version, agrees, reasons], body)


def _settle_confirmations(dossier: Dossier, agrees: bool) -> None:
    if not agrees:
        reason = "The holder of what you ask to share does not agree."
        refuse(dossier, Actor.ASSIGNEE, Evidence.NO_CONSENT, words=reason)
    elif all(each.answer == casework.AGREES for each in dossier.confirmations()):
        due = experts.due(dossier)
        onward(dossier, Step.CONSENT, Actor.ASSIGNEE, Evidence.CONSENT, due=due)
        experts.ask(dossier, experts.teams_for(dossier), due)


def close_unconfirmed(act: Act, application: int) -> Done:
    """Refuse a request whose holder did not answer in time (A11)."""

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application)
        evidence = [Evidence.NO_CONSENT] if dossier.is_late else []
        words = "The holder of what you ask to share did not answer."
        refuse(dossier, Actor.IANA, *evidence, words=words)
        return dossier.answer()

    return perform(act, "close unconfirmed", object_of(application), [], body)


def ask_holders(dossier: Dossier, holdings: Iterable[Holding]) -> date:
    """Ask each holder once about this version, and who holds it since then; return the day when it is due."""
    case, day = dossier.case(), holder_due(dossier.today, dossier.doing.policy)
    asked = {each.service: each for each in dossier.confirmations()}
    for holding in {each.name: each for each in holdings}.values():
        before = asked.get(holding.name)
        speak = speakers(case, holding)
        if before and before.speakers == speak:
            continue
        _ask(dossier, holding.name, speak, before)
        facts = {"what": dossier.title, "service": holding.name, "ends": day.isoformat()}
        description = dossier.application.description
        dossier.doing.tell(case.who_speaks(holding), "consent asked", description=description, **facts)
    return day


def _ask(dossier: Dossier, service: str, speak: str, before: casework.Confirmation | None) -> None:
    """Note who is asked about a service, in place of what who held it *before* was asked and said."""
    values = {
        "application_id": dossier.identity,
        "digest": dossier.version.digest,
        "service": service,
        "speakers": speak,
        **dict.fromkeys(("answer", "party", "member", "reasons"), ""),
        "version": 1,
    }
    if before:
        old = tables.values_of(before)
        dossier.work.change(casework.Confirmation, before.identity, old, values | {"version": old["version"]})
    else:
        dossier.work.add(casework.Confirmation, values)


def held_by(dossier: Dossier) -> tuple[Holding, ...]:
    """What the request is to change, of whose Assignee a Contact asks for it."""
    case = dossier.case()
    held = case.held(dossier.application.maintenance.old_name) or case.name_held
    return (held.holding,) if held else ()


def still_asked(confirmation: casework.Confirmation) -> list[str]:
    return [] if confirmation.answer else confirmation.speakers.split("\n")
