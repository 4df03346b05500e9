"""The page of a service: its ports, its names, how it is found in DNS, its rows."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from portbook.answers import service_address
from portbook.edition import Service
from portbook.errors import RuleError
from portbook.names import fold
from portbook.numbers import Ports, parse_transport
from portbook.web import questions, sentences
from portbook.web.cards import cards, heading
from portbook.web.editions import Served
from portbook.web.layout import page
from portbook.web.lines import labels_of_service, lines_of_service, looks_at_service
from portbook.web.namings import namings_of_service
from portbook.web.shown import edition_of
from portbook.web.texts import page_text
from portbook.web.txt_tables import txt_tables


class Place(NamedTuple):
    """Ports of a service, and the transports on which it has them, each with its page if it has one."""

    ports: str
    href: str
    transports: tuple[tuple[str, str], ...]


def service(request: HttpRequest, name: str) -> HttpResponse:
    """All that stands under a service name; a slash too many at its end leads to the address without it."""
    here = edition_of(request)
    bare = name.rstrip("/")
    if bare != name and not here.edition.service(name) and here.edition.service(bare):
        return HttpResponsePermanentRedirect(here.links.service(bare))
    found = questions.service_of(here, name)
    spots = _places(found, here)
    sentence = sentences.service_sentence(found, here.links)
    shown_rows = cards(found.records, here)
    context = {
        "name": page_text(found.name),
        "is_alias": found.is_alias,
        "canonical": (page_text(found.canonical), here.links.service(found.canonical)),
        "sentence": sentence,
        "plain_sentence": "".join(piece.text for piece in sentence),
        "namings": namings_of_service(found, here),
        "spots": spots,
        "labels": [(page_text(label), use) for label, use in labels_of_service(found)],
        "copied": lines_of_service(found, here.edition),
        "looks": looks_at_service(found),
        "txt": txt_tables(found.records, here),
        "cards": shown_rows,
        "rows_heading": heading(shown_rows, len(found.records)),
        "address": here.links.service(found.name),
        "json": here.links.json(service_address(found.name)),
    }
    return page(request, "service.html", context)


def _places(service: Service, here: Served) -> tuple[Place, ...]:
    transports: dict[Ports, dict[str, str]] = {}
    for record in service.records:
        if ports := record.ports:
            text, href = _over(record.transport, ports, here)
            transports.setdefault(ports, {})[text] = href
    return tuple(
        Place(sentences.shown_ports(ports), here.links.ports(ports), tuple(over.items()))
        for ports, over in transports.items()
    )


def _over(transport: str | None, ports: Ports, here: Served) -> tuple[str, str]:
    """The transport of a row as it is shown, and the page of the port on it; "" for a range."""
    if not transport:
        return "no particular transport", ""
    try:
        over = parse_transport(fold(transport))
    except RuleError:
        return page_text(transport), ""
    return over.value, here.links.port(ports.low, over) if ports.low == ports.high else ""
