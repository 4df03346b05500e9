"""What stands in the database beside the register: accounts of the desk, their factors, drafts and tokens.

That is whatever other applications keep there, as far as this process knows their tables.  Their values go
into a backup as JSON has them, so that either engine takes them.  Left out is what lasts no longer than a
session, what an application makes by itself when its tables are made, and what opens something by being
shown: tokens, invitations and status links, for one that was revoked or used since would be good again
(T-92).  An act that waited for a word waits no more.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder

from portbook.errors import Problem, StoreError

REGISTER = "register"
PENDING = "desk.pending"
ENDED = "a backup was restored while it waited"  # what whoever asked reads of it
LEFT_OUT = frozenset(
    {
        "auth.group",
        "auth.permission",
        "contenttypes.contenttype",
        "desk.count",
        "desk.invitation",
        "desk.statuslink",
        "desk.token",
        "sessions.session",
        "usersessions.usersession",
    }
)

_SOURCE = "docs/procedures.md"
_AT_ONCE = 500  # rows of one question

Model = type[models.Model]


def applied() -> dict[str, list[str]]:
    """Return the migrations that were applied, by application, but those of the register."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        if app != REGISTER:
            found.setdefault(app, []).append(name)
    return found


def check_known(wanted: dict[str, list[str]]) -> None:
    """Raise `StoreError` E-BACKUP-APPS when there are tables of an application that is not installed."""
    known = {config.label for config in apps.get_app_configs()}
    if unknown := sorted(set(wanted) - known):
        message = (
            f"there are tables of {', '.join(unknown)}, which are not installed here; "
            "portbook[desk] has the applications of a desk"
        )
        raise StoreError(Problem("E-BACKUP-APPS", message, _SOURCE))


def kept() -> list[Model]:
    """Return the tables that go into a backup, of the applications that have tables in this database."""
    there = set(applied())
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in there and model._meta.managed and model._meta.label_lower not in LEFT_OUT
    ]


def left_out() -> frozenset[str]:
    """Return the names of tables of which nothing is brought back, if a backup has them at all."""
    return frozenset(each._meta.db_table for each in apps.get_models() if each._meta.label_lower in LEFT_OUT)


def end_waiting() -> None:
    """End acts that waited for a word; whether they were taken back or refused since, no backup knows."""
    pending: Any = next((each for each in kept() if each._meta.label_lower == PENDING), None)
    for row in pending._base_manager.filter(is_done=False).select_related("account") if pending else ():
        row.is_done, row.refused_by, row.words = True, row.account.member, ENDED
        row.save()


def holds_any() -> bool:
    """Say whether anything is kept beside the register."""
    return any(model._base_manager.exists() for model in kept())


def rows(model: Model) -> Iterator[dict[str, Any]]:
    """Yield each row of a table, its values as JSON has them."""
    found = model._base_manager.order_by("pk")
    part = list(found[:_AT_ONCE])
    while part:
        for each in part:
            yield {str(field.column): _told(field, each) for field in model._meta.concrete_fields}
        part = list(found.filter(pk__gt=part[-1].pk)[:_AT_ONCE])


def _told(field: Any, row: models.Model) -> Any:
    value = field.value_from_object(row)
    return value if isinstance(value, (str, int, dict, list)) or value is None else field.value_to_string(row)


def read(model: Model, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a backup as the database takes it; raises `LookupError`, `ValueError` for another."""
    fields: dict[str, Any] = {str(field.column): field for field in model._meta.concrete_fields}
    return {
        column: fields[column].get_db_prep_save(fields[column].to_python(value), connection)
        for column, value in row.items()
    }
