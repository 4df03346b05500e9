"""Which letters come: what somebody may do without is not sent to him; the rest comes whatever he says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from portbook.desk.accounts import addresses
from portbook.desk.models import Account
from portbook.register import letters, tables, worker
from portbook.states import ApplicationState
from register import desk as at_work
from register import smtp_server

from . import people

At = Callable[[str], Client]
SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def sent() -> dict[str, list[str]]:
    """The kinds of letters to tia, by what became of them after a round of the worker."""
    with smtp_server.running() as server:
        to = worker.Server(
            *server.place, "registry@p.example", address_of=addresses.address_of, wants=addresses.wants
        )
        worker.send_due(to, lambda: "2032-01-01T10:00:00Z")
    found: dict[str, list[str]] = {}
    statement = "SELECT state, kind FROM register_outbox WHERE recipient = 'tia' ORDER BY id"
    for state, kind in tables.rows(statement):
        found.setdefault(state, []).append(kind)
    return found


def test_a_letter_that_is_not_wanted_is_not_sent(desk: At) -> None:
    """On each engine."""
    client = desk("tia")
    assert client.post("/desk/account", {"part": "letters", "wanted": ["moved on"]}).status_code == 302
    at_work.in_state(ApplicationState.EXPERT_REVIEW, "tia")
    assert sent() == {"unwanted": ["received"], "sent": ["moved on"]}


@SQLITE
def test_what_must_come_comes(desk: At) -> None:
    desk("tia").post("/desk/account", {"part": "letters"})
    at_work.in_state(ApplicationState.WITH_REQUESTER, "tia")
    at_work.in_state(ApplicationState.REFUSED, "tia")
    assert {*sent()["sent"]} == {"given back", "refused"}


@SQLITE
def test_nobody_can_do_without_what_must_come(desk: At) -> None:
    for kind in ("refused", "given back", "contact claimed", "nonsense"):
        answer = desk("tia").post("/desk/account", {"part": "letters", "wanted": [kind]})
        assert answer.status_code == 422, kind
    row = people.account("tia")
    for kind in letters.LETTERS:
        Account.objects.filter(pk=row.pk).update(muted=kind)
        assert addresses.wants("tia", kind) is (kind not in addresses.OPTIONAL), kind
        assert addresses.wants("tia@people.example", kind)


@SQLITE
def test_the_page_shows_what_was_chosen(desk: At) -> None:
    client = desk("tia")
    assert client.get("/desk/account").content.count(b"checked") == len(addresses.OPTIONAL)
    client.post("/desk/account", {"part": "letters", "wanted": ["received"]})
    assert client.get("/desk/account").content.count(b"checked") == 1
    client.post("/desk/account", {"name": "Tia Dale"})
    kept = Account.objects.get(member="tia")
    assert (kept.name, addresses.kinds_of(kept.muted)) == ("Tia Dale", ["moved on"])


@SQLITE
def test_the_letters_that_can_be_done_without_are_letters(engine: str) -> None:
    assert {*addresses.OPTIONAL} < {*letters.LETTERS}
