"""What a search found, as a page shows it: each hit with why it is one, and the exact places first."""

from collections.abc import Iterator
from typing import NamedTuple

from portbook.edition import State
from portbook.numbers import Ports, Transport, published_ports
from portbook.records import Record, Reference
from portbook.search import Hit
from portbook.search.queries import MAX_QUERY, Query, parse_query, search_fold
from portbook.web import questions, sentences
from portbook.web.cards import card
from portbook.web.editions import Served
from portbook.web.marking import Part, marked
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
    query: Query

    @property
    def mark(self) -> str:
        return self.state.value.lower() if self.state else ""

    @property
    def marked_title(self) -> tuple[Part, ...]:
        return marked(self.title, self.query)

    @property
    def marked_summary(self) -> tuple[Part, ...]:
        return marked(self.summary, self.query)

    @property
    def marked_witnesses(self) -> tuple[Part, ...]:
        return marked(self.witnesses, self.query)


class Narrowed(NamedTuple):
    """A link to the same search on one transport, or on all."""

    label: str
    href: str
    is_here: bool


def found_for(here: Served, query: str, limit: int) -> dict[str, object]:
    """Return the hits for *query*, or what helps when there is none, for a template."""
    hits, more = questions.hits_of(here, query, limit)
    parsed = parse_query(query)
    return {
        "query": query,
        "found": [_found(hit, parsed, here) for hit in hits],
        "more": more,
        "problem": None if hits else questions.number_problem(query),
        "suggestions": () if hits else here.opened.index.suggest(query, questions.SUGGESTIONS),
    }


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


def _found(hit: Hit, query: Query, here: Served) -> Found:
    first = card(hit.records[0], here) if hit.records else None
    ports = published_ports(hit.port_number or "")
    title = hit.name or (sentences.shown_ports(ports) if ports else hit.port_number or "")
    href = here.links.service(hit.name) if hit.name else here.links.ports(ports) if ports else ""
    return Found(
        title=page_text(title),
        href=href,
        ports=sentences.shown_ports(ports) if ports and hit.name else "",
        ports_href=here.links.ports(ports) if ports else "",
        transports=page_text(", ".join(hit.transports)),
        state=first.state if first else _state(ports, here),
        summary=first.summary if first else "No row speaks of it.",
        why=page_text(sentences.found_by(hit.why)),
        witnesses=_witnesses(hit, query),
        canonical=page_text(hit.canonical) if hit.canonical and hit.canonical != hit.name else "",
        query=query,
    )


def _state(ports: Ports | None, here: Served) -> State | None:
    return here.edition.port(ports.low, Transport.TCP).state if ports else None


def _witnesses(hit: Hit, query: Query) -> str:
    """The people and references of the hit that have a word of the query, when one of them is the reason."""
    labels = (reference.label for record in hit.records for reference in _columns(hit.why, record))
    named = dict.fromkeys(label for label in labels if any(w in search_fold(label) for w in query.words))
    return page_text(", ".join([*named][:MAX_WITNESSES]))


def _columns(why: str, record: Record) -> Iterator[Reference]:
    if "assignee" in why:
        yield from record.assignee or ()
    if "contact" in why or "assignee" in why:
        yield from record.contact
    if "reference" in why:
        yield from record.reference
