"""What a search found, as a page shows it: each hit with why it is one, or what else helps."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from portbook.edition import State, row_state
from portbook.numbers import Transport, parse_port, published_ports
from portbook.records import Record, Reference
from portbook.search import Hit
from portbook.search.queries import MAX_QUERY, Query, Slip, parse_query, search_fold
from portbook.search.spelling import distance
from portbook.web import questions, sentences
from portbook.web.doors import SERVICE, doors_of
from portbook.web.editions import Served
from portbook.web.marking import Marker, Part
from portbook.web.rows import TableQuestion
from portbook.web.texts import page_text

MAX_WITNESSES = 3  # people or references named as the reason of a hit

# reasons of a hit (`search.WHY`)
BY_NAME = frozenset({"name", "beginning of the name", "word of the name", "name spelt nearly so"})
PLAIN = BY_NAME | {"part of the name", "port number", "port range", "port number; no row speaks of it"}

MEANT = {
    Slip.ZEROS: "A port number is written without leading zeros: {}.",
    Slip.DOWNWARDS: "A range is written from its lower to its higher end: {}.",
}


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
    is_plain: bool  # whether the title shows why it is a hit

    @property
    def behind(self) -> str:
        """The state, where it is to be said: nearly everywhere it is Assigned."""
        return self.state.value if self.state and self.state is not State.ASSIGNED else ""

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
    """Return the hits for *query*, the pages that it names, and what helps where it finds little."""
    hits, more = questions.hits_of(here, query, limit)
    parsed = parse_query(query)
    asked = _asked(parsed)
    doors = doors_of(here, query)
    return {
        "query": query,
        "doors": doors,
        "found": [_found(hit, asked, here) for hit in hits],
        "more": more,
        "meant": MEANT[parsed.slip].format(_shown(parsed)) if parsed.slip else "",
        "problem": None if hits else questions.number_problem(query),
        "suggestions": () if doors else _suggestions(here, parsed, hits),
    }


def hinted(context: dict[str, Any]) -> dict[str, Any]:
    """Return what was found as hints: a door and a hit that lead to the same page are one, the better."""
    found: list[Found] = context["found"]
    first = found[0].href if found else ""
    doors = [door for door in context["doors"] if door.href != first or door.kind != SERVICE]
    taken = {door.href for door in doors}
    return context | {"doors": doors, "found": [hit for hit in found if hit.href not in taken]}


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
            hit.behind,
            parts(hit.summary),
            hit.canonical,
            hit.why,
            parts(hit.witnesses),
        )
        for hit in found
    )


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


def in_table(here: Served, query: str) -> int:
    """Return how many rows of the table hold *query* as plain text."""
    return len(here.opened.table.rows(TableQuestion(search=query)))


def _suggestions(here: Served, query: Query, hits: Sequence[Hit]) -> tuple[str, ...]:
    """Names nearly like *query*: any where nothing is found, else one slip away where no name is found."""
    near = here.opened.index.suggest(query.text, questions.SUGGESTIONS)
    if not hits or not near:
        return near
    if query.ports or query.reference or len(query.words) > 1 or any(map(_is_by_name, hits)):
        return ()
    return tuple(name for name in near if distance(search_fold(name), query.text) <= 1)


def _is_by_name(hit: Hit) -> bool:
    return any(reason in BY_NAME or reason.startswith("alias") for reason in hit.why.split(", "))


def _shown(query: Query) -> str:
    return sentences.listed(map(sentences.shown_ports, filter(None, (query.ports, *query.others))))


def _asked(query: Query) -> Query:
    """What is marked for *query*: of "RFC 9110" the label RFC9110 whole, not every RFC."""
    if query.reference and query.reference.startswith("rfc"):
        return query._replace(words=(query.reference,), prefixes=(False,))
    return query


def _found(hit: Hit, query: Query, here: Served) -> Found:
    first = hit.records[0] if hit.records else None
    if first is None:
        return _without_row(hit, query, here)
    ports = published_ports(hit.port_number or "")
    title = hit.name or (sentences.shown_ports(ports) if ports else hit.port_number or "")
    href = here.links.service(hit.name) if hit.name else here.links.ports(ports) if ports else ""
    return Found(
        title=page_text(title),
        href=href,
        ports=sentences.shown_ports(ports) if ports and hit.name else "",
        ports_href=here.links.ports(ports) if ports else "",
        transports=page_text(", ".join(hit.transports)),
        state=row_state(first)[0],
        summary=page_text(str(first.description)),
        why=page_text(sentences.found_by(hit.why)),
        witnesses=_witnesses(hit, query, here),
        canonical=page_text(hit.canonical) if hit.canonical and hit.canonical != hit.name else "",
        is_plain=set(hit.why.split(", ")) <= PLAIN,
    )


def _without_row(hit: Hit, query: Query, here: Served) -> Found:
    """A port of which no row speaks, on the transport asked: its state, and why it is so."""
    port = parse_port(hit.port_number or "")
    states = here.edition.ports(port)
    asked = [state for state in states if query.transport in (None, state.transport)]
    kinds = {state.state for state in asked}
    return Found(
        title=f"{port}/{query.transport}" if query.transport else str(port),
        href=here.links.port(port, query.transport),
        ports="",
        ports_href="",
        transports="",
        state=kinds.pop() if len(kinds) == 1 else None,
        summary=sentences.verdict(asked[0], states),
        why=page_text(sentences.found_by(hit.why)),
        witnesses="",
        canonical="",
        is_plain=True,
    )


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
