"""One browser and two sites for all tests here: the newest embedded edition, and the invented one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser

import parts
from invented import FILE
from kinds import KINDS
from tabs import chromium, serving


class Site(NamedTuple):
    """A site that runs, and the name of its edition: "embedded" or "invented"."""

    address: str
    name: str

    @property
    def places(self) -> list[tuple[str, int]]:
        """Address and status of every kind of page that this site has."""
        found = [(getattr(kind, self.name), kind.status) for kind in KINDS]
        return [(path, status) for path, status in found if path]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium(parts.browser() or "") as browser:
        yield browser


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("home")) as address:
        yield Site(address, "embedded")


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("home"), "--data", str(FILE)) as address:
        yield Site(address, "invented")


@pytest.fixture(params=["embedded", "invented"])
def site(request: pytest.FixtureRequest) -> Site:
    found: Site = request.getfixturevalue(request.param)
    return found
