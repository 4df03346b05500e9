"""Parties: who the members and the persons of an application are, as far as it ties them to each other."""

from portbook.applications import Application, Party
from portbook.applications.case import Case
from portbook.register import models
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
    """Return the member as others know him: the account, the contact that he is, where that one works.

    Of who acts the channel may know verified addresses besides (T-57).
    """
    known = person_of_party(doing, Party(id=member.party)) if member.party else Person()
    emails = frozenset(map(str.lower, doing.act.emails)) if member.name == doing.act.actor else frozenset()
    return known._replace(parties=known.parties | {f"member {member.name}"}, emails=known.emails | emails)


def person_of_party(doing: Doing, party: Party) -> Person:
    """Return a party of an application; of one that is published, what is published."""
    names, emails = {party.organisation, party.name}, {party.email.lower()}
    for row in doing.on_record.contacts(party.id) if party.id else ():
        contact = doing.work.reader.contact(row.row, row.layout)
        names.add(contact.organization or "")
        emails |= {mail_address(uri).lower() for uri in contact.uris}
    return Person(frozenset({party.id} - {""}), frozenset(names - {""}), frozenset(emails - {""}))


def terms_of(doing: Doing, member: models.Member) -> frozenset[str]:
    """Return the teams in which *member* is an expert today."""
    terms = doing.on_record.terms(doing.work.today)
    return frozenset(team for name, team in terms if name == member.name)


def speakers(case: Case, holding: Holding) -> str:
    """Return whose word counts for *holding*, as a confirmation keeps it."""
    return "\n".join(case.who_speaks(holding))
