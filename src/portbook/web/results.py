"""What a search found, as a page shows it: each hit with why it is one, and the exact places first."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from portbook.edition import State, row_state
from portbook.numbers import Ports, Transport, published_ports
from portbook.records import Record, Reference
from portbook.search import Hit
from portbook.search.queries import MAX_QUERY, Query, parse_query, search_fold
from portbook.web import questions, sentences
from portbook.web.editions import Served
from portbook.web.marking import Marker, Part
from portbook.web.texts import Piece, page_text

MAX_WITNESSES = 3  # people or references named as the reason of a hit


class Found(NamedTuple):
    """One hit of a search, ready for the template."""

    title: str
    href: str
    ports: str  # beside a name: where it is; "" for a name without a port
    ports_href: str
    transports: str  # "tcp, udp"
    state: State | None
    summary: str
    why: str
    witnesses: str  # the people or references that the query names
    canonical: str  # the name to use, when the hit is an alias

    @property
    def mark(self) -> str:
        return self.state.value.lower() if self.state else ""


class Explained(NamedTuple):
    """A hit with the words of the query marked, flat, for a template that takes many apart."""

    mark: str
    href: str
    title: tuple[Part, ...]
    ports: str
    ports_href: str
    transports: str
    state: str  # "" where it is Assigned, as nearly everywhere
    summary: tuple[Part, ...]
    canonical: str
    why: str
    witnesses: tuple[Part, ...]


class Narrowed(NamedTuple):
    """A link to the same search on one transport, or on all."""

    label: str
    href: str
    is_here: bool


def found_for(here: Served, query: str, limit: int) -> dict[str, Any]:
    """Return the hits for *query*, or what helps when there is none, for a template."""
    hits, more = questions.hits_of(here, query, limit)
    asked = _asked(parse_query(query))
    return {
        "query": query,
        "found": [_found(hit, asked, here) for hit in hits],
        "more": more,
        "problem": None if hits else questions.number_problem(query),
        "suggestions": () if hits else here.opened.index.suggest(query, questions.SUGGESTIONS),
    }


def explained(found: Iterable[Found], query: str) -> tuple[Explained, ...]:
    """Return what was found with the words of *query* marked."""
    parts = Marker(_asked(parse_query(query))).parts
    return tuple(
        Explained(
            hit.mark,
            hit.href,
            parts(hit.title),
            hit.ports,
            hit.ports_href,
            hit.transports,
            hit.state.value if hit.state and hit.state is not State.ASSIGNED else "",
            parts(hit.summary),
            hit.canonical,
            hit.why,
            parts(hit.witnesses),
        )
        for hit in found
    )


def destinations(here: Served, query: str) -> tuple[Piece, ...]:
    """Return the pages that *query* names exactly: a port, a range, a service, a person, a document."""
    parsed = parse_query(query)
    return tuple(dict.fromkeys(_destinations(here, query, parsed)))


def narrowed(here: Served, query: str) -> tuple[Narrowed, ...]:
    """Return links to the same search on all transports and on each; () where it would be too long."""
    parsed = parse_query(query)
    bare = questions.without_transport(query)
    if not bare or len(bare) + len("/sctp") > MAX_QUERY:
        return ()
    found = [Narrowed("all", here.links.search(bare), parsed.transport is None)]
    for over in Transport:
        found.append(Narrowed(over.value, here.links.search(f"{bare}/{over}"), over is parsed.transport))
    return tuple(found)


def everywhere(here: Served, query: str) -> str:
    """Return the address of the same search on all transports; "" where it names none."""
    return here.links.search(questions.without_transport(query)) if parse_query(query).transport else ""


def _destinations(here: Served, query: str, parsed: Query) -> Iterator[Piece]:
    links = here.links
    if ports := parsed.ports:
        if ports.low == ports.high:
            over = f"/{parsed.transport}" if parsed.transport else ""
            yield Piece(f"port {ports.low}{over}", links.port(ports.low, parsed.transport))
        else:
            yield Piece(f"ports {sentences.shown_ports(ports)}", links.ports(ports))
        return
    for text in (query, parsed.text):
        if service := here.edition.service(text):
            yield Piece(page_text(service.name), links.service(service.name))
            return
    mentions = here.opened.mentions
    if cited := mentions.reference(query):
        yield Piece(f"all that cite {page_text(cited.label)}", links.reference(cited.label))
    if person := mentions.person(query):
        yield Piece(f"contact {page_text(person.id)}", links.contact(person.id))
    if organisation := mentions.organisation(query):
        yield Piece(f"organisation {page_text(organisation.name)}", links.organisation(organisation.name))


def _asked(query: Query) -> Query:
    """What is marked for *query*: of "RFC 9110" the label RFC9110 whole, not every RFC."""
    if query.reference and query.reference.startswith("rfc"):
        return query._replace(words=(query.reference,), prefixes=(False,))
    return query


def _found(hit: Hit, query: Query, here: Served) -> Found:
    first = hit.records[0] if hit.records else None
    ports = published_ports(hit.port_number or "")
    title = hit.name or (sentences.shown_ports(ports) if ports else hit.port_number or "")
    href = here.links.service(hit.name) if hit.name else here.links.ports(ports) if ports else ""
    return Found(
        title=page_text(title),
        href=href,
        ports=sentences.shown_ports(ports) if ports and hit.name else "",
        ports_href=here.links.ports(ports) if ports else "",
        transports=page_text(", ".join(hit.transports)),
        state=row_state(first)[0] if first else _state(ports, here),
        summary=page_text(str(first.description)) if first else "No row speaks of it.",
        why=page_text(sentences.found_by(hit.why)),
        witnesses=_witnesses(hit, query, here),
        canonical=page_text(hit.canonical) if hit.canonical and hit.canonical != hit.name else "",
    )


def _state(ports: Ports | None, here: Served) -> State | None:
    return here.edition.port(ports.low, Transport.TCP).state if ports else None


def _witnesses(hit: Hit, query: Query, here: Served) -> str:
    """The people and references of the hit that have a word of the query, when one of them is the reason."""
    references = (reference for record in hit.records for reference in _columns(hit.why, record))
    texts = (_witness(reference, here) for reference in dict.fromkeys(references))
    named = (text for text in texts if any(word in search_fold(text) for word in query.words))
    return page_text(", ".join(islice(dict.fromkeys(named), MAX_WITNESSES)))


def _witness(reference: Reference, here: Served) -> str:
    """A reference by its label; a person by name and organisation too, where the edition carries them."""
    contact = here.edition.contact(reference.data or "") if reference.type == "person" else None
    known = dict.fromkeys(filter(None, (contact.name, contact.organization))) if contact else {}
    return f"{', '.join(known)} [{reference.label}]" if known else reference.label


def _columns(why: str, record: Record) -> Iterator[Reference]:
    if "assignee" in why:
        yield from record.assignee or ()
    if "contact" in why or "assignee" in why:
        yield from record.contact
    if "reference" in why:
        yield from record.reference
