"""Any order of acts on a register, beside a model (N-08): applicants, holder, experts, registrars, clock."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from portbook.store import EditionStore

from . import conftest, desk, postgresql
from .machine import POLICY, Machine

SEQUENCES = {"sqlite": 150, "postgresql": 50}
DEEP_SEQUENCES = {"sqlite": 3_000, "postgresql": 3_000}
STEPS, DEEP_STEPS = 25, 50


@pytest.fixture
def copies(
    engine: str, empty: str, store: EditionStore, request: pytest.FixtureRequest
) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """Makes a copy of a register at work, and goes there; and goes away from it."""
    desk.seed(store)
    desk.under(POLICY)
    connection.close()
    server = request.getfixturevalue("postgresql_server") if engine == "postgresql" else ""
    template = empty.partition("?")[0].rpartition("/")[2]
    path = Path(empty.removeprefix("sqlite://"))
    names = (f"{template}_{number}" for number in itertools.count())
    used: list[str] = []

    def opened() -> None:
        closed()
        name = next(names)
        if server:
            conftest._execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
        used.append(name)
        if server:
            conftest.use(postgresql.with_database(server, name))
        else:
            conftest.use(f"sqlite://{shutil.copy(path, path.parent / name)}")

    def closed() -> None:
        connection.close()
        while used:
            if server:
                conftest._execute(server, f"DROP DATABASE {used.pop()} WITH (FORCE)")
            else:
                (path.parent / used.pop()).unlink()

    yield opened, closed
    closed()
    conftest.use(empty)


@pytest.mark.parametrize(
    ("sequences", "steps"),
    [(SEQUENCES, STEPS), pytest.param(DEEP_SEQUENCES, DEEP_STEPS, marks=pytest.mark.deep)],
    ids=["some", "many"],
)
def test_any_order_of_acts(
    engine: str,
    copies: tuple[Callable[[], None], Callable[[], None]],
    store: EditionStore,
    sequences: dict[str, int],
    steps: int,
) -> None:
    class OnThis(Machine):
        opened, closed = map(staticmethod, copies)

    OnThis.store = store
    run_state_machine_as_test(
        OnThis,
        settings=settings(
            max_examples=sequences[engine],
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
