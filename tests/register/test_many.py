"""What a page asks of thousands of applications reads no more than it shows, as each engine counts that.

SQLite counts steps of its machine, PostgreSQL pages of tables and indexes: a busy machine moves neither.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from portbook.register import casework, models, tables
from portbook.register.acts import Done
from portbook.register.operations import recommending
from portbook.register.reading import alike, lists, whole
from portbook.register.reading.lists import Sought
from portbook.review import Ground, Verdict

from . import desk
from .test_plans import heard

pytestmark = pytest.mark.usefixtures("at_work")

INSTANT = f"{desk.DAY}T12:00:00Z"
COPIES = 3_000
FIRST = 9_000_000  # identity of the first copy
PARTS = (casework.Filing, casework.Turn, models.Review, models.Version)
MOST = {"sqlite": 40_000, "postgresql": 1_200}  # steps; pages


def test_nothing_reads_all_applications() -> None:
    number = filled()
    asked: dict[str, Callable[[], object]] = {
        f"{who} {sought}": lambda who=who, sought=sought: lists.applications(who, INSTANT, sought)
        for who, sought in (
            *(("ada", Sought(**each)) for each in ({}, {"team": "SCTP expert"}, {"text": "tide"})),
            *(("eve", Sought()), ("sol", Sought()), ("tia", Sought())),
        )
    }
    asked |= {
        f"like cases for {who}": lambda who=who: alike.cases(whole.dossier_of(who, number, INSTANT))
        for who in ("ada", "eve", "sol")
    }
    read = {name: most_of(ask) for name, ask in asked.items()}
    assert {name: count for name, count in read.items() if count > MOST[connection.vendor]} == {}


def filled() -> int:
    """Put many copies of closed cases beside an application of two teams; return its number."""
    wish = {"ports": [{"range": "User Ports"}]}
    done = desk.validated(desk.submitted("port", {"service_name": "tide-old", **wish}, "tom"))
    said: dict[str, Any] = {"verdict": Verdict.REFUSE, "reasons": "A name will do."}
    recommending.recommend(desk.by("eve"), **desk.of(done), **said, grounds=(Ground.NEEDLESS,))
    copied(done)
    new = {"service_name": "tide-new", "transports": ["tcp", "sctp"], **wish}
    return int(desk.validated(desk.submitted("port", new)).answer["application"])


def copied(done: Done) -> None:
    """Copy an application with all that is of it."""
    original = done.answer["application"]
    [row] = tables.select(models.Application, "WHERE identity = %s", [original])
    parts = {part: tables.select(part, "WHERE application_id = %s", [original]) for part in PARTS}
    fresh = itertools.count(FIRST)
    made: dict[Any, list[tuple[Any, ...]]] = {part: [] for part in (models.Application, *PARTS)}
    for _ in range(COPIES):
        number = next(fresh)
        made[models.Application].append(changed(models.Application, row, identity=number))
        for part, rows in parts.items():
            made[part] += [changed(part, each, identity=next(fresh), application_id=number) for each in rows]
    with transaction.atomic():
        for model, rows in made.items():
            tables.insert(model, rows)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as a server does by itself


def changed(model: Any, row: tuple[Any, ...], **values: Any) -> tuple[Any, ...]:
    """*row* with *values* in their columns."""
    columns = tables.table_of(model).columns
    return tuple((dict(zip(columns, row, strict=True)) | values)[column] for column in columns)


def most_of(ask: Callable[[], object]) -> int:
    """How much the dearest statement of what is asked reads."""
    with heard() as asked:
        ask()
    read = steps if connection.vendor == "sqlite" else pages
    return max(read(sql, parameters) for sql, parameters in asked.items())


def steps(sql: str, parameters: Any) -> int:
    """Of SQLite's machine."""
    every, heard_of = 100, itertools.count()

    def go_on() -> int:
        next(heard_of)
        return 0

    connection.connection.set_progress_handler(go_on, every)
    tables.rows(sql, parameters)
    connection.connection.set_progress_handler(None, every)
    return every * next(heard_of)


def pages(sql: str, parameters: Any) -> int:
    """Of PostgreSQL's tables and indexes."""
    [(found,)] = tables.rows(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", parameters)
    plan = found[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
