"""The database itself refuses a state, a kind or a decision that the register does not know."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from portbook.applications import Kind
from portbook.edition import Reason, State
from portbook.register.casework import Ruling
from portbook.review import Decision, Verdict
from portbook.states import ApplicationState, RevocationState

pytestmark = pytest.mark.usefixtures("empty")

# Column -> all that may stand in it.
KNOWN: dict[str, set[str]] = {
    "application.state": set(ApplicationState),
    "application.kind": set(Kind),
    "turn.state": set(ApplicationState),
    "case.state": set(RevocationState) - {RevocationState.NONE},
    "entry.state": {State.ASSIGNED, State.RESERVED, State.UNASSIGNED},
    "entry.reason": {"", *Reason},
    "review.recommendation": {"", *Verdict},
    "opinion.verdict": {*Verdict, "recused"},
    "decision.ruling": set(Ruling),
    "confirmation.answer": {"", "agrees", "refuses"},
    "appeal.state": {"running", "decided"},
    "appeal.outcome": {"", *Decision},
    "notice.state": {"open", "stopped", "done"},
    "notice.kind": {"return", "contact"},
    "takeover.state": {"open", "stopped", "granted", "refused"},
    "publication.state": {"reserved", "published", "given up"},
    "outbox.state": {"waiting", "sent", "given up", "unwanted"},
}
COLUMNS = sorted(KNOWN)
STRANGE = ("assigned ", "ASSIGNED", "x", "with the Iesg")


def model_of(name: str) -> type[models.Model]:
    return apps.get_model("register", name)


def insert(column: str, value: str) -> None:
    """Put in a row with *value*, by SQL alone, and take it away again."""
    name, _, field = column.partition(".")
    model = model_of(name)
    values = {str(each.column): _filling(name, each) for each in model._meta.concrete_fields}
    values[field] = value
    names = ", ".join(f'"{each}"' for each in values)
    marks = ", ".join(["%s"] * len(values))
    with transaction.atomic(), connection.cursor() as cursor:
        statement = f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})"
        cursor.execute(statement, list(values.values()))
        transaction.set_rollback(True)


def _filling(name: str, field: Any) -> Any:
    """Something that every other check of the table takes."""
    if known := KNOWN.get(f"{name}.{field.column}"):
        return str(max(known))
    if field.null:
        return None
    kind = field.get_internal_type()
    return False if kind == "BooleanField" else "" if kind in ("CharField", "TextField") else 77


@pytest.mark.parametrize("column", COLUMNS)
def test_another_state_is_refused_by_the_database(column: str) -> None:
    name, _, field = column.partition(".")
    for value in (*STRANGE, *({""} - KNOWN[column])):
        with pytest.raises(DatabaseError, match=f"{name}_{field}_known"):
            insert(column, value)


@pytest.mark.parametrize("column", COLUMNS)
def test_every_state_that_is_known_is_taken(column: str) -> None:
    for value in KNOWN[column]:
        insert(column, str(value))


def test_every_column_of_states_is_checked() -> None:
    found = {
        f"{model._meta.model_name}.{field.column}"
        for model in apps.get_app_config("register").get_models()
        for field in model._meta.concrete_fields
        if field.name in {column.partition(".")[2] for column in COLUMNS}
    }
    # Words for people and kinds of letters; the answer to a request as JSON.
    words = {"message.kind", "outbox.kind", "event.reason", "idempotencykey.answer"}
    assert found - words == set(KNOWN)
