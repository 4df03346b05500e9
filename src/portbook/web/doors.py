"""Doors: the pages that a query names, shown before what a search finds.

A port, a range or a service that is written out; a person, an organisation or a document by its id, or a
person by the words of id and name.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from portbook.edition import PortState
from portbook.mentions import Mentions, Organisation, Person
from portbook.numbers import Transport
from portbook.records import Record
from portbook.search.queries import Query, parse_query, search_fold, words_of
from portbook.web import sentences
from portbook.web.addresses import CONTACTS
from portbook.web.directories import directories_of
from portbook.web.editions import Served
from portbook.web.texts import page_text

MAX_DOORS = 6  # for one query
MAX_NAMED = 3  # people, or organisations, of whom a query has words; of more it names none

SERVICE = "Service"
CONTACT = "Contact"

Mention = TypeVar("Mention", Person, Organisation)


class Door(NamedTuple):
    """A page that a query names, and what is to be known before one goes there."""

    kind: str
    text: str
    href: str
    remark: str
    mark: str = ""  # of the state of a port, where it is the same on all that was asked


class Named(NamedTuple):
    """Who has a word in id or name: for each word, their places."""

    people: dict[str, set[int]]
    organisations: dict[str, set[int]]


_named: WeakKeyDictionary[Mentions, Named] = WeakKeyDictionary()


def doors_of(here: Served, query: str) -> tuple[Door, ...]:
    """Return the pages that *query* names, at most `MAX_DOORS`, each once."""
    parsed = parse_query(query)
    found = _to_ports(here, parsed) if parsed.ports else _to_names(here, query, parsed)
    doors = {door.href: door for door in islice(found, 2 * MAX_DOORS)}
    return tuple(doors.values())[:MAX_DOORS]


def crowd(here: Served, query: str, doors: Iterable[Door]) -> tuple[int, str]:
    """Return how many lines of the contact table hold *query*, where *doors* show fewer, and their list."""
    mentions = here.opened.mentions
    parsed = parse_query(query)
    if parsed.ports or not _having(named_of(mentions).people, parsed.words):
        return 0, ""
    count = len(directories_of(mentions).people.find(query))
    shown = sum(door.kind == CONTACT for door in doors)
    return (count, here.links.to(f"{CONTACTS}?{urlencode({'search': query})}")) if count > shown else (0, "")


def named_of(mentions: Mentions) -> Named:
    """Return who has which words, found once for an edition."""
    if mentions not in _named:
        people = (f"{each.id} {(each.contact and each.contact.name) or ''}" for each in mentions.people)
        organisations = (each.name for each in mentions.organisations or ())
        _named[mentions] = Named(_places(people), _places(organisations))
    return _named[mentions]


# -- ports


def _to_ports(here: Served, parsed: Query) -> Iterator[Door]:
    for ports in (parsed.ports, *parsed.others):
        if ports and ports.low == ports.high:
            yield _to_port(here, ports.low, parsed.transport)
        elif ports:
            over = f"; the answers below are those on {parsed.transport}" if parsed.transport else ""
            remark = f"{ports.high - ports.low + 1:,} ports, with the free blocks among them{over}"
            yield Door("Ports", sentences.shown_ports(ports), here.links.ports(ports), remark)


def _to_port(here: Served, port: int, transport: Transport | None) -> Door:
    states = here.edition.ports(port)
    asked = tuple(state for state in states if transport in (None, state.transport))
    said = "".join(piece.text for piece in sentences.port_sentence(asked, here.links, states))
    remark = said.removeprefix(f"{port} is ").removesuffix(".")
    text = f"{port}/{transport}" if transport else str(port)
    return Door("Port", text, here.links.port(port, transport), remark, _mark(asked))


def _mark(states: Iterable[PortState]) -> str:
    kinds = {state.state.value.lower() for state in states}
    return kinds.pop() if len(kinds) == 1 else ""


# -- names


def _to_names(here: Served, query: str, parsed: Query) -> Iterator[Door]:
    links, mentions = here.links, here.opened.mentions
    service = here.edition.service(query) or here.edition.service(parsed.text)
    if service:
        use = f", an alias: use {page_text(service.canonical)}" if service.is_alias else ""
        remark = _ports_of(service.records) + use
        yield Door(SERVICE, page_text(service.name), links.service(service.name), remark)
    if cited := mentions.reference(query):
        remark = f"{_rows(cited.records)} cite{'s' if len(cited.records) == 1 else ''} it"
        yield Door("Reference", page_text(cited.label), links.reference(cited.label), remark)
    if person := mentions.person(query):
        yield _to_person(here, person)
    if organisation := mentions.organisation(query):
        yield _to_organisation(here, organisation)
    if service or parsed.is_label or parsed.reference:
        return
    named = named_of(mentions)
    for each in _few(mentions.people, _having(named.people, parsed.words)):
        yield _to_person(here, each)
    for found in _few(mentions.organisations or (), _having(named.organisations, parsed.words)):
        yield _to_organisation(here, found)


def _to_person(here: Served, person: Person) -> Door:
    return Door(CONTACT, page_text(person.id), here.links.contact(person.id), _rows(person.records))


def _to_organisation(here: Served, found: Organisation) -> Door:
    return Door(
        "Organisation", page_text(found.name), here.links.organisation(found.name), _rows(found.records)
    )


def _few(found: Sequence[Mention], places: set[int]) -> Sequence[Mention]:
    """Those at *places*, with the most rows first; none when they are more than `MAX_NAMED`."""
    if len(places) > MAX_NAMED:
        return ()
    return sorted((found[place] for place in sorted(places)), key=lambda each: -len(each.records))


def _having(places: dict[str, set[int]], words: Sequence[str]) -> set[int]:
    """Who has every one of *words*; nobody when there is none."""
    return set.intersection(*(places.get(word, set()) for word in words)) if words else set()


def _places(texts: Iterable[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for place, text in enumerate(texts):
        for word in words_of(search_fold(text)):
            found.setdefault(word, set()).add(place)
    return found


def _rows(records: Sequence[Record]) -> str:
    return f"{len(records):,} row{'' if len(records) == 1 else 's'}"


def _ports_of(records: Sequence[Record]) -> str:
    """Where a service is: "443 and 8443"; of many only how many rows."""
    ports = dict.fromkeys(sentences.shown_ports(record.ports) for record in records if record.ports)
    if not ports:
        return "registered without a port"
    return f"port {sentences.listed(ports)}" if len(ports) <= MAX_NAMED else _rows(records)
