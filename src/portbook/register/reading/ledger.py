"""Reading the books: which Events there are of whom, what and when; the place of one in the chain.

Reads only.  Lists go by the number of an Event, so a page costs the same wherever it stands.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from portbook.register import events, tables
from portbook.register.events import EventValue
from portbook.register.models import Event
from portbook.register.reading import events_about

_COLUMNS = "number, instant, actor, operation, object, reason, channel, persons"
_ESCAPE = "!"  # before a character that LIKE would read as a pattern
_AT_ONCE = 500  # Events of one question
MAX_NUMBER = 2**63 - 1  # greater than that of any Event

Change = dict[str, Any]


class Asked(NamedTuple):
    """Of which Events; "" for whatever it is."""

    actor: str = ""
    operation: str = ""
    object: str = ""  # of the Event, or a service that it is about
    channel: str = ""
    first: str = ""  # day
    last: str = ""  # day
    text: str = ""  # in the reason, the object or the name of who acted; or a service that it is about


class Line(NamedTuple):
    """An Event in a list, without what it changed."""

    number: int
    instant: str
    actor: str
    operation: str
    object: str
    reason: str
    channel: str
    persons: str  # JSON


class Sheet(NamedTuple):
    """A page of Events, newest first, and whether there are newer and older ones."""

    lines: tuple[Line, ...]
    has_newer: bool
    has_older: bool


class Link(NamedTuple):
    """An Event with how it hangs in the chain; each of the three is computed again."""

    event: EventValue
    hash: str
    is_what_its_hash_says: bool
    follows: bool  # the one before has the hash that this one holds
    is_followed: bool | None  # the next one holds this one's hash; None for the last


def sheet(asked: Asked, limit: int, *, before: int | None = None, after: int | None = None) -> Sheet:
    """Return at most *limit* Events older than *before*, or the first ones newer than *after*."""
    where, given = _where(asked)
    upwards = after is not None
    if before is not None:
        where, given = [*where, "number < %s"], [*given, before]
    if after is not None:
        where, given = [*where, "number > %s"], [*given, after]
    found = _lines(where, given, "ASC" if upwards else "DESC", limit + 1)
    lines = found[:limit][::-1] if upwards else found[:limit]
    is_more = len(found) > limit
    if upwards:
        return Sheet(lines, is_more, bool(lines) and _is_there(asked, "number < %s", lines[-1].number))
    is_newer = bool(lines) and before is not None and _is_there(asked, "number > %s", lines[0].number)
    return Sheet(lines, is_newer, is_more)


def link(number: int) -> Link | None:
    """Return Event *number* with its place in the chain; None where it is not there, or cannot be read."""
    found = events.stored_one(number)
    if found is None:
        return None
    event, held = found
    around = dict(
        tables.rows(
            "SELECT number, hash FROM register_event WHERE number = %s "
            "UNION ALL SELECT number, previous FROM register_event WHERE number = %s",
            [number - 1, number + 1],
        )
    )
    return Link(
        event,
        held,
        events.digest(events.canonical(event._asdict())) == held,
        around.get(number - 1, events.NO_HASH if number == 1 else None) == event.previous,
        around[number + 1] == held if number + 1 in around else None,
    )


def changes_after(number: int, last: int = MAX_NUMBER) -> Iterator[Change]:
    """Yield what each Event after that one changed, up to the *last* one, in order."""
    for _, _, changes in told_after(number, last):
        yield from changes


def told_after(number: int, last: int = MAX_NUMBER) -> Iterator[tuple[str, str, list[Change]]]:
    """Yield of each Event after that one the operation, the object, and what it changed, in order."""
    where = f"WHERE number > %s AND number <= %s ORDER BY number LIMIT {_AT_ONCE}"
    while part := tables.load(Event, where, [number, last]):
        for row in part:
            yield row.operation, row.object, json.loads(row.changes)
        number = part[-1].number


def dump_line(found: Link) -> bytes:
    """Return the Event as a dump of the books has it, so that it can be verified elsewhere."""
    return events.canonical({"event": found.event._asdict(), "hash": found.hash}).encode() + b"\n"


# -- statements


def _where(asked: Asked) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    given: list[Any] = []
    if asked.object:
        objects = [asked.object, *events_about.objects_of([asked.object])]
        sent = events_about.sendings_of([asked.object])
        where.append(
            f"(object IN ({tables.marks(len(objects))}) OR object LIKE %s ESCAPE '{_ESCAPE}'{_or(sent)})"
        )
        given += [*objects, f"port {_pattern(' of ' + asked.object)[:-1]}", *sent]
    for column in ("actor", "operation", "channel"):
        if value := getattr(asked, column):
            where.append(f"{column} = %s")
            given.append(value)
    if asked.first:
        where.append("instant >= %s")
        given.append(asked.first)
    if asked.last:
        where.append("instant <= %s")
        given.append(f"{asked.last}T23:59:59Z")
    if asked.text:
        like = "ILIKE" if connection.vendor == "postgresql" else "LIKE"  # SQLite's ignores the case of a-z
        columns = ("reason", "object", "actor")
        either = [f"{column} {like} %s ESCAPE '{_ESCAPE}'" for column in columns]
        about = events_about.objects_of([asked.text])
        sent = events_about.sendings_of([asked.text])
        where.append(f"({' OR '.join(either)} OR object IN ({tables.marks(len(about))}){_or(sent)})")
        given += [*[_pattern(asked.text)] * len(columns), *about, *sent]
    return where, given


def _or(numbers: Sequence[int]) -> str:
    """These Events too, as a condition goes on."""
    return f" OR number IN ({tables.marks(len(numbers))})" if numbers else ""


def _pattern(text: str) -> str:
    """*text* anywhere, as LIKE wants it."""
    plain = "".join(f"{_ESCAPE}{each}" if each in f"%_{_ESCAPE}" else each for each in text)
    return f"%{plain}%"


def _lines(where: Sequence[str], given: Sequence[Any], order: str, limit: int) -> tuple[Line, ...]:
    chosen = f"WHERE {' AND '.join(where)}" if where else ""
    statement = f"SELECT {_COLUMNS} FROM register_event {chosen} ORDER BY number {order} LIMIT {limit}"  # noqa: S608
    return tuple(Line(*row) for row in tables.rows(statement, given))


def _is_there(asked: Asked, condition: str, number: int) -> bool:
    where, given = _where(asked)
    return bool(_lines([*where, condition], [*given, number], "DESC", 1))
