"""Editions after changes: the rows that changed in their places, every other the very same value (R-PUB-4).

The layout stays, so that XML writes each row that nobody touched with the bytes that it was read from.
"""

from collections.abc import Iterable
from dataclasses import replace

from portbook.edition import Edition
from portbook.errors import Problem, RuleError, shown
from portbook.procedures.rows import order_key
from portbook.procedures.values import Change, PersonChange
from portbook.records import Contact, PublishedDate, Record


def apply(
    edition: Edition, changes: Iterable[Change], updated: PublishedDate, people: Iterable[PersonChange] = ()
) -> Edition:
    """Return *edition* after *changes*, one after another, as of *updated*.

    A row that follows one of the same port and transport, or name, stands in its place; any other right
    after the one that it follows by R-PUB-4, so rows that history left elsewhere draw no other with them.
    Raises `RuleError` E-ROW-MISSING for a row that is not there.
    """
    records = list(edition.records)
    for change in changes:
        _change(records, change)
    contacts = edition.contacts
    for person in people:
        contacts = _with_person(contacts or (), person)
    return replace(edition, records=tuple(records), updated=updated, contacts=contacts)


def _change(records: list[Record], change: Change) -> None:
    places = _places(records, change.before)
    waiting = [row.record for row in change.after]
    for old, place in places:
        follower = next((new for new in waiting if order_key(new) == order_key(old)), None)
        if follower is not None:
            records[place] = follower
            waiting = [new for new in waiting if new is not follower]
        else:
            records[place] = _GONE
    if any(records[place] is _GONE for _, place in places):
        records[:] = [record for record in records if record is not _GONE]
    for new in waiting:
        records.insert(_place_of(new, records), new)


def _place_of(new: Record, records: list[Record]) -> int:
    """Where *new* belongs: after the last row of its port that does not follow it, before the others of its
    port, or after the nearest lower port; names alone after the nearest name before, or after all ports.
    """
    key = order_key(new)
    beside = [place for place, old in enumerate(records) if order_key(old)[:2] == key[:2]]
    if key[0] == 0 and beside:
        earlier = [place for place in beside if order_key(records[place]) <= key]
        return earlier[-1] + 1 if earlier else beside[0]
    before = [
        (order_key(old)[:3], place) for place, old in enumerate(records) if order_key(old)[:3] <= key[:3]
    ]
    return max(before)[1] + 1 if before else 0


_GONE = Record()


def _places(records: list[Record], before: tuple[Record, ...]) -> list[tuple[Record, int]]:
    """Where the rows *before* stand: the very values, else the first that read the same."""
    by_id = {id(record): place for place, record in enumerate(records)} if before else {}
    found: list[tuple[Record, int]] = []
    for row in before:
        place = by_id.get(id(row))
        if place is None:
            taken = {place for _, place in found}
            same = (p for p, record in enumerate(records) if record == row and p not in taken)
            place = next(same, None)
        if place is None:
            what = f"{row.service_name or ''} {row.port_number or ''}/{row.transport or ''}"
            message = f"the edition has no row {shown(what.strip())} as it is to be changed"
            raise RuleError(Problem("E-ROW-MISSING", message, "docs/states.md"))
        found.append((row, place))
    return found


def _with_person(contacts: tuple[Contact, ...], person: PersonChange) -> tuple[Contact, ...]:
    """*contacts* with one changed in its place, or a new one where its id puts it, case ignored."""
    if person.before is not None:
        return tuple(person.after if contact == person.before else contact for contact in contacts)
    key = person.after.id.lower()
    place = next((p for p, contact in enumerate(contacts) if contact.id.lower() > key), len(contacts))
    return (*contacts[:place], person.after, *contacts[place:])
