"""Unauthorized use as the registry reports it: which rows report it for a port (R-UNAUTH-2).

A report speaks of the ports that it names, which need not be those of its row; where it names none, of its
row's.  The page repeats the report in its own words.
"""

from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

from portbook.discovery import unauthorized_ports
from portbook.numbers import Ports
from portbook.records import Record, RichText
from portbook.web.editions import Opened, Served
from portbook.web.sentences import listed, shown_ports
from portbook.web.texts import Piece, page_text, pieces

_SPAN = 1_024  # ports: few reports lie in one, and a report lies in few
_reported: WeakKeyDictionary[Opened, dict[int, list[tuple[Ports, Record]]]] = WeakKeyDictionary()


class Report(NamedTuple):
    """A report of unauthorized use, and the rows that hold it."""

    text: tuple[Piece, ...]
    rows: str  # "", or which rows of other ports hold it


def reports_of(here: Served, port: int) -> tuple[Report, ...]:
    """Return what is reported of *port*, each text once."""
    found: dict[RichText, list[Record]] = {}
    for ports, record in _every_report(here.opened).get(port // _SPAN, ()):
        if ports.low <= port <= ports.high and (text := record.unauthorized_use_reported):
            found.setdefault(text, []).append(record)
    return tuple(
        Report(pieces(text, here.links), _elsewhere(rows, port))
        for text, rows in found.items()
        if pieces(text, here.links)
    )


def _every_report(opened: Opened) -> dict[int, list[tuple[Ports, Record]]]:
    """The ports that the rows of an edition report, with the row, by the span they lie in; found once."""
    if opened not in _reported:
        spans: dict[int, list[tuple[Ports, Record]]] = {}
        for record in opened.edition.records:
            for ports in _spoken_of(record):
                for span in range(ports.low // _SPAN, ports.high // _SPAN + 1):
                    spans.setdefault(span, []).append((ports, record))
        _reported[opened] = spans
    return _reported[opened]


def _spoken_of(record: Record) -> Iterator[Ports]:
    if record.unauthorized_use_reported is None:
        return
    named = unauthorized_ports(record)
    if named:
        yield from named
    elif record.ports:
        yield record.ports


def _elsewhere(rows: list[Record], port: int) -> str:
    """Which rows report it, unless a row for just that port does."""
    places = dict.fromkeys(shown_ports(row.ports) if row.ports else "no port" for row in rows)
    if str(port) in places:
        return ""
    named = dict.fromkeys(page_text(row.service_name) for row in rows if row.service_name)
    return f"{listed(named)}, {listed(places)}" if named else listed(places)
