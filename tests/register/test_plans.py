"""No statement of an act goes through a table that grows: each question has an index, as SQLite plans it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from portbook.register import tables

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


@pytest.fixture
def engine() -> str:
    """The planner of SQLite tells what it does in words; the indexes are the same on both engines."""
    return "sqlite"


def test_no_act_goes_through_a_whole_table(at_work: None) -> None:
    asked: dict[str, Any] = {}

    def heard(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        asked[sql] = parameters
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(heard):
        done = desk.granted(desk.validated(desk.submitted("port")), "eve")
        desk.assigned(done)
    assert len(asked) > 40
    wrong = []
    for sql, parameters in asked.items():
        if sql.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            steps = [str(row[-1]) for row in tables.rows(f"EXPLAIN QUERY PLAN {sql}", parameters or ())]
            wrong += [(step, sql) for step in steps if _is_scan(step)]
    assert wrong == []


def _is_scan(step: str) -> bool:
    """Whether a step of a plan reads all of a table, or of an index, that grows."""
    return any(step.startswith(f"SCAN register_{table}") for table in GROWS)
