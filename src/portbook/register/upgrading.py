"""Upgrading: the tables become those of this Portbook, after a copy of what the register holds (F-19).

On SQLite the copy stands beside the database, taken by SQLite itself, looked through and flushed before the
first step.  On PostgreSQL the operator takes one (docs/operating.md).  There is no way back but the copy.
"""

import filecmp
import glob
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from portbook.errors import Problem, StoreError, shown
from portbook.register import database, tables
from portbook.store import durable

_SOURCE = "docs/operating.md"


def upgrade() -> Path | None:
    """Make the tables, or bring them up to date; return the copy of what was there, if one was taken.

    An upgrade that failed left its copy, which serves again if nothing changed since.

    Raises `StoreError` E-UPGRADE-COPY where no copy can be taken, with nothing changed, and what
    `database.migrate` raises.
    """
    copy = _copied() if connection.vendor == "sqlite" else None
    database.migrate()
    return copy


def _copied() -> Path | None:
    """Copy the database before the first step that waits; None where none waits, or nothing is to be lost."""
    applied, known = database.migrations()
    step = _next_step() if applied and applied <= known else ""
    if not step or not tables.rows("SELECT 1 FROM register_event LIMIT 1"):
        return None
    source = Path(str(connection.settings_dict["NAME"]))
    for left in source.parent.glob(f".{glob.escape(source.name)}-before-*.tmp*"):
        durable.discard(left)  # of a copy that was interrupted
    name = f"{source.name}-before-{step}"
    target = _free(source.with_name(name))
    aside = durable.prepare(target, b"")
    try:
        os.chmod(aside, 0o600)
        _fill(source, aside)
        with durable.told(target), aside.open("rb") as file:
            os.fsync(file.fileno())
        if there := _same(aside, source.parent.glob(f"{glob.escape(name)}*")):
            durable.discard(aside)
            return there
        durable.commit(aside, target)
    except BaseException:
        durable.discard(aside)
        raise
    return target


def _next_step() -> str:
    """The first migration that waits for tables that are there, the register's or others; "" for none."""
    executor = MigrationExecutor(connection)
    there = {app for app, _ in executor.loader.applied_migrations}
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return next((f"{step.app_label}-{step.name}" for step, _ in plan if step.app_label in there), "")


def _same(copy: Path, others: Iterable[Path]) -> Path | None:
    """Return which of *others* is that copy, taken before an upgrade that failed."""
    return next((each for each in sorted(others) if filecmp.cmp(copy, each, shallow=False)), None)


def _free(path: Path) -> Path:
    """Return *path*, or the first with a number after it that is not there: a copy replaces nothing."""
    number, found = 1, path
    while os.path.lexists(found):
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found


def _fill(source: Path, target: Path) -> None:
    """Copy the database, of one moment, and see that the copy is sound."""
    try:
        held, copy = (sqlite3.connect(path, timeout=database.BUSY_SECONDS) for path in (source, target))
        try:
            held.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            found = str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            held.close()
            copy.close()
    except sqlite3.Error as error:
        raise _no_copy(source, str(error)) from error
    if found != "ok":
        raise _no_copy(source, found)


def _no_copy(source: Path, reason: str) -> StoreError:
    message = f"{shown(str(source), 200)} cannot be copied, and was not upgraded: {shown(reason, 200)[1:-1]}"
    return StoreError(Problem("E-UPGRADE-COPY", message, _SOURCE))
