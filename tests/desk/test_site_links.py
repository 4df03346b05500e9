"""Links of letters: as the operator says that the site is reached, whatever a request says (T-79)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings

from portbook.desk import door, opening
from portbook.errors import StoreError
from portbook.register import pages, tables
from portbook.register.operations import contacts
from register import desk as at_work

from . import people
from .signing import by_letter, visitor

At = Callable[[str], Client]

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

SITE = "https://ports.example"
HOSTS = ("localhost", "other.example")


@pytest.fixture
def named(desk: At) -> Iterator[At]:
    """A desk whose address the operator names, and that answers to another host too."""
    with override_settings(PORTBOOK_ADDRESS=SITE, ALLOWED_HOSTS=[*HOSTS, "ports.example"]):
        yield desk


@pytest.mark.parametrize("host", HOSTS)
def test_an_invitation_leads_to_the_named_address(named: At, host: str) -> None:
    with by_letter() as letters:
        form = {"member": "eli", "email": "eli@office.example"}
        shown = named("max").post("/desk/people/invite", form, headers={"host": host})
    assert f"{SITE}/desk/welcome/" in letters[0].body
    assert shown.context["link"].startswith(f"{SITE}/desk/welcome/")
    assert host not in letters[0].body


def test_letters_of_accounts_lead_to_the_named_address(named: At) -> None:
    people.account("tia")
    with by_letter() as letters:
        client = visitor()
        client.post(
            "/accounts/password/reset/", {"email": "no@body.example"}, headers={"host": "other.example"}
        )
    (letter,) = letters
    assert f"{SITE}/accounts/signup/" in letter.body
    assert "other.example" not in letter.body


def test_links_with_a_secret_lead_to_the_named_address(named: At) -> None:
    party = contacts.add(at_work.by("ada"), name="Nan Quay", addresses=("nan@quay.example",)).answer[
        "contact"
    ]
    form = {"contact": party, "words": "It is me.", "key": "k"}
    answer = named("tia").post("/desk/takeovers/new", form, headers={"host": "other.example"})
    assert answer.status_code == 302
    statement = "SELECT body FROM register_outbox WHERE recipient = %s"
    ((body,),) = tables.rows(statement, ["nan@quay.example"])
    assert f"{SITE}/desk/link/stop/" in body
    assert body.count("://") == 1


def test_the_first_link_leads_to_the_named_address(named: At) -> None:
    assert f"): {SITE}/desk/welcome/" in opening.open_desk("http://127.0.0.1:8765")


def test_without_a_named_address_the_host_of_the_request_stands_there(desk: At) -> None:
    shown = desk("max").post("/desk/people/invite", {"member": "eli"})
    assert shown.context["link"].startswith("http://localhost/desk/welcome/")


@pytest.mark.parametrize(
    ("address", "hosts", "is_right"),
    [
        ("", ["localhost"], True),
        (SITE, ["ports.example"], True),
        (f"{SITE}:8443", ["ports.example"], True),
        (SITE, [".example"], True),
        (SITE, ["localhost"], False),
        ("http://[::1]:8765", ["[::1]"], True),
    ],
)
def test_the_named_address_is_one_that_the_site_answers_to(
    desk: At, address: str, hosts: list[str], is_right: bool
) -> None:
    """Asked as the site starts."""
    with override_settings(PORTBOOK_ADDRESS=address, ALLOWED_HOSTS=hosts):
        if is_right:
            assert door.Door(lambda request: HttpResponse())
            return
        with pytest.raises(StoreError) as error:
            get_wsgi_application()
    assert error.value.problem.code == "E-REGISTER-ADDRESS"


def test_a_command_answers_to_no_host(desk: At, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a cron job makes needs the address for its letters, and no PORTBOOK_HOSTS."""
    url = f"sqlite://{connection.settings_dict['NAME']}"
    named = {**os.environ, pages.VARIABLE: SITE, "PORTBOOK_DATABASE": url, "PORTBOOK_HOSTS": ""}
    path = tmp_path / "backup"
    done = subprocess.run(
        [sys.executable, "-m", "portbook.cli", "backup", str(path)],
        env=named, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert path.exists()
