"""The table of contacts, where an edition carries one."""

import re
from collections.abc import Iterator

from portbook.checks.facts import ERROR, FLAG, Facts, Finding, what
from portbook.errors import shown

_XML_NAME = re.compile(r"[^\W\d][\w.\-·]*")  # a person's id begins as an XML name does (R-PUB-8)


def identifiers(facts: Facts) -> Iterator[Finding]:
    """An id is an XML name and stands once."""
    seen: set[str] = set()
    for contact in facts.edition.contacts or ():
        if contact.id in seen:
            message = f"contact id {shown(contact.id)} stands twice"
            yield Finding("E-CONTACT-TWICE", "R-PUB-8", ERROR, None, message)
        seen.add(contact.id)
        if not _XML_NAME.fullmatch(contact.id):
            message = f"contact id {shown(contact.id)} is no XML name"
            yield Finding("F-CONTACT-ID", "R-PUB-8", FLAG, None, message)


def unknown(facts: Facts) -> Iterator[Finding]:
    """A contact id leads to a contact.  IANA published 509 editions until 2022-02-04 where some did not."""
    if facts.edition.contacts is None:
        return
    for number, record in facts.rows:
        people = (*(record.assignee or ()), *record.contact)
        ids = dict.fromkeys(r.data or "" for r in people if r.type == "person")
        for contact_id in ids:
            if facts.edition.contact(contact_id) is None:
                message = f"{what(record)} names contact {shown(contact_id)}, who is not in the table"
                yield Finding("F-CONTACT-UNKNOWN", "R-PUB-8", FLAG, number, message)


def unused(facts: Facts) -> Iterator[Finding]:
    """A contact is somebody's contact."""
    used: set[str | None] = set()
    for _, record in facts.rows:
        used.update(reference.data for reference in (*(record.assignee or ()), *record.contact))
        for text in (record.description, record.unauthorized_use_reported, record.assignment_notes):
            if text is not None:
                used.update(reference.data for reference in text.references)
    for contact in facts.edition.contacts or ():
        if contact.id not in used:
            message = f"no row names contact {shown(contact.id)}"
            yield Finding("F-CONTACT-UNUSED", "R-PUB-8", FLAG, None, message)


def nameless(facts: Facts) -> Iterator[Finding]:
    """A contact has a name or an organisation."""
    for contact in facts.edition.contacts or ():
        if not contact.name and not contact.organization:
            message = f"contact {shown(contact.id)} has neither name nor organisation"
            yield Finding("F-CONTACT-NAMELESS", "R-PUB-8", FLAG, None, message)


def at_signs(facts: Facts) -> Iterator[Finding]:
    """Addresses are published with "&" for "@"."""
    for contact in facts.edition.contacts or ():
        for uri in contact.uris:
            if "@" in uri:
                message = f"contact {shown(contact.id)} has '@' in {shown(uri)}"
                yield Finding("F-CONTACT-AT", "R-PUB-9", FLAG, None, message)


def dates(facts: Facts) -> Iterator[Finding]:
    """The date of a contact is a date too."""
    for contact in facts.edition.contacts or ():
        if contact.updated is not None and not contact.updated.is_valid:
            message = f"contact {shown(contact.id)} has the date {shown(contact.updated)}"
            yield Finding("E-DATE-FORMAT", "R-PUB-11", ERROR, None, message)
