"""The pages of people: the contact table with the footnotes, a contact, the organisations, an organisation.

Addresses are shown as published, with "&" for "@", and never as a link to write to (R-PUB-9, T-32, T-72).
In an edition without a contact table a contact is an id that rows mention, and there are no organisations.
"""

from http import HTTPStatus
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.encoding import iri_to_uri

from portbook import formats
from portbook.errors import Problem
from portbook.mentions import Organisation, Person
from portbook.records import Contact, Record, rich
from portbook.web import paging
from portbook.web.addresses import CONTACTS, ORGANISATIONS, footnote_id, is_followed
from portbook.web.directories import Listed, directories_of
from portbook.web.editions import Served
from portbook.web.entries import columns_naming, entries_of, line_of
from portbook.web.layout import page
from portbook.web.missing import missing, missing_page
from portbook.web.problems import RequestError
from portbook.web.shown import edition_of
from portbook.web.texts import Piece, page_text, pieces

LIVE = "https://www.iana.org/assignments/service-names-port-numbers/service-names-port-numbers.xhtml"


class Shown(NamedTuple):
    """A contact, ready for the template; what is "" or empty is not stated."""

    id: str
    href: str
    name: str
    organisation: str
    organisation_href: str
    uris: tuple[Piece, ...]
    updated: str
    is_carried: bool  # whether the contact table of the edition has it
    rows: int


class Note(NamedTuple):
    """A footnote, ready for the template."""

    anchor: str
    id: str
    pieces: tuple[Piece, ...]


# -- contacts


def contacts(request: HttpRequest) -> HttpResponse:
    """The contact table and the footnotes; without a contact table the ids that rows mention."""
    here = edition_of(request)
    search, number = paging.search_of(request.GET), paging.page_of(request.GET)
    base = here.links.to(CONTACTS)
    found = directories_of(here.opened.mentions).people.find(search)
    sheet = paging.sheet_of(found, number, base, search, here.links)
    context = {
        "contacts": [_shown(listed, here) for listed in sheet.lines],
        **_carried(here),
        "ranked": here.links.search(search),
        "footnotes": _footnotes(here),
        "without_footnotes": here.edition.footnotes is None,
        **paging.around(sheet, base, search),
    }
    return page(request, "contacts.html", context)


def contact(request: HttpRequest, contact_id: str) -> HttpResponse:
    """One contact and the entries that mention it; another spelling leads to that of the registry."""
    here = edition_of(request)
    try:
        person = person_of(here, contact_id)
    except RequestError as error:
        near = tuple(Piece(page_text(each), here.links.contact(each)) for each in error.suggestions)
        return missing_page(request, error, near, Piece("All contacts", here.links.to(CONTACTS)))
    address = here.links.contact(person.id)
    if person.id != contact_id:
        return HttpResponsePermanentRedirect(address)
    entries = entries_of(person.records)
    sheet = paging.sheet_of(entries, paging.page_of(request.GET), address, links=here.links)
    context = {
        "contact": _shown(Listed(person.id, person.contact, len(person.records)), here),
        **_carried(here),
        "lines": [line_of(entry, here, _role(entry[0], person.id)) for entry in sheet.lines],
        "json": here.links.json(f"{CONTACTS}/{address.rpartition('/')[2]}"),
        **paging.around(sheet, address),
    }
    return page(request, "contact.html", context)


def person_of(here: Served, contact_id: str) -> Person:
    """Return who that id means, case and a slash too many at its end ignored; 404 with ids like it."""
    mentions = here.opened.mentions
    if person := mentions.person(contact_id) or mentions.person(contact_id.rstrip("/")):
        return person
    near = directories_of(mentions).people.near(contact_id)
    raise missing("E-WEB-CONTACT", "contact", contact_id, here, near)


# -- organisations


def organisations(request: HttpRequest) -> HttpResponse:
    """Every organisation of the contact table, with how many contacts and rows it has."""
    here = edition_of(request)
    search, number = paging.search_of(request.GET), paging.page_of(request.GET)
    base = here.links.to(ORGANISATIONS)
    directory = directories_of(here.opened.mentions).organisations
    listed = directory.find(search) if directory else ()
    sheet = paging.sheet_of(listed, number, base, search, here.links)
    context = {
        **_carried(here),
        "organisations": [
            (page_text(each.name), here.links.organisation(each.name), len(each.contacts), len(each.records))
            for each in sheet.lines
        ],
        "ranked": here.links.search(search),
        **paging.around(sheet, base, search),
    }
    return page(request, "organisations.html", context)


def organisation(request: HttpRequest, name: str) -> HttpResponse:
    """One organisation, its contacts, and the entries that mention any of them."""
    here = edition_of(request)
    try:
        found = organisation_of(here, name)
    except RequestError as error:
        near = tuple(Piece(page_text(each), here.links.organisation(each)) for each in error.suggestions)
        return missing_page(request, error, near, Piece("All organisations", here.links.to(ORGANISATIONS)))
    address = here.links.organisation(found.name)
    if found.name != name:
        return HttpResponsePermanentRedirect(address)
    entries, number = entries_of(found.records), paging.page_of(request.GET)
    sheet = paging.sheet_of(entries, number, address, links=here.links)
    context = {
        "name": page_text(found.name),
        "contacts": [_shown(_listed(contact, here), here) for contact in found.contacts],
        "rows": len(found.records),
        "lines": [line_of(entry, here, _roles(entry[0], found, here)) for entry in sheet.lines],
        **paging.around(sheet, address),
    }
    return page(request, "organisation.html", context)


def organisation_of(here: Served, name: str) -> Organisation:
    """Return the organisation of that name; 404 with names like it, or saying that the edition has none."""
    mentions = here.opened.mentions
    directory = directories_of(mentions).organisations
    if directory is None:
        message = f"the edition of {here.date} carries no contact table, so it names no organisations"
        problem = Problem("E-WEB-ORGANISATION", message, f"edition {here.label}")
        raise RequestError(HTTPStatus.NOT_FOUND, problem)
    if found := mentions.organisation(name) or mentions.organisation(name.rstrip("/")):
        return found
    raise missing("E-WEB-ORGANISATION", "organisation", name, here, directory.near(name))


# -- what the templates show


def _carried(here: Served) -> dict[str, object]:
    """Whether the edition has a contact table; where it has none, why, and where there is one."""
    if here.edition.contacts is not None:
        return {"carried": True}
    form = formats.named(here.file.format)
    has_place = "contacts" not in formats.losses(form.name)
    return {"carried": False, "came_as": form.title, "had_place": has_place, "live": LIVE}


def _listed(contact: Contact, here: Served) -> Listed:
    person = here.opened.mentions.person(contact.id) if contact.id else None
    return Listed(contact.id, contact, len(person.records) if person else 0)


def _shown(listed: Listed, here: Served) -> Shown:
    contact = listed.contact or Contact(listed.id)
    organisation = " ".join((contact.organization or "").split())
    return Shown(
        id=page_text(listed.id),
        href=here.links.contact(listed.id) if listed.id else "",
        name=page_text(contact.name or ""),
        organisation=page_text(organisation),
        organisation_href=here.links.organisation(organisation) if organisation else "",
        uris=tuple(
            Piece(page_text(uri), iri_to_uri(uri) if is_followed(uri) else "")
            for uri in contact.uris
            if uri.strip()
        ),
        updated=page_text(contact.updated or ""),
        is_carried=listed.contact is not None,
        rows=listed.rows,
    )


def _footnotes(here: Served) -> tuple[Note, ...]:
    """The footnotes; their line feeds are mere wrapping."""
    notes = []
    for note in here.edition.footnotes or ():
        parts = (part.replace("\n", " ") if isinstance(part, str) else part for part in note.text.parts)
        shown = pieces(rich(*parts), here.links)
        notes.append(Note(page_text(note.anchor), footnote_id(note.anchor), shown))
    return tuple(notes)


def _role(record: Record, person_id: str) -> tuple[Piece, ...]:
    """In which columns *record* names the person."""
    names = columns_naming(record, lambda found: found.type == "person" and found.data == person_id)
    return (Piece(names),) if names else ()


def _roles(record: Record, organisation: Organisation, here: Served) -> tuple[Piece, ...]:
    """The contacts of the organisation that *record* names, each with its columns."""
    found: list[Piece] = []
    for contact in organisation.contacts:
        if role := _role(record, contact.id):
            found += [Piece("; ")] if found else []
            found += [
                Piece(page_text(contact.id), here.links.contact(contact.id)),
                Piece(f" as {role[0].text}"),
            ]
    return tuple(found)
