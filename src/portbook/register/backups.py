"""Backups: the register and the accounts beside it as one file, of one moment, and brought back whole.

The file is gzip of JSON Lines: a head, a line for each row in the order of its table, an end with the digest
of all before it.  It knows no engine: what SQLite wrote, PostgreSQL takes, and the other way round.  A backup
counts when it was restored (T-91): `try_out` does that into a database of its own, and audits the chain.

A backup that is older than the newest publication would give again what was given since (T-92).  So a
restore freezes the register, unless it is shown a manifest whose Event the restored chain has; a person lets
acts go on (`unfreeze`), and by that Event declares the fork.  What was half done begins again (`restoring`).
Reads no clock.
"""

import gzip
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connection, connections
from django.db.transaction import atomic

from portbook.errors import FormatError, PortbookError, Problem, RuleError, StoreError, shown
from portbook.publication.manifest import Link
from portbook.register import auditing, beside, database, events, roles, tables
from portbook.register.acts import Act, Done
from portbook.register.changing import Work, within
from portbook.register.limits import MAX_BACKUP_LINE, MAX_TRIES
from portbook.register.models import Registry
from portbook.register.moments import one_moment
from portbook.register.operations import restoring
from portbook.store import durable

FORMAT = "portbook-register"
VERSION = 1
RESTORE = "restore"

_SOURCE = "docs/procedures.md"
_AT_ONCE = 500  # rows of one statement


class Backup(NamedTuple):
    """What a backup holds."""

    events: int
    head: str
    rows: int


# -- taking one


def write(target: Path) -> Backup:
    """Write a backup at *target*, durably and in one step.

    Raises `StoreError` E-BACKUP-EXISTS, and E-BACKUP-APPS where it would not be all.
    """
    beside.check_known(beside.applied())
    if os.path.lexists(target):
        message = f"{shown(str(target), 200)} is there already; a backup replaces nothing"
        raise StoreError(Problem("E-BACKUP-EXISTS", message, _SOURCE))
    aside = durable.prepare(target, b"")
    try:
        os.chmod(aside, 0o600)
        with open(aside, "wb") as file:
            made = _write_patiently(file)
            file.flush()
            os.fsync(file.fileno())
        durable.commit(aside, target)
    except BaseException:
        durable.discard(aside)
        raise
    return made


def _write_patiently(file: BinaryIO) -> Backup:
    """Write it; where others keep the database busy, again from the start, a few times."""
    for attempt in range(1, MAX_TRIES + 1):
        try:
            return _write(file)
        except DatabaseError as error:
            connection.close_if_unusable_or_obsolete()
            if attempt == MAX_TRIES:
                raise database.unreachable(error) from error
            file.seek(0)
            file.truncate()
    raise AssertionError("unreachable")


def _write(file: BinaryIO) -> Backup:
    digest, count = hashlib.sha256(), 0
    with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed, one_moment():
        registry = tables.load(Registry, "")[0]
        head = {
            "format": FORMAT,
            "version": VERSION,
            "migrations": sorted(database.migrations()[0]),
            "beside": beside.applied(),
            "events": registry.events,
            "head": registry.events_head,
        }
        for line in _lines(head):
            digest.update(line)
            packed.write(line)
            count += 1
        end = {"rows": count - 1, "sha256": digest.hexdigest()}
        packed.write(_line(end))
    return Backup(registry.events, registry.events_head, count - 1)


def _lines(head: dict[str, Any]) -> Iterator[bytes]:
    yield _line(head)
    for model in _models():
        table = tables.table_of(model)
        last: Any = None
        while True:
            after = "" if last is None else f'WHERE "{table.key}" > %s'
            end = f'{after} ORDER BY "{table.key}" LIMIT {_AT_ONCE}'
            part = tables.select(model, end, [] if last is None else [last])
            for row in part:
                yield _line({"table": table.name, "row": dict(zip(table.columns, row, strict=True))})
            if len(part) < _AT_ONCE:
                break
            last = part[-1][0]
    for model in beside.kept():
        for values in beside.rows(model):
            yield _line({"table": model._meta.db_table, "row": values})


def _models() -> list[Any]:
    """The tables of the register, those that others point at first."""
    return list(apps.get_app_config("register").get_models())


def _line(value: Any) -> bytes:
    return events.canonical(value).encode() + b"\n"


# -- reading one


class _Reading:
    """The lines of a backup, each checked when it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._packed = gzip.GzipFile(fileobj=file, mode="rb")
        self._digest = hashlib.sha256()
        self.head = self._value()
        if (self.head.get("format"), self.head.get("version")) != (FORMAT, VERSION):
            raise _damaged("it is no backup that this Portbook reads")
        self.rows = 0

    def __iter__(self) -> Iterator[tuple[str, dict[str, Any]]]:
        while True:
            before = self._digest.hexdigest()
            value = self._value()
            if "sha256" in value:
                if value != {"rows": self.rows, "sha256": before} or self._packed.read(1):
                    raise _damaged("its end does not fit what is before")
                return
            self.rows += 1
            yield str(value["table"]), dict(value["row"])

    def _value(self) -> dict[str, Any]:
        try:
            line = self._packed.readline(MAX_BACKUP_LINE + 1)
            if len(line) > MAX_BACKUP_LINE:
                raise ValueError("a line is too long")
            if not line.endswith(b"\n"):
                raise ValueError("it is cut off")
            value = json.loads(line)
            if not isinstance(value, dict):
                raise ValueError("a line is no object")
        except (OSError, EOFError, ValueError, RecursionError, zlib.error) as error:
            is_other = str(error).startswith("Not a gzipped file")
            raise _damaged(
                "it is packed by gzip, and this file is not" if is_other else str(error)
            ) from error
        self._digest.update(line)
        return value


def _damaged(reason: str) -> FormatError:
    return FormatError(
        Problem("E-BACKUP-DAMAGED", f"the backup cannot be used: {shown(reason, 200)[1:-1]}", _SOURCE)
    )


# -- bringing one back


def restore(source: Path, act: Act, manifest: Link | None) -> Done:
    """Fill the database, which has no register yet, from a backup: whole, or not at all; by one Event.

    It freezes the register, unless the chain has the Event of *manifest*, and ends what was half done (T-92).
    Raises `FormatError` E-BACKUP-DAMAGED, `StoreError` E-REGISTER-NEWER for a backup of a newer Portbook,
    `RuleError` E-RESTORE-FULL where a register is, E-ROLE for who may not freeze one.
    """
    with _of_today(source) as path, path.open("rb") as file:
        reading = _Reading(file)
        database.migrate()
        with _told(), atomic(durable=True):
            _check_empty()
            _fill(reading)
            _check(reading.head)
            beside.end_waiting()
            return _settle(act, manifest)


@contextmanager
def _of_today(source: Path) -> Iterator[Path]:
    """The backup with the tables of today: one of an older Portbook is upgraded in a database of its own."""
    with source.open("rb") as file:
        wanted = _migrations_of(_Reading(file).head)
    if all(names == database.migrations(app)[1] for app, names in wanted.items()):
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="portbook-upgrade-") as folder:
        target = Path(folder) / "upgraded"
        with _instead(Path(folder)):
            _load(source)
            write(target)
        yield target


def _migrations_of(head: dict[str, Any]) -> dict[str, set[str]]:
    """The migrations of each application that the backup has tables of, the register's among them."""
    others = {str(app): [*map(str, names)] for app, names in dict(head.get("beside", {})).items()}
    beside.check_known(others)
    wanted = {beside.REGISTER: set(map(str, head["migrations"]))}
    wanted |= {app: set(names) for app, names in others.items()}
    for app, names in wanted.items():
        if newer := sorted(names - database.migrations(app)[1]):
            message = f"the backup has the tables of a newer Portbook ({app} {newer[-1]})"
            raise StoreError(Problem("E-REGISTER-NEWER", message, _SOURCE))
    return wanted


def _load(source: Path) -> Backup:
    """Fill a new database as the backup was, bring it up to date, and look whether it is whole."""
    with source.open("rb") as file, _told():
        reading = _Reading(file)
        for app, names in _migrations_of(reading.head).items():
            database.migrate(app, max(names))
        with atomic():
            _fill(reading)
        database.migrate()
        return _check(reading.head)._replace(rows=reading.rows)


@contextmanager
def _told() -> Iterator[None]:
    """Tell what the database, or a value of the wrong kind, says of a backup."""
    try:
        yield
    except (ArithmeticError, DatabaseError, LookupError, TypeError, ValueError, ValidationError) as error:
        if isinstance(error, PortbookError):
            raise
        raise _damaged(" ".join(str(error).split())) from error


def _check_empty() -> None:
    if tables.rows("SELECT 1 FROM register_event LIMIT 1"):
        message = "there is a register in this database; a backup is restored where none is"
        raise RuleError(Problem("E-RESTORE-FULL", message, _SOURCE))


def _fill(reading: _Reading) -> None:
    own = {tables.table_of(model).name for model in _models()}
    others = {model._meta.db_table: model for model in beside.kept()}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM register_registry")
    left_out = beside.left_out()
    waiting: list[dict[str, Any]] = []
    current = ""
    for table, row in reading:
        if table in left_out:  # of a Portbook that kept it
            continue
        if table in others:
            row = beside.read(others[table], row)
        elif table not in own:
            raise _damaged(f"it has the table {table}")
        if waiting and (table != current or len(waiting) == _AT_ONCE or list(row) != list(waiting[0])):
            _insert(current, waiting)
            waiting = []
        current = table
        waiting.append(row)
    if waiting:
        _insert(current, waiting)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [*_models(), *others.values()]):
            cursor.execute(statement)


def _insert(table: str, rows: Sequence[dict[str, Any]]) -> None:
    columns = list(rows[0])
    if not all(column.isidentifier() for column in columns):
        raise _damaged(f"{table} has the columns {', '.join(columns)}")
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f"INSERT INTO {table} ({names}) VALUES ({tables.marks(len(columns))})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, [list(row.values()) for row in rows])


def _check(head: dict[str, Any]) -> Backup:
    """Return what was restored, when its chain is whole and it is what the head says."""
    if problems := auditing.verify():
        raise _damaged(problems[0].message)
    registry = tables.load(Registry, "")[0]
    if (registry.events, registry.events_head) != (head["events"], head["head"]):
        raise _damaged("its Events are not those that its head names")
    return Backup(registry.events, registry.events_head, 0)


# -- trying one


def try_out(source: Path) -> Backup:
    """Restore a backup into a database of its own, which is then thrown away; raise what `restore` raises."""
    with tempfile.TemporaryDirectory(prefix="portbook-trial-") as folder, _instead(Path(folder)):
        return _load(source)


@contextmanager
def _instead(folder: Path) -> Iterator[None]:
    """Work in a SQLite file in *folder* meanwhile."""
    before = connections["default"]
    settings = database.settings(f"sqlite://{folder / 'trial.sqlite3'}")
    settings["OPTIONS"]["init_command"] += ";PRAGMA synchronous=OFF"  # it lasts no longer than this
    connections["default"] = type(connections)({"default": settings})["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before


# -- letting acts go on


def _settle(act: Act, manifest: Link | None) -> Done:
    """Put the restore on record; freeze the register unless it has the Event of *manifest*."""
    is_current = manifest is not None and has(manifest)

    def body(work: Work) -> dict[str, Any]:
        if found := roles.may(work.member(act.actor), "freeze", ()):
            raise RuleError(found.problem)
        is_frozen = work.registry.is_frozen or not is_current
        work.change_registry(is_frozen=is_frozen)
        ended = restoring.end_half_done(work)
        return {"frozen": is_frozen, "events": work.registry.events, "ended": ended}

    named = act._replace(operation=RESTORE, object="registry", request=manifest.sha256 if manifest else "")
    return within(named, body, even_frozen=True)


def has(link: Link) -> bool:
    """Whether the chain has just that Event, so that nothing is missing up to it."""
    statement = "SELECT hash FROM register_event WHERE number = %s"
    return link.sha256 in [row[0] for row in tables.rows(statement, [link.number])]
