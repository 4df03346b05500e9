"""Returning: a port or a name is given back after a notice, released by an RFC, or reused.

Rules R-DEAS, R-REUSE and A-28, through `procedures`; the notice, and that nobody gives a System Port back
alone, are T-52.  A name is given back by the same steps, with no port in the target.
"""

from typing import Any

from portbook import procedures
from portbook.applications import Application, Case, Circumstances, Kind, Maintenance, WantedPort
from portbook.applications.maintenance import authority
from portbook.errors import Problem, RuleError, shown
from portbook.names import fold
from portbook.numbers import Transport
from portbook.procedures import Basis, Grant, Outcome, Target
from portbook.procedures.returning import rows_of
from portbook.records import Record
from portbook.register import pages, tables
from portbook.register.acts import Act, Done
from portbook.register.cases import OPEN, Notice
from portbook.register.operations import notices
from portbook.register.operations.acting import (
    OPERATOR,
    Doing,
    assignees,
    parties_of,
    perform,
    places_of,
    references,
)
from portbook.register.operations.contesting import grant_not_contested, not_contested
from portbook.register.operations.entries import finish, need_evidence
from portbook.states import Act as Step
from portbook.states import Actor, Evidence

RETURN = "return"

_SOURCE = "RFC 6335 section 8.2"


def announce(act: Act, target: Target, *, asked_by: str, evidence: str, expert: str = "") -> Done:
    """Announce that *target* is given back; `deassign` does it after the days of objection.

    *evidence* is what shows that its use has ended, *expert* what the expert says, who must be heard for a
    name.  Where the Contact asks, an Assignee confirms it (`confirm`).
    """

    def body(doing: Doing) -> Any:
        own = rows_of(doing.rows, target)
        doing.may(parties_of(own))
        doing.records("what the expert said", bool(expert.strip()))
        party = doing.asks(asked_by)
        if doing.member.party == party != OPERATOR and any(map(doing.is_for_the_ietf, own)):
            message = f"{target.name!r} has a System Port; a registrar announces its return"
            raise RuleError(Problem("E-ROLE", message, "T-52"))
        doing.check(_outcome(doing, target, doing.basis(party, evidence=evidence, expert=expert)).findings)
        _only_one(doing, own)
        content = [*target, evidence, expert]
        notice = notices.open_notice(
            doing, RETURN, told(target), content, party, doing.policy.clocks.objection
        )
        facts = {"what": told(target), "ends": notice.ends, "reason": act.reason}
        doing.tell(parties_of(own), "return announced", number=str(notice.identity), **facts)
        return {"notice": notice.identity, "ends": notice.ends, "needs_assignee": party not in assignees(own)}

    asked = [target, asked_by, evidence, expert]
    return perform(act, "announce return", told(target), asked, body)


def _only_one(doing: Doing, own: tuple[Record, ...]) -> None:
    """Raise `RuleError` E-NOTICE-OPEN when one of the rows *own* is announced already (T-49)."""
    for notice in tables.load(Notice, "WHERE kind = %s AND state = %s", [RETURN, OPEN]):
        if any(row in own for row in rows_of(doing.rows, _target(notice)[0])):
            message = f"notice {notice.identity} on {shown(notice.object)} is open until {notice.ends}"
            raise RuleError(Problem("E-NOTICE-OPEN", message, "T-49"))


def confirm(act: Act, notice: int, evidence: str, confirmed_by: str = "") -> Done:
    """Put on record that an Assignee confirms the return which the Contact asked for (A-28)."""

    def body(doing: Doing) -> Any:
        found = notices.opened(RETURN, notice)
        own = rows_of(doing.rows, _target(found)[0])
        doing.may(assignees(own))
        party = doing.asks(confirmed_by)
        if party not in assignees(own):
            message = f"{party!r} is no Assignee of {found.object}"
            raise RuleError(Problem("E-NOT-ASSIGNEE", message, _SOURCE))
        need_evidence(evidence, f"{party!r} confirms the return")
        notices.confirm(doing, found, f"{party}: {evidence}")
        return {"notice": notice, "confirmed_by": party}

    return perform(act, "confirm return", f"notice {notice}", [notice, evidence, confirmed_by], body)


def stop(act: Act, notice: int) -> Done:
    """Stop a return that was announced; the reason of the act is kept."""

    def body(doing: Doing) -> Any:
        found = notices.opened(RETURN, notice)
        own = rows_of(doing.rows, _target(found)[0])
        doing.may(parties_of(own))
        notices.stop(doing, found)
        facts = {"what": found.object, "day": doing.today, "reason": act.reason}
        doing.tell(parties_of(own), "return stopped", about=found.object, number=str(notice), **facts)
        return {"notice": notice}

    return perform(act, "stop return", f"notice {notice}", [notice], body)


def deassign(act: Act, notice: int, application: int = 0) -> Done:
    """Give back what *notice* announced: the port becomes Reserved with a comment, and the name stays."""

    def body(doing: Doing) -> Any:
        found = notices.opened(RETURN, notice)
        target, evidence, expert = _target(found)
        own = rows_of(doing.rows, target)
        doing.may(parties_of(own))
        consents = frozenset({found.confirmation.partition(": ")[0]})  # he may be the Assignee no more
        if found.asked_by != OPERATOR:
            doing.check(authority(_as_request(doing, target, found.asked_by, consents)))
        not_contested(own)
        basis = doing.basis(found.asked_by, evidence=evidence, expert=expert, consents=consents)
        outcome = _outcome(doing, target, basis)
        doing.check(outcome.findings)
        _step(doing, target, own, found.asked_by)
        notices.carry_out(doing, found)
        doing.replace_rows(outcome.changes)
        finish(doing, application, Kind.RETURN, target.name)
        _tell_returned(doing, own, target)
        return {"notice": notice, "service": target.name, "port": target.port}

    return perform(act, "deassign", f"notice {notice}", [notice, application], body)


def _tell_returned(doing: Doing, own: tuple[Record, ...], target: Target) -> None:
    event = doing.work.event
    facts = {"what": told(target), "day": doing.today, "reason": doing.act.reason, "event": str(event)}
    doing.tell(parties_of(own), "returned", about=told(target), appeal=pages.appeal_against(event), **facts)


def _outcome(doing: Doing, target: Target, basis: Basis) -> Outcome:
    if target.port is None:
        return procedures.deassign_name(doing.rows, target.name, basis)
    return procedures.deassign(doing.rows, target, basis)


def _step(doing: Doing, target: Target, own: tuple[Record, ...], party: str) -> None:
    if target.port is None:
        doing.name_step(target.name, Step.DEASSIGN, Actor.IANA, Evidence.EXPERT, Evidence.COMMENT)
        return
    actor = Actor.ASSIGNEE if party in assignees(own) else Actor.CONTACT
    evidence = (Evidence.ASSIGNEE_ASKS, Evidence.USE_HAS_ENDED, Evidence.COMMENT)
    doing.step(own, Step.DEASSIGN, actor, *evidence)


def _as_request(doing: Doing, target: Target, party: str, consents: frozenset[str]) -> Case:
    """The return as the request that it is, for the rules of who may ask."""
    ports = () if target.port is None else (WantedPort(str(target.port)),)
    asked = Application(
        Kind.RETURN,
        requester=party,
        service_name=target.name,
        transports=tuple(target.transports),
        ports=ports,
        maintenance=Maintenance(evidence="on record"),
    )
    return Case(asked, doing.rows, doing.policy, Circumstances(consents))


def _target(notice: Notice) -> tuple[Target, str, str]:
    """What a notice is about, with the evidence and the expert's word."""
    name, port, transports, evidence, expert = notices.content(notice)
    return Target(name, port, tuple(map(Transport, transports))), evidence, expert


# -- released, reused


def release(act: Act, target: Target, document: str) -> Done:
    """Let the RFC *document* release a port that the IESG holds (R-DEAS-8); its last call was the notice."""

    def body(doing: Doing) -> Any:
        own = rows_of(doing.rows, target)
        doing.may(parties_of(own))
        not_contested(own)
        cited = references([document] if document else [])
        outcome = procedures.release(doing.rows, target, doing.basis(is_ietf_action=True, reference=cited))
        doing.check(outcome.findings)
        doing.step(own, Step.RELEASE, Actor.IETF, Evidence.DOCUMENT, Evidence.COMMENT)
        doing.replace_rows(outcome.changes)
        _tell_returned(doing, own, target)
        return {"service": target.name, "port": target.port, "document": document}

    return perform(act, "release", told(target), [target, document], body)


def reuse(
    act: Act,
    target: Target,
    grant: Grant,
    *,
    asked_by: str,
    expert: str,
    consents: tuple[str, ...] = (),
    decision: str = "",
    application: int = 0,
) -> Done:
    """Move the port of *target* to another application of the same Assignee, in one step (R-REUSE-3).

    *expert* is what was found out about other users; *consents* are the contacts of those who stand beside it
    and agreed.  A System Port needs the *decision* of the IETF or the IESG (R-REUSE-7).
    """

    def body(doing: Doing) -> Any:
        own = rows_of(doing.rows, target)
        doing.may(parties_of(own))
        for party in (*grant.assignee, *grant.contact):
            doing.contact(party)
        not_contested(own)
        grant_not_contested(grant)
        _path_of_reuse(doing, own, decision)
        doing.rests_on(expert=expert, decision=decision, consents=", ".join(consents))
        facts = {"expert": expert, "is_ietf_action": bool(decision.strip()), "consents": frozenset(consents)}
        basis = doing.basis(asked_by, **facts)
        outcome = procedures.reuse(doing.rows, target, grant, basis, doing.policy)
        doing.check(outcome.findings)
        doing.step(own, Step.REUSE, Actor.ASSIGNEE, Evidence.FULL_APPLICATION, Evidence.OTHER_USERS)
        doing.replace_rows(outcome.changes, shares=_shared(doing, own))
        finish(doing, application, Kind.REUSE, grant.name)
        words = {"name": grant.name, "day": str(doing.today), "reason": act.reason}
        doing.tell(parties_of(own), "reused", what=told(target), **words)
        return {"service": grant.name, "formerly": target.name, "port": target.port}

    asked = [target, grant, asked_by, expert, consents, decision, application]
    return perform(act, "reuse", told(target), asked, body)


def _path_of_reuse(doing: Doing, own: tuple[Record, ...], decision: str) -> None:
    if any(map(doing.is_for_the_ietf, own)) and not decision.strip():
        message = "a System Port is reused after IETF Review or IESG Approval; no decision is on record"
        raise RuleError(Problem("E-REVIEW-PATH", message, "RFC 6335 sections 8.1.2, 8.3"))


def _shared(doing: Doing, own: tuple[Record, ...]) -> set[tuple[int | str, ...]]:
    """Where another name stands beside the rows *own*, and goes on standing."""
    return {
        (port, transport.value)
        for row in own
        for port, transport in places_of(row)
        if any(_is_beside(other, transport) for other in doing.rows.at(port) if other not in own)
    }


def _is_beside(other: Record, transport: Transport) -> bool:
    return bool(other.service_name) and fold(other.transport or transport) == transport


def told(target: Target) -> str:
    """Return what a person calls *target*: "service ferry", "port 4242 (udp) of ferry"."""
    if target.port is None:
        return f"service {target.name}"
    where = f" ({', '.join(target.transports)})" if target.transports else ""
    return f"port {target.port}{where} of {target.name}"
