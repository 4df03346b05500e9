"""The machine reports faults: each is planted alone, in the code as it runs, and a few walks come upon it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase

from portbook.edition import State
from portbook.register import changing, claims, events, replacing, roles
from portbook.register.operations import (
    applying,
    assigning,
    dossiers,
    recommending,
    returning,
    reviewing,
    turns,
)
from portbook.store import EditionStore

from .test_machine import copies, walk  # noqa: F401  # a fixture

SEQUENCES, STEPS = 200, 20  # the first walk that shows the fault is the last

Patch = pytest.MonkeyPatch


def no_second_look(patch: Patch) -> None:
    """`assign` and `check_again` do not ask the rules again."""
    patch.setattr(assigning, "_against", lambda dossier: ("eve", ()))


def no_companion(patch: Patch) -> None:
    """A port is assigned, and nothing Reserved beside it."""
    real = replacing._steps

    def steps(reader: Any, changes: Any) -> Any:
        found = real(reader, changes)
        return [
            step for step in found if step.before or not step.after or step.after["state"] != State.RESERVED
        ]

    patch.setattr(replacing, "_steps", steps)


def claims_kept(patch: Patch) -> None:
    """A row goes, and its ports stay claimed."""
    patch.setattr(claims, "free", lambda entry: None)


def name_kept(patch: Patch) -> None:
    """The last row of a name goes, and the name stays claimed."""
    patch.setattr(claims, "free_name", lambda name: None)


def silent_event(patch: Patch) -> None:
    """An Event does not tell what changed."""
    real = events.append
    patch.setattr(events, "append", lambda event: real(event._replace(changes=[])))


def stale_version(patch: Patch) -> None:
    """An act on a version that is not the newest is done."""
    real = dossiers.opened
    for module in (applying, assigning, recommending, reviewing):
        patch.setattr(module, "opened", lambda doing, identity, version=None: real(doing, identity))


def own_case(patch: Patch) -> None:
    """A registrar decides what he applied for himself."""
    patch.setattr(roles, "_own_case", lambda actor, holders, matter: None)


def contested(patch: Patch) -> None:
    """A port is given back while an appeal about it runs."""
    patch.setattr(returning, "not_contested", lambda rows: None)


def port_still_asked_for(patch: Patch) -> None:
    """An application that is closed goes on asking for its port."""
    real = turns.want
    patch.setattr(turns, "want", lambda doing, row, places: real(doing, row, places) if places else None)


def done_twice(patch: Patch) -> None:
    """Who asks again with his key is not heard as such."""
    patch.setattr(changing, "answered_before", lambda act: None)


def dry_run_written(patch: Patch) -> None:
    """A dry run is committed."""
    patch.setattr(changing, "set_rollback", lambda rollback: None)


def not_frozen(patch: Patch) -> None:
    """A frozen register goes on."""
    real = changing._do
    patch.setattr(changing, "_do", lambda work, body, even_frozen, by: real(work, body, True, by))


FAULTS = (
    no_second_look,
    no_companion,
    claims_kept,
    name_kept,
    silent_event,
    stale_version,
    own_case,
    contested,
    port_still_asked_for,
    done_twice,
    dry_run_written,
    not_frozen,
)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_reported(
    plant: Callable[[Patch], None],
    copies: tuple[Callable[[], None], Callable[[], None]],  # noqa: F811
    store: EditionStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(monkeypatch)
    with pytest.raises((Exception, pytest.fail.Exception)) as caught:  # what it is depends on the fault
        walk(
            copies,
            store,
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            derandomize=True,
            phases=[Phase.generate],
        )
    assert any("Failing test case" in note for note in getattr(caught.value, "__notes__", ()))
