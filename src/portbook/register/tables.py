"""Recorded rows to SQL and back, without the cost of an ORM: a handful of statements for each act.

All columns of the register are whole numbers, texts and truth values, which both engines take as they are.
"""

import threading
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import connection, models

from portbook.register.sql import size_in

Values = dict[str, Any]
Row = TypeVar("Row", bound=models.Model)

_MAX_PARAMETERS = 900  # of one statement; SQLite may be built for 999


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
    columns = table.columns[len(table.columns) - len(rows[0]) :] if rows else ()
    end = " ON CONFLICT DO NOTHING" if unless_there else ""
    done = 0
    step = max(_MAX_PARAMETERS // max(len(columns), 1), 1)
    cursor = _cursor()
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        places = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(part))
        cursor.execute(
            f"INSERT INTO {table.name} ({_names(columns)}) VALUES {places}{end}",  # noqa: S608
            [value for row in part for value in row],
        )
        done += cursor.rowcount
    return done


def update(model: type[models.Model], key: int, values: Values, expected: Values) -> bool:
    """Set *values* in the row with that *key* if it still has what is *expected*; say whether it had."""
    table = table_of(model)
    setting = ", ".join(f'"{column}" = %s' for column in values)
    where = " AND ".join(f'"{column}" = %s' for column in (table.key, *expected))
    return _execute(
        f"UPDATE {table.name} SET {setting} WHERE {where}",  # noqa: S608
        [*values.values(), key, *expected.values()],
    )


def delete(model: type[models.Model], key: int, expected: Values) -> bool:
    """Delete the row with that *key* if it still has what is *expected*; say whether it had."""
    table = table_of(model)
    where = " AND ".join(f'"{column}" = %s' for column in (table.key, *expected))
    return _execute(f"DELETE FROM {table.name} WHERE {where}", [key, *expected.values()])  # noqa: S608


def select(model: type[models.Model], end: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Return all columns of the rows of *model* that *end* chooses: WHERE, ORDER BY, LIMIT."""
    table = table_of(model)
    return rows(f"SELECT {_names(table.columns)} FROM {table.name} {end}", parameters)  # noqa: S608


def load(model: type[Row], end: str, parameters: Iterable[Any] = ()) -> list[Row]:
    """Return the rows of *model* that *end* chooses, as its objects; nothing saves them."""
    return [model(*row) for row in select(model, end, parameters)]


def rows(statement: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Return what *statement* finds."""
    cursor = _cursor()
    cursor.execute(statement, list(parameters))
    return list(cursor.fetchall())


def marks(count: int) -> str:
    """Return the places for *count* parameters: "%s, %s"."""
    return ", ".join(["%s"] * count)


def _execute(statement: str, parameters: list[Any]) -> bool:
    cursor = _cursor()
    cursor.execute(statement, parameters)
    return bool(cursor.rowcount == 1)


class _Own(threading.local):
    """What a thread keeps: its connection to the database, and the cursor on that."""

    link: Any = None
    cursor: Any = None


_own = _Own()


def _cursor() -> Any:
    """The cursor of this thread: to make one for each statement costs as much as the statement."""
    link = connection.connection
    if link is None or link is not _own.link:
        _own.cursor = connection.cursor()
        _own.link = connection.connection
    return _own.cursor


@cache
def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
