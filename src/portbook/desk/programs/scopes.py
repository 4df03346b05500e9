"""Scopes: what a token may do, of all that its member may; every operation belongs to at most one (T-71).

A scope gives nothing: who may do what, the register says for a token as for a page.
"""

from collections.abc import Iterable
from enum import StrEnum

from portbook.desk.members import Person
from portbook.register.roles import RIGHTS, Role


class Scope(StrEnum):
    """A part of what can be done with the register."""

    READ = "read"
    APPLY = "apply"
    HOLD = "hold"
    REVIEW = "review"
    REGISTRY = "registry"
    APPROVE = "approve"
    OFFICE = "office"


MEANING = {
    Scope.READ: "read what you may read",
    Scope.APPLY: "apply, answer, agree to a request of others, appeal",
    Scope.HOLD: "look after entries and contacts",
    Scope.REVIEW: "check applications and judge them",
    Scope.REGISTRY: "assign, change and free what the registry holds",
    Scope.APPROVE: "give a second word",
    Scope.OFFICE: "members, experts, policy, the freeze",
}
OPERATIONS: dict[Scope, tuple[str, ...]] = {
    Scope.READ: ("show application",),
    Scope.APPLY: (
        "draft",
        "submit",
        "change application",
        "answer",
        "withdraw",
        "confirm",
        "file appeal",
        "stop claim",
    ),
    Scope.HOLD: (
        "amend",
        "announce return",
        "confirm return",
        "stop return",
        "report life",
        "withhold contact",
        "publish contact",
        "ask contact change",
        "stop contact change",
    ),
    Scope.REVIEW: (
        "open",
        "validate",
        "give back",
        "consult",
        "advise",
        "escalate",
        "recommend",
        "recuse",
        "remind",
        "record decision",
        "lapse",
        "close unconfirmed",
        "check again",
        "decide appeal",
    ),
    Scope.REGISTRY: (
        "assign",
        "publish",
        "add codes",
        "correct",
        "mark",
        "report use",
        "move reference",
        "rename party",
        "rename service",
        "deassign",
        "release",
        "reuse",
        "suspect",
        "keep",
        "revoke",
        "draft call",
        "open call",
        "close call",
        "decide case",
        "succeed",
        "renew early",
        "complete early",
        "tell early expiry",
        "deprecate early",
        "free early",
        "add contact",
        "verify contact",
        "confirm contact change",
        "enter contact change",
        "confirm claim",
        "decide claim",
        "reserve port",
        "free port",
    ),
    Scope.APPROVE: ("approve",),
    Scope.OFFICE: (
        "freeze",
        "unfreeze",
        "set policy",
        "list experts",
        "add member",
        "change member",
        "reset factors",
        "appoint expert",
        "dismiss expert",
    ),
}
# They write to people who did not ask for it, many at once, and no letter can be called back.
FOR_PEOPLE_ONLY = ("claim contact", "ask addresses")
_SCOPE_OF = {operation: scope for scope, operations in OPERATIONS.items() for operation in operations}


def scope_of(operation: str) -> Scope | None:
    """Return the scope that *operation* needs; None for one that no token may do."""
    return _SCOPE_OF.get(operation)


def scopes_for(person: Person) -> tuple[Scope, ...]:
    """Return the scopes in which *person* may do anything at all."""
    roles = {Role(role) for role in person.roles.split()} | ({Role.HOLDER} if person.party else set())
    return tuple(scope for scope in Scope if scope is Scope.READ or _is_of_use(OPERATIONS[scope], roles))


def _is_of_use(operations: Iterable[str], roles: set[Role]) -> bool:
    return any(not roles.isdisjoint(RIGHTS.get(operation, {})) for operation in operations)
