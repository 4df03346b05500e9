"""Parties: who the members and the persons of an application are, as far as it ties them to each other."""

from typing import Any

from portbook.applications import Application, Party
from portbook.applications.case import Case
from portbook.register import models, tables
from portbook.register.limits import MAX_NAME
from portbook.register.operations.acting import Doing, mail_address
from portbook.review import Person
from portbook.standing import Holding


def party_key(application: Application, submitter: str) -> str:
    """Return what stands for the Assignee where requests are counted."""
    party = application.assignee
    if party.id:
        return f"contact {party.id}"[:MAX_NAME]
    return (f"mail {party.email.lower()}" if party.email else f"member {submitter}")[:MAX_NAME]


def person_of_member(doing: Doing, member: models.Member) -> Person:
    """Return the member as others know him: the account, the contact that he is, where that one works."""
    known = person_of_party(doing, Party(id=member.party)) if member.party else Person()
    return known._replace(parties=known.parties | {f"member {member.name}"})


def person_of_party(doing: Doing, party: Party) -> Person:
    """Return a party of an application; of one that is published, what is published."""
    names, emails = {party.organisation, party.name}, {party.email.lower()}
    for row in contacts(party.id) if party.id else ():
        contact = doing.work.reader.contact(row.row, row.layout)
        names.add(contact.organization or "")
        emails |= {mail_address(uri).lower() for uri in contact.uris}
    return Person(frozenset({party.id} - {""}), frozenset(names - {""}), frozenset(emails - {""}))


def terms_of(member: models.Member, today: str) -> frozenset[str]:
    """Return the teams in which *member* is an expert on that day."""
    return frozenset(team for name, team in terms(today) if name == member.name)


def terms(today: str) -> list[tuple[Any, ...]]:
    """Return who is an expert of which team on that day: names of members, and teams."""
    statement = (
        "SELECT m.name, t.team FROM register_expertterm t JOIN register_member m ON m.identity = t.member_id "
        "WHERE m.is_active AND t.begins <= %s AND (t.ends = '' OR t.ends >= %s) ORDER BY m.name"
    )
    return tables.rows(statement, [today, today])


def contacts(contact_id: str) -> list[models.Contact]:
    """Return the row of the contact with that id, or none."""
    return tables.load(models.Contact, "WHERE contact_id = %s", [contact_id])


def speakers(case: Case, holding: Holding) -> str:
    """Return whose word counts for *holding*, as a confirmation keeps it."""
    return "\n".join(case.who_speaks(holding))
