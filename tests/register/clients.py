"""Clients of one register that act at once, and are killed if that is asked: `python clients.py JSON`.

    {"folder": "...", "clients": 32, "acts": 60, "first": 0, "names": 40, "removed": [], "start": 12.5}
    {"folder": "...", "kills": 300, "seed": 1, "names": 40}

One process, a node, sets Django up and forks the clients, which open connections of their own.  Each writes
what it asks and what it is answered to a file of its own (`history` reads them).  An act that nobody
answered, the client was killed or the register too busy, is asked again with its key.  With "same": true all
clients ask for the same acts, with the same keys.  The database is that of the environment.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
from django.db import connection

NOW = "2026-09-01T10:00:00Z"
LOW = 20_000  # the first port that is wanted
WEIGHTS = {"grant": 6, "release": 2, "rewrite": 2}

Wish = dict[str, Any]


def main() -> None:
    asked = json.loads(sys.argv[1])
    django.setup()
    importlib.import_module("portbook.procedures")  # once, not in each client
    importlib.import_module("portbook.register.changing")
    sys.exit(_kill(asked) if "kills" in asked else _compete(asked))


def _compete(asked: Wish) -> int:
    clients = [
        _fork(lambda n=n: _client(asked, n)) for n in range(asked["first"], asked["first"] + asked["clients"])
    ]
    codes = [os.waitpid(client, 0)[1] for client in clients]
    return int(any(codes))


def _kill(asked: Wish) -> int:
    """Let one client after the other work, and kill it at a random moment; the last one ends in peace.

    A client is killed a random while after a random line of its history: in the middle of an act, mostly.
    """
    source = random.Random(asked["seed"])
    codes = [_killed(asked, number, source) for number in range(asked["kills"])]
    last = _fork(lambda: _client(asked | {"acts": 3, "start": 0}, asked["kills"]))
    codes.append(os.waitstatus_to_exitcode(os.waitpid(last, 0)[1]))
    return int(any(codes))


def _killed(asked: Wish, number: int, source: random.Random) -> int:
    """Let a client work until it is killed; return 0 if that is how it ended."""
    reading, writing = os.pipe()
    client = _fork(lambda: _client(asked | {"acts": 10_000, "start": 0, "pulse": writing}, number))
    os.close(writing)
    begin = end = time.monotonic()
    for _ in range(source.randrange(1, 16)):
        begin, end = end, time.monotonic() if os.read(reading, 1) else end
    time.sleep(source.uniform(0, 1.5 * (end - begin)))
    os.kill(client, signal.SIGKILL)
    os.close(reading)
    return os.waitstatus_to_exitcode(os.waitpid(client, 0)[1]) + signal.SIGKILL


def _fork(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
    return child


# -- a client


def _history(asked: Wish, number: int) -> Path:
    return Path(asked["folder"], f"{number:05}.jsonl")


def _client(asked: Wish, number: int) -> None:
    if "lock" in asked.get("removed", ()):
        _begin_without_lock()
    connection.ensure_connection()
    time.sleep(max(asked["start"] - time.monotonic(), 0))
    source = random.Random(f"{asked.get('seed', 0)}-{number}")
    unanswered = _unanswered(_history(asked, number - 1)) if "kills" in asked else []
    with _history(asked, number).open("ab", buffering=0) as file:
        for wish in (*unanswered, *_wishes(asked, number, source)):
            for _ in range(1 + (source.random() < 0.05)):  # some did not hear, and ask again
                _ask(file, wish, asked)


def _wishes(asked: Wish, number: int, source: random.Random) -> Iterator[Wish]:
    if asked.get("same"):
        for count in range(asked["acts"]):
            places = [(LOW + count, "tcp")]
            yield {"key": f"{count}", "operation": "grant", "name": f"same-{count}", "places": places}
        return
    for count in range(asked["acts"]):
        operation = source.choices([*WEIGHTS], [*WEIGHTS.values()])[0]
        place = source.randrange(asked["names"])
        transports = source.sample(["tcp", "udp", "sctp", "dccp"], source.randrange(1, 4))
        ports = range(LOW + place, LOW + place + source.randrange(1, 4))  # those of others too
        yield {
            "key": f"{number}-{count}",
            "operation": operation,
            "name": f"wanted-{source.randrange(asked['names'])}",
            "places": [(port, transport) for port in ports for transport in transports],
        }


def _unanswered(path: Path) -> list[Wish]:
    """What the client before this one asked last, if it was not answered."""
    lines = path.read_text().split("\n")[:-1] if path.exists() else []
    told = json.loads(lines[-1]) if lines else {}
    return [{key: value for key, value in told.items() if key != "begin"}] if "operation" in told else []


def _ask(file: Any, wish: Wish, asked: Wish) -> None:
    from portbook.errors import PortbookError
    from portbook.register.acts import Act
    from portbook.register.changing import transaction

    def tell(value: Wish) -> None:
        file.write(json.dumps(value).encode() + b"\n")
        if "pulse" in asked:
            os.write(asked["pulse"], b".")

    tell(wish | {"begin": time.monotonic()})
    act = Act(
        wish["operation"], "ada", wish["name"], "a test", NOW, key=wish["key"], request=json.dumps(wish)
    )
    event, code = None, ""
    try:
        event = transaction(
            act, lambda work: BODIES[wish["operation"]](work, wish, asked.get("removed", ()))
        ).event
    except PortbookError as error:
        code = error.problem.code
    tell({"key": wish["key"], "end": time.monotonic(), "event": event, "code": code})


def _begin_without_lock() -> None:
    """SQLite then takes its lock at the first write, after everything was read."""
    from portbook.register import changing

    changing.LOCK["postgresql"] = ""
    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"


# -- acts


def _grant(work: Any, wish: Wish, removed: list[str]) -> list[Any]:
    """Give a name with its ports, all or nothing, unless the rules see that one is taken."""
    from portbook.edition import State
    from portbook.numbers import Transport
    from portbook.procedures.values import Change, Row

    for port, transport in () if "recheck" in removed else wish["places"]:
        if work.standing.place(port, Transport(transport)).state is State.ASSIGNED:
            raise _refusal("E-SEEN-TAKEN")
    if "recheck" not in removed and work.standing.name(wish["name"]):
        raise _refusal("E-SEEN-TAKEN")
    rows = tuple(Row(_record(wish, place)) for place in wish["places"])
    work.replace((Change((), rows, "wanted"),))
    return list(wish["places"])


def _release(work: Any, wish: Wish, removed: list[str]) -> list[Any]:
    from portbook.procedures.values import Change

    work.replace((Change(_held(work, wish), (), "not wanted any more"),))
    return []


def _rewrite(work: Any, wish: Wish, removed: list[str]) -> list[Any]:
    from portbook.procedures.values import Change, Row

    rows = _held(work, wish)
    after = tuple(Row(_record(wish, (row.ports.low, row.transport))) for row in rows)
    work.replace((Change(rows, after, "another text"),))
    return []


def _held(work: Any, wish: Wish) -> tuple[Any, ...]:
    rows = work.standing.named(wish["name"])
    if not rows:
        raise _refusal("E-SEEN-FREE")
    return tuple(rows)


def _record(wish: Wish, place: tuple[int, str]) -> Any:
    from portbook.records import Record, rich

    return Record(
        service_name=wish["name"],
        port_number=str(place[0]),
        transport=place[1],
        description=rich(wish["key"]),
    )


def _refusal(code: str) -> Exception:
    from portbook.errors import Problem, RuleError

    return RuleError(Problem(code, "the rules see it", "a test"))


BODIES = {"grant": _grant, "release": _release, "rewrite": _rewrite}

if __name__ == "__main__":
    main()
