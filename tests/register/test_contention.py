"""I-1, I-3, I-12 with many clients at once: what each was answered is one history that a pure model allows.

32 processes on SQLite; 64 on PostgreSQL, half of them on each of two nodes (N-05).  Acts take several ports
on several transports, all or nothing, and give them back.  Each barrier is taken away alone (N-06; with
fewer tries in test_claims, which `make deep` need not repeat).
"""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from portbook.register import auditing, tables
from portbook.store import EditionStore

from . import acts, history, nodes
from .history import Asked, Model
from .test_claims import BARRIERS, drop_indexes

CLIENTS = {"sqlite": (32,), "postgresql": (32, 32)}  # on each node
TRIES = 2_000
DEEP_TRIES = 20_000


def compete(url: str, engine: str, folder: Path, tries: int, removed: tuple[str, ...] = ()) -> list[Asked]:
    """Let all clients make *tries* between them; return what they were answered, judged."""
    count = sum(CLIENTS[engine])
    connection.close()
    common = {"acts": -(-tries // count), "names": 24, "removed": removed}
    begin = time.monotonic() + nodes.LEAD
    started = [
        nodes.start(url, folder, clients=clients, first=number * clients, start=begin, **common)
        for number, clients in enumerate(CLIENTS[engine])
    ]
    nodes.finish(started, 600)
    found = nodes.judged(folder)
    assert len(found) >= tries
    return found


@pytest.mark.parametrize(
    ("tries", "removed"),
    [pytest.param(TRIES, (), id="none"), pytest.param(TRIES // 5, ("lock",), id="lock")]
    + [
        pytest.param(DEEP_TRIES, each, id=f"many-{''.join(each) or 'none'}", marks=pytest.mark.deep)
        for each in BARRIERS
    ],
)
def test_all_that_was_answered_is_one_history(
    empty: str, engine: str, store: EditionStore, tmp_path: Path, tries: int, removed: tuple[str, ...]
) -> None:
    acts.found()
    if "index" in removed:
        drop_indexes()
    (tmp_path / "history").mkdir()
    found = compete(empty, engine, tmp_path / "history", tries, removed)
    answers = Counter(asked.code or ("done" if asked.event else "unanswered") for asked in found)
    assert answers["done"] > tries // 50  # without the lock few get through
    assert answers["E-SEEN-TAKEN"] + answers["E-PORT-TAKEN"] + answers["E-NAME-TAKEN"] > tries // 50
    if "lock" not in removed:
        # who waits for the lock gets it in the end, unless the machine is busier than its time limit allows
        assert answers["unanswered"] <= tries // 200
    problems = {problem.code for problem in auditing.check(store)}
    assert problems == ({"E-AUDIT-BARRIER"} if "index" in removed else set())


def test_the_same_act_from_many_is_done_once(empty: str, engine: str, tmp_path: Path) -> None:
    """I-12: eight clients send the same acts with the same keys at once; each hears of the one Event."""
    acts.found()
    connection.close()
    begin = time.monotonic() + nodes.LEAD
    node = nodes.start(empty, tmp_path, clients=8, first=0, start=begin, acts=6, same=True)
    nodes.finish([node], 120)
    lines = [
        json.loads(line) for path in tmp_path.glob("*.jsonl") for line in path.read_text().split("\n")[:-1]
    ]
    answers = Counter((told["key"], told["event"]) for told in lines if "end" in told)
    assert len(answers) == 6
    assert min(answers.values()) >= 8
    assert len(tables.rows("SELECT number FROM register_event WHERE key <> ''")) == 6


# -- the judge itself


def asked(
    key: str, operation: str, begin: float, end: float | None, event: int | None, **more: object
) -> Asked:
    given = {"name": "a", "places": ((1, "tcp"),), **more}
    return Asked(key=key, operation=operation, begin=begin, end=end, event=event, **given)  # type: ignore[arg-type]


WRONG = {
    "fine": ([asked("1", "grant", 0, 1, 1), asked("2", "release", 2, 3, 2)], [(1, "1"), (2, "2")], ""),
    "killed and done": ([asked("1", "grant", 0, None, None)], [(1, "1")], ""),
    "killed and not done": ([asked("1", "grant", 0, None, None)], [], ""),
    "lost": ([asked("1", "grant", 0, 1, 1)], [], "is lost"),
    "another Event": ([asked("1", "grant", 0, 1, 2)], [(1, "1")], "is Event 1"),
    "refused and done": ([asked("1", "grant", 0, 1, None, code="E-X")], [(1, "1")], "is Event 1"),
    "nobody asked": ([], [(1, "1")], "nobody asked for"),
    "done twice": ([asked("1", "grant", 0, 1, 1)], [(1, "1"), (2, "1")], "nobody asked for"),
    "port doubled": (
        [asked("1", "grant", 0, 1, 1), asked("2", "grant", 0, 1, 2, name="b")],
        [(1, "1"), (2, "2")],
        "cannot be",
    ),
    "name doubled": (
        [asked("1", "grant", 0, 1, 1), asked("2", "grant", 0, 1, 2, places=((2, "tcp"),))],
        [(1, "1"), (2, "2")],
        "cannot be",
    ),
    "against time": (
        [asked("1", "grant", 5, 6, 1), asked("2", "grant", 0, 1, 2, name="b", places=())],
        [(1, "1"), (2, "2")],
        "began after a later one",
    ),
    "refused for nothing": ([asked("1", "grant", 0, 1, None, code="E-PORT-TAKEN")], [], "for nothing"),
    "refused too late": (
        [
            asked("1", "grant", 0, 1, 1),
            asked("2", "release", 2, 3, 2),
            asked("3", "grant", 4, 5, None, code="E-PORT-TAKEN"),
        ],
        [(1, "1"), (2, "2")],
        "for nothing",
    ),
    "refused meanwhile": (
        [
            asked("1", "grant", 0, 1, 1),
            asked("2", "release", 2, 3, 2),
            asked("3", "grant", 2.5, 5, None, code="E-PORT-TAKEN"),
        ],
        [(1, "1"), (2, "2")],
        "",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_the_judge_sees_what_is_wrong(case: str) -> None:
    acts, events, wanted = WRONG[case]
    found = list(history.check(acts, events, Model()))
    assert len(found) == bool(wanted)
    assert wanted in "".join(found)
