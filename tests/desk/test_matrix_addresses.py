"""Who may enter each address of the desk: every one has its row, and every cell of it is run (N-16, T-58)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.http import HttpResponse
from django.test import Client

from . import addresses, bearer, busy

At = Callable[[str], Client]
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

TABLE = addresses.table()
POST = "POST "
EVERYBODY = ("", *addresses.PEOPLE)
REFUSED = ("door", "404", "401")


@pytest.fixture
def clients(desk: At) -> dict[tuple[str, bool], Client]:
    """A browser and a program of each person, and of nobody, by name and whether it is a program."""
    browsers = {(name, False): desk(name) for name in EVERYBODY}
    programs = {(name, True): bearer.of_member(name).client for name in addresses.PEOPLE}
    for program in programs.values():
        program.get("/v1/register/queue")  # a token notes on which day it was used
    return {**browsers, **programs, ("", True): bearer.Program().client}


def test_every_address_has_its_row(desk: At) -> None:
    told = {address for address in TABLE if not address.startswith(POST)}
    assert set(addresses.routes()) == told
    assert {address.removeprefix(POST) for address in TABLE} == told


def test_everybody_at_every_address(clients: dict[tuple[str, bool], Client]) -> None:
    """GET is answered as the table says, and nobody's GET writes anything (T-68)."""
    numbers = busy.fill()
    wrong = []
    for name in EVERYBODY:
        before = busy.everything()
        for route, row in TABLE.items():
            if not route.startswith(POST):
                path = addresses.example(route, numbers)
                found = told(clients[name, route.startswith("v1/")].get(path))
                if found != row[name]:
                    wrong.append(f"{name} {path}: {found}, not {row[name]}")
        after = busy.everything()
        wrong += [f"{name} wrote {table} by GET" for table in before if before[table] != after[table]]
    assert wrong == []


def test_who_may_not_enter_gets_no_further_by_sending_something(
    clients: dict[tuple[str, bool], Client],
) -> None:
    numbers = busy.fill()
    before = busy.everything()
    wrong, counted = [], 0
    for route, name, expected in sendings():
        path = addresses.example(route, numbers)
        found = told(clients[name, route.startswith("v1/")].post(path, {"step": "do", "name": "x"}))
        counted += 1
        if found not in expected:
            wrong.append(f"{name} {path}: {found}, not {expected}")
    assert wrong == []
    assert counted > 200
    assert busy.everything() == before


def sendings() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each address, each person who may not send anything there, and how he is refused."""
    for route, row in TABLE.items():
        for name, cell in row.items():
            if route.startswith(POST) and cell != "-":
                yield route.removeprefix(POST), name, (cell,)
            elif not route.startswith(POST) and cell in REFUSED:
                yield route, name, (cell, "405")


def told(answer: HttpResponse) -> str:
    """What the table says of an answer."""
    if answer.status_code != 302:
        return str(answer.status_code)
    doors = {"/accounts/login": "door", "/accounts/reauthenticate": "again"}
    return next((word for door, word in doors.items() if answer["Location"].startswith(door)), "302")
