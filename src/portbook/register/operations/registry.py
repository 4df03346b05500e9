"""The registry itself: the stop button, its policy, members and experts, Reserved values kept and set free.

Rules R-REV-13, R-REV-19, R-RESV-2 to R-RESV-4, lines P10 and P11, D-7 and T-61.  What only the IESG can
decide is recorded with where it decided so.
"""

import calendar
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from portbook import formats, procedures
from portbook import policy as policies
from portbook.errors import Problem, RuleError, shown
from portbook.numbers import Transport, checked_port
from portbook.records import PublishedDate, Record, RichText
from portbook.register import members, tables
from portbook.register.acts import Act, Done
from portbook.register.editions import head_of
from portbook.register.models import ExpertTerm, Member
from portbook.register.operations.acting import OPERATOR, Doing, perform
from portbook.register.operations.contesting import not_contested
from portbook.register.operations.entries import need_evidence
from portbook.register.operations.notices import later
from portbook.register.roles import Role
from portbook.register.tables import Values
from portbook.states import PORT, Actor, Evidence, move
from portbook.states import Act as Step

_SOURCE = "docs/register.md"
_PERSONS = "D-7"
_OFFICE = {Role.REGISTRAR, Role.ADMINISTRATOR}
_NOBODY: Values = {"roles": "", "party": "", "is_active": False}


# -- the stop button


def freeze(act: Act) -> Done:
    """Stop every act but `unfreeze`."""
    return _freeze(act, "freeze", is_frozen=True)


def unfreeze(act: Act) -> Done:
    """Let acts go on; the reason of the act says why they may."""
    return _freeze(act, "unfreeze", is_frozen=False)


def _freeze(act: Act, operation: str, *, is_frozen: bool) -> Done:
    def body(doing: Doing) -> Any:
        doing.may()
        if doing.work.registry.is_frozen is is_frozen:
            message = f"the register is {'frozen already' if is_frozen else 'not frozen'}"
            raise RuleError(Problem("E-FROZEN-ALREADY" if is_frozen else "E-FROZEN-NOT", message, _SOURCE))
        if not is_frozen and not act.reason.strip():
            message = "no reason is given why acts may go on"
            raise RuleError(Problem("E-EVIDENCE", message, _SOURCE))
        doing.work.change_registry(is_frozen=is_frozen)
        return {"frozen": is_frozen}

    return perform(act, operation, "registry", [is_frozen], body, even_frozen=True)


# -- the policy, the list of experts


def set_policy(act: Act, text: str) -> Done:
    """Let the registry be run by the policy of the TOML *text*; "" for that of RFC 6335.

    It takes as many persons as the policy so far wants for whatever it wants most: else one alone could do
    away with the others.  So one that wants more than the office has could never be changed again: it is
    refused, `RuleError` E-POLICY-OFFICE.
    """

    def body(doing: Doing) -> Any:
        doing.may()
        policy = policies.read(text.encode()) if text else policies.RFC6335
        _see_enough(policy)
        doing.needs(*policies.Act)
        doing.work.change_registry(policy=text)
        return {"policy": policy.name}

    return perform(act, "set policy", "registry", [text], body)


def _see_enough(policy: policies.Policy) -> None:
    """See that the office has as many persons as *policy* wants for whatever it wants most."""
    needed = max(map(policy.persons.needed, policies.Act))
    there = _persons([values["party"] for values in _in_office()])
    if needed > there:
        message = (
            f"the policy wants {needed} persons for an act, and the office has {there}; let others come first"
        )
        raise RuleError(Problem("E-POLICY-OFFICE", message, _PERSONS))


def list_experts(act: Act, text: RichText) -> Done:
    """Publish *text* as the list of experts in the head of the registry (R-REV-19)."""

    def body(doing: Doing) -> Any:
        doing.may()
        head = formats.read(doing.work.registry.head.encode(), "json")
        doing.work.change_registry(head=head_of(replace(head, experts=text)))
        doing.work.touch()
        return {"experts": str(text)}

    return perform(act, "list experts", "registry", [text], body)


# -- members and experts


def add_member(act: Act, name: str, roles: Collection[Role], party: str = "") -> Done:
    """Add a member who acts for the contact *party*, if that is given; `members.add` founds a register."""

    def body(doing: Doing) -> Any:
        doing.may()
        members.check_name(name)
        values = {"name": name, "roles": _roles(roles), "party": party, "is_active": True}
        _see_what_comes(doing, _NOBODY, values)
        doing.work.add(Member, values)
        return {"member": name, **values}

    return perform(act, "add member", f"member {name}", [name, sorted(roles), party], body)


def change_member(
    act: Act,
    name: str,
    *,
    roles: Collection[Role] | None = None,
    party: str | None = None,
    is_active: bool | None = None,
) -> Done:
    """Change what a member is; at once, for every act reads it (T-61).

    One registrar stays, and as many of the office as it takes to let others come.
    """

    def body(doing: Doing) -> Any:
        doing.may()
        found = tables.load(Member, "WHERE name = %s", [name])
        if not found:
            raise RuleError(Problem("E-MEMBER-UNKNOWN", f"there is no member {shown(name)}", _SOURCE))
        before = tables.values_of(found[0])
        new = {"roles": None if roles is None else _roles(roles), "party": party, "is_active": is_active}
        after = {**before, **{field: value for field, value in new.items() if value is not None}}
        _see_what_comes(doing, before, after)
        doing.work.change(Member, found[0].identity, before, after)
        if _office_of(before) - _office_of(after) or (
            _office_of(after) and before["party"] != after["party"]
        ):
            _see_who_stays(doing, name)
        return {"member": name, **after}

    asked = [name, None if roles is None else sorted(roles), party, is_active]
    return perform(act, "change member", f"member {name}", asked, body)


def _see_what_comes(doing: Doing, before: Values, after: Values) -> None:
    """See that a party is one, and that nobody makes himself two, or alone, or a holder (D-6, D-7).

    Who comes back is given again what he had.  Who loses his party counts beside those whom he shared it
    with, so in the office that takes several persons too, also while he is put aside.  While a register is
    founded one alone may fill its office.
    """
    had = before["party"] if before["is_active"] else ""
    comes = after["party"] if after["party"] != had else ""
    if comes:
        doing.contact(comes)
    is_of_office = doing.work.registry.base_sha256 and _office_of(before) != _office_of(after)
    named = {*before["roles"].split(), *after["roles"].split()}
    goes = before["party"] not in (OPERATOR, after["party"]) and named & _OFFICE
    if goes:  # his own word would count as that of one without a party, who he is only by it
        doing.is_barred = lambda member: member.name == after["name"]
    if comes or goes or is_of_office:
        doing.needs(policies.Act.AUTHENTICATION)


def _see_who_stays(doing: Doing, name: str) -> None:
    stay = _in_office()
    if not any(Role.REGISTRAR in _office_of(values) for values in stay):
        message = f"{shown(name)} is the last registrar; nobody could act any more"
        raise RuleError(Problem("E-MEMBER-LAST", message, _SOURCE))
    needed = doing.policy.persons.needed(policies.Act.AUTHENTICATION)
    if doing.work.registry.base_sha256 and _persons([values["party"] for values in stay]) < needed:
        message = (
            f"{shown(name)} stays: else the office had fewer than the {needed} persons who let others come"
        )
        raise RuleError(Problem("E-MEMBER-LAST", message, _PERSONS))


def _in_office() -> list[Values]:
    """Who is of the office now."""
    found = map(tables.values_of, tables.load(Member, "WHERE is_active"))
    return [values for values in found if _office_of(values)]


def _persons(parties: list[str]) -> int:
    """As how many persons they count who speak for these contacts: one for each, the operator's own all."""
    return parties.count(OPERATOR) + len({*parties} - {OPERATOR})


def _office_of(values: Values) -> set[str]:
    """By which roles a member acts for the office; none while he is put aside."""
    return set(values["roles"].split()) & _OFFICE if values["is_active"] else set()


def _roles(roles: Collection[str]) -> str:
    if unknown := sorted(set(roles) - set(Role)):
        message = f"{shown(unknown[0])} is none of the roles {', '.join(Role)}"
        raise RuleError(Problem("E-MEMBER-ROLE", message, _SOURCE))
    return " ".join(sorted(set(roles)))


def appoint(act: Act, name: str, team: str, *, begins: str, ends: str = "", decision: str) -> Done:
    """Record that the IESG appointed a member to *team* (R-REV-13), where *decision* says."""

    def body(doing: Doing) -> Any:
        doing.may()
        member = doing.work.member(name, Role.EXPERT)
        teams = [each.name for each in doing.policy.teams]
        if team not in teams:
            message = f"{shown(team)} is none of the teams {', '.join(teams)}"
            raise RuleError(Problem("E-TEAM-UNKNOWN", message, _SOURCE))
        if _day(begins) > (_day(ends) if ends else begins):
            message = f"a term from {begins} to {ends} ends before it begins"
            raise RuleError(Problem("E-TERM-DAYS", message, _SOURCE))
        need_evidence(decision, f"the {doing.policy.bodies.change_controller} appointed {name!r}")
        doing.rests_on(decision=decision)
        _see_no_other(member, team, begins, ends)
        term = {"member_id": member.identity, "team": team, "begins": begins, "ends": ends}
        return {"term": doing.work.add(ExpertTerm, term), "member": name, "team": team}

    return perform(act, "appoint expert", f"member {name}", [name, team, begins, ends, decision], body)


def _see_no_other(member: Member, team: str, begins: str, ends: str) -> None:
    """Raise `RuleError` E-TERM-DAYS when a term of the member in that team has one of the days."""
    for term in tables.load(ExpertTerm, "WHERE member_id = %s AND team = %s", [member.identity, team]):
        if begins <= (term.ends or begins) and term.begins <= (ends or term.begins):
            message = f"term {term.identity} of {shown(member.name)} in {shown(team)} has days of it already"
            raise RuleError(Problem("E-TERM-DAYS", message, _SOURCE))


def dismiss(act: Act, term: int, *, ends: str, decision: str) -> Done:
    """Record that the IESG ended a term of an expert, with the day *ends*; today means at once.

    His last day is then the one before, for on his last day an expert acts.
    """

    def body(doing: Doing) -> Any:
        doing.may()
        found = tables.load(ExpertTerm, "WHERE identity = %s", [term])
        last = later(ends, -1) if _day(ends) == doing.today else ends
        if not found or not _is_shorter(found[0], ends, last, doing.today):
            message = f"there is no term {term} that runs and would end sooner on {ends}"
            raise RuleError(Problem("E-TERM-DAYS", message, _SOURCE))
        need_evidence(decision, f"the {doing.policy.bodies.change_controller} ended term {term}")
        doing.rests_on(decision=decision)
        doing.work.change(ExpertTerm, term, tables.values_of(found[0]), {"ends": last})
        return {"term": term, "ends": last}

    return perform(act, "dismiss expert", f"term {term}", [term, ends, decision], body)


def _is_shorter(term: ExpertTerm, ends: str, last: str, today: str) -> bool:
    """Whether the term is not over, and has fewer days when *last* is its last one."""
    return term.begins <= ends and (not term.ends or (today <= term.ends and last < term.ends))


def _day(text: str) -> str:
    """Return *text* if it is a day; raise `RuleError` E-DATE-FORMAT."""
    year, month, day = PublishedDate(text).parts
    if day is None or day > calendar.monthrange(year, month)[1]:
        message = f"{shown(text)} is no day, written YYYY-MM-DD"
        raise RuleError(Problem("E-DATE-FORMAT", message, "R-PUB-11"))
    return text


# -- Reserved values


def reserve(act: Act, port: int, decision: str) -> Done:
    """Keep *port* for a special purpose, as the IESG or the IETF decided (P10)."""

    def body(doing: Doing) -> Any:
        doing.may()
        not_contested((Record(port_number=str(checked_port(port))),))
        basis = doing.basis(evidence=decision, is_ietf_action=True)
        outcome = procedures.reserve(doing.rows, checked_port(port), basis, doing.policy)
        doing.check(outcome.findings)
        for transport in Transport:
            standing = doing.standing(port, transport)
            move(PORT, standing, Step.RESERVE, Actor.IESG, [Evidence.DECISION])
        doing.rests_on(decision=decision)
        doing.replace_rows(outcome.changes)
        return {"port": port}

    return perform(act, "reserve port", f"port {port}", [port, decision], body)


def free(act: Act, port: int, decision: str) -> Done:
    """Set a Reserved *port* free, as the IESG decided (R-RESV-3, P11); two persons see to it (D-7)."""

    def body(doing: Doing) -> Any:
        doing.may()
        own = doing.rows.at(checked_port(port))
        not_contested(own)
        outcome = procedures.free(doing.rows, port, doing.basis(evidence=decision, is_ietf_action=True))
        doing.check(outcome.findings)
        for standing in doing.standings(port, own):
            move(PORT, standing, Step.SET_FREE, Actor.IESG, [Evidence.DECISION])
        doing.rests_on(decision=decision)
        doing.needs(policies.Act.FREE_RESERVED)
        doing.replace_rows(outcome.changes)
        return {"port": port}

    return perform(act, "free port", f"port {port}", [port, decision], body)
