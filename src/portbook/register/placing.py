"""Where a row stands among the others: a number with room on both sides, in the order of R-PUB-4.

Rows with ports stand by port number, those of one port in the order of the transports; then come names
alone, in alphabetical order; contacts stand by their ids.  A new row goes right after the one that it
follows in that order, so rows that history left elsewhere stay there and draw no other with them.
"""

from typing import Any

from portbook.numbers import Transport
from portbook.register import tables
from portbook.register.models import Contact, Entry
from portbook.register.tables import Values

STEP = 1 << 40  # between two neighbours of an imported edition: room for 40 rows that all go to one place
_SPREAD = 64  # neighbours that are moved when there is no room left
_RANKS = {transport.value: rank for rank, transport in enumerate(Transport)}


def position_at(number: int) -> int:
    """Return the position of the row *number*, from 0, of an imported edition."""
    return (number + 1) * STEP


def before_entry(values: Values) -> int:
    """Return the position after which an entry with these columns belongs, 0 for the very first."""
    if values["low"] is None:
        alone = _last("low IS NULL AND fold <= %s ORDER BY fold DESC, position DESC", [values["fold"]])
        return alone or _last("low IS NOT NULL ORDER BY position DESC", [])
    beside = tables.rows(
        "SELECT position, transport FROM register_entry WHERE low = %s ORDER BY position", [values["low"]]
    )
    rank = _rank(values["transport"])
    if earlier := [position for position, transport in beside if _rank(transport) <= rank]:
        return int(earlier[-1])
    if beside:
        return _last("position < %s ORDER BY position DESC", [beside[0][0]])
    return _last("low < %s ORDER BY low DESC, position DESC", [values["low"]])


def before_contact(identity: str) -> int:
    """Return the position after which the contact with that published id belongs."""
    found = tables.rows(
        "SELECT position FROM register_contact WHERE LOWER(contact_id) <= %s "
        "ORDER BY LOWER(contact_id) DESC, position DESC LIMIT 1",
        [identity.lower()],
    )
    return int(found[0][0]) if found else 0


def between(model: type[Entry | Contact], low: int) -> int | None:
    """Return a free position right after *low*; None when there is no room (then `spread`)."""
    found = tables.rows(f"SELECT MIN(position) FROM {_name(model)} WHERE position > %s", [low])  # noqa: S608
    high = found[0][0]
    if high is None:
        return low + STEP
    return (low + int(high)) // 2 if high - low > 1 else None


def spread(model: type[Entry | Contact], low: int) -> list[tuple[int, int, int]]:
    """Return new positions, with room, for the neighbours after *low*: identity, old, new; the last first."""
    count = _SPREAD
    while True:
        found = tables.rows(
            f"SELECT identity, position FROM {_name(model)} "  # noqa: S608
            "WHERE position > %s ORDER BY position LIMIT %s",
            [low, count + 1],
        )
        moved = found[:count]
        end = found[-1][1] if len(found) > count else low + STEP * (len(moved) + 1)
        room = (end - low) // (len(moved) + 1)
        if room > _SPREAD:
            return [(identity, old, low + room * n) for n, (identity, old) in enumerate(moved, 1)][::-1]
        count *= 2


def _last(question: str, parameters: list[Any]) -> int:
    statement = f"SELECT position FROM register_entry WHERE {question} LIMIT 1"  # noqa: S608
    found = tables.rows(statement, parameters)
    return int(found[0][0]) if found else 0


def _rank(transport: str) -> int:
    return _RANKS.get(transport, len(_RANKS)) if transport else -1


def _name(model: type[Entry | Contact]) -> str:
    return tables.table_of(model).name
