"""Holdings: rows of the registry to be, for people: those of one party, those that somebody looks for.

Reads only.  Pages go on after the last row of the one before, in the order of the registry.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from django.db import connection

from portbook.names import fold
from portbook.numbers import MAX_PORT
from portbook.procedures import Target
from portbook.procedures.returning import rows_of
from portbook.procedures.values import assignees_of
from portbook.records import Contact, Record
from portbook.register import tables
from portbook.register.cases import Inquiry, Verification
from portbook.register.entries import Held, Reader
from portbook.register.limits import MAX_ROWS, ROWS_A_PAGE
from portbook.register.models import Contact as ContactRow
from portbook.register.operations.acting import mail_address
from portbook.register.sql import HOLDS
from portbook.standing import holding_of

_AT_ONCE = 200  # rows read for a page of a party: its id may stand in a row as something else

_DIGITS = 5  # of a port


class Page(NamedTuple):
    """A page of rows, and after which position the next one begins; None when there is none."""

    rows: tuple[Held, ...]
    next: int | None


# -- lists


def of_party(party: str, after: int = 0) -> Page:
    """Return the rows of which the contact *party* is Assignee or Contact."""
    written = json.dumps(party, ensure_ascii=False)
    where = f"fold <> '' AND {_holds('row')}"
    return _page(where, [written], after, lambda held: party in people_of(held.record))


def people_of(row: Record) -> frozenset[str]:
    """Return everybody who is Assignee or Contact of *row*."""
    return frozenset((*assignees_of(row), *holding_of(row).contacts))


def sought(text: str, after: int = 0) -> Page:
    """Return the rows at a port, or with *text* in their names; of no text, none."""
    port = port_of(text)
    if port is not None:
        return _page("low <= %s AND high >= %s", [port, port], after)
    return _page(f"fold <> '' AND {_holds('fold')}", [fold(text)], after) if text else Page((), None)


def port_of(text: str) -> int | None:
    """Return the port that *text* names, or None."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if is_number and int(text) <= MAX_PORT else None


def _page(
    where: str, values: list[Any], after: int, is_meant: Callable[[Held], bool] = lambda held: True
) -> Page:
    found: list[Held] = []
    reader = Reader()
    end = f"WHERE position > %s AND {where} ORDER BY position LIMIT {_AT_ONCE}"
    while True:
        part = reader.select(end, [after, *values])
        found += filter(is_meant, part)
        if len(found) > ROWS_A_PAGE:
            return Page(tuple(found[:ROWS_A_PAGE]), found[ROWS_A_PAGE - 1].position)
        if len(part) < _AT_ONCE:
            return Page(tuple(found), None)
        after = part[-1].position


def _holds(column: str) -> str:
    return HOLDS[connection.vendor].format(column)


# -- one service or port


def entry(what: str) -> tuple[Held, ...]:
    """Return the rows of the service *what*, or those at the port of that number, in registry order."""
    port = port_of(what)
    if port is not None:
        end, values = "WHERE low <= %s AND high >= %s", [port, port]
    else:
        end, values = "WHERE fold = %s AND fold <> ''", [fold(what)]  # type: ignore[list-item]
    return tuple(Reader().select(f"{end} ORDER BY position LIMIT {MAX_ROWS}", values))


class Claimed(NamedTuple):
    """What nobody else can be given because of an entry."""

    ports: tuple[tuple[int, str], ...]  # with transports
    codes: tuple[int, ...]


def claims_of(rows: Iterable[Held]) -> Claimed:
    """Return what *rows* claim: ports on their transports, service codes."""
    entries = [held.identity for held in rows]
    if not entries:
        return Claimed((), ())
    marks = tables.marks(len(entries))
    ports = f"SELECT port, transport FROM register_portclaim WHERE entry_id IN ({marks}) ORDER BY 1, 2"  # noqa: S608
    codes = f"SELECT code FROM register_codeclaim WHERE entry_id IN ({marks}) ORDER BY 1"  # noqa: S608
    return Claimed(tuple(tables.rows(ports, entries)), tuple(code for (code,) in tables.rows(codes, entries)))


# -- what many targets mean, with one statement


class Gathered:
    """The rows of some services, read together, as `procedures.Rows`."""

    def __init__(self, names: Iterable[str]) -> None:
        folded = sorted({fold(name) for name in names} - {""})
        self._rows: list[Held] = []
        reader = Reader()
        for start in range(0, len(folded), _AT_ONCE):
            part = folded[start : start + _AT_ONCE]
            end = f"WHERE fold IN ({tables.marks(len(part))}) ORDER BY position"
            self._rows += reader.select(end, part)

    def named(self, name: str) -> tuple[Record, ...]:
        """All rows of the service."""
        return tuple(held.record for held in self._rows if held.values["fold"] == fold(name))

    def at(self, port: int) -> tuple[Record, ...]:
        """Those of their rows that speak of *port*."""
        return tuple(
            held.record
            for held in self._rows
            if held.values["low"] is not None and held.values["low"] <= port <= held.values["high"]
        )

    def of(self, target: Target) -> tuple[Record, ...]:
        """The rows that *target* means."""
        return rows_of(self, target)


# -- contacts


class Address(NamedTuple):
    """A mail address of a contact, and when it answered last."""

    address: str
    verified: str  # a day; "" for never
    how: str
    asked: str  # the day of a letter that it has not answered; "" for none
    ends: str


class Party(NamedTuple):
    """A contact as the register has it."""

    contact: Contact
    is_withheld: bool
    addresses: tuple[Address, ...]


def party(contact_id: str) -> Party | None:
    """Return the contact with that id, or None."""
    found = tables.load(ContactRow, "WHERE contact_id = %s", [contact_id])
    if not found:
        return None
    contact = Reader().contact(found[0].row, found[0].layout)
    answered = {each.address: each for each in tables.load(Verification, "WHERE contact = %s", [contact_id])}
    asked = {each.address: each for each in tables.load(Inquiry, "WHERE contact = %s", [contact_id])}
    addresses = tuple(
        _address(address, answered.get(address), asked.get(address)) for address in addresses_of(contact)
    )
    return Party(contact, found[0].is_withheld, addresses)


def addresses_of(contact: Contact) -> Iterator[str]:
    """The mail addresses of *contact*."""
    return filter(None, map(mail_address, contact.uris))


def _address(address: str, answered: Verification | None, asked: Inquiry | None) -> Address:
    waits = asked if asked and not asked.answered else None
    verified, how = (answered.verified, answered.how) if answered else ("", "")
    return Address(address, verified, how, waits.asked if waits else "", waits.ends if waits else "")
