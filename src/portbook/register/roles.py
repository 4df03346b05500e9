"""Roles: who may do which operation, on what, in which state; what no row names, nobody may (T-58).

Two tables: operation, role, condition; and for the operations on an application the states in which they
are possible.  A holder is a member whose party is Assignee or Contact of the object.  The IESG, the IETF and
chairs are no members: a registrar records their decision, with its reference.  Nobody decides his own case.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from portbook.errors import Problem, shown
from portbook.findings import Action, Finding
from portbook.register.models import Member
from portbook.review import Person, conflict
from portbook.states import ApplicationState


class Role(StrEnum):
    """What a member is."""

    APPLICANT = "applicant"
    HOLDER = "holder"
    EXPERT = "expert"
    REGISTRAR = "registrar"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class On(StrEnum):
    """On which objects."""

    ANY = "any"
    OWN = "own"  # the party of the member is Assignee or Contact
    SENT = "sent"  # the member filed the application
    ASKED = "asked"  # the party of the member, or a team in which he has a term, is asked
    TEAM = "team's"  # the same, ties or not: to step aside, to look
    OTHERS = "others'"  # any, but the member's own case


class Matter(NamedTuple):
    """An application, as far as it tells who may act on it; and the member who acts, as others know him."""

    submitter: str = ""
    holders: frozenset[str] = frozenset()  # contact ids that are asked to agree
    teams: frozenset[str] = frozenset()  # that are asked
    concerned: tuple[Person, ...] = ()
    actor: Person = Person()
    terms: frozenset[str] = frozenset()  # teams in which the actor is an expert today
    ties: tuple[str, ...] = ()  # that the actor declared


_S = ApplicationState
_IN_REVIEW = (_S.VALIDATING, _S.CONFIRMING, _S.EXPERT_REVIEW, _S.INTERNAL_REVIEW, _S.IESG, _S.IETF_DOC)
OPEN_STATES = (_S.DRAFT, _S.NEW, _S.WITH_REQUESTER, *_IN_REVIEW, _S.ASSIGNABLE, _S.MODIFIABLE)

# The operations on an application, and the states in which each is possible.
STATES: dict[str, tuple[ApplicationState, ...]] = {
    "submit": (_S.DRAFT,),
    "change application": (_S.DRAFT, _S.NEW, _S.VALIDATING, _S.WITH_REQUESTER),
    "answer": (_S.WITH_REQUESTER,),
    "withdraw": OPEN_STATES,
    "lapse": (_S.WITH_REQUESTER,),
    "open": (_S.NEW,),
    "validate": (_S.NEW, _S.VALIDATING),
    "give back": (_S.VALIDATING,),
    "consult": (_S.VALIDATING,),
    "advise": (_S.INTERNAL_REVIEW,),
    "escalate": (_S.VALIDATING, _S.EXPERT_REVIEW),
    "confirm": (_S.VALIDATING, _S.CONFIRMING),
    "close unconfirmed": (_S.CONFIRMING,),
    "recommend": (_S.EXPERT_REVIEW, _S.IESG, _S.IETF_DOC),
    "recuse": (_S.EXPERT_REVIEW, _S.IESG, _S.IETF_DOC),
    "remind": (_S.WITH_REQUESTER, _S.CONFIRMING, _S.EXPERT_REVIEW),
    "record decision": (_S.IESG, _S.IETF_DOC),
    "check again": (_S.ASSIGNABLE,),
    "assign": (_S.ASSIGNABLE,),
    "show application": tuple(_S),
}

_REGISTRAR = {Role.REGISTRAR: On.ANY}
_APPLICANT = {Role.APPLICANT: On.SENT}
_OTHERS = {Role.REGISTRAR: On.OTHERS}
_EXPERT = {Role.EXPERT: On.ASKED}
_OTHERS_OR_HOLDER = {Role.REGISTRAR: On.OTHERS, Role.HOLDER: On.OWN}
_OFFICE = {Role.REGISTRAR: On.ANY, Role.ADMINISTRATOR: On.ANY}

RIGHTS: dict[str, dict[Role, On]] = {
    # applying
    "draft": {Role.APPLICANT: On.ANY},
    "submit": _APPLICANT,
    "change application": _APPLICANT,
    "answer": _APPLICANT,
    "withdraw": _APPLICANT,
    "lapse": _REGISTRAR,
    # reviewing
    "open": _REGISTRAR,
    "validate": _OTHERS,
    "give back": _OTHERS,
    "consult": _OTHERS,
    "advise": _OTHERS,
    "escalate": _OTHERS,
    "confirm": {Role.HOLDER: On.ASKED},
    "close unconfirmed": _OTHERS,
    "recommend": _EXPERT,
    "recuse": {Role.EXPERT: On.TEAM},
    "remind": _REGISTRAR,
    "record decision": _OTHERS,
    # assigning, approving
    "check again": _OTHERS,
    "assign": _OTHERS,
    "add codes": _OTHERS,
    "approve": {Role.REGISTRAR: On.OTHERS, Role.ADMINISTRATOR: On.OTHERS},
    # reading
    "show application": {
        Role.APPLICANT: On.SENT,
        Role.HOLDER: On.ASKED,
        Role.EXPERT: On.TEAM,
        Role.REGISTRAR: On.ANY,
        Role.AUDITOR: On.ANY,
    },
    # entries
    "amend": _OTHERS_OR_HOLDER,
    "correct": _OTHERS,
    "mark": _OTHERS,
    "report use": _OTHERS,
    "move reference": _OTHERS,
    "rename party": _OTHERS,
    "rename service": _OTHERS,
    # returning
    "announce return": _OTHERS_OR_HOLDER,
    "confirm return": _OTHERS_OR_HOLDER,
    "stop return": _OTHERS_OR_HOLDER,
    "deassign": _OTHERS,
    "release": _OTHERS,
    "reuse": _OTHERS,
    # revoking
    "suspect": _OTHERS,
    "report life": _OTHERS_OR_HOLDER,
    "keep": _OTHERS,
    "revoke": _OTHERS,
    "draft call": _OTHERS,
    "open call": _OTHERS,
    "close call": _OTHERS,
    "decide case": _OTHERS,
    # succession, early allocations
    "succeed": _OTHERS,
    "renew early": _OTHERS,
    "complete early": _OTHERS,
    "tell early expiry": _OTHERS,
    "deprecate early": _OTHERS,
    "free early": _OTHERS,
    # appeals
    "file appeal": {Role.APPLICANT: On.SENT, Role.HOLDER: On.OWN, Role.REGISTRAR: On.ANY},
    "decide appeal": _OTHERS,
    # contacts
    "add contact": _REGISTRAR,
    "verify contact": _OTHERS,
    "withhold contact": _OTHERS_OR_HOLDER,
    "publish contact": _OTHERS_OR_HOLDER,
    "ask contact change": _OTHERS_OR_HOLDER,
    "confirm contact change": _OTHERS,
    "stop contact change": _OTHERS_OR_HOLDER,
    "enter contact change": _OTHERS,
    "ask addresses": _REGISTRAR,
    "claim contact": {Role.APPLICANT: On.ANY},
    "confirm claim": _OTHERS,
    "stop claim": {Role.REGISTRAR: On.OTHERS, Role.APPLICANT: On.SENT, Role.HOLDER: On.OWN},
    "decide claim": _OTHERS,
    # the registry
    "publish": _REGISTRAR,
    "freeze": _OFFICE,
    "unfreeze": _OFFICE,
    "set policy": _OFFICE,
    "list experts": _REGISTRAR,
    "add member": _OFFICE,
    "change member": _OFFICE,
    "reset factors": {Role.REGISTRAR: On.OTHERS, Role.ADMINISTRATOR: On.OTHERS},
    "appoint expert": _OTHERS,
    "dismiss expert": _OTHERS,
    "reserve port": _OTHERS,
    "free port": _OTHERS,
}

_SOURCE = "docs/register.md"
_NO_RIGHT = Problem("", "", "")


def may(
    actor: Member, operation: str, holders: Collection[str], state: str = "", matter: Matter | None = None
) -> Finding | None:
    """Return why *actor* may not do *operation* on what *holders* speak for, or None.

    An operation on an application is asked with its *matter*, and allowed in its states alone.
    """
    rights = RIGHTS.get(operation, {})
    barred: Problem | None = None
    for role in _roles(actor):
        found = _barred(actor, rights.get(role), role, holders, matter or Matter())
        if found is None:
            return _impossible(operation, state) if operation in STATES else None
        if not barred or not barred.code:  # an interest is told before a role that is lacking
            barred = found
    if not barred or not barred.code:
        message = f"{shown(actor.name)} ({actor.roles or 'no role'}) may not {operation} here"
        barred = Problem("E-ROLE", message, _SOURCE)
    return Finding(Action.REJECT, "", barred)


def _roles(actor: Member) -> tuple[Role, ...]:
    """The roles of *actor*; whoever has a party may be a holder."""
    named = tuple(Role(role) for role in actor.roles.split() if role in Role.__members__.values())
    return (*named, Role.HOLDER) if actor.party and Role.HOLDER not in named else named


def _barred(
    actor: Member, on: On | None, role: Role, holders: Collection[str], matter: Matter
) -> Problem | None:
    """Why the right does not hold here; without a code where there is none, or for other objects."""
    match on:
        case On.ANY:
            return None
        case On.OWN:
            return None if actor.party and actor.party in holders else _NO_RIGHT
        case On.SENT:
            return None if matter.submitter == actor.name else _NO_RIGHT
        case On.ASKED if role is Role.HOLDER:
            return None if actor.party and actor.party in matter.holders else _NO_RIGHT
        case On.ASKED | On.TEAM if not matter.teams & matter.terms:
            return _NO_RIGHT
        case On.ASKED:
            return conflict(matter.actor, matter.concerned, matter.ties)
        case On.TEAM:
            return None
        case On.OTHERS:
            return _own_case(actor, holders, matter)
    return _NO_RIGHT


def _own_case(actor: Member, holders: Collection[str], matter: Matter) -> Problem | None:
    """Why the case is the registrar's own: he filed it, holds it, or he, or his address, is named in it."""
    is_own = bool(actor.party) and actor.party in holders
    for person in matter.concerned:
        is_own = is_own or bool(matter.actor.parties & person.parties or matter.actor.emails & person.emails)
    if not is_own:
        return None
    message = f"{shown(actor.name)} is a party to the case; somebody else decides it"
    return Problem("E-OWN-CASE", message, "RFC 8126 section 5.2")


def _impossible(operation: str, state: str) -> Finding | None:
    if state in STATES[operation]:
        return None
    then = ", ".join(f"{each!s}" for each in STATES[operation])
    message = f"an application in the state {shown(state)}: cannot {operation}; that needs the state {then}"
    return Finding(Action.BLOCK, "", Problem("E-STATE-MOVE", message, "docs/states.md, applications"))


def is_own_case(actor: Member, matter: Matter, holders: Collection[str] = ()) -> bool:
    """Whether *actor* is a party to the case."""
    return _own_case(actor, holders, matter) is not None


def may_approve(actor: Member, operation: str) -> bool:
    """Whether *actor* may be the second person for *operation*: for acts of the office an administrator too.

    With one registrar left nobody could come, or go, otherwise.
    """
    return is_of_the_operator(actor) or (is_of_the_office(operation) and Role.ADMINISTRATOR in _roles(actor))


def is_of_the_office(operation: str) -> bool:
    """Whether administrators do *operation* as registrars do."""
    return RIGHTS.get(operation) == _OFFICE


def is_of_the_operator(actor: Member) -> bool:
    """Whether *actor* acts for the operator of the registry."""
    return Role.REGISTRAR in actor.roles.split()
