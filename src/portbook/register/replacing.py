"""Rows give way to rows: what a procedure decided, put into the tables.

A change names the rows that were (as the procedure saw them) and those that come; the entries are found
again in the transaction, so a row that changed meanwhile stops the act.  Claims are freed first and taken
then, names last; what the rules allow was asked before, and here only the unique indexes answer.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from portbook import records
from portbook.edition import Reason
from portbook.errors import Problem, RuleError, shown
from portbook.names import fold
from portbook.records import PublishedDate, Record
from portbook.register import claims, placing, tables
from portbook.register.entries import Held, Reader, contact_values, entry_values
from portbook.register.models import Contact, Entry
from portbook.register.tables import Values

_SOURCE = "docs/register.md"


class NewRow(Protocol):
    """A row that comes: `procedures.Row` is one."""

    @property
    def record(self) -> Record: ...
    @property
    def reason(self) -> Reason | None: ...
    @property
    def expires(self) -> PublishedDate | None: ...


class RowsChange(Protocol):
    """Rows that give way to rows: `procedures.Change` is one."""

    @property
    def before(self) -> tuple[Record, ...]: ...
    @property
    def after(self) -> Sequence[NewRow]: ...


class PersonChange(Protocol):
    """A contact before and after: `procedures.PersonChange` is one."""

    @property
    def before(self) -> records.Contact | None: ...
    @property
    def after(self) -> records.Contact: ...


class Recorder(Protocol):
    """What writes recorded rows, and tells of it: `changing.Work`."""

    reader: Reader

    def new_identity(self) -> int: ...
    def add(self, model: type[Any], values: Values, identity: int = 0) -> int: ...
    def change(self, model: type[Any], identity: int, before: Values, after: Values) -> None: ...
    def remove(self, model: type[Any], identity: int, before: Values) -> None: ...


class _Step(NamedTuple):
    """One entry that goes, comes, or becomes another."""

    before: Held | None
    after: Values | None


def replace(
    recorder: Recorder,
    changes: Iterable[RowsChange],
    *,
    extends: Collection[str] = (),
    shares: Collection[claims.Place] = (),
) -> None:
    """Put *changes* into the tables.

    *extends* are the service names that a row is added to with their holder's word: they must be held, every
    other new name must be free.  *shares* are the ports and transports where a row may stand beside others.

    Raises `RuleError` E-ROW-STALE, E-PORT-TAKEN, E-CODE-TAKEN, E-NAME-TAKEN, E-NAME-FREE.
    """
    steps = _steps(recorder.reader, changes)
    for before, after in steps:
        if before and (after is None or claims.differ(before.values, after)):
            claims.free(before.identity)
    free_places = [_removed(recorder, before) for before, after in steps if before and after is None]
    _take_names(steps, {fold(name) for name in extends})
    for before, after in steps:
        if after is not None:
            _put(recorder, before, after, free_places, shares)
    _free_names(steps)


def _steps(reader: Reader, changes: Iterable[RowsChange]) -> list[_Step]:
    """What happens to each entry: a row that keeps its place and transport is the same entry."""
    steps: list[_Step] = []
    used: set[int] = set()
    for change in changes:
        going = [_found(reader, record, used) for record in change.before]
        coming = [entry_values(row.record, row.reason, row.expires) for row in change.after]
        for columns in (("low", "high", "transport", "fold"), ("low", "high", "transport")):
            for after in tuple(coming):
                same = next((held for held in going if _agree(held.values, after, columns)), None)
                if same and (after["low"] is not None or "fold" in columns):
                    steps.append(_Step(same, after))
                    going.remove(same)
                    coming.remove(after)
        steps += [_Step(held, None) for held in going]
        steps += [_Step(None, after) for after in coming]
    return steps


def _agree(one: Values, other: Values, columns: tuple[str, ...]) -> bool:
    return all(one[column] == other[column] for column in columns)


def _found(reader: Reader, record: Record, used: set[int]) -> Held:
    """The entry that is *record*, as it was seen."""
    low = record.ports.low if record.ports else None
    where = "fold = %s AND low = %s" if low is not None else "fold = %s AND low IS NULL"
    name = fold(record.service_name or "")
    parameters = [name, low] if low is not None else [name]
    for held in reader.select(f"WHERE {where} ORDER BY position", parameters):
        if held.identity not in used and held.record == record:
            used.add(held.identity)
            return held
    name = record.service_name or str(record.description)
    row = f"{name} {record.port_number or ''} {record.transport or ''}"
    message = f"row {shown(row.strip())} is not in the register as it was seen; look again, and decide anew"
    raise RuleError(Problem("E-ROW-STALE", message, _SOURCE))


def _removed(recorder: Recorder, held: Held) -> Held:
    recorder.remove(Entry, held.identity, held.values)
    return held


def _put(
    recorder: Recorder,
    before: Held | None,
    after: Values,
    free_places: list[Held],
    shares: Collection[claims.Place],
) -> None:
    """Make the entry what it is to be; claims first, so that the unique indexes are asked before all else."""
    if before is None:
        position = _reused(after, free_places) or room_in(recorder, Entry, placing.for_entry(after))
        identity = recorder.new_identity()
        claims.take(identity, after, shares)
        recorder.add(Entry, {"position": position, **after, "version": 1}, identity)
        return
    if claims.differ(before.values, after):
        claims.take(before.identity, after, shares)
    recorder.change(Entry, before.identity, before.values, after)


def _reused(after: Values, free_places: list[Held]) -> int | None:
    """The position of a row that went, if the new one begins where that began."""
    for held in free_places:
        if _agree(held.values, after, ("low", "transport") if after["low"] is not None else ("low", "fold")):
            free_places.remove(held)
            return held.position
    return None


def room_in(recorder: Recorder, model: type[Entry | Contact], gap: placing.Gap) -> int:
    """Return a free position in *gap*; the neighbours move on where there is none."""
    position = gap.middle
    if position is None:
        for identity, old, new in placing.spread(model, gap.low):
            recorder.change(model, identity, {"position": old}, {"position": new})
        position = placing.after(model, gap.low).middle
    assert position is not None  # noqa: S101  # room was made
    return position


def _take_names(steps: list[_Step], extended: set[str]) -> None:
    """Claim the names that come."""
    were, are = _names(step.before.values for step in steps if step.before), _names(map(_after, steps))
    for name in sorted(are - were):
        if name in extended:
            claims.check_name_held(name)
        else:
            claims.take_name(name)


def _free_names(steps: list[_Step]) -> None:
    """Give up the names that went."""
    were, are = _names(step.before.values for step in steps if step.before), _names(map(_after, steps))
    for name in sorted(were - are):
        claims.free_name(name)


def _after(step: _Step) -> Values:
    return step.after or {"fold": ""}


def _names(rows: Iterable[Values]) -> set[str]:
    return {row["fold"] for row in rows} - {""}


# -- people


def replace_people(recorder: Recorder, changes: Iterable[PersonChange]) -> None:
    """Put contacts that come or change into the table; raise `RuleError` E-ROW-STALE, E-CONTACT-TAKEN."""
    for change in changes:
        after = contact_values(change.after)
        if change.before is None:
            _add_person(recorder, after)
            continue
        row = _person(change.before.id)
        if row is None or recorder.reader.contact(row.row, row.layout) != change.before:
            message = f"contact {shown(change.before.id)} is not in the register as it was seen; decide anew"
            raise RuleError(Problem("E-ROW-STALE", message, _SOURCE))
        recorder.change(Contact, row.identity, tables.values_of(row), after)


def _add_person(recorder: Recorder, after: Values) -> None:
    identity = after["contact_id"]
    if tables.load(Contact, "WHERE LOWER(contact_id) = %s", [identity.lower()]):
        message = f"contact id {shown(identity)} is taken by another contact"
        raise RuleError(Problem("E-CONTACT-TAKEN", message, "R-PUB-8"))
    position = room_in(recorder, Contact, placing.for_contact(identity))
    recorder.add(Contact, {"position": position, **after, "is_withheld": False, "version": 1})


def _person(identity: str) -> Contact | None:
    return next(iter(tables.load(Contact, "WHERE contact_id = %s", [identity])), None)
