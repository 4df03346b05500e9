"""Who a member is, for whoever changes a member or gives a word for that.

The account behind the name, what it asked for, and what the contact holds for whom it is to act.  For the
office alone: no Event tells the address of an account (T-73).
"""

from typing import NamedTuple

from django.forms import Form

from portbook.desk.deeds.of_the_office import NONE, OfMember
from portbook.desk.limits import BESIDE_A_MEMBER
from portbook.desk.members import Person
from portbook.desk.models import Account
from portbook.register import tables
from portbook.register.models import Member
from portbook.register.reading import holdings, lists
from portbook.register.reading.lists import Listed, Sought
from portbook.register.roles import Role
from portbook.web import clock


class Held(NamedTuple):
    """A contact as the registry has it, and what it holds."""

    contact: str
    name: str
    addresses: tuple[str, ...]
    services: tuple[str, ...]
    has_more: bool
    has_its_address: bool  # that of the account is published as one of the contact


class Whose(NamedTuple):
    """The person behind a member's name."""

    member: str
    name: str
    email: str  # "" for a member without an account
    applications: tuple[Listed, ...]
    held: Held | None


def whose(person: Person, form: Form) -> Whose | None:
    """Return who the member is whom *form* names, for who may change that; None for another form."""
    if not isinstance(form, OfMember) or not person.has(Role.REGISTRAR, Role.ADMINISTRATOR):
        return None
    member = str(form["name"].value() or "")
    if not tables.load(Member, "WHERE name = %s", [member]):
        return None
    account = Account.objects.filter(member=member).select_related("user").first()
    asked = lists.applications(person.member, clock.instant(), Sought(submitter=member))
    contact = str(form["party"].value() or "") if "party" in form.fields else ""
    name, email = (account.name, account.user.email) if account else ("", "")
    held = _held(contact, email) if contact not in ("", NONE) else None
    return Whose(member, name, email, asked.found[:BESIDE_A_MEMBER], held)


def _held(contact: str, email: str) -> Held | None:
    found = holdings.party(contact)
    if found is None:
        return None
    page = holdings.of_party(contact)
    names = tuple(dict.fromkeys(held.record.service_name or "" for held in page.rows))
    addresses = tuple(each.address for each in found.addresses)
    return Held(
        contact,
        found.contact.name or "",
        addresses,
        names[:BESIDE_A_MEMBER],
        len(names) > BESIDE_A_MEMBER or page.next is not None,
        email in addresses,
    )
