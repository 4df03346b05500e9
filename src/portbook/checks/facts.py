"""Facts: what the checks ask of an edition more than once, each found out on first use."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import Literal, NamedTuple

from portbook.edition import Edition, State, row_state
from portbook.errors import shown
from portbook.names import fold
from portbook.numbers import MAX_PORT, Transport
from portbook.records import Record

ERROR: Literal["error"] = "error"
FLAG: Literal["flag"] = "flag"
MAX_NAMED = 6  # texts that a message lists
PAIRED = (Transport.TCP, Transport.UDP)  # companions are printed for these alone (R-MARK-4)


class Finding(NamedTuple):
    """A rule that an edition breaks, and where."""

    code: str  # stable, in docs/errors.md
    rule: str  # "R-LEG-9"
    level: Literal["error", "flag"]
    row: int | None  # from 1; None for what concerns no row alone
    message: str  # quotes the text


class Row(NamedTuple):
    """A record with its place."""

    number: int  # from 1
    record: Record


class Coverage:
    """For each port from 0 to 65535, whether some row speaks of it."""

    def __init__(self) -> None:
        self._marks = bytearray(MAX_PORT + 1)

    def add(self, low: int, high: int) -> None:
        self._marks[low : high + 1] = b"\1" * (high + 1 - low)

    def first(self, low: int, high: int) -> int | None:
        """The first port from *low* to *high* that is covered, or None."""
        place = self._marks.find(1, low, high + 1)
        return None if place < 0 else place

    def first_gap(self, low: int, high: int) -> int | None:
        """The first port from *low* to *high* that is not covered, or None."""
        place = self._marks.find(0, low, high + 1)
        return None if place < 0 else place

    def __contains__(self, port: int) -> bool:
        return bool(self._marks[port])


class Facts:
    """An edition and its indexes."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.rows = tuple(Row(number, record) for number, record in enumerate(edition.records, start=1))
        self.named = tuple(row for row in self.rows if row.record.service_name)
        self.nameless = tuple(row for row in self.rows if not row.record.service_name)

    @cached_property
    def by_name(self) -> dict[str, list[Row]]:
        """The rows of each name, by the name folded."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.named:
            found[fold(row.record.service_name or "")].append(row)
        return dict(found)

    @cached_property
    def ports_of(self) -> dict[str, dict[str | None, None]]:
        """The port numbers of each name as published, None for a row without, by the name folded."""
        return {
            name: dict.fromkeys(row.record.port_number or None for row in rows)
            for name, rows in self.by_name.items()
        }

    @cached_property
    def by_place(self) -> dict[tuple[str, str | None, str | None], list[Row]]:
        """The rows of each name, folded, on each port and transport."""
        found: dict[tuple[str, str | None, str | None], list[Row]] = defaultdict(list)
        for row in self.named:
            record = row.record
            found[fold(record.service_name or ""), record.port_number, record.transport].append(row)
        return dict(found)

    @cached_property
    def assigned(self) -> dict[Transport, Coverage]:
        """The ports that a row gives to somebody, by transport: one with a name, or "any private ..."."""
        return self._covered(row for row in self.rows if assigns(row.record))

    @cached_property
    def said_to_be(self) -> dict[State, dict[Transport, Coverage]]:
        """The ports of which a row without a name says so, by state and transport."""
        rows: dict[State, list[Row]] = {state: [] for state in State}
        for row in self.nameless:
            rows[row_state(row.record)[0]].append(row)
        return {state: self._covered(iter(found)) for state, found in rows.items()}

    @cached_property
    def settled(self) -> dict[Transport, Coverage]:
        """The ports that a row gives to somebody or says to be Reserved, by transport."""
        return self._covered(
            row for row in self.rows if assigns(row.record) or row_state(row.record)[0] is State.RESERVED
        )

    def _covered(self, rows: Iterator[Row]) -> dict[Transport, Coverage]:
        """What *rows* speak of; one without transport speaks for every transport (R-LOOK-6)."""
        covered = {transport: Coverage() for transport in Transport}
        for _, record in rows:
            if ports := record.ports:
                for transport in transports_of(record):
                    covered[transport].add(ports.low, ports.high)
        return covered


def assigns(record: Record) -> bool:
    """Whether *record* makes its ports Assigned on a transport that it names, as `edition` has it."""
    return bool(record.transport) and row_state(record)[0] is State.ASSIGNED


def transports_of(record: Record) -> tuple[Transport, ...]:
    """The transports that *record* speaks for: all when it names none, none when it names an unknown one."""
    if not record.transport:
        return tuple(Transport)
    folded = fold(record.transport)
    return tuple(transport for transport in Transport if transport == folded)


def what(record: Record) -> str:
    """Say which row it is, for a message: "'http' 80/tcp"."""
    name = shown(record.service_name) if record.service_name else "the row"
    return f"{name} {place(record)}".rstrip()


def some(texts: Iterable[str | None]) -> str:
    """Return the first few of *texts* for a message, with "..." for more."""
    first = list(islice(filter(None, texts), MAX_NAMED + 1))
    return ", ".join(first[:MAX_NAMED]) + (", ..." if len(first) > MAX_NAMED else "")


def place(record: Record) -> str:
    """Say port number and transport, as published: "80/tcp", "80", "tcp" or nothing."""
    return "/".join(shown(part)[1:-1] for part in (record.port_number, record.transport) if part)
