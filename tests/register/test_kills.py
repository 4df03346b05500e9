"""I-2, I-3, I-12: clients killed at random moments: nothing answered is lost, nothing half-done (N-01, F-01).

One client after the other works and is killed; the next one asks again, with its key, what the one before was
not answered.  That the server's process ends: test_faults.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from portbook.register import auditing
from portbook.store import EditionStore

from . import acts, nodes

KILLS = {"sqlite": 300, "postgresql": 20}
DEEP_KILLS = {"sqlite": 3_000, "postgresql": 300}


@pytest.mark.parametrize(
    "counts", [KILLS, pytest.param(DEEP_KILLS, marks=pytest.mark.deep)], ids=["some", "many"]
)
def test_clients_killed_at_any_moment(
    empty: str, engine: str, store: EditionStore, tmp_path: Path, counts: dict[str, int]
) -> None:
    acts.found()
    connection.close()
    folder = tmp_path / "history"
    folder.mkdir()
    kills = counts[engine]
    node = nodes.start(empty, folder, kills=kills, seed=kills, names=60)
    nodes.finish([node], 1_800)
    found = nodes.judged(folder)
    assert len(list(folder.iterdir())) > kills // 2
    assert sum(asked.event is not None for asked in found) > kills // 2
    assert auditing.check(store) == ()
