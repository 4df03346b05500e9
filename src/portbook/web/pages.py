"""The pages: the search, a port, a port on one transport, a service.

Each answers from the edition alone; the sentence first, the rows that say so below.  Parameters that a page
does not know are ignored, for links come with what others hang on them; the API refuses them.
"""

from typing import NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from portbook.answers import port_address, service_address
from portbook.discovery import service_label, srv_label
from portbook.edition import PortState, Service, State
from portbook.errors import RuleError
from portbook.numbers import MAX_PORT, Transport, parse_transport, published_ports, range_of
from portbook.records import Record
from portbook.search import Hit
from portbook.web import files, heads, questions, sentences
from portbook.web.cards import Card, card, cards
from portbook.web.editions import Served
from portbook.web.layout import page, piece
from portbook.web.shown import edition_of
from portbook.web.texts import page_text

HITS = 50  # on one page of results
HINTS = 8  # below the search field


class StateLine(NamedTuple):
    """What a port page says of one transport."""

    transport: str
    href: str
    state: State
    why: str
    cards: tuple[Card, ...]

    @property
    def mark(self) -> str:
        return self.state.value.lower()


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
    canonical: str  # the name to use, when the hit is an alias

    @property
    def mark(self) -> str:
        return self.state.value.lower() if self.state else ""


def home(request: HttpRequest) -> HttpResponse:
    """The first page: the head of the registry as IANA's page shows it; with a query the results of it."""
    if query := questions.query_of(request.GET.get("q", "")):
        return _results(request, query)
    here = edition_of(request)
    context = {
        "counts": here.opened.counts,
        "parts": heads.parts_of(here),
        "notes": heads.notes_of(here),
        "request_address": heads.REQUEST,
        "files": files.files_of(here),
    }
    return page(request, "home.html", context)


def search(request: HttpRequest) -> HttpResponse:
    """The results of a search, or the first page when nothing is asked."""
    return home(request)


def hints(request: HttpRequest) -> HttpResponse:
    """The first few results, as a piece of a page: what is shown below the field while one types."""
    query = questions.query_of(request.GET.get("q", ""))
    here = edition_of(request)
    try:
        context = _found_for(here, query, HINTS) if query else {}
    except questions.RequestError as error:
        context = {"query": query, "problem": error.problem}
    return piece(request, "hints.html", context)


def port(request: HttpRequest, port: str) -> HttpResponse:
    """A port on each transport."""
    number = questions.port_of(port)
    here = edition_of(request)
    states = here.edition.ports(number)
    return _port_page(request, states, states, here.edition.at(number))


def port_transport(request: HttpRequest, port: str, transport: str) -> HttpResponse:
    """A port on one transport."""
    number, over = questions.port_of(port), questions.transport_of(transport)
    here = edition_of(request)
    states = here.edition.ports(number)
    asked = tuple(state for state in states if state.transport is over)
    return _port_page(request, asked, states, asked[0].records)


def port_without_slash(request: HttpRequest, port: str, transport: str = "") -> HttpResponse:
    """A slash too many at the end: leads to the address without it, made anew from what it names."""
    number = questions.port_of(port)
    over = questions.transport_of(transport) if transport else None
    return HttpResponsePermanentRedirect(edition_of(request).links.port(number, over))


def service(request: HttpRequest, name: str) -> HttpResponse:
    """All that stands under a service name; a slash too many at its end leads to the address without it."""
    here = edition_of(request)
    bare = name.rstrip("/")
    if bare != name and not here.edition.service(name) and here.edition.service(bare):
        return HttpResponsePermanentRedirect(here.links.service(bare))
    found = questions.service_of(here, name)
    address = here.links.service(found.name)
    context = {
        "service": found,
        "name": page_text(found.name),
        "sentence": sentences.service_sentence(found, here.links),
        "aliases": [(page_text(alias), here.links.service(alias)) for alias in found.aliases],
        "canonical": (page_text(found.canonical), here.links.service(found.canonical)),
        "labels": _labels(found),
        "cards": cards(found.records, here),
        "rows": len(found.records),
        "address": address,
        "json": here.links.json(service_address(found.name)),
    }
    return page(request, "service.html", context)


def _port_page(
    request: HttpRequest,
    asked: tuple[PortState, ...],
    states: tuple[PortState, ...],
    rows: tuple[Record, ...],
) -> HttpResponse:
    """The page of a port on the transports *asked*; *rows* are those that speak of it."""
    here = edition_of(request)
    links = here.links
    number = asked[0].port
    transport = asked[0].transport if len(asked) == 1 else None
    address = links.port(number, transport)
    lines = [
        StateLine(
            state.transport,
            links.port(number, state.transport),
            state.state,
            sentences.explanation(state, states),
            tuple(card(record, here) for record in state.records if record.service_name),
        )
        for state in asked
    ]
    context = {
        "port": number,
        "transport": transport,
        "range": range_of(number).value.removesuffix("s"),
        "sentence": sentences.port_sentence(asked, links),
        "lines": lines,
        "cards": cards(rows, here),
        "rows": len(rows),
        "before": links.port(number - 1, transport) if number else "",
        "after": links.port(number + 1, transport) if number < MAX_PORT else "",
        "whole": links.port(number),
        "address": address,
        "json": links.json(port_address(number, transport)),
    }
    return page(request, "port.html", context)


def _labels(service: Service) -> tuple[tuple[str, str], ...]:
    """The service labels for DNS with what each is for; none for an alias (R-LEG-6, R-SD-3)."""
    if service.is_alias:
        return ()
    labels: dict[str, str] = {}
    for record in service.records:
        try:
            transport = parse_transport(record.transport or "")
            labels.setdefault(str(service_label(service.name, transport)), "service discovery and SRV")
            if transport in (Transport.SCTP, Transport.DCCP):
                labels.setdefault(str(srv_label(service.name, transport)), "SRV alone")
        except RuleError:  # a name or a transport that makes no label
            continue
    return tuple((page_text(label), use) for label, use in labels.items())


# -- search


def _results(request: HttpRequest, query: str) -> HttpResponse:
    here = edition_of(request)
    asked = urlencode({"q": query, "limit": HITS})
    context = _found_for(here, query, HITS) | {
        "query_shown": page_text(query),
        "json": here.links.json(f"/search?{asked}"),
    }
    return page(request, "results.html", context)


def _found_for(here: Served, query: str, limit: int) -> dict[str, object]:
    hits, more = questions.hits_of(here, query, limit)
    return {
        "query": query,
        "found": [_found(hit, here) for hit in hits],
        "more": more,
        "problem": None if hits else questions.number_problem(query),
        "suggestions": () if hits else here.opened.index.suggest(query, questions.SUGGESTIONS),
    }


def _found(hit: Hit, here: Served) -> Found:
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
        state=first.state if first else here.edition.port(ports.low, Transport.TCP).state if ports else None,
        summary=first.summary if first else "No row speaks of it.",
        why=page_text(hit.why),
        canonical=page_text(hit.canonical) if hit.canonical and hit.canonical != hit.name else "",
    )
