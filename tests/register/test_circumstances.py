"""What the register knows beside an application: read as little as concerns it, and the same as all of it."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from django.db.models import Model

from asking import registry
from portbook.applications.suggestions import choose, suggest
from portbook.numbers import MAX_PORT, Ports, Transport
from portbook.register import casework, models, tables
from portbook.register.cases import RUNNING, Appeal
from portbook.register.operations.circumstances import Pending
from portbook.register.operations.contesting import contested

from .test_plans import heard

pytestmark = pytest.mark.usefixtures("at_work")

FIRST = 9_000_000  # identity
MINE, OTHERS = FIRST, range(FIRST + 1, FIRST + 40)
RANGES = (Ports(0, 1023), Ports(1024, 49151), Ports(2047, 2049), Ports(49152, MAX_PORT))


def asked_for(places: set[tuple[int, Transport]], chance: random.Random) -> None:
    """Let open applications ask for *places*, and an appeal be about others."""
    numbers = (MINE, *OTHERS)
    of_all = {"state": "new", "kind": "port", "submitter": "tia", "channel": "", "due": "", "version": 1}
    put(models.Application, [{"identity": number, **of_all} for number in numbers])
    wanted = [
        {"application_id": chance.choice(numbers), "port": port, "transport": transport.value}
        for port, transport in sorted(places)
    ]
    put(casework.Wanted, [{"identity": FIRST + place, **each} for place, each in enumerate(wanted)])
    about = json.dumps({"places": [[1030, "udp"], [7, "tcp"]], "names": [], "codes": []})
    words = dict.fromkeys(("body", "appellant", "facts", "filed", "outcome", "reference"), "")
    appeal = {"identity": FIRST, "decision_id": 1, "contested": about, "state": RUNNING, "version": 1}
    put(Appeal, [{**appeal, **words}])


def put(model: type[Model], rows: list[dict[str, Any]]) -> None:
    """Put *rows* into their table as they are."""
    columns = tables.table_of(model).columns
    tables.insert(model, [tuple(row[column] for column in columns) for row in rows])


def all_pending(besides: int) -> frozenset[tuple[int, Transport]]:
    """All of them, by the whole table."""
    rows = tables.load(casework.Wanted, "")
    others = {(row.port, Transport(row.transport)) for row in rows if row.application_id != besides}
    return contested().places | others


@pytest.mark.parametrize("seed", range(2))
def test_what_is_pending_is_what_the_whole_table_says(seed: int) -> None:
    chance = random.Random(seed)
    edges = [1, 1023, 1024, 2047, 2048, 49151, 49152, MAX_PORT]
    dense, sparse = range(1024, 1120), [chance.randrange(MAX_PORT) for _ in range(400)]
    places = {(port, chance.choice([*Transport])) for port in (*edges, *dense, *sparse)}
    asked_for(places, chance)
    for besides in (0, MINE):
        slow, quick = all_pending(besides), Pending(besides)
        ports = {port + step for port, _ in {*places, *slow} for step in (-1, 0, 1)}
        asked = {(port, transport) for port in ports for transport in Transport}
        assert {place for place in asked if place in quick} == slow
        for within in RANGES:
            assert choose(registry(), within, Pending(besides)) == choose(registry(), within, slow)
            assert suggest(registry(), within, 9, Pending(besides)) == suggest(registry(), within, 9, slow)


def test_one_port_asks_for_no_more_than_stands_around_it() -> None:
    places = {(port, Transport.TCP) for port in range(1024, 9024)}
    asked_for(places, random.Random(0))
    pending = Pending()
    with heard() as asked:
        assert [each for each in Transport if (5000, each) in pending] == [Transport.TCP]
    [(low, high, _)] = [values for sql, values in asked.items() if "register_wanted" in sql]
    assert low <= 5000 <= high
    assert high - low < 1024
    assert len(asked) == 2  # the ports around it, and the appeals that run


def test_nothing_else_is_pending() -> None:
    assert "28301" not in Pending()
    assert (28301, "tcp") not in Pending()
