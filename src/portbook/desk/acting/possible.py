"""Possible deeds: what somebody may do with an entry, a case or a contact, as links to the forms of deeds.

Who may, `roles` says; whether it can be done now, the operation says when it is asked.
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from portbook.desk.deeds import table
from portbook.desk.members import Person
from portbook.register import roles
from portbook.register.models import Member


class Possible(NamedTuple):
    """A deed that somebody may do here."""

    title: str
    address: str
    explained: str


def possible(
    person: Person, holders: Collection[str], operations: Iterable[str], **given: Any
) -> tuple[Possible, ...]:
    """Return those of *operations* that *person* may do where *holders* speak for it, their forms filled."""
    deeds = {deed.operation: deed for deed in table().values()}
    member = member_of(person)
    found = [deeds[each] for each in operations if roles.may(member, each, holders) is None]
    return tuple(
        Possible(deed.title, f"{deed.address}?{_filled(deed.form.base_fields, given)}", deed.explained)
        for deed in found
    )


def _filled(fields: Collection[str], given: dict[str, Any]) -> str:
    values = {name: value for name, value in given.items() if name in fields and value not in (None, "", ())}
    return urlencode(values, doseq=True)


def member_of(person: Person) -> Member:
    """Return *person* as the register asks for him."""
    return Member(name=person.member, roles=person.roles, party=person.party, is_active=True)
