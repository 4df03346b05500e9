"""What stands at each port on each transport: one row a place, and for how long it has stood there.

The whole number space, 65,536 ports on four transports, so that whatever traffic has finds exactly one row;
ranges are expanded (R-LOOK-5).  States are `Edition.port`'s.  With earlier editions a place has a row for
each stretch of time in which it read the same.  All that is known of a change is that it came after one
edition and not after the next: it stands at the date of the later one.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from portbook.census import BORDERS
from portbook.edition import Edition, PortState
from portbook.errors import FormatError, Problem
from portbook.names import same_name, service_name_problem
from portbook.numbers import MAX_PORT, Ports, Transport

TRANSPORTS = tuple(Transport)


class Standing(NamedTuple):
    """What stands at a place: the name to show (the first that is no alias and well formed) and all names."""

    state: str
    service_name: str | None
    canonical: str | None
    names: tuple[str, ...]


class Stretch(NamedTuple):
    """Neighbouring ports on one transport at which the same stands."""

    ports: Ports
    transport: Transport
    standing: Standing


class Row(NamedTuple):
    """One place and what stood there: from an edition's date on, up to another's (None: still)."""

    port: int
    transport: int  # its place in `TRANSPORTS`
    standing: int  # its place in `Timeline.standings`
    valid_from: str
    valid_to: str | None


class Timeline(NamedTuple):
    """Rows by port, transport and time, and the distinct standings that they point to."""

    rows: tuple[Row, ...]
    standings: tuple[Standing, ...]


def stretches(edition: Edition) -> Iterator[Stretch]:
    """Yield all ports, transport by transport, the lowest first."""
    lows = _cuts(edition)
    for transport in TRANSPORTS:
        first, before = 0, None
        for low in lows:
            standing = _standing(edition.port(low, transport), edition)
            if before and standing != before:
                yield Stretch(Ports(first, low - 1), transport, before)
                first = low
            before = standing
        if before:
            yield Stretch(Ports(first, MAX_PORT), transport, before)


def _cuts(edition: Edition) -> list[int]:
    """The ports at which an answer may change: where the rows do, and at the edges of ranges."""
    cuts = []
    before = None
    for port in range(MAX_PORT + 1):
        rows = edition.at(port)
        if port in BORDERS or (rows is not before and rows != before):
            cuts.append(port)
        before = rows
    return cuts


def _standing(state: PortState, edition: Edition) -> Standing:
    names = state.names
    if len(names) > 1:
        names = tuple(sorted(names, key=lambda name: _rank(name, edition)))  # stable: registry order
    first = names[0] if names else None
    return Standing(state.state.value, first, edition.canonical(first) if first else None, names)


def _rank(name: str, edition: Edition) -> tuple[bool, bool]:
    return not same_name(edition.canonical(name), name), service_name_problem(name) is not None


def timeline(edition: Edition, date: str, earlier: Iterable[tuple[str, Edition]] = ()) -> Timeline:
    """Return the rows of *edition*, published on *date*, and of *earlier* ones with dates, oldest first.

    Of editions with one date the last counts.  Raises `FormatError` E-EXPORT-DATE for an edition without a
    date that has earlier ones.
    """
    known: dict[Standing, int] = {}
    places: list[int] = []
    since: list[str] = []
    closed: list[Row] = []
    for day, one in (*earlier, (date, edition)):
        if not day and places:
            message = "the edition carries no date, so nothing can be earlier"
            raise FormatError(Problem("E-EXPORT-DATE", message, "docs/exports.md"))
        now = _places(one, known)
        if not places:
            since = [day] * len(now)
        elif now != places:
            closed += _changed(places, now, since, day)
        places = now
    current = (Row(*_place(at), standing, since[at], None) for at, standing in enumerate(places))
    rows = sorted((*closed, *current), key=lambda row: (row.port, row.transport, row.valid_from))
    return Timeline(tuple(rows), tuple(known))


def _places(edition: Edition, known: dict[Standing, int]) -> list[int]:
    """The number in *known* of what stands at each place: the ports of one transport, then the next's."""
    places: list[int] = []
    for ports, _, standing in stretches(edition):
        places += [known.setdefault(standing, len(known))] * (ports.high - ports.low + 1)
    return places


def _place(at: int) -> tuple[int, int]:
    transport, port = divmod(at, MAX_PORT + 1)
    return port, transport


def _changed(before: list[int], now: list[int], since: list[str], day: str) -> Iterator[Row]:
    """The rows that end on *day*; *since* is brought up to date."""
    for at, (old, new) in enumerate(zip(before, now, strict=True)):
        if old != new:
            if since[at] != day:
                yield Row(*_place(at), old, since[at], day)
            since[at] = day
