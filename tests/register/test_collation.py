"""Names and ids stand in the order of their bytes, whatever language the database sorts by (R-PUB-4)."""

from __future__ import annotations

import pytest
from django.db import connection

from portbook.procedures import PersonChange
from portbook.records import Contact
from portbook.register import changing, database, tables

from . import acts, conftest, postgresql
from .acts import act, grant, row

NAMES = ("b1", "b_c", "a_b", "a1", "a-b", "ab")


@pytest.fixture
def in_english(engine: str, empty: str, request: pytest.FixtureRequest) -> None:
    """An empty register; on PostgreSQL in a database that sorts as English does."""
    if engine == "postgresql":
        connection.close()
        server = request.getfixturevalue("postgresql_server")
        name = empty.partition("?")[0].rpartition("/")[2]
        conftest._execute(
            server,
            f"DROP DATABASE {name}",
            f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'",
        )
        conftest.use(postgresql.with_database(server, name))
        database.migrate()


def test_rows_stand_in_the_order_of_bytes(in_english: None) -> None:
    acts.found()
    for name in NAMES:
        changing.transaction(act(), lambda work, name=name: grant(work, row(name, None)))
    assert tables.rows("SELECT fold FROM register_entry ORDER BY position") == [
        (name,) for name in sorted(NAMES)
    ]


def test_contacts_stand_in_the_order_of_bytes(in_english: None) -> None:
    acts.found()
    for name in NAMES:
        change = PersonChange(None, Contact(name.capitalize(), name), "a test")
        changing.transaction(act(), lambda work, change=change: work.replace_people((change,)))
    found = tables.rows("SELECT LOWER(contact_id) FROM register_contact ORDER BY position")
    assert found == [(name,) for name in sorted(NAMES)]
