"""The newest version of an application, in words by which both engines know how many rows they find.

`number = (SELECT MAX(number) ...)` would say the same; but PostgreSQL takes that for one row in two hundred,
reads every application where a page of them is wanted, and sorts what it found.
"""

from collections.abc import Collection

from django.db import connection

from portbook.register import tables
from portbook.register.sql import SERVICE_NAMES


def is_newest(version: str = "v") -> str:
    """Return the condition that *version*, as a statement calls its row, is the newest of its application."""
    return (
        f"NOT EXISTS (SELECT 1 FROM register_version w WHERE w.application_id = {version}.application_id "  # noqa: S608
        f"AND w.number > {version}.number)"
    )


OF_APPLICATION = f"JOIN register_version v ON v.application_id = a.identity AND {is_newest()}"


def names(applications: Collection[int]) -> list[tuple[int, str]]:
    """Return the folded service names that the newest versions of *applications* ask for; "" for none."""
    name = SERVICE_NAMES[connection.vendor].format("v.content")
    statement = (
        f"SELECT v.application_id, {name} FROM register_version v "  # noqa: S608
        f"WHERE v.application_id IN ({tables.marks(len(applications))}) AND {is_newest()}"
    )
    return (
        [(number, name) for number, name in tables.rows(statement, [*applications])] if applications else []
    )
