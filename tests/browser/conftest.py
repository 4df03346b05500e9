"""One browser and two sites for all tests here: the newest embedded edition, and the invented one."""

from __future__ import annotations

import asyncio
import os
from asyncio import events
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from kinds import EDITIONS, ONE_EACH, PLACES
from playwright.sync_api import Browser, expect
from tabs import chromium, keep, serving

import parts
from invented import FILE

expect.set_options(timeout=20_000)  # of a busy machine
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # one test here fills a register beside the browser's loop


class Site(NamedTuple):
    """A site that runs, and the name of its edition."""

    address: str
    name: str


class Place(NamedTuple):
    """One kind of page of one site."""

    address: str
    path: str
    status: int


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium(parts.browser() or "") as browser:
        loop = events._get_running_loop()
        yield browser
        events._set_running_loop(loop)  # it ends by itself


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Take Playwright's loop out of the thread between tests of this folder.

    It counts as running there until the browser ends: a test of the register that comes next would be taken
    for a call out of an asynchronous function, and has other connections than the processes that it forks.
    """
    global _loop
    if item.path.parent != HERE:  # pytest asks every plugin about every test
        return (yield)
    events._set_running_loop(_loop)
    try:
        return (yield)
    finally:
        _loop = events._get_running_loop()
        events._set_running_loop(None)


HERE = Path(__file__).parent
_loop: asyncio.AbstractEventLoop | None = None


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("home")) as address:
        yield Site(address, "embedded")


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(keep(tmp_path_factory.mktemp("home"), FILE)) as address:
        yield Site(address, "invented")


@pytest.fixture(params=EDITIONS)
def site(request: pytest.FixtureRequest) -> Site:
    found: Site = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=ONE_EACH, ids=[kind.name for _, kind in ONE_EACH])
def kind_of_page(request: pytest.FixtureRequest) -> Place:
    """Every kind of page once, for what depends on its elements alone and not on the data in them."""
    edition, kind = request.param
    return Place(request.getfixturevalue(edition).address, getattr(kind, edition), kind.status)


@pytest.fixture(params=PLACES, ids=[f"{kind.name}-{edition}" for edition, kind in PLACES])
def place(request: pytest.FixtureRequest) -> Place:
    """Every kind of page that each site has, one after the other."""
    edition, kind = request.param
    return Place(request.getfixturevalue(edition).address, getattr(kind, edition), kind.status)
