"""The pages of a port: what stands there on each transport and why, what it is called, what lies near.

The sentence first, the rows that say so below (R-LOOK-2, R-LOOK-3).
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from portbook.answers import port_address
from portbook.edition import PortState
from portbook.numbers import (
    FIRST_DYNAMIC_PORT,
    FIRST_USER_PORT,
    MAX_PORT,
    PortRange,
    Ports,
    Transport,
    range_of,
)
from portbook.records import Record
from portbook.web import questions, sentences
from portbook.web.cards import cards, heading
from portbook.web.editions import Served
from portbook.web.layout import page
from portbook.web.lines import lines_of_port, looks_at_port
from portbook.web.namings import namings_at_port
from portbook.web.near import free_blocks_near, neighbours, none_below
from portbook.web.reports import reports_of
from portbook.web.shown import edition_of
from portbook.web.texts import page_text
from portbook.web.txt_tables import txt_tables

RANGES = {
    PortRange.SYSTEM: Ports(0, FIRST_USER_PORT - 1),
    PortRange.USER: Ports(FIRST_USER_PORT, FIRST_DYNAMIC_PORT - 1),
    PortRange.DYNAMIC: Ports(FIRST_DYNAMIC_PORT, MAX_PORT),
}
NAMES_IN_TITLE = 3


class NameLine(NamedTuple):
    """A service at a port on one transport, on a line."""

    name: str
    href: str
    summary: str
    use: str  # the name to use instead


class StateLine(NamedTuple):
    """What a port page says of one transport."""

    transport: str
    href: str
    state: str
    mark: str
    why: str
    names: tuple[NameLine, ...]


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
    names = tuple(dict.fromkeys(name for state in asked for name in state.names))
    range_name = range_of(number)
    sentence = sentences.port_sentence(asked, links, states)
    shown_rows = cards(rows, here)
    context = {
        "port": str(number),
        "transport": transport.value if transport else "",
        "titled": page_text(sentences.listed(names[:NAMES_IN_TITLE])),
        "range": range_name.value.removesuffix("s"),
        "range_ports": sentences.shown_ports(RANGES[range_name]),
        "sentence": sentence,
        "plain_sentence": "".join(piece.text for piece in sentence),
        "within": sentences.within_sentence(rows, links),
        "reports": reports_of(here, number),
        "lines": _state_lines(asked, states, here),
        "namings": namings_at_port(names, here),
        "copied": lines_of_port(asked, here.edition),
        "looks": looks_at_port(asked),
        "txt": txt_tables(rows, here),
        "near_on": (transport or Transport.TCP).value,
        "neighbours": neighbours(here, number, transport),
        "free": free_blocks_near(here, number),
        "none_below": none_below(here, number),
        "cards": shown_rows,
        "rows_heading": heading(shown_rows, len(rows)),
        "before": str(number - 1) if number else "",
        "before_href": links.port(number - 1, transport) if number else "",
        "after": str(number + 1) if number < MAX_PORT else "",
        "after_href": links.port(number + 1, transport) if number < MAX_PORT else "",
        "whole": links.port(number),
        "address": links.port(number, transport),
        "json": links.json(port_address(number, transport)),
    }
    return page(request, "port.html", context)


def _state_lines(
    asked: Sequence[PortState], states: Sequence[PortState], here: Served
) -> tuple[StateLine, ...]:
    return tuple(
        StateLine(
            state.transport.value,
            here.links.port(state.port, state.transport),
            state.state.value,
            state.state.value.lower(),
            sentences.explanation(state, states),
            tuple(_name_line(record, here) for record in state.records if record.service_name),
        )
        for state in asked
    )


def _name_line(record: Record, here: Served) -> NameLine:
    name = record.service_name or ""
    canonical = here.edition.canonical(name)
    return NameLine(
        page_text(name),
        here.links.service(name),
        page_text(str(record.description)),
        page_text(canonical) if canonical != name else "",
    )
