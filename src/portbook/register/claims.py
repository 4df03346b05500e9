"""Claims: who stands at which port, under which name and code, told again by unique indexes (D-2, I-1).

A row that is Assigned or Reserved claims each of its ports on its transport, on all four where it names
none; a row's name and service code are claimed too, aliases not excepted.  A request takes slot 0, which one
row can have; further slots are for rows that history left side by side, and for shares that were approved.
Slots at one place have no gap: when one is freed, those above it move down, so a place is free only when
nobody is there.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from django.db import models

from portbook.edition import State
from portbook.errors import Problem, RuleError, shown
from portbook.formats.edition_json.rows import RowReader
from portbook.numbers import Transport
from portbook.register import tables
from portbook.register.limits import MAX_CODE
from portbook.register.models import CodeClaim, Entry, NameClaim, PortClaim
from portbook.register.tables import Values

Place = tuple[int | str, ...]  # (port, transport), or (service code,)

_EVERY_TRANSPORT = tuple(transport.value for transport in Transport)
_AT_ONCE = 200  # places of one question


class Kind(NamedTuple):
    """A table of claims on places, and how one is told."""

    model: type[models.Model]
    columns: tuple[str, ...]
    code: str
    words: str

    @property
    def table(self) -> str:
        return tables.table_of(self.model).name


PORTS = Kind(PortClaim, ("port", "transport"), "E-PORT-TAKEN", "port {0} on {1}")
CODES = Kind(CodeClaim, ("code",), "E-CODE-TAKEN", "service code {0}")


# -- what a row claims


def ports_of(values: Values) -> Iterator[Place]:
    """The ports and transports that the columns of an entry claim (R-LOOK-5, R-LOOK-6)."""
    if values["low"] is None or values["state"] == State.UNASSIGNED:
        return
    transports = (values["transport"],) if values["transport"] else _EVERY_TRANSPORT
    for transport in transports:
        if transport in _EVERY_TRANSPORT:
            for port in range(values["low"], values["high"] + 1):
                yield port, transport


def codes_of(values: Values) -> Iterator[Place]:
    """The service code that the columns of an entry claim."""
    text = values["code"]
    if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MAX_CODE:
        yield (int(text),)


_CLAIMED = ((PORTS, ports_of), (CODES, codes_of))


def differ(before: Values, after: Values) -> bool:
    """Say whether two states of an entry claim different places."""
    return any(set(places(before)) != set(places(after)) for _, places in _CLAIMED)


# -- places


def take(entry: int, values: Values, shares: Collection[Place] = ()) -> None:
    """Claim for the entry all that its columns say; raise `RuleError` E-PORT-TAKEN or E-CODE-TAKEN.

    Only at places of *shares* it may stand beside others.
    """
    for kind, places in _CLAIMED:
        wanted = list(places(values))
        shared = [place for place in wanted if place in shares]
        alone = [(*place, 0, entry) for place in wanted if place not in shares]
        if alone and tables.insert(kind.model, alone, unless_there=True) < len(alone):
            raise _taken(kind, [row[:-2] for row in alone], entry)
        for place in shared:
            tables.insert(kind.model, [(*place, _next_slot(kind, place), entry)])


def free(entry: int) -> None:
    """Give up every claim of the entry; whoever stood beside it moves down."""
    for kind, _ in _CLAIMED:
        names = ", ".join(kind.columns)
        statement = f"DELETE FROM {kind.table} WHERE entry_id = %s RETURNING {names}"  # noqa: S608
        found = tables.changed(kind.table, statement, [entry])
        for start in range(0, len(found), _AT_ONCE):
            _close_gaps(kind, found[start : start + _AT_ONCE])


def import_all(entries: Iterable[tuple[int, Values]]) -> None:
    """Claim for every entry of an imported edition, in registry order: who comes later has the next slot."""
    names: dict[str, None] = {}
    taken: dict[Kind, dict[Place, int]] = {kind: {} for kind, _ in _CLAIMED}
    rows: dict[Kind, list[Place]] = {kind: [] for kind, _ in _CLAIMED}
    for entry, values in entries:
        if values["fold"]:
            names[values["fold"]] = None
        for kind, places in _CLAIMED:
            for place in places(values):
                slot = taken[kind].get(place, 0)
                taken[kind][place] = slot + 1
                rows[kind].append((*place, slot, entry))
    for kind, claimed in rows.items():
        tables.insert(kind.model, claimed)
    tables.insert(NameClaim, [(name,) for name in names])


def _next_slot(kind: Kind, place: Place) -> int:
    where = " AND ".join(f"{column} = %s" for column in kind.columns)
    found = tables.rows(f"SELECT MAX(slot) FROM {kind.table} WHERE {where}", place)  # noqa: S608
    return 0 if found[0][0] is None else found[0][0] + 1


def _close_gaps(kind: Kind, places: list[Place]) -> None:
    """Number the slots at *places* from 0 again."""
    names = ", ".join(kind.columns)
    found = tables.rows(
        f"SELECT {names}, slot, id FROM {kind.table} "  # noqa: S608
        f"WHERE {_among(kind, len(places))} ORDER BY {names}, slot",
        [value for place in places for value in place],
    )
    counted: dict[Place, int] = {}
    for *place, slot, identity in found:
        wanted = counted.get(tuple(place), 0)
        counted[tuple(place)] = wanted + 1
        if slot != wanted:
            tables.update(kind.model, identity, {"slot": wanted}, {})


def _among(kind: Kind, count: int) -> str:
    one = " AND ".join(f"{column} = %s" for column in kind.columns)
    return " OR ".join([f"({one})"] * count)


def _taken(kind: Kind, places: list[Place], entry: int) -> RuleError:
    """Return the error that names the first of *places* where another entry stands, and whose it is."""
    for start in range(0, len(places), _AT_ONCE):
        part = places[start : start + _AT_ONCE]
        found = tables.rows(
            f"SELECT {', '.join(kind.columns)}, entry_id FROM {kind.table} "  # noqa: S608
            f"WHERE ({_among(kind, len(part))}) AND slot = 0 AND entry_id <> %s ORDER BY 1",
            [*(value for place in part for value in place), entry],
        )
        if found:
            *place, holder = found[0]
            message = f"{kind.words.format(*place)} is held by {_told(holder)}; nobody else can have it"
            return RuleError(Problem(kind.code, message, "RFC 6335 section 8.1"))
    first = kind.words.format(*places[0])
    return RuleError(
        Problem(kind.code, f"{first} was taken by another act meanwhile", "RFC 6335 section 8.1")
    )


def _told(entry: int) -> str:
    """The entry for a message."""
    found = tables.select(Entry, "WHERE identity = %s", [entry])
    if not found:
        return "another entry"
    values = dict(zip(tables.table_of(Entry).columns, found[0], strict=True))
    record = RowReader().record(values["row"])
    name = (
        f"service {shown(record.service_name)}"
        if record.service_name
        else f"a row {shown(str(record.description))}"
    )
    return f"{name}, port {record.port_number or '-'}, {record.transport or 'no transport'}"


# -- names


def take_name(name: str) -> None:
    """Claim the folded *name*; raise `RuleError` E-NAME-TAKEN when it is not free."""
    if tables.insert(NameClaim, [(name,)], unless_there=True):
        return
    found = tables.rows(
        "SELECT identity FROM register_entry WHERE fold = %s ORDER BY position LIMIT 1", [name]
    )
    holder = _told(found[0][0]) if found else "another service"
    message = f"service name {shown(name)} is not free: it is held by {holder}"
    raise RuleError(Problem("E-NAME-TAKEN", message, "RFC 6335 section 8.1.1"))


def check_name_held(name: str) -> None:
    """Raise `RuleError` E-NAME-FREE unless somebody holds the folded *name*."""
    if not tables.rows("SELECT 1 FROM register_nameclaim WHERE fold = %s", [name]):
        message = f"service name {shown(name)} is held by nobody any more; nothing can be added to it"
        raise RuleError(Problem("E-NAME-FREE", message, "RFC 6335 section 8.1.1"))


def free_name(name: str) -> None:
    """Give up the folded *name*, unless a row still has it."""
    tables.change(
        "register_nameclaim",
        "DELETE FROM register_nameclaim WHERE fold = %s "
        "AND NOT EXISTS (SELECT 1 FROM register_entry e WHERE e.fold = register_nameclaim.fold)",
        [name],
    )
