"""Statements by the driver below Django, on Django's own connection: an act does some fifty of them.

Django's cursor would cost as much as most of the statements.  Its rules hold here too: errors are Django's,
a transaction that broke takes no more statements, and whoever listens (`execute_wrapper`) hears of each.
Parameters stand as %s; there is no other per cent sign.
"""

import sqlite3
import threading
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from django.db import connections

_STATEMENTS = 500  # that are kept, as SQLite wants them, or with their plans on PostgreSQL
_USES = 5  # of a statement until PostgreSQL keeps its plan

Parameters = tuple[Any, ...]


class _Link:
    """A connection that is open: as Django has it, as the driver has it, and the driver's cursor on it."""

    def __init__(self, wrapper: Any) -> None:
        wrapper.ensure_connection()
        self.wrapper = wrapper
        self.connection = wrapper.connection
        if isinstance(self.connection, sqlite3.Connection):
            self.cursor: Any = self.connection.cursor()
            self._words: Callable[[str], str] = _with_question_marks
            return
        from psycopg import Cursor

        self.connection.prepare_threshold, self.connection.prepared_max = _USES, _STATEMENTS
        self.cursor = Cursor(self.connection)
        self._words = str

    def run(self, statement: str, parameters: Parameters) -> None:
        """Do *statement*; the cursor has what it found."""
        self.wrapper.validate_no_broken_transaction()
        execute = self._execute
        for heard in reversed(self.wrapper.execute_wrappers):
            execute = partial(heard, execute)
        execute(statement, parameters, False, {"connection": self.wrapper})

    def _execute(self, statement: str, parameters: Parameters, *_: Any) -> None:
        self.cursor.execute(self._words(statement), parameters)


class _Own(threading.local):
    """What a thread keeps."""

    link: _Link | None = None


_own = _Own()


def found(statement: str, parameters: Parameters) -> list[Parameters]:
    """Return what *statement* finds, or tells of the rows that it changes."""
    link = _open()
    with link.wrapper.wrap_database_errors:
        link.run(statement, parameters)
        return list(link.cursor.fetchall())


def changed(statement: str, parameters: Parameters) -> int:
    """Return how many rows *statement* changes."""
    link = _open()
    with link.wrapper.wrap_database_errors:
        link.run(statement, parameters)
        return int(link.cursor.rowcount)


def _open() -> _Link:
    """The connection of this thread; a new one where Django closed or replaced it."""
    wrapper: Any = connections["default"]
    link = _own.link
    if link is None or link.wrapper is not wrapper or wrapper.connection is not link.connection:
        link = _own.link = _Link(wrapper)
    return link


@lru_cache(maxsize=_STATEMENTS)
def _with_question_marks(statement: str) -> str:
    return statement.replace("%s", "?")
