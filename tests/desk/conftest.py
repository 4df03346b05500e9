"""A desk over the register at work of tests/register: each engine, Django's client, everybody signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.urls import clear_url_caches, set_urlconf

from portbook.store import EditionStore
from portbook.web import assets, shown
from register import application  # before the tables are imported

# isort: split
from register.conftest import (  # noqa: F401
    at_work,
    edition_file,
    empty,
    engine,
    fresh,
    migrated_file,
    postgresql_server,
    store,
    working_database,
    working_file,
)

from . import people


@pytest.fixture
def pages(
    at_work: None,  # noqa: F811
    store: EditionStore,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """The desk over a register at work; the public half shows the edition that it was seeded from."""
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    data = tmp_path / "shown.xml"
    data.write_bytes(store.current().data())
    settings = {**application.SETTINGS, "PORTBOOK_DATA": str(data), "ALLOWED_HOSTS": ["localhost"]}
    with override_settings(**settings):
        clear_url_caches()
        set_urlconf(None)
        shown.forget()
        forget_assets()  # they may be those of a site without a desk
        yield
    clear_url_caches()
    shown.forget()
    forget_assets()


def forget_assets() -> None:
    """See the stylesheets and scripts of the site that the settings name now."""
    assets.table.cache_clear()
    assets.addresses.cache_clear()


@pytest.fixture
def quick_passwords(pages: None) -> Iterator[None]:
    """Passwords that cost nothing to check, for tests that sign in often."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def desk(pages: None) -> Callable[[str], Client]:
    """A client that is signed in as the member of that name; "" for somebody who is not."""
    return people.client
