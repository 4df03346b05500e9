"""The names that stand at each port and transport, in the order in which a table of services shows them.

Rules R-LOOK-5 (ranges), R-LOOK-6 (rows without transport), R-LEG-6 (aliases stand behind).  One name is
primary: the first that is no alias and well formed, as far as there is one.  What a table of services cannot
hold is left out and counted.  `listed` gives all; which of them are wanted is `profiles`'s.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from weakref import ref

from portbook.edition import Edition
from portbook.errors import FormatError, Problem
from portbook.exports.provenance import some
from portbook.names import same_name, service_name_problem
from portbook.numbers import Ports, Transport
from portbook.records import Record

MAX_NAME = 31  # bytes: musl gives no longer one back (D-4)
MAX_RANGE = 1_024  # ports of one row that are written out; the widest real row has 100
MAX_NAMES = 1_000_000  # names at a port and transport, all together; the real editions have 12,600

# ASCII letters, digits and what historic names have; a letter or digit first (T-25, T-27).
_WORD = re.compile(rf"[A-Za-z0-9][A-Za-z0-9*+./_-]{{0,{MAX_NAME - 1}}}", re.ASCII)
_NUMBER = re.compile(r"[0-9]+(?:/.*)?", re.ASCII)  # taken for a port by whoever asks for it


class Named(NamedTuple):
    """A service name, and the description of its first row at that place."""

    name: str
    description: str


class Entry(NamedTuple):
    """All names at one port on one transport, the primary one first."""

    port: int
    transport: Transport
    named: tuple[Named, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names alone."""
        return tuple(named.name for named in self.named)

    @property
    def comment(self) -> str:
        """What a grammar with one name a place says in a comment: the description, and the other names."""
        first = self.named[0].description
        return first if len(self.named) == 1 else f"{first} (also: {' '.join(self.names[1:])})"


class Listing(NamedTuple):
    """The entries by port, then by transport, and what no table of services can hold, in sentences."""

    entries: tuple[Entry, ...]
    left_out: tuple[str, ...]


def fits(name: str) -> bool:
    """Say whether a table of services can hold *name*."""
    return _WORD.fullmatch(name) is not None and _NUMBER.fullmatch(name) is None


def listed(
    edition: Edition, holds: Callable[[str], bool] = fits, what: str = "a table of services"
) -> Listing:
    """Return every name of *edition* that stands at a port and that *what* can hold: *holds* says which.

    The last listing is remembered.  Raises `FormatError` E-EXPORT-SIZE above `MAX_NAMES`.
    """
    for known, by, listing in tuple(_last):
        if known() is edition and by == (holds, what):
            return listing
    listing = _listed(edition, _LeftOut(holds, what))
    _last[:] = [(ref(edition, _forget), (holds, what), listing)]
    return listing


_Holds = tuple[Callable[[str], bool], str]
_last: list[
    tuple["ref[Edition]", _Holds, Listing]
] = []  # at most one: tables of one edition are made in a row


def _forget(_: "ref[Edition]") -> None:
    _last.clear()


def _listed(edition: Edition, left_out: "_LeftOut") -> Listing:
    held = left_out.held
    standing: dict[tuple[int, int], dict[str, Record]] = {}
    count = 0
    for record in edition.records:
        if not (name := record.service_name) or not record.port_number or not (ports := held(record)):
            continue
        orders = _orders(record)
        count += (ports.high - ports.low + 1) * len(orders)
        if count > MAX_NAMES:
            message = f"names at more than {MAX_NAMES} ports and transports; that many are written"
            raise FormatError(Problem("E-EXPORT-SIZE", message, "docs/limits.md"))
        for port in range(ports.low, ports.high + 1):
            for order in orders:
                place = port, order
                if place not in standing:
                    standing[place] = {name: record}
                else:
                    standing[place].setdefault(name, record)
    ordered = [
        Entry(place[0], _TRANSPORTS[place[1]], _ordered(standing[place], edition))
        for place in sorted(standing)
    ]
    return Listing(tuple(ordered), left_out.sentences())


_TRANSPORTS = tuple(Transport)
_ORDER: dict[str, tuple[int, ...]] = {name.value: (order,) for order, name in enumerate(_TRANSPORTS)}
_ORDER[""] = tuple(range(len(_TRANSPORTS)))  # a row that names none stands for each


def _orders(record: Record) -> Sequence[int]:
    """The places in `_TRANSPORTS` of the transports that *record* stands for; () for an unknown one."""
    transport = record.transport or ""
    if order := _ORDER.get(transport):
        return order
    return _ORDER.get(transport.lower(), ()) if transport.isascii() else ()


def _ordered(rows: dict[str, Record], edition: Edition) -> tuple[Named, ...]:
    """The names at one place: aliases behind the others, as far as possible malformed ones behind those."""
    if len(rows) == 1:
        ((name, record),) = rows.items()
        return (Named(name, str(record.description)),)
    named = [Named(name, str(record.description)) for name, record in rows.items()]
    named.sort(key=lambda one: _rank(one.name, edition))  # stable: registry order within a rank
    return tuple(named)


def _rank(name: str, edition: Edition) -> tuple[bool, bool]:
    return not same_name(edition.canonical(name), name), service_name_problem(name) is not None


class _LeftOut:
    """What cannot be held, counted."""

    def __init__(self, holds: Callable[[str], bool], what: str) -> None:
        self.holds, self.what = holds, what
        self.fit: dict[str, bool] = {}  # most names stand in several rows
        self.names: dict[str, None] = {}
        self.wide: dict[str, None] = {}
        self.transports: dict[str, None] = {}
        self.numbers: dict[str, None] = {}

    def held(self, record: Record) -> Ports | None:
        """Return the ports of *record* if it can be held; else None, and note why."""
        name, ports = record.service_name or "", record.ports
        if (fit := self.fit.get(name)) is None:
            fit = self.fit[name] = self.holds(name)
        if not fit:
            self.names[name] = None
        elif ports is None:
            self.numbers[f"{name} {record.port_number}"] = None
        elif _width(ports) > MAX_RANGE:
            self.wide[f"{name} {ports}"] = None
        elif not _orders(record):
            self.transports[f"{name} {record.transport}"] = None
        else:
            return ports
        return None

    def sentences(self) -> tuple[str, ...]:
        """Return a sentence for each kind of thing that was left out."""
        return tuple(
            f"left out, {why} ({len(found)}): {some(found)}"
            for why, found in (
                (f"for {self.what} has no place for such names", self.names),
                ("for the port number is none", self.numbers),
                (f"for the range has more than {MAX_RANGE} ports", self.wide),
                ("for the transport is none of tcp, udp, sctp, dccp", self.transports),
            )
            if found
        )


def _width(ports: Ports) -> int:
    return ports.high - ports.low + 1


# -- names of earlier editions


def old_names(listing: Listing, earlier: Iterable[Edition]) -> dict[tuple[int, Transport], tuple[str, ...]]:
    """Return the names that stood at places of *listing* in *earlier* editions, newest first, and no more do.

    A name that *listing* still has somewhere is none: it must not lead to two places.  An old name counts
    where it stood in the newest edition that has it.  Case counts, as in every reader of services(5).
    """
    current = {name for entry in listing.entries for name in entry.names}
    places = {(entry.port, entry.transport) for entry in listing.entries}
    known = set(current)
    found: dict[tuple[int, Transport], tuple[str, ...]] = {}
    for edition in earlier:
        seen: set[str] = set()
        for entry in listed(edition).entries:
            place = entry.port, entry.transport
            gone = tuple(name for name in entry.names if name not in known)
            seen.update(gone)
            if gone and place in places:
                found[place] = found.get(place, ()) + gone
        known |= seen
    return found
