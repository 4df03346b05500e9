"""Invitations: a link by which somebody becomes the account of a member, once and for a time (T-60).

The link is told to whoever invites, and sent by letter where an address is given; only its digest is kept.
What a member may do, the register says: an invitation gives no role.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

from portbook.desk.accounts.adapters import send
from portbook.desk.accounts.rates import INVITATION_HOURS
from portbook.desk.members import Person
from portbook.desk.models import Account, Invitation
from portbook.errors import Problem, RuleError, shown
from portbook.register import tables
from portbook.register.models import Member
from portbook.register.roles import Role
from portbook.web import clock

HOURS = INVITATION_HOURS
CONSOLE = "console"  # who invites there

_SOURCE = "docs/desk.md"


class Wanted(NamedTuple):
    """What somebody says who takes an invitation without an account."""

    email: str
    name: str
    password: str


# -- inviting


def invite(person: Person, member: str, email: str = "", *, site: str = "") -> str:
    """Let somebody become the account of *member*; return the link.

    *site* stands before its path: "https://ports.example".  With *email* the link is sent there too.  A link
    that the member was sent before is void.  Raises `RuleError` E-DESK-INVITE, `RequestError` E-DESK-MAIL.
    """
    found = _member(member)
    _may_invite(person, found)
    needs_word = _is_of_the_office(found) and _accounts_of_the_office() > 1
    link = f"{site}{make(member, person.member, hours=HOURS, email=email, needs_word=needs_word)}"
    if email:
        facts = {"link": link, "roles": found.roles.split(), "by": person.shown_as, "hours": HOURS}
        body = render_to_string("desk/letters/invitation.txt", facts)
        send(EmailMessage("[Portbook] You are invited", body, None, [email]))
    return link


def make(member: str, invited_by: str, *, hours: int, email: str = "", needs_word: bool = False) -> str:
    """Keep an invitation for *member* in place of those that nobody took; return the path of its link."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        Invitation.objects.filter(member=member, is_used=False).delete()
        Invitation.objects.create(
            digest=_digest(token),
            member=member,
            email=email,
            invited_by=invited_by,
            expires=_later(clock.instant(), hours),
            needs_word=needs_word,
            word_by="",
        )
    return f"/desk/welcome/{token}"


def _is_of_the_office(member: Member) -> bool:
    return not {Role.REGISTRAR, Role.ADMINISTRATOR}.isdisjoint(member.roles.split())


def _accounts_of_the_office() -> int:
    """How many who could give a second word sign in already; the first two begin alone."""
    statement = (
        "SELECT m.roles FROM register_member m JOIN desk_account a ON a.member = m.name WHERE m.is_active"
    )
    return sum(
        not {Role.REGISTRAR, Role.ADMINISTRATOR}.isdisjoint(held.split())
        for (held,) in tables.rows(statement)
    )


# -- a second word: who could be both persons of an act is let in by two


def waiting() -> list[Invitation]:
    """Return the invitations that wait for the word of a second person of the office."""
    open_ones = Invitation.objects.filter(is_used=False, expires__gt=clock.instant())
    return list(open_ones.filter(needs_word=True, word_by="").order_by("id"))


def agree(person: Person, number: int) -> Invitation:
    """Let the invitation count; by somebody else than who made it.  Raises `RuleError` E-DESK-INVITE."""
    held = next((each for each in waiting() if each.pk == number), None)
    if held is None:
        raise _refused("this invitation waits for nobody's word")
    if held.invited_by == person.member or not person.has(Role.REGISTRAR, Role.ADMINISTRATOR):
        raise _refused("another person of the office gives the second word")
    Invitation.objects.filter(pk=number, word_by="").update(word_by=person.member)
    return held


def _member(name: str) -> Member:
    found = tables.load(Member, "WHERE name = %s", [name])
    if not found or not found[0].is_active:
        raise _refused(f"there is no active member {shown(name)}")
    if Account.objects.filter(member=name).exists():
        raise _refused(f"the member {shown(name)} has an account already")
    return found[0]


def _may_invite(person: Person, member: Member) -> None:
    """Raise unless *person* may; a registrar makes nobody an administrator by the way."""
    if person.has(Role.ADMINISTRATOR):
        return
    if not person.has(Role.REGISTRAR):
        raise _refused("only a registrar or an administrator invites")
    if Role.ADMINISTRATOR in member.roles.split():
        raise _refused("an administrator is invited by an administrator")


def _refused(message: str) -> RuleError:
    return RuleError(Problem("E-DESK-INVITE", message, _SOURCE))


# -- taking one


def found(token: str) -> Invitation:
    """Return the invitation behind a link; raise `RuleError` E-DESK-LINK, whatever is wrong with the link."""
    held = Invitation.objects.filter(
        digest=_digest(token), is_used=False, expires__gt=clock.instant()
    ).first()
    if held is None or Account.objects.filter(member=held.member).exists():
        raise _no_link()
    if held.needs_word and not held.word_by:
        raise _refused("this invitation waits for the word of a second person of the office; try again later")
    return held


def roles_of(invitation: Invitation) -> list[str]:
    """Return the roles of the member that it is for, as they are now."""
    rows = tables.rows("SELECT roles FROM register_member WHERE name = %s", [invitation.member])
    return str(rows[0][0]).split() if rows else []


def take(invitation: Invitation, wanted: Wanted) -> User:
    """Make the account of the member.  Of two who take one link, one has it (E-DESK-LINK)."""
    with transaction.atomic():
        _use_up(invitation)
        user: User = User.objects.create_user(
            get_adapter().generate_unique_username([wanted.email]), wanted.email, wanted.password
        )
        is_shown = _is_shown(invitation, wanted.email)
        EmailAddress.objects.create(user=user, email=wanted.email, verified=is_shown, primary=True)
        Account.objects.create(user=user, member=invitation.member, name=wanted.name, muted="")
    return user


def _is_shown(invitation: Invitation, email: str) -> bool:
    """Whether the link shows that *email* is read: it was sent there; who founds a register is believed."""
    return invitation.invited_by == CONSOLE or email == invitation.email.lower() != ""


def take_with(invitation: Invitation, account: int) -> None:
    """Let an account that somebody has act as the member from now on."""
    with transaction.atomic():
        _see_one_member(account)
        _use_up(invitation)
        Account.objects.filter(pk=account).update(member=invitation.member)


def _see_one_member(account: int) -> None:
    """Raise when the account is somebody in the register already: nobody is two (D-7)."""
    statement = (
        "SELECT m.roles, m.party FROM desk_account a JOIN register_member m ON m.name = a.member "
        "WHERE a.id = %s"
    )
    for roles, party in tables.rows(statement, [account]):
        if party or {*roles.split()} - {Role.APPLICANT.value}:
            raise _refused("this account acts for the registry or a contact; another person takes the link")


def _use_up(invitation: Invitation) -> None:
    still = Invitation.objects.filter(pk=invitation.pk, is_used=False, expires__gt=clock.instant())
    if not still.update(is_used=True):
        raise _no_link()


def _no_link() -> RuleError:
    message = (
        "this link is not valid: it was used, is too old or never was; ask whoever invited you for another"
    )
    return RuleError(Problem("E-DESK-LINK", message, _SOURCE))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _later(instant: str, hours: int) -> str:
    return (datetime.fromisoformat(instant) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
