"""Recorded rows to SQL and back, without the cost of an ORM: a handful of statements for each act.

All columns of the register are whole numbers, texts and truth values, which both engines take as they are.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeVar

from django.db import models

from portbook.register import driver
from portbook.register.sql import size_in

Values = dict[str, Any]
Row = TypeVar("Row", bound=models.Model)

_MAX_PARAMETERS = 900  # of one statement; SQLite may be built for 999
_STATEMENTS = 500  # of each kind that are kept as they were put together


class Table(NamedTuple):
    """What SQL says of a model; `key` is its first column."""

    name: str
    columns: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.columns[0]


@cache
def table_of(model: type[models.Model]) -> Table:
    """Return the table of *model*."""
    return Table(model._meta.db_table, tuple(str(field.column) for field in model._meta.concrete_fields))


@cache
def sizes_of(model: type[models.Model]) -> dict[str, int]:
    """Return how many characters each text of *model* may have."""
    fields = model._meta.concrete_fields
    sizes = {str(field.column): field.max_length for field in fields if field.max_length}
    return sizes | dict(filter(None, map(size_in, model._meta.constraints)))


def values_of(row: models.Model) -> Values:
    """Return the columns of *row* without its key: what an Event tells of it."""
    return {column: getattr(row, column) for column in table_of(type(row)).columns[1:]}


def insert(model: type[models.Model], rows: Sequence[Sequence[Any]], unless_there: bool = False) -> int:
    """Insert *rows*, each all columns of *model* in order; return how many went in.

    A key that the database gives itself is left out of the rows.  With *unless_there* a row that a unique
    index refuses is passed over.
    """
    table = table_of(model)
    count = len(rows[0]) if rows else 0
    done = 0
    step = max(_MAX_PARAMETERS // max(count, 1), 1)
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        statement = _insertion(table, count, len(part), unless_there)
        done += change(table.name, statement, [value for row in part for value in row])
    return done


def update(model: type[models.Model], key: int, values: Values, expected: Values) -> bool:
    """Set *values* in the row with that *key* if it still has what is *expected*; say whether it had."""
    table = table_of(model)
    statement = _updating(table, tuple(values), tuple(expected))
    return change(table.name, statement, [*values.values(), key, *expected.values()]) == 1


def delete(model: type[models.Model], key: int, expected: Values) -> bool:
    """Delete the row with that *key* if it still has what is *expected*; say whether it had."""
    table = table_of(model)
    return change(table.name, _deletion(table, tuple(expected)), [key, *expected.values()]) == 1


def change(table: str, statement: str, parameters: Iterable[Any]) -> int:
    """Do *statement*, which changes rows of *table* and of no other; return how many."""
    _forget(table)
    return driver.changed(statement, tuple(parameters))


def changed(table: str, statement: str, parameters: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Do *statement*, which changes rows of *table* and of no other; return what it tells of them."""
    _forget(table)
    return driver.found(statement, tuple(parameters))


def select(model: type[models.Model], end: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Return all columns of the rows of *model* that *end* chooses: WHERE, ORDER BY, LIMIT."""
    return rows(_selection(table_of(model)) + end, parameters)


def load(model: type[Row], end: str, parameters: Iterable[Any] = ()) -> list[Row]:
    """Return the rows of *model* that *end* chooses, as its objects; nothing saves them."""
    return [model(*row) for row in select(model, end, parameters)]


def rows(statement: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Return what *statement* finds."""
    asked = statement, tuple(parameters)
    remembered = _own.remembered
    if remembered is None:
        return driver.found(*asked)
    if asked not in remembered:
        remembered[asked] = driver.found(*asked)
    return [*remembered[asked]]


@contextmanager
def remembering() -> Iterator[None]:
    """Ask the database each question once inside the block, until a table that it speaks of changes.

    For who holds the registry's row locked: nobody else changes what acts ask for meanwhile, and whoever
    does it here does it by `change`.  And for a page that only reads: no two parts of it tell of different
    moments.  In the end all is forgotten.  Nobody rolls back to a savepoint inside: what was found before
    that would be told still.
    """
    _own.remembered = {}
    try:
        yield
    finally:
        _own.remembered = None


def marks(count: int) -> str:
    """Return the places for *count* parameters: "%s, %s"."""
    return ", ".join(["%s"] * count)


class _Own(threading.local):
    """What a thread remembers: what was found, by statement and parameters; nothing outside the block."""

    remembered: dict[tuple[str, tuple[Any, ...]], list[tuple[Any, ...]]] | None = None


_own = _Own()


def _forget(table: str) -> None:
    """Ask again what was asked of *table*."""
    remembered = _own.remembered or {}
    for asked in [asked for asked in remembered if table in asked[0]]:
        del remembered[asked]


# -- statements, each put together once


@cache
def _selection(table: Table) -> str:
    return f"SELECT {_names(table.columns)} FROM {table.name} "  # noqa: S608


@lru_cache(maxsize=_STATEMENTS)
def _insertion(table: Table, count: int, rows: int, unless_there: bool) -> str:
    """For so many *rows* of the last *count* columns."""
    names = _names(table.columns[len(table.columns) - count :])
    places = ", ".join([f"({marks(count)})"] * rows)
    end = " ON CONFLICT DO NOTHING" if unless_there else ""
    return f"INSERT INTO {table.name} ({names}) VALUES {places}{end}"  # noqa: S608


@lru_cache(maxsize=_STATEMENTS)
def _updating(table: Table, columns: tuple[str, ...], expected: tuple[str, ...]) -> str:
    setting = ", ".join(f'"{column}" = %s' for column in columns)
    return f"UPDATE {table.name} SET {setting} WHERE {_equal(table, expected)}"  # noqa: S608


@lru_cache(maxsize=_STATEMENTS)
def _deletion(table: Table, expected: tuple[str, ...]) -> str:
    return f"DELETE FROM {table.name} WHERE {_equal(table, expected)}"  # noqa: S608


def _equal(table: Table, expected: tuple[str, ...]) -> str:
    return " AND ".join(f'"{column}" = %s' for column in (table.key, *expected))


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
