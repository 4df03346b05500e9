"""Assigning: the decision carried out: rows, companions, contacts, claims (A23); or overtaken (A24).

Everything is asked again inside the lock: the version, who has approved it, all rules on all its parts, what
stands at each place (T-56).  A name alone, ports, another transport, a shared port, service codes and early
allocations are assigned by the same act; what rows that makes, `procedures.assign` says.
"""

from typing import Any

from portbook import procedures
from portbook.applications import Kind
from portbook.findings import Action, Finding
from portbook.numbers import Transport
from portbook.procedures import Change, Grant
from portbook.procedures.values import Row
from portbook.records import Record, rich
from portbook.register.acts import Act, Done
from portbook.register.operations import granting
from portbook.register.operations.acting import Doing, parties_of, perform
from portbook.register.operations.contesting import grant_not_contested, not_contested
from portbook.register.operations.dossiers import Dossier, opened, told
from portbook.register.operations.granting import (
    authority,
    basis_of,
    codes_alone,
    granted,
    shared,
    standings,
)
from portbook.register.operations.steps import object_of, onward
from portbook.states import Act as Step
from portbook.states import Actor, Evidence

# Reuse, succession, changes and returns have operations of their own, which end the request themselves.
_KINDS = (Kind.NAME, Kind.PORT, Kind.TRANSPORT, Kind.SHARE, Kind.CODE, Kind.EARLY)
_STOPS = (Action.REJECT, Action.RETURN, Action.BLOCK)


def assign(act: Act, application: int, *, version: str) -> Done:
    """Enter what an approved *version* asks for into the registry; the answer has its rows' facts.

    Raises `Refused` with all that stands against it now; then `check_again` takes it back for validation.
    """

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application, version)
        expert, against = _against(dossier)
        doing.check(against)
        facts = _enter_codes(dossier) if dossier.application.kind is Kind.CODE else _enter(dossier, expert)
        dossier.move(Step.ENTER, Actor.IANA, Evidence.ROWS)
        dossier.tell_requester("granted", day=str(doing.today), granted=facts.pop("told"))
        return dossier.answer(**facts)

    return perform(act, "assign", object_of(application), [version], body)


def check_again(act: Act, application: int, *, version: str) -> Done:
    """Take an approved request back, because something stands against it now that did not (A24)."""

    def body(doing: Doing) -> Any:
        dossier = opened(doing, application, version)
        _, against = _against(dossier)
        evidence = [Evidence.TAKEN_MEANWHILE] if against else []
        onward(dossier, Step.CHECK_AGAIN, Actor.IANA, *evidence)
        return dossier.answer(findings=told(against))

    return perform(act, "check again", object_of(application), [version], body)


def _against(dossier: Dossier) -> tuple[str, tuple[Finding, ...]]:
    """What is on record for the application, and everything that stops it now."""
    dossier.need_kind(_KINDS)
    stopping = tuple(each for each in dossier.findings() if each.action in _STOPS)
    expert, missing = authority(dossier, dossier.route())
    return expert, (*stopping, *missing)


def _enter(dossier: Dossier, expert: str) -> dict[str, Any]:
    doing, case = dossier.doing, dossier.case()
    given = granted(dossier, case)
    there = standings(doing, given)
    basis = basis_of(dossier, case, there, expert)
    beside = [row for port in given.ports for row in doing.rows.at(port) if row.service_name]
    own = doing.rows.named(given.name)
    not_contested(own)
    grant_not_contested(given)
    granting.check_steps(doing, case, given, there, basis)
    outcome = procedures.assign(doing.rows, given, basis, doing.policy)
    doing.check(outcome.findings)
    doing.replace_rows((*outcome.changes, *codes_alone(doing, given)), shares=shared(case, given))
    others = parties_of((*beside, *own)) - {*given.assignee, *given.contact}
    summary = granting.told(given.ports, given.transports)
    doing.tell(sorted(others), "granted", what=dossier.title, day=str(doing.today), granted=summary)
    return {
        "service": given.name,
        "ports": [*given.ports],
        "transports": [each.value for each in given.transports],
        "codes": [*given.codes],
        "assignee": given.assignee[0],
        "contact": given.contact[0],
        "expires": str(given.expires or ""),
        "told": summary,
    }


# -- service codes


def _enter_codes(dossier: Dossier) -> dict[str, Any]:
    """Codes without a service: a row each, with neither name nor port, so that nobody else is given them."""
    doing, application, case = dossier.doing, dossier.application, dossier.case()
    assignee, contact = granting.parties_given(dossier)
    records = [
        Record(
            transport=Transport.DCCP,
            description=rich(application.codes[code.at].description),
            assignee=procedures.rows.people((assignee,)),
            contact=procedures.rows.people((contact,)),
            registration_date=doing.today,
            service_code=str(code.number),
        )
        for code in case.codes
    ]
    not_contested(records)
    doing.replace_rows(
        (Change((), tuple(map(Row, records)), f"service codes of application {dossier.identity}"),)
    )
    codes = [code.number for code in case.codes]
    summary = f"service codes {', '.join(map(str, codes))}"
    return {"codes": codes, "assignee": assignee, "contact": contact, "told": summary}


def add_codes(act: Act, grant: Grant, *, asked_by: str, expert: str) -> Done:
    """Add the codes of *grant* to its service on its DCCP ports, as experts agreed (R-DCCP-4, R-DCCP-5)."""

    def body(doing: Doing) -> Any:
        own = doing.rows.named(grant.name)
        doing.may(parties_of(own))
        not_contested(own)
        grant_not_contested(grant)
        doing.rests_on(expert=expert)
        outcome = procedures.add_codes(doing.rows, grant, doing.basis(asked_by, expert=expert))
        doing.replace(outcome, shares={(port, Transport.DCCP.value) for port in grant.ports})
        facts = {"day": str(doing.today), "granted": f"service codes {', '.join(map(str, grant.codes))}"}
        doing.tell(parties_of(own), "granted", what=grant.name, **facts)
        return {"service": grant.name, "codes": [*grant.codes]}

    asked = [grant.name, grant.ports, grant.codes, asked_by, expert]
    return perform(act, "add codes", f"service {grant.name}", asked, body)
