"""The audit: what the register says twice must agree; what does not is reported, and never repaired (I-13).

`verify` looks at the chain of Events.  `check` computes everything again: the indexed columns from the rows,
the claims from the entries, every recorded row from the Events, the newest publication from the Events up to
it; and it asks the database whether its barriers stand.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

from portbook.edition import Edition, Reason
from portbook.errors import PortbookError, Problem, shown
from portbook.records import PublishedDate
from portbook.register import claims, events, tables
from portbook.register.entries import Reader, contact_values, entry_values
from portbook.register.models import Contact, Entry, NameClaim, Publication, Registry
from portbook.register.publishing import PUBLISHED, written
from portbook.register.replaying import COUNTERS, Key, Replay, differences, recorded
from portbook.register.tables import Values
from portbook.store import EditionFile, EditionStore
from portbook.store.edition_files import embedded

TRIGGERS = {"register_event_stays", "register_event_remains", "register_event_follows"}

_SOURCE = "docs/register.md"


def verify(tell: events.Tell = events.unheard) -> tuple[Problem, ...]:
    """Return what is wrong with the chain of Events, and with what counts on it."""
    chain = events.verify(tell)
    registry = tables.load(Registry, "")[0]
    problems = [*chain.problems]
    if (registry.events, registry.events_head) != (chain.events, chain.head):
        what = (
            f"the registry counts {registry.events} Events, and the chain has {chain.events} with another end"
        )
        problems.append(_problem("E-AUDIT-COUNTER", what))
    links = dict(tables.rows("SELECT number, hash FROM register_event"))
    for row in tables.load(Publication, "ORDER BY number"):
        if links.get(row.after_event, events.NO_HASH) != row.events_head:
            what = f"publication {row.number} was made after another Event {row.after_event} than there is"
            problems.append(_problem("E-AUDIT-COUNTER", what))
    return tuple(problems)


def check(store: EditionStore, tell: events.Tell = events.unheard) -> tuple[Problem, ...]:
    """Return everything that does not agree; nothing is changed.  Each Event is read twice."""
    chain = verify(tell)
    before = tables.load(Registry, "")[0].events
    replayed = _replayed(store, lambda count: tell(before + count))
    return (*chain, *_barriers(), *_columns(), *_claims(), *_names(), *_keys(), *replayed)


# -- barriers


def _barriers() -> Iterator[Problem]:
    """The constraints and triggers that are not there."""
    models = apps.get_app_config("register").get_models()
    wanted = [constraint.name for model in models for constraint in model._meta.constraints]
    found = _constraints()
    for name in wanted:
        if name not in found:
            yield _problem("E-AUDIT-BARRIER", f"the constraint {name} is not there")
    statement = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'register_event'::regclass "
        "AND NOT tgisinternal AND tgenabled <> 'D'",
    }[connection.vendor]
    for name in sorted(TRIGGERS - {row[0] for row in tables.rows(statement)}):
        yield _problem("E-AUDIT-BARRIER", f"the trigger {name} is not there")


def _constraints() -> set[str]:
    """The names of all constraints; Django's own way to read those of SQLite takes a second.

    One that holds for some rows alone is an index.
    """
    if connection.vendor == "postgresql":
        statement = (
            "SELECT conname FROM pg_constraint WHERE convalidated UNION SELECT c.relname FROM pg_index i "
            "JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indisunique AND i.indisvalid"
        )
        return {row[0] for row in tables.rows(statement)}
    made = tables.rows("SELECT sql FROM sqlite_master WHERE type IN ('table', 'index')")
    named = re.compile(r'(?:CONSTRAINT|CREATE UNIQUE INDEX) "(\w+)"', re.ASCII)
    return {name for (sql,) in made for name in named.findall(sql or "")}


# -- what is computed from rows


def _columns() -> Iterator[Problem]:
    """Entries and contacts whose columns are not those of their row."""
    reader = Reader()
    for row in tables.select(Entry, "ORDER BY position"):
        yield from _column_problems(Entry, row, lambda values: _entry_again(values, reader))
    for row in tables.select(Contact, "ORDER BY position"):
        again = lambda values: contact_values(reader.contact(values["row"], values["layout"]))  # noqa: E731
        yield from _column_problems(Contact, row, again)


def _entry_again(values: Values, reader: Reader) -> Values:
    reason = Reason(values["reason"]) if values["reason"] else None
    expires = PublishedDate(values["expires"]) if values["expires"] else None
    return entry_values(reader.record(values["row"], values["layout"]), reason, expires)


def _column_problems(model: type[Model], row: tuple[Any, ...], again: Any) -> Iterator[Problem]:
    values = dict(zip(tables.table_of(model).columns, row, strict=True))
    what = f"{model._meta.model_name} {values['identity']}"
    try:
        wrong = [name for name, value in again(values).items() if values[name] != value]
    except (PortbookError, ValueError) as error:
        yield _problem("E-AUDIT-COLUMN", f"{what} cannot be read: {error}")
        return
    if wrong:
        yield _problem("E-AUDIT-COLUMN", f"{what} does not say what its row says: {', '.join(wrong)}")


def _claims() -> Iterator[Problem]:
    """Claims that no entry makes, entries without their claim, and gaps in the slots of a place."""
    entries = [
        (row[0], dict(zip(tables.table_of(Entry).columns, row, strict=True)))
        for row in tables.select(Entry, "ORDER BY position")
    ]
    for kind, places in ((claims.PORTS, claims.ports_of), (claims.CODES, claims.codes_of)):
        wanted = Counter((*place, entry) for entry, values in entries for place in places(values))
        found = tables.rows(f"SELECT {', '.join(kind.columns)}, entry_id, slot FROM {kind.table}")  # noqa: S608
        had = Counter(tuple(row[:-1]) for row in found)
        for row in wanted - had:
            yield _problem("E-AUDIT-CLAIM", f"{_place(kind, row)} is entry {row[-1]}'s, and not claimed")
        for row in had - wanted:
            yield _problem(
                "E-AUDIT-CLAIM", f"{_place(kind, row)} is claimed for entry {row[-1]}, which it is not"
            )
        slots: dict[tuple[Any, ...], list[int]] = {}
        for row in found:
            slots.setdefault(tuple(row[:-2]), []).append(row[-1])
        for place, numbers in slots.items():
            if sorted(numbers) != list(range(len(numbers))):
                yield _problem("E-AUDIT-CLAIM", f"{_place(kind, place)} has the slots {sorted(numbers)}")


def _place(kind: claims.Kind, row: Iterable[Any]) -> str:
    return kind.words.format(*row)


def _names() -> Iterator[Problem]:
    """Names that are held and not claimed, or claimed and not held."""
    held = "SELECT DISTINCT fold FROM register_entry WHERE fold <> ''"
    wanted = Counter(row[0] for row in tables.rows(held))
    had = Counter(row[0] for row in tables.rows(f"SELECT fold FROM {tables.table_of(NameClaim).name}"))  # noqa: S608
    for name in wanted - had:
        yield _problem("E-AUDIT-CLAIM", f"service name {shown(name)} is held, and not claimed")
    for name in had - wanted:
        yield _problem("E-AUDIT-CLAIM", f"service name {shown(name)} is claimed more often than it is held")


def _keys() -> Iterator[Problem]:
    """Keys of idempotency and Events that do not know each other."""
    kept = "SELECT event_id, actor, key FROM register_idempotencykey"
    told = "SELECT number, actor, key FROM register_event WHERE key <> ''"
    for number, _, key in set(tables.rows(kept)) ^ set(tables.rows(told)):
        yield _problem("E-AUDIT-KEY", f"key {shown(key)} and Event {number} do not know each other")


# -- what is computed from Events


def _replayed(store: EditionStore, tell: events.Tell) -> Iterator[Problem]:
    replay = Replay(lambda digest: _edition_with(store, digest))
    published = tables.load(Publication, "ORDER BY number")
    wanted = {row.after_event: row for row in published if row.state == PUBLISHED}
    yield from _stored_editions(store, wanted.values())
    newest = max(wanted, default=0)
    for event, _, _ in events.told(events.stored(), tell):
        if event is None:
            yield _problem("E-AUDIT-REPLAY", "an Event cannot be read; rows are not compared")
            return
        replay.follow(event)
        if event.number == newest and replay.is_whole:
            yield from _edition_again(replay, wanted[newest])
    yield from replay.problems
    if replay.is_whole:
        yield from differences(replay.rows, _stored_rows())


def _stored_rows() -> Iterator[tuple[Key, Values]]:
    for name, model in recorded().items():
        columns = tables.table_of(model).columns[1:]
        for identity, *row in tables.select(model, ""):
            values = dict(zip(columns, row, strict=True))
            for counter in COUNTERS if name == "registry" else ():
                del values[counter]
            yield (name, identity), values


def _edition_again(replay: Replay, row: Publication) -> Iterator[Problem]:
    """Whether the newest publication is what the Events up to it give."""
    try:
        data, _ = written(replay.edition(Reader()))
    except PortbookError as error:
        yield _problem("E-AUDIT-EDITION", f"publication {row.number} cannot be made again: {error}")
        return
    if events.sha256(data) != row.sha256:
        yield _problem("E-AUDIT-EDITION", f"publication {row.number} is not what the Events up to it give")


def _stored_editions(store: EditionStore, published: Iterable[Publication]) -> Iterator[Problem]:
    for row in published:
        try:
            if store.get(row.edition).sha256 != row.sha256:
                yield _problem(
                    "E-AUDIT-EDITION", f"edition {row.edition} is not that of publication {row.number}"
                )
            else:
                store.get(row.edition).data()
        except PortbookError as error:
            yield _problem("E-AUDIT-EDITION", f"publication {row.number}: {error.problem.message}")


def _edition_with(store: EditionStore, digest: str) -> Edition | None:
    files: tuple[EditionFile, ...] = (*store.all(), *embedded())
    return next((file.edition for file in files if file.sha256 == digest), None)


def _problem(code: str, message: str) -> Problem:
    return Problem(code, message, _SOURCE)
