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
from portbook.register import tables
from portbook.register.acts import Act, Done
from portbook.register.editions import head_of
from portbook.register.models import ExpertTerm, Member
from portbook.register.operations.acting import Doing, perform
from portbook.register.operations.contesting import not_contested
from portbook.register.operations.entries import need_evidence
from portbook.register.roles import Role
from portbook.register.tables import Values
from portbook.states import PORT, Actor, Evidence, move
from portbook.states import Act as Step

_SOURCE = "docs/register.md"
_IESG = "RFC 8126 section 6"


# -- the stop button


def freeze(act: Act) -> Done:
    """Stop every act but this and `unfreeze`."""
    return _freeze(act, "freeze", is_frozen=True)


def unfreeze(act: Act) -> Done:
    """Let acts go on."""
    return _freeze(act, "unfreeze", is_frozen=False)


def _freeze(act: Act, operation: str, *, is_frozen: bool) -> Done:
    def body(doing: Doing) -> Any:
        doing.may()
        doing.work.change_registry(is_frozen=is_frozen)
        return {"frozen": is_frozen}

    return perform(act, operation, "registry", [is_frozen], body, even_frozen=True)


# -- the policy, the list of experts


def set_policy(act: Act, text: str) -> Done:
    """Let the registry be run by the policy of the TOML *text*; "" for that of RFC 6335.

    It takes as many persons as the policy so far wants for whatever it wants most: else one alone could do
    away with the others.
    """

    def body(doing: Doing) -> Any:
        doing.may()
        policy = policies.read(text.encode()) if text else policies.RFC6335
        doing.needs(*policies.Act)
        doing.work.change_registry(policy=text)
        return {"policy": policy.name}

    return perform(act, "set policy", "registry", [text], body)


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
        if tables.rows("SELECT 1 FROM register_member WHERE name = %s", [name]):
            message = f"there is a member {shown(name)} already"
            raise RuleError(Problem("E-MEMBER-TAKEN", message, _SOURCE))
        _may_become(doing, roles, party)
        values = {"name": name, "roles": _roles(roles), "party": party, "is_active": True}
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
    """Change what a member is; at once, for every act reads it (T-61).  One registrar stays."""

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
        if not _registrars():
            message = f"{shown(name)} is the last registrar; nobody could act any more"
            raise RuleError(Problem("E-MEMBER-LAST", message, _SOURCE))
        return {"member": name, **after}

    asked = [name, None if roles is None else sorted(roles), party, is_active]
    return perform(act, "change member", f"member {name}", asked, body)


def _see_what_comes(doing: Doing, before: Values, after: Values) -> None:
    """See to roles and a party that a member has not had; who comes back is given again what he had."""
    had = before if before["is_active"] else {"roles": "", "party": ""}
    roles = after["roles"].split()
    comes = set(roles) - set(had["roles"].split())
    _may_become(doing, roles if comes else (), after["party"] if after["party"] != had["party"] else "")


def _may_become(doing: Doing, roles: Collection[str], party: str) -> None:
    """See that a party is one, and that nobody makes himself a second registrar or a holder (D-6, D-7)."""
    if party:
        doing.contact(party)
    if party or (Role.REGISTRAR in roles and len(_registrars()) > 1):
        doing.needs(policies.Act.AUTHENTICATION)


def _registrars() -> list[Member]:
    members = tables.load(Member, "WHERE is_active ORDER BY identity")
    return [member for member in members if Role.REGISTRAR in member.roles.split()]


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
        term = {"member_id": member.identity, "team": team, "begins": begins, "ends": ends}
        return {"term": doing.work.add(ExpertTerm, term), "member": name, "team": team}

    return perform(act, "appoint expert", f"member {name}", [name, team, begins, ends, decision], body)


def dismiss(act: Act, term: int, *, ends: str, decision: str) -> Done:
    """Record that the IESG ended a term of an expert, on the day *ends*."""

    def body(doing: Doing) -> Any:
        doing.may()
        found = tables.load(ExpertTerm, "WHERE identity = %s", [term])
        if not found or _day(ends) < found[0].begins:
            message = f"there is no term {term} that could end on {ends}"
            raise RuleError(Problem("E-TERM-DAYS", message, _SOURCE))
        need_evidence(decision, f"the {doing.policy.bodies.change_controller} ended term {term}")
        doing.work.change(ExpertTerm, term, tables.values_of(found[0]), {"ends": ends})
        return {"term": term, "ends": ends}

    return perform(act, "dismiss expert", f"term {term}", [term, ends, decision], body)


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
        doing.needs(policies.Act.FREE_RESERVED)
        doing.replace_rows(outcome.changes)
        return {"port": port}

    return perform(act, "free port", f"port {port}", [port, decision], body)
