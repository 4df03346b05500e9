"""Which Events are about a service: those that name it, its applications, its cases, and the seeding.

An Event has one object.  What made rows of a service may be called "application 17" there, or be the
edition that the register was filled from; here such objects are found by indexes, without reading what
Events changed.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

from portbook.names import fold
from portbook.register import tables
from portbook.register.limits import MAX_TOLD
from portbook.register.sql import SERVICE_NAMES

_ADDED = '%"before":null%'  # in the changes of an Event that brought rows


def objects_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return what Events about the services *names* may have for their object, the newest of each kind."""
    given = [*dict.fromkeys(name for name in names if name)]
    folded = [*dict.fromkeys(map(fold, given))]
    if not given:
        return ()
    name = SERVICE_NAMES[connection.vendor].format("content")
    applications = (
        "SELECT DISTINCT 'application ' || application_id, application_id FROM register_version "  # noqa: S608
        f"WHERE {name} IN ({tables.marks(len(folded))}) ORDER BY application_id DESC LIMIT {MAX_TOLD}"
    )
    cases = (
        "SELECT 'case ' || identity, identity FROM register_case "  # noqa: S608
        f"WHERE LOWER(service) IN ({tables.marks(len(folded))}) ORDER BY identity DESC LIMIT {MAX_TOLD}"
    )
    statement = f"SELECT * FROM ({applications}) a UNION ALL SELECT * FROM ({cases}) c"  # noqa: S608
    found = [text for text, _ in tables.rows(statement, [*folded, *folded])]
    return (*(f"service {each}" for each in dict.fromkeys([*given, *folded])), *found)


def sendings_of(names: Iterable[str]) -> tuple[int, ...]:
    """Return the numbers of the Events by which the applications for the services *names* came.

    Such an Event is about "application" alone: it gave the number.  A turn of it began at its instant.
    """
    folded = [*dict.fromkeys(fold(name) for name in names if name)]
    if not folded:
        return ()
    name = SERVICE_NAMES[connection.vendor].format("content")
    statement = (
        "SELECT DISTINCT e.number FROM register_turn t "  # noqa: S608
        "JOIN register_event e ON e.object = 'application' AND e.instant = t.began "
        "WHERE t.application_id IN (SELECT application_id FROM register_version "
        f"WHERE {name} IN ({tables.marks(len(folded))}) ORDER BY application_id DESC LIMIT {MAX_TOLD}) "
        'AND e.changes LIKE \'%%"identity":\' || t.application_id || \',"table":"application"}%%\''
    )
    return tuple(int(number) for (number,) in tables.rows(statement, folded))


def seeding_of(identities: Iterable[int]) -> tuple[str, ...]:
    """Return the object of the Event that brought one of these entries from an edition; () for none.

    Numbers are given out in order, so what the seeding brought has a lower one than the first row that a
    later Event brought.
    """
    base = (
        "SELECT e.number, e.object FROM register_event e "
        "WHERE e.object = (SELECT 'edition ' || base FROM register_registry) AND e.operation = 'seed'"
    )
    seeded = tables.rows(base)
    if not seeded:
        return ()
    number, called = seeded[0]
    later = "SELECT changes FROM register_event WHERE number > %s AND changes LIKE %s ORDER BY number LIMIT 1"
    first = [_first_added(json.loads(changes)) for (changes,) in tables.rows(later, [number, _ADDED])]
    is_of_it = any(not first or identity < first[0] for identity in identities)
    return (called,) if is_of_it else ()


def _first_added(changes: list[dict[str, Any]]) -> int:
    return min(int(change["identity"]) for change in changes if change["before"] is None)
