"""Who acts: from the account that is signed in to the member of the register, read anew for each request."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection
from django.http import HttpRequest

from portbook.errors import Problem, RuleError
from portbook.numbers import FIRST_USER_PORT
from portbook.register import tables
from portbook.register.acts import Act
from portbook.register.members import join
from portbook.register.models import Member
from portbook.register.roles import Role
from portbook.web import clock

CHANNEL = "desk"

_OPERATORS = {
    Role.REGISTRAR,
    Role.EXPERT,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
}  # who need a second factor (T-65)


class Person(NamedTuple):
    """Who is signed in, and what he is."""

    account: int
    email: str
    shown_as: str
    member: str
    roles: str  # as the register has them, "" for a member who is not active
    party: str
    has_factor: bool
    needs_factor: bool

    @property
    def standing(self) -> str:
        """What he is, in one text: a token ends when it changes (T-61)."""
        return f"{self.roles} for {self.party}" if self.party else self.roles

    def has(self, *roles: Role) -> bool:
        """Whether he has one of *roles*."""
        return not {*roles}.isdisjoint(self.roles.split())


def person_of(request: HttpRequest) -> Person:
    """Return who is signed in; one who is new becomes an applicant of the register."""
    known: Person | None = getattr(request, "person", None)
    if known is None:
        user = int(request.user.pk or 0)
        known = _found(user) or _joined(user)
        request.person = known  # type: ignore[attr-defined]
    return known


def _found(user: int) -> Person | None:
    statement = (
        "SELECT a.id, u.email, a.name, m.name, m.roles, m.party, m.is_active, EXISTS (SELECT 1 FROM "
        "mfa_authenticator f WHERE f.user_id = u.id AND f.type IN ('totp', 'webauthn')) "
        "FROM desk_account a JOIN auth_user u ON u.id = a.user_id "
        "JOIN register_member m ON m.name = a.member WHERE u.id = %s"
    )
    for account, email, name, member, roles, party, is_active, has_factor in tables.rows(statement, [user]):
        held = roles if is_active else ""
        works_here = not _OPERATORS.isdisjoint(held.split())
        needs = works_here or (bool(party) and holds_system_port(party))
        shown_as = name or email
        return Person(
            account, email, shown_as, member, held, party if is_active else "", bool(has_factor), needs
        )
    return None


def _joined(user: int) -> Person:
    from portbook.desk.models import Account

    name = f"account-{user}"
    if not tables.load(Member, "WHERE name = %s", [name]):
        _join(Act("join", name, f"member {name}", "an address was verified", clock.instant(), CHANNEL), name)
    Account.objects.get_or_create(user_id=user, defaults={"member": name, "name": "", "muted": ""})
    found = _found(user)
    if found is None:
        raise RuleError(Problem("E-MEMBER-UNKNOWN", "this account is no member any more", "docs/desk.md"))
    return found


def _join(act: Act, name: str) -> None:
    try:
        join(act, name)
    except RuleError as error:
        if error.problem.code != "E-MEMBER-TAKEN":  # of two first requests at once the other was faster
            raise


def names_of(members: Iterable[str]) -> dict[str, str]:
    """Return how those of *members* want to be called who said it, by one statement."""
    asked = sorted({*members} - {""})
    if not asked:
        return {}
    statement = f"SELECT member, name FROM desk_account WHERE member IN ({tables.marks(len(asked))})"  # noqa: S608
    return {member: name for member, name in tables.rows(statement, asked) if name}


def holds_system_port(party: str) -> bool:
    """Whether the contact is named in a row at a System Port."""
    like = "row LIKE %s" if connection.vendor == "sqlite" else "strpos(row, %s) > 0"
    named = f'"{party}"'
    value = "%" + named.replace("%", "_") + "%" if connection.vendor == "sqlite" else named
    statement = f"SELECT 1 FROM register_entry WHERE low < %s AND {like} LIMIT 1"  # noqa: S608
    return bool(tables.rows(statement, [FIRST_USER_PORT, value]))
