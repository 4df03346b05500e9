"""The chain of Events: each holds the hash of the one before, so that nothing in it changes unseen (I-6).

The hash of an Event is the SHA-256 of its canonical JSON: keys sorted, no white space, all but ASCII
escaped; Python writes that with `json.dumps(event, sort_keys=True, separators=(",", ":"))`.  A dump is a
line for each Event, `{"event":{...},"hash":"..."}`, and needs nothing else to be verified
(docs/register.md).  Reads no clock.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from portbook.errors import Problem, shown
from portbook.register import tables
from portbook.register.models import Event

NO_HASH = "0" * 64  # what the first Event has for the hash of the one before

_SOURCE = "docs/register.md"
_AT_ONCE = 1_000  # Events
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


class EventValue(NamedTuple):
    """An Event as it is hashed; `changes` and `persons` are JSON values."""

    number: int
    previous: str
    instant: str
    actor: str
    operation: str
    object: str
    reason: str
    changes: list[dict[str, Any]]
    channel: str
    key: str
    persons: dict[str, Any]


Tell = Callable[[int], None]  # hears how far long work is
Read = tuple[EventValue | None, str, bool]  # an Event, its hash, and whether its JSON is the canonical one


class Chain(NamedTuple):
    """What a verified chain ends with; `problems` is what is wrong, the first first."""

    events: int
    head: str
    problems: tuple[Problem, ...]


def unheard(count: int) -> None:
    """Hear how far long work is, and do nothing."""


def canonical(value: Any) -> str:
    """Return *value* as the one JSON text that stands for it."""
    return _CANONICAL.encode(value)


def digest(text: str) -> str:
    """Return the SHA-256 of *text*, in hexadecimal."""
    return sha256(text.encode())


def sha256(data: bytes) -> str:
    """Return the SHA-256 of *data*, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def append(event: EventValue) -> str:
    """Insert *event* in the transaction that is open; return its hash.

    The text of an object is that of its parts, so what changed is written down once.
    """
    texts = {name: canonical(value) for name, value in event._asdict().items()}
    link = digest("{" + ",".join(f'"{name}":{texts[name]}' for name in sorted(texts)) + "}")
    given = event._asdict() | {"hash": link, "changes": texts["changes"], "persons": texts["persons"]}
    tables.insert(Event, [[given[column] for column in tables.table_of(Event).columns]])
    return link


# -- reading


def stored() -> Iterator[Read]:
    """Every Event of the register, in order, with its hash, and whether its JSON is the canonical one."""
    last = 0
    while part := tables.select(Event, f"WHERE number > %s ORDER BY number LIMIT {_AT_ONCE}", [last]):
        for row in part:
            yield _value(row)
        last = part[-1][0]


def stored_one(number: int) -> tuple[EventValue, str] | None:
    """Return Event *number* with its hash; None where it is not there, or cannot be read."""
    for row in tables.select(Event, "WHERE number = %s", [number]):
        event, link, _ = _value(row)
        return None if event is None else (event, link)
    return None


def dump() -> Iterator[bytes]:
    """The lines of a dump of the register's Events."""
    for event, link, _ in stored():
        if event is not None:  # what cannot be read, `verify` tells
            yield canonical({"event": event._asdict(), "hash": link}).encode() + b"\n"


def verify(tell: Tell = unheard) -> Chain:
    """Verify the chain in the register; *tell* hears how many Events were read."""
    return _verify(told(stored(), tell))


def told(links: Iterable[Read], tell: Tell) -> Iterator[Read]:
    """The *links*; *tell* hears now and then how many they were so far."""
    for count, link in enumerate(links, 1):
        yield link
        if count % _AT_ONCE == 0:
            tell(count)


def verify_dump(lines: Iterable[bytes]) -> Chain:
    """Verify a dump alone.  That its end was not cut off, only a head known from elsewhere tells."""
    return _verify(map(_line, lines))


def dump_has(lines: Iterable[bytes], number: int, link: str) -> bool:
    """Say whether a dump has Event *number* with the hash *link*."""
    return any(
        event is not None and event.number == number and found == link
        for event, found, _ in map(_line, lines)
    )


def _value(row: tuple[Any, ...]) -> Read:
    given = dict(zip(tables.table_of(Event).columns, row, strict=True))
    link = given.pop("hash")
    texts = given["changes"], given["persons"]
    try:
        given["changes"], given["persons"] = map(json.loads, texts)
    except ValueError:
        return None, link, False
    is_canonical = (canonical(given["changes"]), canonical(given["persons"])) == texts
    return EventValue(**given), link, is_canonical


def _line(line: bytes) -> Read:
    try:
        value = json.loads(line)
        event, link = EventValue(**value["event"]), value["hash"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None, "", False
    return event, link, canonical({"event": event._asdict(), "hash": link}).encode() + b"\n" == line


def _verify(links: Iterable[Read]) -> Chain:
    problems: list[Problem] = []
    count, head = 0, NO_HASH
    for count, (event, link, is_canonical) in enumerate(links, 1):
        if reason := _fault(event, link, is_canonical, count, head):
            problems.append(Problem("E-AUDIT-CHAIN", f"Event {count} {reason}", _SOURCE))
        head = link
    return Chain(count, head, tuple(problems))


def _fault(event: EventValue | None, link: str, is_canonical: bool, number: int, head: str) -> str:
    """What is wrong with one Event, or ""."""
    if event is None or not is_canonical:
        return "is not written as an Event is"
    if event.number != number:
        return f"says that it is number {shown(str(event.number))}"
    if event.previous != head:
        return "does not follow the one before: it holds another hash"
    if digest(canonical(event._asdict())) != link:
        return f"is not what its hash {shown(str(link))} was made of"
    return ""
