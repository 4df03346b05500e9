"""Who writes next on SQLite: a place before its lock, which ends with its holder and stops nobody."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from portbook.procedures.values import Change
from portbook.register import changing, database, tables
from portbook.register.acts import Done

from . import acts
from .acts import act, row

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

HOLD = """
import fcntl, sys, time
place = open(sys.argv[1], "w")
fcntl.flock(place, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def place(empty: str) -> Path:
    """The file that the foremost writer of a register holds."""
    acts.found()
    return Path(f"{connection.settings_dict['NAME']}{database.PLACE}")


@pytest.fixture
def holder(place: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that stands at the place."""
    command = [sys.executable, "-c", HOLD, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def write() -> Done:
    return changing.transaction(act(), lambda work: acts.grant(work, row("new-service", None, None)))


def test_who_comes_waits_until_the_foremost_is_gone(place: Path) -> None:
    """The place is free again as soon as its holder has begun: then one more may wait for the lock itself."""
    with place.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        behind = threading.Thread(target=elsewhere, args=(came := threading.Event(),))
        behind.start()
        assert not came.wait(0.2)
        fcntl.flock(held, fcntl.LOCK_UN)
        assert came.wait(database.BUSY_SECONDS)
        behind.join()
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody holds it any more


def elsewhere(came: threading.Event) -> None:
    write()
    connection.close()
    came.set()


def test_who_writes_does_not_hold_the_place(place: Path) -> None:
    def body(work: changing.Work) -> None:
        with place.open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)

    assert changing.transaction(act(), body).event


def test_the_place_ends_with_its_process(holder: subprocess.Popen[str]) -> None:
    threading.Timer(0.2, holder.kill).start()
    begun = time.monotonic()
    assert write().event
    assert time.monotonic() - begun < database.BUSY_SECONDS


@pytest.mark.usefixtures("holder")
def test_a_holder_that_stands_still_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    assert write().event


def test_where_there_can_be_no_place_acts_are_done_all_the_same(place: Path) -> None:
    place.unlink()
    place.mkdir()
    assert write().event


def test_a_name_that_is_given_is_so_within_the_act(place: Path) -> None:
    """What an act asked before is not kept beyond a change."""
    given = row("new-service", None, None)

    def body(work: changing.Work) -> list[bool]:
        before = work.standing.name("new-service")
        acts.grant(work, given)
        after = work.standing.name("new-service")
        work.replace((Change((given,), (), "given up"),))
        return [held is not None for held in (before, after, work.standing.name("new-service"))]

    assert changing.transaction(act(), body).answer == [False, True, False]


def test_a_new_connection_has_a_new_cursor(place: Path) -> None:
    asked = "SELECT name FROM register_member ORDER BY name LIMIT 1"
    assert tables.rows(asked) == [("ada",)]
    connection.close()
    assert tables.rows(asked) == [("ada",)]
    found: list[tuple[object, ...]] = []

    def elsewhere() -> None:
        found.extend(tables.rows(asked))
        connection.close()

    other = threading.Thread(target=elsewhere)
    other.start()
    other.join()
    assert found == tables.rows(asked)
