"""The names that stand at each port and transport, in the order in which a table of services shows them.

Rules R-LOOK-5 (ranges), R-LOOK-6 (rows without transport), R-LEG-6 (aliases stand behind).  One name is
primary: the first that is no alias and well formed, as far as there is one.  What a table of services cannot
hold is left out and counted.  `listed` gives all; which of them are wanted is `profiles`'s.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import NamedTuple

from portbook.edition import Edition
from portbook.errors import FormatError, Problem
from portbook.exports.provenance import some
from portbook.exports.remembered import remembered
from portbook.names import same_name, service_name_problem
from portbook.numbers import Ports, Transport, published_ports
from portbook.records import Part, Record, RichText

MAX_NAME = 31  # bytes: musl gives no longer one back (D-4)
MAX_RANGE = 1_024  # ports of one row that are written out; the widest real row has 100
MAX_NAMES = 1_000_000  # names at a port and transport, all together; the real editions have 12,600

# ASCII letters, digits and what historic names have; a letter or digit first (T-25, T-27).  Digits, or digits
# before a slash, are taken for a port by whoever asks for it.
_WORD = re.compile(rf"(?![0-9]+(?:/|\Z))[A-Za-z0-9][A-Za-z0-9*+./_-]{{0,{MAX_NAME - 1}}}", re.ASCII)


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
        return f"{first} (also: {' '.join(self.names[1:])})" if len(self.named) > 1 else first


class Listing(NamedTuple):
    """The entries by port, then by transport, and what no table of services can hold, in sentences."""

    entries: tuple[Entry, ...]
    left_out: tuple[str, ...]


def fits(name: str) -> bool:
    """Say whether a table of services can hold *name*."""
    return _WORD.fullmatch(name) is not None


class Descriptions(dict[tuple[Part, ...], str]):
    """Parts of a description -> it on one line; most stand in several rows, and several exports ask."""

    def __missing__(self, parts: tuple[Part, ...]) -> str:
        text = self[parts] = str(RichText(parts))
        return text


@remembered
def described(edition: Edition) -> Descriptions:
    """Return the descriptions of *edition* as texts on one line, by their parts."""
    return Descriptions()


@remembered
def listed(
    edition: Edition, holds: Callable[[str], bool] = fits, what: str = "a table of services"
) -> Listing:
    """Return every name of *edition* that stands at a port and that *what* can hold: *holds* says which.

    Raises `FormatError` E-EXPORT-SIZE above `MAX_NAMES`.
    """
    left_out = _LeftOut(what)
    texts = described(edition)
    held = {name: holds(name) for name in {record.service_name for record in edition.records} if name}
    orders_of = {transport: _orders(transport) for transport in {r.transport for r in edition.records}}
    standing: dict[int, Named] = {}  # place -> its first name
    shared: dict[int, dict[str, Named]] = {}  # place of several -> its names in registry order
    count = 0
    for record in edition.records:
        name, number = record.service_name, record.port_number
        if not name or not number:
            continue
        ports, orders = published_ports(number), orders_of[record.transport]
        if not held[name] or ports is None or not orders or ports.high - ports.low >= MAX_RANGE:
            left_out.note(record, ports, held[name])
            continue
        low, high = ports
        count += (high - low + 1) * len(orders)
        if count > MAX_NAMES:
            message = f"names at more than {MAX_NAMES} ports and transports; that many are written"
            raise FormatError(Problem("E-EXPORT-SIZE", message, "docs/limits.md"))
        named = Named(name, texts[record.description.parts])
        for order in orders:
            for place in range(low * _PLACES + order, high * _PLACES + order + 1, _PLACES):
                first = standing.setdefault(place, named)
                if first is not named:
                    shared.setdefault(place, {first.name: first}).setdefault(name, named)
    return Listing(_entries(standing, shared, edition), left_out.sentences())


_TRANSPORTS = tuple(Transport)
_PLACES = len(_TRANSPORTS)  # at one port
_ORDER: dict[str, tuple[int, ...]] = {name.value: (order,) for order, name in enumerate(_TRANSPORTS)}
_ORDER[""] = tuple(range(len(_TRANSPORTS)))  # a row that names none stands for each


def _orders(transport: str | None) -> Sequence[int]:
    """The places in `_TRANSPORTS` of what a row's *transport* stands for; () for an unknown one."""
    if order := _ORDER.get(transport or ""):
        return order
    return _ORDER.get(transport.lower(), ()) if transport and transport.isascii() else ()


def _entries(
    standing: dict[int, Named], shared: dict[int, dict[str, Named]], edition: Edition
) -> tuple[Entry, ...]:
    """What stands at each place, a number made of its port and the place of its transport."""
    ordered = {place: _ordered(names.values(), edition) for place, names in shared.items()}
    places = sorted(standing)
    named = [ordered[place] if place in ordered else (standing[place],) for place in places]
    ports = [place // _PLACES for place in places]
    transports = [_TRANSPORTS[place % _PLACES] for place in places]
    entries = zip(ports, transports, named, strict=True)
    return tuple(
        map(tuple.__new__, repeat(Entry), entries)
    )  # `Entry._make` without a call of Python for each


def _ordered(named: Iterable[Named], edition: Edition) -> tuple[Named, ...]:
    """The names at one place: aliases behind the others, as far as possible malformed ones behind those."""
    return tuple(sorted(named, key=lambda one: _rank(one.name, edition)))  # stable: registry order in a rank


def _rank(name: str, edition: Edition) -> tuple[bool, bool]:
    return not same_name(edition.canonical(name), name), service_name_problem(name) is not None


class _LeftOut:
    """What cannot be held, counted."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.names: dict[str, None] = {}
        self.wide: dict[str, None] = {}
        self.transports: dict[str, None] = {}
        self.numbers: dict[str, None] = {}

    def note(self, record: Record, ports: Ports | None, held: bool) -> None:
        """Note why *record* is left out, which speaks of *ports*; *held*: its name at least can be held."""
        name = record.service_name or ""
        if not held:
            self.names[name] = None
        elif ports is None:
            self.numbers[f"{name} {record.port_number}"] = None
        elif ports.high - ports.low >= MAX_RANGE:
            self.wide[f"{name} {ports}"] = None
        else:
            self.transports[f"{name} {record.transport}"] = None

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
