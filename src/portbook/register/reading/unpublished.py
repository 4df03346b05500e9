"""What the register has that the last published edition has not: each row once, by the Events since then."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from portbook.register import tables
from portbook.register.models import Publication, Registry
from portbook.register.publishing import PUBLISHED
from portbook.register.reading.ledger import Change, changes_after

PUBLISHED_TABLES = ("entry", "contact")

_NOT_PUBLISHED = frozenset({"version", "position", "layout", "reason", "expires"})  # columns of a row


class Unpublished(NamedTuple):
    """What the next edition would change against the last."""

    last: Publication | None
    after_event: int  # every Event up to this one is in the last edition
    events: int  # now
    changes: tuple[Change, ...]  # each row once, of entries and contacts alone
    has_other_head: bool  # title, notes, the list of experts

    @property
    def counts(self) -> dict[str, int]:
        """How many rows come, change and go."""
        found = {"new": 0, "changed": 0, "gone": 0}
        for change in self.changes:
            word = "new" if change["before"] is None else "gone" if change["after"] is None else "changed"
            found[word] += 1
        return found


def unpublished() -> Unpublished:
    """Return what the register has that the last published edition has not."""
    where = "WHERE state = %s ORDER BY number DESC LIMIT 1"
    last = next(iter(tables.load(Publication, where, [PUBLISHED])), None)
    after = last.after_event if last else 0
    changes = tuple(changes_after(after))
    heads = (each for each in changes if each["table"] == "registry" and each["after"])
    rows = (each for each in changes if each["table"] in PUBLISHED_TABLES)
    return Unpublished(
        last,
        after,
        tables.load(Registry, "WHERE identity = 1")[0].events,
        tuple(_together(rows)),
        last is not None and any("head" in each["after"] for each in heads),
    )


def published_in(number: int) -> tuple[Change, ...]:
    """Return the rows that publication *number* changed against the one before; () for the first."""
    where = "WHERE state = %s AND number <= %s ORDER BY number DESC LIMIT 2"
    found = tables.load(Publication, where, [PUBLISHED, number])
    if len(found) < 2 or found[0].number != number:
        return ()
    changes = changes_after(found[1].after_event, found[0].after_event)
    return tuple(_together(each for each in changes if each["table"] in PUBLISHED_TABLES))


def _together(changes: Iterable[Change]) -> Iterator[Change]:
    """Each row once, from how it was at first to how it is in the end; none that is as it was."""
    found: dict[tuple[str, int], Change] = {}
    for change in changes:
        place = change["table"], change["identity"]
        first = found.get(place)
        if first is None:
            found[place] = dict(change)
        elif first["before"] is None:
            first["after"] = change["after"] and {**(first["after"] or {}), **change["after"]}
        else:
            first["before"] = {**(change["before"] or {}), **first["before"]}
            first["after"] = change["after"] and {**(first["after"] or {}), **change["after"]}
    return (change for change in found.values() if _differs(change))


def _differs(change: Change) -> bool:
    before, after = change["before"], change["after"]
    if before is None or after is None:
        return before is not after
    told = set(after) - _NOT_PUBLISHED
    return any(before.get(name) != after[name] for name in told)
