"""One moment: what takes long to read is read as it stood when that began, and no writer waits for it.

SQLite's rollback journal lets no writer commit while anybody reads; there the reading is done in a copy,
which SQLite keeps in memory and spills to a nameless file of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.transaction import atomic

from portbook.register import database


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read inside is of one moment; nothing may be written, and no transaction be open before."""
    wrapper: Any = connections["default"]
    wrapper.ensure_connection()
    if wrapper.vendor == "postgresql":
        with atomic(), wrapper.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    elif database.MODE[0] == "WAL":
        with _deferred(wrapper):
            yield
    else:
        with _copied(wrapper), _deferred(wrapper):
            yield


@contextmanager
def _deferred(wrapper: Any) -> Iterator[None]:
    """A transaction without the lock of those who write."""
    before, wrapper.transaction_mode = wrapper.transaction_mode, "DEFERRED"
    try:
        with atomic():
            yield
    finally:
        wrapper.transaction_mode = before


@contextmanager
def _copied(wrapper: Any) -> Iterator[None]:
    """In place of this thread's connection, one to a copy of the database."""
    with wrapper.wrap_database_errors:
        copy = wrapper.get_new_connection({**wrapper.get_connection_params(), "database": ""})
    held = wrapper.connection
    try:
        with wrapper.wrap_database_errors:
            held.backup(copy)
        copy.execute("PRAGMA query_only = ON")
        wrapper.connection = copy
        yield
    finally:
        wrapper.connection = held
        copy.close()
