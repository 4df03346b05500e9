"""The fault loop: what is under an assignment fails at each point in turn; it is whole or not at all (I-3).

SQLite is stopped after any number of steps of its machine, and its disk is full after any number of bytes
(F-04); PostgreSQL's process ends before any statement (F-15; in the commit itself: test_lost_connection).
After each fault nothing has changed, and in the end the same act with the same key is done once (I-12).
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from portbook.errors import StoreError
from portbook.register import auditing, tables
from portbook.register.acts import Done
from portbook.register.operations import assigning
from portbook.store import EditionStore

from . import conftest, desk

LOOKED_AT = (
    "entry",
    "portclaim",
    "nameclaim",
    "contact",
    "event",
    "idempotencykey",
    "outbox",
    "wanted",
    "turn",
)
POINTS = 40  # of each kind in CI; `make deep` takes them all

few_or_all = pytest.mark.parametrize(
    "points", [POINTS, pytest.param(10**9, marks=pytest.mark.deep)], ids=["few", "all"]
)


def state() -> list[Any]:
    """What the register holds, as far as an assignment changes it."""
    counts = [tables.rows(f"SELECT COUNT(*) FROM register_{table}")[0][0] for table in LOOKED_AT]
    return [
        *counts,
        *tables.rows("SELECT * FROM register_registry"),
        *tables.rows("SELECT state, version FROM register_application"),
    ]


@pytest.fixture
def assign(at_work: None, empty: str, store: EditionStore) -> Iterator[Callable[[], Done]]:
    """Assigns a port; afterwards it must have been done once, and the audit be content."""
    conftest.use(empty, flushes=True)
    ready = desk.of(desk.granted(desk.validated(desk.submitted("port")), "eve"))
    before = state()
    yield lambda: assigning.assign(desk.by("ada", key="assigned"), **ready)
    assert state() != before
    assert len(tables.rows("SELECT number FROM register_event WHERE operation = 'assign'")) == 1
    assert auditing.check(store) == ()


def steps(count: int, points: int) -> range:
    return range(1, count + 1, max(count // points, 1))


# -- SQLite

sqlite = pytest.mark.parametrize("engine", ["sqlite"])
EACH = 10  # steps of SQLite's machine between two points


@sqlite
@few_or_all
def test_stopped_after_any_number_of_steps(assign: Callable[[], Done], engine: str, points: int) -> None:
    before, count = state(), 0
    with stopped_after(10**9) as seen:
        dry = desk.by("ada", is_dry=True)
        number = tables.rows("SELECT identity FROM register_application")[0][0]
        version = tables.rows("SELECT digest FROM register_version")[0][0]
        assigning.assign(dry, number, version=version)
        count = seen[0]
    assert count > 100
    for point in steps(count - 1, points):
        with stopped_after(point), pytest.raises(StoreError) as raised:
            assign()
        assert raised.value.problem.code == "E-REGISTER-DATABASE"
        assert state() == before
    assert not assign().is_repeated


@contextmanager
def stopped_after(steps: int) -> Iterator[list[int]]:
    """Let SQLite stop whatever it does then; the list has how many points there were."""
    seen = [0]

    def stop() -> bool:
        seen[0] += 1
        return seen[0] > steps

    connection.ensure_connection()
    connection.connection.set_progress_handler(stop, EACH)
    try:
        yield seen
    finally:
        connection.connection.set_progress_handler(None, EACH)


@sqlite
@few_or_all
def test_disk_full_after_any_number_of_bytes(
    assign: Callable[[], Done], empty: str, engine: str, points: int
) -> None:
    """A process may write no file beyond a size: the journal, or the database, does not fit."""
    before = state()
    size = Path(empty.removeprefix("sqlite://")).stat().st_size
    connection.close()
    limits = sorted({*steps(64, points), *(n * 1_024 for n in steps(size // 1_024, points // 2)), size - 1})
    codes = set()
    for limit in limits:
        codes.add(in_child(lambda n=limit: assign_within(n, assign)))
        assert state() == before
        connection.close()
    assert codes == {REFUSED}
    assert in_child(lambda: assign_within(size + 2**20, assign)) == 0
    assert state() != before
    assert assign().is_repeated


REFUSED = 3


def assign_within(limit: int, assign: Callable[[], Done]) -> int:
    """Assign where no file may grow beyond *limit* bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    connection.ensure_connection()
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        assign()
    except StoreError as error:
        return REFUSED if error.problem.code == "E-REGISTER-DATABASE" else 4
    return 0


def in_child(work: Callable[[], int]) -> int:
    """Run *work* in a process of its own; return what it returns."""
    child = os.fork()
    if child == 0:
        code = 9
        try:
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


# -- PostgreSQL


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.deep)], ids=["some", "each"])
def test_the_server_s_process_ends_before_any_statement(
    assign: Callable[[], Done], empty: str, engine: str, step: int
) -> None:
    import psycopg

    before, point = state(), 0
    with psycopg.connect(empty, autocommit=True) as other:
        while True:
            with ended_at(point, other) as seen:
                codes = refusals(assign)
            if seen[0] <= point:
                break
            assert codes == ["E-REGISTER-DATABASE"]
            assert state() == before
            point += step
    assert codes == []
    assert point > 40


def refusals(assign: Callable[[], Done]) -> list[str]:
    """The code of the error that it ends with, if it does."""
    try:
        assign()
    except StoreError as error:
        return [error.problem.code]
    return []


@contextmanager
def ended_at(point: int, other: Any) -> Iterator[list[int]]:
    """End the server's process of this connection before its statement number *point*."""
    seen = [0]

    def heard(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if seen[0] == point:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        seen[0] += 1
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(heard):
        yield seen
