"""What clients were answered, checked against a pure model of the register: who holds which name and ports.

Each client writes a line before it asks and a line once it is answered; Events say in which order the acts
took effect.  The model does them again in that order.  Wrong is: an answer without its Event, an Event that
nobody asked for, one act with two Events, an order that goes against time, an act that the model does not
allow, a refusal without a moment that explains it, and tables that are not what the model ends with.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Place = tuple[int, str]  # port, transport

NAMES_SOMEBODY = {"rewrite", "release"}  # acts on a name that is held; "grant" is on one that is free
# With these nothing was done; the last two come only where the lock was taken away.
NOTHING_DONE = {"E-REGISTER-BUSY", "E-REGISTER-REFUSED", "E-ROW-STALE"}


@dataclass
class Asked:
    """One act of one client, and what became of it; `end` is None for an answer that nobody read."""

    key: str
    operation: str
    name: str
    places: tuple[Place, ...]
    begin: float
    end: float | None = None
    event: int | None = None
    code: str = ""


@dataclass
class Model:
    """Who holds what; with `since`, what was held after each Event."""

    names: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    holders: dict[Place, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    since: dict[Place | str, list[tuple[int, bool]]] = field(default_factory=dict)

    def allows(self, asked: Asked) -> bool:
        """Whether the act is possible as things stand."""
        if asked.operation in NAMES_SOMEBODY:
            return asked.name in self.names
        return asked.name not in self.names and not any(place in self.holders for place in asked.places)

    def do(self, asked: Asked, event: int) -> None:
        """Do the act."""
        if asked.operation == "rewrite":
            self.texts[asked.name] = asked.key
            return
        is_held = asked.operation == "grant"
        if is_held:
            self.names[asked.name], self.texts[asked.name] = asked.places, asked.key
            self.holders |= dict.fromkeys(asked.places, asked.name)
            gone = asked.places
        else:
            gone = self.names.pop(asked.name)
            del self.texts[asked.name]
            for place in gone:
                del self.holders[place]
        for thing in (asked.name, *gone):
            self.since.setdefault(thing, [(0, False)]).append((event, is_held))

    def was(self, thing: Place | str, is_held: bool, first: int, last: int) -> bool:
        """Whether *thing* was held, or not, at some moment between two Events."""
        steps = self.since.get(thing, [(0, False)])
        at = bisect_right(steps, first, key=lambda step: step[0]) - 1
        return any(held is is_held for event, held in steps[at:] if event <= max(first, last))


def read(folder: Path) -> list[Asked]:
    """What every client of *folder* asked; one act that was asked again is one act."""
    found: dict[str, Asked] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text().split("\n")[:-1]:
            told: dict[str, Any] = json.loads(line)
            if "operation" in told:
                places = tuple((port, transport) for port, transport in told.pop("places"))
                found.setdefault(told["key"], Asked(places=places, **told))
                continue
            asked = found[told["key"]]
            if asked.event is not None:  # the same act again: the same answer
                assert told["event"] == asked.event, told
            elif told["code"] not in NOTHING_DONE:
                asked.end, asked.event, asked.code = told["end"], told["event"], told["code"]
    return list(found.values())


def check(history: list[Asked], events: Iterable[tuple[int, str]], model: Model) -> Iterator[str]:
    """Do in *model* what the *events* (number, key) tell; say what is wrong with the *history*."""
    acts = {asked.key: asked for asked in history}
    order: list[tuple[int, Asked]] = []
    for number, key in events:
        asked = acts.pop(key, None)
        if asked is None:
            yield f"Event {number} has key {key!r}, which nobody asked for, or has it again"
            continue
        if asked.event not in (None, number) or asked.code:
            yield f"{asked} is Event {number}"
        if not model.allows(asked):
            yield f"Event {number} cannot be: {asked}"
            continue
        model.do(asked, number)
        order.append((number, asked))
    for asked in acts.values():
        if asked.event is not None:
            yield f"{asked} was answered and is lost"
    yield from _against_time(order)
    refused = [asked for asked in acts.values() if asked.code]
    yield from (
        f"{asked} was refused for nothing" for asked in refused if not _explained(asked, order, model)
    )


def _against_time(order: list[tuple[int, Asked]]) -> Iterator[str]:
    """Acts that were answered before another began, and come after it in the chain."""
    ended = float("inf")
    for number, asked in reversed(order):
        if ended < asked.begin:
            yield f"Event {number} began after a later one was answered: {asked}"
        ended = min(ended, asked.end or ended)


def _explained(asked: Asked, order: list[tuple[int, Asked]], model: Model) -> bool:
    """Whether at some moment between question and answer the model refused the act too."""
    assert asked.end is not None
    first = max((number for number, other in order if (other.end or asked.end) < asked.begin), default=0)
    last = min((number - 1 for number, other in order if other.begin > asked.end), default=2**62)
    if asked.operation in NAMES_SOMEBODY:
        return model.was(asked.name, False, first, last)
    return any(model.was(thing, True, first, last) for thing in (asked.name, *asked.places))
