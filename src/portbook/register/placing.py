"""Where a row stands among the others: a number with room on both sides, in the order of R-PUB-4.

Rows with ports stand by port number, those of one port in the order of the transports; then come names
alone, in alphabetical order; contacts stand by their ids.  A new row goes right after the one that it
follows in that order, so rows that history left elsewhere stay there and draw no other with them.
"""

from typing import Any, NamedTuple

from portbook.numbers import Transport
from portbook.register import tables
from portbook.register.models import Contact, Entry
from portbook.register.tables import Values

STEP = 1 << 40  # between two neighbours of an imported edition: room for 40 rows that all go to one place
_SPREAD = 64  # neighbours that are moved when there is no room left
_RANKS = {transport.value: rank for rank, transport in enumerate(Transport)}


class Gap(NamedTuple):
    """Between two neighbours: the position of the one, and of the next one, None where there is none."""

    low: int
    high: int | None

    @property
    def middle(self) -> int | None:
        """A free position right after the first; None when there is no room (then `spread`)."""
        if self.high is None:
            return self.low + STEP
        return (self.low + self.high) // 2 if self.high - self.low > 1 else None


def position_at(number: int) -> int:
    """Return the position of the row *number*, from 0, of an imported edition."""
    return (number + 1) * STEP


def for_entry(values: Values) -> Gap:
    """Return where an entry with these columns belongs."""
    if values["low"] is None:
        alone = _last(Entry, "low IS NULL AND fold <= %s ORDER BY fold DESC, position DESC", [values["fold"]])
        return alone or _last(Entry, "low IS NOT NULL ORDER BY position DESC", []) or after(Entry, 0)
    statement = f"SELECT position, {_next(Entry)}, transport FROM register_entry e WHERE low = %s"  # noqa: S608
    beside = tables.rows(f"{statement} ORDER BY position", [values["low"]])
    rank = _rank(values["transport"])
    if earlier := [Gap(low, high) for low, high, transport in beside if _rank(transport) <= rank]:
        return earlier[-1]
    if beside:
        before = _last(Entry, "position < %s ORDER BY position DESC", [beside[0][0]])
    else:
        before = _last(Entry, "low < %s ORDER BY low DESC, position DESC", [values["low"]])
    return before or after(Entry, 0)


def for_contact(identity: str) -> Gap:
    """Return where the contact with that published id belongs."""
    question = "LOWER(contact_id) <= %s ORDER BY LOWER(contact_id) DESC, position DESC"
    return _last(Contact, question, [identity.lower()]) or after(Contact, 0)


def after(model: type[Entry | Contact], low: int) -> Gap:
    """Return the gap after the position *low*."""
    found = tables.rows(f"SELECT MIN(position) FROM {_name(model)} WHERE position > %s", [low])  # noqa: S608
    return Gap(low, found[0][0])


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


def _last(model: type[Entry | Contact], question: str, parameters: list[Any]) -> Gap | None:
    """The gap after the row that *question* chooses, if it chooses one."""
    statement = f"SELECT position, {_next(model)} FROM {_name(model)} e WHERE {question} LIMIT 1"  # noqa: S608
    found = tables.rows(statement, parameters)
    return Gap(*found[0]) if found else None


def _next(model: type[Entry | Contact]) -> str:
    return f"(SELECT MIN(n.position) FROM {_name(model)} n WHERE n.position > e.position)"  # noqa: S608


def _rank(transport: str) -> int:
    return _RANKS.get(transport, len(_RANKS)) if transport else -1


def _name(model: type[Entry | Contact]) -> str:
    return tables.table_of(model).name
