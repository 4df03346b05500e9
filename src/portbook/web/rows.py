"""The rows of an edition as one table: searched, filtered, sorted and cut into pages.

The meaning of a search is that of IANA's own page: plain text in any column but the two dates, case ignored
(R-PUB-5 has the columns).  Rows are known by their position in the registry, from 0.  A value in, positions
out; what an address asks is read by `table_questions`, what a page shows is made by `tables`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from itertools import compress, repeat
from operator import contains
from typing import NamedTuple

from portbook.edition import Edition, State, row_state
from portbook.formats.columns import COLUMNS, row
from portbook.numbers import PortRange, Transport, published_ports, range_of
from portbook.records import Record

PAGE = 100  # rows of a page, as on IANA's
KEPT = 32  # answers kept, each the positions of its rows

SLUGS = (
    "name", "port", "transport", "description", "assignee", "contact", "registered", "modified",
    "reference", "code", "unauthorized", "notes",
)  # fmt: skip
TITLES = dict(zip(SLUGS, COLUMNS, strict=True))
DATES = ("registered", "modified")
NUMBERS = ("port", "code")
NO_TRANSPORT = "none"
RANGES = {"system": PortRange.SYSTEM, "user": PortRange.USER, "dynamic": PortRange.DYNAMIC}
CHOICES: dict[str, tuple[str, ...]] = {  # filters whose values are known before any edition
    "range": tuple(RANGES),
    "state": tuple(state.lower() for state in State if state is not State.DYNAMIC),  # a state of no row
    "transport": (*(transport.value for transport in Transport), NO_TRANSPORT),
    "ports": ("yes", "no"),
}
FILTERS = ("range", "state", "transport", "ports", "year")

_SEARCHED = tuple(number for number, slug in enumerate(SLUGS) if slug not in DATES)
_SERVICE_CODE = re.compile(r"[0-9]{1,10}", re.ASCII)  # 32 bits (RFC 4340 section 8.1.2)
_BETWEEN_CELLS = "\n"  # in no folded text, so a match never spans two cells


class SortKey(NamedTuple):
    """A column to sort by, by its slug."""

    column: str
    descending: bool = False


class TableQuestion(NamedTuple):
    """Which rows, in which order, and which page of them; "" is a filter that is not set."""

    search: str = ""
    range: str = ""
    state: str = ""
    transport: str = ""
    ports: str = ""  # "yes" or "no": with or without a port number
    year: str = ""  # of the registration
    sort: tuple[SortKey, ...] = ()  # a later key decides where the earlier ones are equal
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        """Whether it may leave rows out."""
        return bool(self.search or any(getattr(self, name) for name in FILTERS))

    def without(self, name: str) -> "TableQuestion":
        """The same question without its search or the filter *name*, from its first page."""
        return TableQuestion(**{**self._asdict(), name: "", "page": 1})


class TablePage(NamedTuple):
    """The rows of one page, by position, and how many rows and pages there are."""

    rows: tuple[int, ...]
    found: int
    last: int  # page; 1 also where nothing was found


class RowTable:
    """All rows of an edition, in registry order."""

    def __init__(self, edition: Edition) -> None:
        self.records = edition.records
        self.rows = lru_cache(maxsize=KEPT)(self._rows)
        self._ranks = lru_cache(maxsize=None)(self._made_ranks)  # at most two for each column

    def page(self, question: TableQuestion) -> TablePage:
        """Return the page that *question* asks for; without rows when it is beyond the last."""
        rows = self.rows(question._replace(page=1))
        start = (question.page - 1) * PAGE
        return TablePage(rows[start : start + PAGE], len(rows), max(1, -(-len(rows) // PAGE)))

    @cached_property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """The twelve cells of each row, as IANA's page shows them today (rendering D)."""
        return tuple(map(row, self.records))

    @cached_property
    def years(self) -> tuple[str, ...]:
        """The years in which rows were registered, the latest first."""
        return tuple(sorted(self._holders["year"], reverse=True))

    def years_of(self, question: TableQuestion) -> dict[str, int]:
        """Return how many rows *question* finds of each year of registration, its own year left out."""
        rows = self.rows(question._replace(year="", sort=(), page=1))
        found = Counter(map(self._year_of.__getitem__, rows))
        return {year: found[year] for year in sorted(found, reverse=True) if year}

    def empty_columns(self, rows: Iterable[int]) -> tuple[int, ...]:
        """Return the numbers of the columns, from 1, that are empty in all of *rows*."""
        columns = zip(*(self.cells[position] for position in rows), strict=True)
        return tuple(number for number, column in enumerate(columns, 1) if not any(column))

    # -- which rows

    def _rows(self, question: TableQuestion) -> tuple[int, ...]:
        """The positions of the rows of all pages."""
        found: Iterable[int] = self._everything
        if needle := folded(question.search):
            found = compress(found, map(contains, self._texts, repeat(needle)))
        for name in FILTERS:
            if value := getattr(question, name):
                found = filter(self._holders[name].get(value, frozenset()).__contains__, found)
        rows = list(found)
        for key in reversed(question.sort):
            rows.sort(key=self._ranks(key).__getitem__)
        return tuple(rows)

    @cached_property
    def _everything(self) -> tuple[int, ...]:
        return tuple(range(len(self.records)))

    @cached_property
    def _year_of(self) -> tuple[str, ...]:
        """The year of registration of each row, or ""."""
        return tuple(next(iter(_years(record)), "") for record in self.records)

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        """The searched cells of each row, each text once: the contact is mostly the assignee."""
        return tuple(
            _BETWEEN_CELLS.join(dict.fromkeys(folded(cells[number]) for number in _SEARCHED))
            for cells in self.cells
        )

    @cached_property
    def _holders(self) -> dict[str, dict[str, frozenset[int]]]:
        """Filter -> its value -> the rows that have it."""
        return {name: self._by_value(_VALUES[name]) for name in FILTERS}

    def _by_value(self, values: Callable[[Record], Iterable[str]]) -> dict[str, frozenset[int]]:
        found: dict[str, list[int]] = {}
        for position, record in enumerate(self.records):
            for value in values(record):
                found.setdefault(value, []).append(position)
        return {value: frozenset(positions) for value, positions in found.items()}

    # -- in which order

    def _made_ranks(self, key: SortKey) -> list[int]:
        """The rank of each row under *key*; equal cells have one rank, empty ones the last of all."""
        column = SLUGS.index(key.column)
        order = _number_order if key.column in NUMBERS else str.casefold
        orders = {cells[column]: order(cells[column]) for cells in self.cells if cells[column]}
        ascending = {value: rank for rank, value in enumerate(sorted(set(orders.values())))}
        sign = -1 if key.descending else 1
        ranks = {cell: sign * ascending[value] for cell, value in orders.items()}
        last = len(ascending)
        return [ranks.get(cells[column], last) for cells in self.cells]


def folded(text: str) -> str:
    """Return *text* as it is searched: case ignored, white space as single blanks, none at its ends."""
    return " ".join(text.casefold().split())


def _number_order(cell: str) -> tuple[int, int, int, str]:
    """Ports by their low, then their high end; another number by its value; other text after all numbers."""
    if ports := published_ports(cell):
        return 0, ports.low, ports.high, ""
    if _SERVICE_CODE.fullmatch(cell):
        return 0, int(cell), 0, ""
    return 1, 0, 0, cell.casefold()


# -- what a row has, for each filter


def _ranges(record: Record) -> Iterable[str]:
    """Every range that the ports of *record* touch (R-RANGE-2)."""
    if ports := record.ports:
        first, last = (list(PortRange).index(range_of(end)) for end in ports)
        return list(RANGES)[first : last + 1]
    return ()


def _states(record: Record) -> Iterable[str]:
    return (row_state(record)[0].lower(),)


def _transports(record: Record) -> Iterable[str]:
    return ((record.transport or NO_TRANSPORT).lower(),)


def _with_port(record: Record) -> Iterable[str]:
    return ("yes" if record.port_number else "no",)


def _years(record: Record) -> Iterable[str]:
    year = (record.registration_date or "")[:4]
    return (year,) if len(year) == 4 and year.isascii() and year.isdigit() else ()


_VALUES: dict[str, Callable[[Record], Iterable[str]]] = {
    "range": _ranges,
    "state": _states,
    "transport": _transports,
    "ports": _with_port,
    "year": _years,
}
