"""Upgrades: a register of an older Portbook comes up to date with all it holds; SQLite is copied before."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import stat
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from portbook.errors import StoreError
from portbook.register import auditing, database, tables, upgrading
from portbook.register.operations import registry
from portbook.store import EditionStore

from .conftest import use
from .doings import on

BEFORE, STEP = "0060_takeovers", "0070_states"  # a step back, and what is done again
KILLS = 8
SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def older(register: str) -> str:
    """The register as the Portbook before had it; its URL."""
    registry.reserve(on(), 4070, "IESG")
    call_command("migrate", "register", BEFORE, verbosity=0)
    return register


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite://"))


def copies(url: str) -> list[Path]:
    return sorted(path_of(url).parent.glob("[!.]*-before-*"))


def inside(path: Path, statement: str) -> list[tuple[object, ...]]:
    opened = sqlite3.connect(path)
    found = opened.execute(statement).fetchall()
    opened.close()
    return found


def test_what_an_older_portbook_held_is_all_there(older: str, engine: str, store: EditionStore) -> None:
    before = tables.rows("SELECT number, hash FROM register_event ORDER BY number")
    copy = upgrading.upgrade()
    assert (copy is not None) == (engine == "sqlite")
    assert tables.rows("SELECT number, hash FROM register_event ORDER BY number") == before
    database.check()
    assert auditing.check(store) == ()
    registry.reserve(on(), 4071, "IESG")
    assert upgrading.upgrade() is None  # nothing waits


@SQLITE
def test_the_copy_is_the_register_as_it_was(older: str) -> None:
    """Its rows and its tables; the older Portbook goes on with it."""
    before = tables.rows("SELECT number, hash FROM register_event ORDER BY number")
    copy = upgrading.upgrade()
    assert copy == path_of(older).with_name(f"{path_of(older).name}-before-register-{STEP}")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert inside(copy, "SELECT number, hash FROM register_event ORDER BY number") == before
    applied = inside(copy, "SELECT name FROM django_migrations WHERE app = 'register' ORDER BY name")
    assert applied[-1] == (BEFORE,)
    assert inside(copy, "PRAGMA integrity_check") == [("ok",)]
    assert [each.name for each in copy.parent.glob(".*")] == []


@SQLITE
def test_a_copy_replaces_none(older: str) -> None:
    for count in (1, 2, 3):
        upgrading.upgrade()
        assert len(copies(older)) == count
        call_command("migrate", "register", BEFORE, verbosity=0)


@SQLITE
def test_nothing_is_copied_where_nothing_is_to_be_lost(empty: str, tmp_path: Path) -> None:
    """Neither tables that are up to date, nor those of a register in which nobody acted."""
    assert upgrading.upgrade() is None
    call_command("migrate", "register", BEFORE, verbosity=0)
    assert upgrading.upgrade() is None
    assert copies(empty) == []


@SQLITE
def test_without_a_copy_there_is_no_upgrade(older: str) -> None:
    """Here the file system takes no name as long as that of the copy."""
    connection.close()
    long = path_of(older).with_name("r" * 240)
    path_of(older).rename(long)
    use(f"sqlite://{long}")
    with pytest.raises(StoreError) as raised:
        upgrading.upgrade()
    assert raised.value.problem.code == "E-STORE-WRITE"
    assert max(name for name in database.migrations()[0]) == BEFORE


def test_an_upgrade_is_killed_at_any_moment(older: str, engine: str, store: EditionStore) -> None:
    """F-01, F-19: the next one ends it; nothing is lost, and every copy that has its name is whole."""
    before = tables.rows("SELECT number, hash FROM register_event ORDER BY number")
    began = time.monotonic()
    upgrading.upgrade()
    longest = time.monotonic() - began
    source = random.Random(engine)
    for _ in range(KILLS):
        if STEP in database.migrations()[0]:
            database.migrate("register", BEFORE)
        connection.close()
        killed_after(source.uniform(0, longest))
    database.migrate("register", BEFORE)
    upgrading.upgrade()
    database.check()
    assert tables.rows("SELECT number, hash FROM register_event ORDER BY number") == before
    assert auditing.check(store) == ()
    for copy in copies(older) if engine == "sqlite" else ():
        assert inside(copy, "PRAGMA quick_check") == [("ok",)]
        assert inside(copy, "SELECT number, hash FROM register_event ORDER BY number") == before
    assert engine != "sqlite" or [*path_of(older).parent.glob(".*-before-*")] == []  # the last one swept


def killed_after(seconds: float) -> None:
    """Upgrade in a process of its own, and kill that."""
    child = os.fork()
    if child == 0:
        try:
            upgrading.upgrade()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_a_row_that_the_new_tables_do_not_take_is_told(older: str, engine: str, store: EditionStore) -> None:
    """By its table; each try finds the copy of the first, until something changed."""
    one = "SELECT MIN(identity) FROM register_entry"
    run(f"UPDATE register_entry SET reason = 'whim' WHERE identity IN ({one})")
    for _ in range(3):
        connection.close()
        with pytest.raises(
            StoreError, match=r"table register_entry has a row .*entry_reason_known"
        ) as raised:
            upgrading.upgrade()
        assert raised.value.problem.code == "E-UPGRADE-ROW"
        assert BEFORE in database.migrations()[0]
        assert STEP not in database.migrations()[0]
        assert len(copies(older) if engine == "sqlite" else [1]) == 1
    run("UPDATE register_entry SET reason = '' WHERE reason = 'whim'")
    upgrading.upgrade()
    assert len(copies(older) if engine == "sqlite" else [1, 2]) == 2
    assert auditing.check(store) == ()


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@SQLITE
def test_a_damaged_register_is_not_upgraded(older: str) -> None:
    connection.close()
    with path_of(older).open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(size // 2)
        file.write(os.urandom(size // 4))
    with pytest.raises(StoreError) as raised:
        upgrading.upgrade()
    assert raised.value.problem.code in ("E-UPGRADE-COPY", "E-REGISTER-DATABASE")
    assert copies(older) == []
