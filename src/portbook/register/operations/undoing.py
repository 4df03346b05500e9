"""Undoing: the rows that one Event changed are put back as they stood before it (R-APP-6).

Nothing else may have come over them since: a row that changed meanwhile stops it, and so does somebody who
came to stand beside a shared port meanwhile.  Whoever stood there before the Event goes on standing there.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from portbook.errors import Problem, RuleError
from portbook.procedures import Change, Row
from portbook.register import tables
from portbook.register.cases import Appeal
from portbook.register.claims import Place, ports_of
from portbook.register.entries import Held
from portbook.register.models import Entry
from portbook.register.operations.acting import Doing
from portbook.register.reading.ledger import told_after
from portbook.register.tables import Values

_STANDING = frozenset({"low", "high", "transport", "state", "fold"})  # columns that say who stands where
_RENAMING = "rename service"  # the one act after which the same holder stands there under another name
_UNDOING = "decide appeal"

_SOURCE = "RFC 2026 section 6.5.2"

Told = Mapping[str, Any]  # a change, as an Event tells it


def undo(doing: Doing, event: int, changes: Iterable[Told]) -> None:
    """Put the rows that *changes* of Event *event* tell of back as they stood.

    Raises `RuleError` E-ROW-STALE where another act came over them, E-PORT-TAKEN where one came beside them.
    """
    entries = list(entries_of(doing, changes))
    if not entries:
        return
    going = [after for _, after in entries if after]
    coming = [before for before, _ in entries if before]
    rows = tuple(Row(held.record, held.reason, held.expires) for held in coming)
    change = Change(tuple(held.record for held in going), rows, f"Event {event} undone")
    doing.replace_rows((change,), shares=_shared_before(event, going, coming))
    for held in coming:
        _in_its_place(doing, held)


def entries_of(doing: Doing, changes: Iterable[Told]) -> Iterator[tuple[Held | None, Held | None]]:
    """Each entry that an Event changed, as it stood before and after."""
    for change in changes:
        if change["table"] != "entry" or set(change["after"] or {}) == {"position"}:
            continue
        now = _now(change["identity"])
        before, after = change["before"], change["after"]
        yield (
            _held(doing, change["identity"], {**now, **before}) if before is not None else None,
            _held(doing, change["identity"], {**now, **after}) if after is not None else None,
        )


def _now(identity: int) -> Values:
    found = tables.load(Entry, "WHERE identity = %s", [identity])
    return tables.values_of(found[0]) if found else {}


def _held(doing: Doing, identity: int, values: Values) -> Held:
    columns = tables.table_of(Entry).columns[1:]
    if not values.keys() >= set(columns):
        message = f"entry {identity} is no longer there; what the decision did to it cannot be told"
        raise RuleError(Problem("E-ROW-STALE", message, _SOURCE))
    return doing.work.reader.held([identity, *(values[column] for column in columns)])


# -- beside others


def _shared_before(event: int, going: Collection[Held], coming: Collection[Held]) -> set[Place]:
    """Where a row that comes again finds others, each of whom stood beside it before the Event.

    Who came there since was agreed to by those who stood there then, of whom this one was none (R-MARK-8).
    """
    beside = list(_beside({held.identity for held in going}, coming))
    came = _newcomers(event) if beside else {}
    own = {held.identity for held in coming}
    taken = {place for entry, place in beside if entry in came and not _stood_with(own, came[entry], event)}
    return {place for _, place in beside} - taken


def _beside(going: set[int], coming: Iterable[Held]) -> Iterator[tuple[int, Place]]:
    """Each other entry at a place of a row that comes."""
    places = {place for held in coming for place in ports_of(held.values)}
    if not places:
        return
    ports = [port for port, _ in places]
    statement = "SELECT entry_id, port, transport FROM register_portclaim WHERE port BETWEEN %s AND %s"
    for entry, *place in tables.rows(statement, [min(ports), max(ports)]):
        if tuple(place) in places and entry not in going:
            yield entry, tuple(place)


def _stood_with(own: set[int], ended: int, event: int) -> bool:
    """Whether a row that stood until Event *ended*, and was put back, stood beside *own* before *event*."""
    return 0 < ended < event and own.isdisjoint(_newcomers(ended))


def _newcomers(event: int) -> dict[int, int]:
    """The entries that came, or came to stand otherwise, after *event*; each with the Event that was undone.

    That is 0 for all but those that an appeal put back.  A row that stood there at *event*, went since and
    was put back did not come.
    """
    came: dict[int, int] = {}
    gone: list[Values] = []  # rows that stood there, and stand no more
    for operation, what, changes in told_after(event):
        told = _STANDING - {"fold"} if operation == _RENAMING else _STANDING
        entries = [change for change in changes if change["table"] == "entry"]
        for identity, before, after in (
            (each["identity"], each["before"], each["after"]) for each in entries
        ):
            if after is None and identity not in came:
                gone.append(_standing(before))
            elif before is None and operation == _UNDOING and _standing(after) in gone:
                gone.remove(_standing(after))
            elif before is None or not told.isdisjoint(after or ()):
                came[identity] = _contested_by(what) if operation == _UNDOING and before is None else 0
    return came


def _contested_by(appeal: str) -> int:
    """The Event against which an *appeal*, "appeal 7", was filed."""
    found = tables.load(Appeal, "WHERE identity = %s", [int(appeal.split()[-1])])
    return int(found[0].decision_id)


def _standing(values: Values) -> Values:
    """A row with where it stands: the same for one that was put back."""
    return {column: values[column] for column in ("row", *_STANDING)}


def _in_its_place(doing: Doing, held: Held) -> None:
    """Let a row that came again stand where it stood among the others, unless another is there."""
    if tables.rows("SELECT 1 FROM register_entry WHERE position = %s", [held.position]):
        return
    name, low = held.values["fold"], held.values["low"]
    where, asked = ("low IS NULL", [name]) if low is None else ("low = %s", [name, low])
    found = doing.work.reader.select(f"WHERE fold = %s AND {where} ORDER BY position", asked)
    now = next(each for each in found if each.record == held.record)
    doing.work.change(Entry, now.identity, {"position": now.position}, {"position": held.position})
