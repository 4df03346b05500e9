"""Many processes that want the same few ports and names: `python claimants.py JSON`.

One process sets Django up and forks the others, which open connections of their own.  Each tries to give
every key once, in an order of its own, with the barriers that JSON leaves standing, and writes what it was
answered.  The database is that of the environment.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

import django

NOW = "2026-09-01T10:00:00Z"


def main() -> None:
    asked = json.loads(sys.argv[1])
    django.setup()
    start = time.monotonic() + 0.5
    children = [_child(asked, number, start) for number in range(asked["processes"])]
    codes = [os.waitpid(child, 0)[1] for child in children]
    sys.exit(max(codes) and 1)


def _child(asked: dict, number: int, start: float) -> int:
    child = os.fork()
    if child == 0:
        try:
            time.sleep(max(start - time.monotonic(), 0))
            counted = claim(asked, number)
            Path(asked["folder"], f"{number}.json").write_text(json.dumps(counted))
            os._exit(0)
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
    return child


def claim(asked: dict, number: int) -> dict[str, int]:
    """Try every key; return how often each answer came."""
    from portbook.errors import PortbookError
    from portbook.register import changing
    from portbook.register.acts import Act

    if "lock" in asked["removed"]:
        changing.LOCK["postgresql"] = ""
        _begin_without_lock()
    keys = list(range(asked["keys"]))
    random.Random(number).shuffle(keys)
    answers: Counter[str] = Counter()
    for key in keys:
        act = Act("assign", "ada", f"key {key}", f"process {number}", NOW)
        try:
            changing.transaction(act, lambda work, key=key: give(work, key, asked["removed"], number))
            answers["given"] += 1
        except PortbookError as error:
            answers[error.problem.code] += 1
    return dict(answers)


def give(work, key: int, removed: list[str], number: int) -> None:
    """Give port 20000 + key and a name of its own, unless the rules see that it is taken."""
    from portbook.edition import State
    from portbook.errors import Problem, RuleError
    from portbook.numbers import Transport
    from portbook.procedures.values import Change, Row
    from portbook.records import Record, rich

    port = 20_000 + key
    if "recheck" not in removed and work.standing.place(port, Transport.TCP).state is State.ASSIGNED:
        raise RuleError(Problem("E-SEEN-TAKEN", f"{port} is taken", "the rules"))
    name = f"wanted-{key}" if number % 2 else f"other-{number}-{key}"
    record = Record(
        service_name=name, port_number=str(port), transport="tcp", description=rich(f"process {number}")
    )
    work.replace((Change((), (Row(record),), "wanted"),))


def _begin_without_lock() -> None:
    """SQLite then takes its lock at the first write, after everything was read."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"


if __name__ == "__main__":
    main()
