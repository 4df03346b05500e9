"""Pages that letters lead to: where an operator says that the desk stands; no secret is in them (T-79)."""

from __future__ import annotations

import re

import pytest
from django.test import override_settings

from portbook.errors import StoreError
from portbook.procedures import Amendment, Target, Wish
from portbook.records import rich
from portbook.register import letters, pages, tables
from portbook.register.limits import MAX_ADDRESS, MAX_TEXT
from portbook.register.operations import contacts, entries, returning, revoking, takeovers
from portbook.register.operations.links import Link
from portbook.states import ApplicationState

from . import desk

SITE = "https://ports.example"

ADDRESSES = (
    ("", ""),
    (SITE, SITE),
    (f"{SITE}/", SITE),
    (f"{SITE}:8443", f"{SITE}:8443"),
    ("http://localhost:8765", "http://localhost:8765"),
    ("http://[::1]:8765", "http://[::1]:8765"),
    ("https://" + "a" * (MAX_ADDRESS - 8), "https://" + "a" * (MAX_ADDRESS - 8)),
)
REFUSED = (
    "http://ports.example",
    "ports.example",
    f"{SITE}/desk",
    f"{SITE}:65536",
    "http://[::1]:99999",
    f"{SITE}?x",
    "https://user@ports.example",
    f"{SITE}\nBcc: all@tide.example",
    "javascript:alert(1)",
    "https://" + "a" * (MAX_ADDRESS - 7),
)


@pytest.mark.parametrize("given, found", ADDRESSES)
def test_the_address_of_the_site(given: str, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pages.VARIABLE, given)
    assert pages.configured() == found


@pytest.mark.parametrize("given", REFUSED)
def test_what_is_no_address_of_a_site(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pages.VARIABLE, given)
    with pytest.raises(StoreError) as error:
        pages.configured()
    assert error.value.problem.code == "E-REGISTER-ADDRESS"


PATHS = (
    ("application 17", "/desk/applications/17"),
    ("service a/b", "/desk/entries/a%2Fb"),
    ("port 80", "/desk/entries/80"),
    ("port 80 of http", "/desk/entries/http"),
    ("port 80 (tcp, udp) of http", "/desk/entries/http"),
    ("contact Ada&Co", "/desk/contacts/Ada%26Co"),
    ("act 0123", ""),
    ("", ""),
)


@pytest.mark.parametrize("what, path", PATHS)
def test_the_page_of_what_an_act_is_about(what: str, path: str) -> None:
    assert pages.path_of(what) == path


def bodies(recipient: str) -> list[str]:
    statement = "SELECT body FROM register_outbox WHERE recipient = %s ORDER BY id"
    return [body for (body,) in tables.rows(statement, [recipient])]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_letters_lead_to_what_they_are_about(at_work: None) -> None:
    with override_settings(PORTBOOK_ADDRESS=SITE):
        number = desk.submitted("port").answer["application"]
        refused = desk.in_state(ApplicationState.REFUSED, "tom").answer["application"]
        returning.announce(desk.by("gus"), Target("ferry", 4242), asked_by="", evidence="unused")
    assert f"\n{SITE}/desk/applications/{number}\n" in bodies("tia")[0]
    assert [f"{SITE}/desk/applications/{refused}\n" in body for body in bodies("tom")] == [True, True]
    told = [body for (body,) in tables.rows("SELECT body FROM register_outbox WHERE subject LIKE '%return%'")]
    assert told
    assert all(f"{SITE}/desk/entries/ferry\n" in body for body in told)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_letters_say_what_changed_and_where_an_answer_is_given(at_work: None) -> None:
    wish = Wish("", Amendment(description=rich("Another service")))
    with override_settings(PORTBOOK_ADDRESS=SITE):
        entries.amend(desk.by("ada"), Target("ferry", 4242), wish)
        notice = returning.announce(desk.by("gus"), Target("ferry", 4242), asked_by="", evidence="unused")
        returning.stop(desk.by("gus"), notice.answer["notice"])
        case = revoking.suspect(desk.by("ada"), Target("given-back", 4300), "asked twice").answer["case"]
        asked = contacts.ask_change(desk.by("ada"), "Gus", ("new@ferry.example",)).answer["notice"]
        contacts.stop_change(desk.by("ada"), asked)
    told = dict(tables.rows("SELECT subject, body FROM register_outbox"))
    changed = told["ferry: the entry was changed"]
    assert "\n\nDescription: An invented service -> Another service\n\n" in changed
    assert "Modification" not in changed
    assert f"{SITE}/desk/entries/ferry\n" in told["port 4242 of ferry: the return was stopped"]
    assert f"{SITE}/desk/cases/{case}\n" in told["port 4300 of given-back: is it still used?"]
    assert f"{SITE}/desk/contacts/Gus\n" in told["Contact Gus: the change was stopped"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_without_an_address_no_letter_has_a_link(at_work: None) -> None:
    desk.submitted("port")
    assert not any("://" in body for body in bodies("tia"))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_letter_with_a_link_of_its_own_has_that_alone(at_work: None) -> None:
    links = takeovers.Links(
        *(Link(f"{which}-secret", f"{SITE}/l/{which}-secret") for which in ("stop", "yes"))
    )
    party = contacts.add(desk.by("ada"), name="Nan Quay", addresses=("nan@quay.example",)).answer["contact"]
    with override_settings(PORTBOOK_ADDRESS=SITE):
        claimed = takeovers.claim(desk.by("tia"), party, "I am she.", address="tia@p.example", links=links)
    mine, *_ = bodies("tia")
    assert f"{SITE}/desk/takeovers/{claimed.answer['takeover']}\n" in mine
    assert "secret" not in mine
    (theirs,) = bodies("nan@quay.example")
    assert "stop-secret" in theirs
    assert "/desk/" not in theirs


def test_the_longest_letter_with_the_longest_page_fits_the_outbox() -> None:
    page = "https://" + "a" * (MAX_ADDRESS - 8) + pages.path_of("service " + "%" * 255)
    for kind in letters.LETTERS:
        fact = dict.fromkeys(_names(kind), "y" * 50000)
        assert len(letters.written(kind, fact, page).body) <= MAX_TEXT, kind


def _names(kind: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", "".join(letters.LETTERS[kind]))
