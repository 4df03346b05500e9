"""Any order of acts on a register, beside a model (N-08): applicants, holder, experts, registrars, clock."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from portbook.store import EditionStore

from . import conftest, postgresql
from .machine import Machine, prepare

SEQUENCES = {"sqlite": 30, "postgresql": 25}
DEEP_SEQUENCES = {"sqlite": 3_000, "postgresql": 3_000}
STEPS, DEEP_STEPS = 20, 50

# What the few walks come to at least; a machine that does nothing finds nothing.
LEAST = {"assign": 20, "deassign": 2, "file appeal": 2, "decide appeal": 2, "confirm": 2, "publish": 5}


@pytest.fixture
def copies(
    engine: str, empty: str, store: EditionStore, request: pytest.FixtureRequest
) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """Makes a copy of a register at work, and goes there; and goes away from it."""
    prepare(store)
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


def walk(
    copies: tuple[Callable[[], None], Callable[[], None]], store: EditionStore, **options: Any
) -> Counter[str]:
    """Let the machine walk; return which acts were done, and how often."""

    class OnThis(Machine):
        opened, closed = map(staticmethod, copies)
        counted: ClassVar[Counter[str]] = Counter()

    OnThis.store = store
    run_state_machine_as_test(
        OnThis,
        settings=settings(
            deadline=None, suppress_health_check=list(HealthCheck), print_blob=True, database=None, **options
        ),
    )
    return OnThis.counted


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
    """The few walks are the same on every run; that they came to something is asked too."""
    is_few = sequences is SEQUENCES
    counted = walk(
        copies, store, max_examples=sequences[engine], stateful_step_count=steps, derandomize=is_few
    )
    assert {name: counted[name] for name, least in LEAST.items() if counted[name] < least} == {}
