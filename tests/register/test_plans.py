"""No statement of an act goes through a table that grows: each question has an index, as SQLite plans it.

The first page of the desk looks at what is open alone, and keeps nothing of it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from portbook.register import tables
from portbook.register.reading import statuses, together
from portbook.states import ApplicationState

from . import desk

# What grows with the registry, or with the years.
GROWS = (
    "entry",
    "contact",
    "portclaim",
    "nameclaim",
    "codeclaim",
    "event",
    "version",
    "outbox",
    "idempotencykey",
)
_OF_DAYS = ("USING INDEX application_by_day", "USING COVERING INDEX application_by_day")


@pytest.fixture
def engine() -> str:
    """The planner of SQLite tells what it does in words; the indexes are the same on both engines."""
    return "sqlite"


def test_no_act_goes_through_a_whole_table(at_work: None) -> None:
    with heard() as asked:
        done = desk.granted(desk.validated(desk.submitted("port")), "eve")
        desk.assigned(done)
    assert len(asked) > 40
    assert [(step, sql) for step, sql in steps_of(asked) if _is_scan(step)] == []


def test_no_first_page_looks_at_applications_that_are_closed(at_work: None) -> None:
    """What waits, and what is late, is found by the index of days: nobody waits for most applications."""
    for member in ("ada", "eve"):
        with heard() as asked:
            statuses.waits(member, f"{desk.DAY}T10:00:00Z", 20)
            statuses.due(f"{desk.DAY}T10:00:00Z", member, 10)
        wrong = [(step, sql) for step, sql in steps_of(asked) if _reads_all_applications(step)]
        assert wrong == []


def test_nothing_of_a_list_is_kept(at_work: None) -> None:
    """What was read for a page goes with it: a server shows the page for weeks."""
    desk.in_state(ApplicationState.EXPERT_REVIEW)
    assert statuses.due(f"{desk.after(60)}T10:00:00Z", "ada")
    gc.collect()
    assert [each for each in gc.get_objects() if isinstance(each, together.Together)] == []


@contextmanager
def heard() -> Iterator[dict[str, Any]]:
    """The statements that are asked meanwhile, with parameters."""
    asked: dict[str, Any] = {}

    def hear(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        asked[sql] = parameters
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(hear):
        yield asked


def steps_of(asked: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """How SQLite does each statement, in steps."""
    for sql, parameters in asked.items():
        if sql.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            for row in tables.rows(f"EXPLAIN QUERY PLAN {sql}", parameters or ()):
                yield str(row[-1]), sql


def _reads_all_applications(step: str) -> bool:
    return step.startswith("SCAN register_application") and not step.endswith(_OF_DAYS)


def _is_scan(step: str) -> bool:
    """Whether a step of a plan reads all of a table, or of an index, that grows."""
    return any(step.startswith(f"SCAN register_{table}") for table in GROWS)
