"""The register's database: SQLite in Portbook's own folder, or PostgreSQL by one URL.

    sqlite:///srv/portbook/register.sqlite3
    postgresql://portbook@db.example/portbook?sslmode=verify-full
    postgresql:///portbook?host=/run/postgresql

What is answered must be durable (I-2); how each engine writes is decided here, nowhere else (D-1, D-10).
"""

import fcntl
import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, connections
from django.db.migrations.loader import MigrationLoader

from portbook.errors import DataMissing, Problem, RuleError, StoreError, shown
from portbook.store import REGISTER, home

VARIABLE = "PORTBOOK_DATABASE"

BUSY_SECONDS = 5  # that a writer waits for another, SQLite
LINE_SECONDS = 0.01  # that a writer waits before it asks again whether the place is free; ever shorter
STATEMENT_SECONDS = 2  # that a statement may take, a wait for a lock included, PostgreSQL
IDLE_SECONDS = 10  # that a transaction may stand still, PostgreSQL

PLACE = "-place"  # after the name of the database: the file that the foremost writer holds, SQLite

# Before this version a reset of the write-ahead log could damage the file; it sat there for 16 years (D-1).
WAL_IS_SOUND = (3, 51, 3)
# Without EXTRA the removal of the journal is not flushed: power cuts took commits that had been answered.
MODE = ("WAL", "FULL") if sqlite3.sqlite_version_info >= WAL_IS_SOUND else ("DELETE", "EXTRA")

_OPTIONS = {
    "host",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "passfile",
    "service",
    "target_session_attrs",
}
_SOURCE = "docs/operating.md"


# -- where it is


def settings(url: str | None = None) -> dict[str, Any]:
    """Return Django's settings for the database at *url*; without it SQLite in Portbook's own folder.

    Raises `RuleError` E-DATABASE-URL; its message never holds the password.
    """
    if not url:
        return _sqlite(str(home() / REGISTER))
    parts = _split(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1 and not parts.query:
        return _sqlite(unquote(parts.path))
    if parts.scheme == "postgresql" and len(parts.path) > 1:
        return _postgresql(parts)
    raise _no_url(url, "is neither sqlite:///PATH nor postgresql://[USER[:PASSWORD]@][HOST[:PORT]]/NAME")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise _no_url(url, str(error).split(":")[0]) from None
    return parts


def _no_url(url: str, reason: str) -> RuleError:
    told = url.split("://", 1)[0] + "://..." if "@" in url else url
    return RuleError(Problem("E-DATABASE-URL", f"database {shown(told)} {reason}", _SOURCE))


def _sqlite(path: str) -> dict[str, Any]:
    journal, synchronous = MODE
    pragmas = {
        "journal_mode": journal,
        "synchronous": synchronous,
        "mmap_size": 0,
        "recursive_triggers": "ON",  # else a REPLACE deletes unseen by the trigger that keeps Events
    }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": BUSY_SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": ";".join(f"PRAGMA {name}={value}" for name, value in pragmas.items()),
        },
    }


def _postgresql(parts: SplitResult) -> dict[str, Any]:
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(set(asked) - _OPTIONS):
        raise _no_url(
            parts.geturl(), f"has the option {shown(unknown[0])}; known are {', '.join(sorted(_OPTIONS))}"
        )
    session = {
        "synchronous_commit": "on",
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": asked.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "OPTIONS": {**asked, "options": " ".join(f"-c {name}={value}" for name, value in session.items())},
    }


# -- what is in it


def check() -> None:
    """Raise unless the tables are those of this Portbook.

    `DataMissing` E-REGISTER-NONE where there are none, `StoreError` E-REGISTER-OLDER, E-REGISTER-NEWER, and
    E-REGISTER-DATABASE where no database answers.
    """
    applied, known = migrations()
    if newer := sorted(applied - known):
        message = f"the register has the tables of a newer Portbook ({newer[-1]}); this one leaves them alone"
        raise StoreError(Problem("E-REGISTER-NEWER", message, _SOURCE))
    if not applied:
        raise DataMissing(Problem("E-REGISTER-NONE", "there is no register in this database yet", _SOURCE))
    if older := sorted(known - applied):
        message = f"the register has the tables of an older Portbook, before {older[0]}; upgrade it first"
        raise StoreError(Problem("E-REGISTER-OLDER", message, _SOURCE))


def migrate(*to: str) -> None:
    """Make the tables, or bring those of an older Portbook up to date; each step whole or not at all.

    With *to*, an application and one of its migrations, those alone: a backup of an older Portbook is put
    into such tables.

    Raises `StoreError` E-REGISTER-NEWER for tables of a newer one, E-UPGRADE-ROW for a row that the new
    tables do not take, E-REGISTER-DATABASE.
    """
    applied, known = migrations()
    if not applied <= known:
        check()
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET statement_timeout = 0")
        call_command("migrate", *to, verbosity=0, interactive=False)
    except IntegrityError as error:
        raise _not_taken(error) from error
    except DatabaseError as error:
        raise unreachable(error) from error
    finally:
        connection.close()  # the next one has the timeouts again


def migrations(of: str = "register") -> tuple[set[str], set[str]]:
    """Return the names of the migrations of an application that were applied, and of those that there are."""
    try:
        loader = MigrationLoader(connection)
    except DatabaseError as error:
        raise unreachable(error) from error
    applied = {name for app, name in loader.applied_migrations if app == of}
    return applied, {name for app, name in loader.disk_migrations if app == of}


def _not_taken(error: IntegrityError) -> StoreError:
    """Return the error for a row that breaks what a migration wants of its table; SQLite names that alone."""
    reason = " ".join(str(error).split())
    broken = {word.strip('":.,') for word in reason.split()}
    of = {
        model._meta.db_table
        for model in apps.get_models()
        if not broken.isdisjoint(each.name for each in model._meta.constraints)
    }
    table = f"table {min(of)} has a row" if of else "a table has rows"
    message = f"{table} that this Portbook does not take, and stays as it was: {shown(reason, 200)[1:-1]}"
    return StoreError(Problem("E-UPGRADE-ROW", message, _SOURCE))


def unreachable(error: Exception) -> StoreError:
    """Return the error for a database that does not answer."""
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return StoreError(
        Problem("E-REGISTER-DATABASE", f"the register's database does not answer: {reason}", _SOURCE)
    )


# -- the line of those who write


@contextmanager
def turn() -> Iterator[None]:
    """Wait for the place before SQLite's lock; who leaves the block has begun, and the next one may come.

    SQLite's own wait asks ever more seldom, so newcomers overtake, and who has just written writes again.
    Here one alone waits for the lock, and whoever comes stands behind; who has waited longer asks more often.
    The place is an advisory lock on a file beside the database: it ends with its process.  It is a matter of
    order, not of safety: after `BUSY_SECONDS`, and where there can be no such file, one goes on without it.
    """
    place = _place() if connection.vendor == "sqlite" else None
    if place is None:
        yield
        return
    try:
        _wait_for(place)
        yield
    finally:
        os.close(place)


def _place() -> int | None:
    try:
        return os.open(f"{connection.settings_dict['NAME']}{PLACE}", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None


def _wait_for(place: int) -> None:
    waited, tries = 0.0, 0
    while waited < BUSY_SECONDS:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tries += 1
            pause = max(LINE_SECONDS / tries, LINE_SECONDS / 10) * random.uniform(0.5, 1)
            time.sleep(pause)
            waited += pause
        except OSError:  # a file system without such locks
            return
        else:
            return


# -- processes

_inherited: list[object] = []  # never closed: that would end the parent's


def forget_connections() -> None:
    """Let go of the connections that a fork copied, without a word to the database."""
    for wrapper in connections.all(initialized_only=True):
        _inherited.append(wrapper.connection)
        wrapper.connection = None
        wrapper.in_atomic_block = False
        wrapper.savepoint_ids = []
