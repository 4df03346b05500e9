"""Contacts at the desk: one with its addresses, and letters that ask addresses whether they are read."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portbook.register import limits, tables
from portbook.register.operations import asking_addresses, contacts
from portbook.register.operations.links import Link
from portbook.register.reading import asked_addresses
from portbook.web import clock
from register import desk as registry

from .deeds import done, statements, text
from .test_takeovers import code

At = Callable[[str], Client]

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
OLD = "fay@ferry.example"


@pytest.fixture(autouse=True)
def in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the desk is the register's."""
    monkeypatch.setattr(clock, "instant", lambda: f"{registry.DAY}T10:00:00Z")


def letters_sent(client: Client, months: int = 12, key: str = "k") -> Any:
    return client.post("/desk/contacts", {"months": months, "reason": "each year", "key": key})


def path_of(recipient: str) -> str:
    """Where the link of the newest letter to somebody leads."""
    body = tables.rows("SELECT body FROM register_outbox WHERE recipient = %s ORDER BY id DESC", [recipient])[
        0
    ][0]
    found = re.search(r"http://localhost(/desk/link/address/[\w-]+)", body)
    assert found, body
    return found[1]


def test_a_campaign(desk: At) -> None:
    """T-48: one act sends the letters; who follows a link verifies its address, once."""
    ada = desk("ada")
    before = registry.events()
    first, second = (letters_sent(ada) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert registry.events() == before + 1
    assert tables.rows("SELECT COUNT(*), COUNT(DISTINCT digest) FROM register_inquiry") == [(7, 7)]
    assert ada.get("/desk/contacts").context["to_ask"] == 0
    path, anybody = path_of(OLD), desk("")
    assert OLD in text(anybody.get(path))
    assert registry.events() == before + 1
    assert "Thank you" in text(anybody.post(path))
    assert anybody.post(path).status_code == 409
    assert anybody.get(path).status_code == 409
    rows = tables.rows("SELECT contact, address, verified, how FROM register_verification")
    assert rows == [("Fay", OLD, registry.DAY, f"followed the link of the letter of {registry.DAY}")]
    told = tables.rows("SELECT actor, operation, object FROM register_event ORDER BY number DESC LIMIT 1")
    assert told == [("reader of a letter to Fay", "verify contact", "contact Fay")]
    progress = ada.get("/desk/contacts").context["progress"]
    assert [(each.letters, each.answered) for each in progress] == [(7, 1)]
    assert "answered on 1 June 2031" in text(desk("fay").get("/desk/holdings"))


@SQLITE
@pytest.mark.parametrize(
    "who, get, post", [("ada", 200, 302), ("aud", 200, 403), ("max", 404, 404), ("fay", 404, 404)]
)
def test_who_sends_letters(desk: At, who: str, get: int, post: int) -> None:
    assert desk(who).get("/desk/contacts").status_code == get
    assert letters_sent(desk(who)).status_code == post
    assert bool(tables.rows("SELECT 1 FROM register_inquiry")) is (post == 302)


@SQLITE
def test_those_that_answered_lately_are_not_asked(desk: At) -> None:
    contacts.verify(registry.by("ada"), "Fay", OLD, "it answered")
    first = asked_addresses.by_age(registry.DAY, 12)
    assert "Fay" not in {each.contact for each in first}
    later = registry.after(400)
    assert [each.contact for each in asked_addresses.by_age(later, 12)][-1] == "Fay"
    assert (OLD in dict(map(reversed, asked_addresses.to_ask(later, 12)))) is True  # type: ignore[arg-type]


@SQLITE
@pytest.mark.parametrize("months, status", [(0, 422), (1, 302), (120, 302), (121, 422)])
def test_months_up_to_the_limit(desk: At, months: int, status: int) -> None:
    assert letters_sent(desk("ada"), months).status_code == status


def ask(secret: str, day: str = registry.DAY, months: int = 1) -> Any:
    """Send letters; the links have *secret* with a number each, in the order of the contacts' ids."""
    numbers = itertools.count()
    link = lambda: Link(f"{secret}-{next(numbers)}", "https://x.example")  # noqa: E731
    return asking_addresses.ask(registry.by("ada", day), months, link).answer["asked"]


@SQLITE
def test_a_link_is_good_for_thirty_days_and_until_the_next_letter(desk: At) -> None:
    def answered(secret: str, day: str) -> str:
        return code(lambda: asking_addresses.answer(registry.by("", day), secret))

    assert ask("one") == 7
    last = registry.after(limits.INQUIRY_DAYS)
    assert answered("one-0", registry.after(1, last)) == "E-LINK"
    assert answered("one-0", last) == ""
    again = registry.after(31)
    assert ask("two", again) == 6
    assert answered("one-1", again) == "E-LINK"
    assert answered("two-0", registry.after(limits.INQUIRY_DAYS, again)) == ""


@SQLITE
def test_how_many_one_act_asks(desk: At) -> None:
    """At the limit and one more: 7 contacts of the registry have an address, 99 more have 5, and one."""
    for number in range(99):
        addresses = tuple(f"c{number}-{each}@x.example" for each in range(limits.MAX_ADDRESSES))
        contacts.add(registry.by("ada"), name=f"Crowd {number}", addresses=addresses)
    assert limits.MAX_INQUIRIES == 500
    assert ask("one") == limits.MAX_INQUIRIES
    assert ask("two") == 7 + 99 * 5 - limits.MAX_INQUIRIES
    assert code(lambda: ask("three")) == "E-CONTACT-ASKED"


@SQLITE
def test_only_an_address_of_the_contact_answers(desk: At) -> None:
    ask("s")
    statement = "SELECT digest FROM register_inquiry WHERE contact = 'Fay'"
    digest = tables.rows(statement)[0][0]
    secret = next(f"s-{each}" for each in range(7) if Link(f"s-{each}", "").digest == digest)
    notice = contacts.ask_change(registry.by("ada"), "Fay", ("new@x.example",)).answer["notice"]
    day = registry.after(15)
    registry.by_two(lambda act: contacts.enter_change(act, notice), "ada", day)
    assert code(lambda: asking_addresses.answer(registry.by("", day), secret)) == "E-CONTACT-ADDRESS"


# -- one contact


@SQLITE
def test_whose_page_a_contact_is(desk: At) -> None:
    for who, status in (("ada", 200), ("aud", 200), ("fay", 200), ("gus", 404), ("tia", 404), ("eve", 404)):
        assert desk(who).get("/desk/contacts/Fay").status_code == status, who
    for contact_id in ("Nobody", "fay", "x" * 300):
        assert desk("ada").get(f"/desk/contacts/{contact_id}").status_code == 404
    titles = {deed.title for deed in desk("ada").get("/desk/contacts/Fay").context["deeds"]}
    assert {"Record that an address answered", "Give the party its new name"} <= titles
    assert desk("aud").get("/desk/contacts/Fay").context["deeds"] == ()
    rows = desk("aud").get("/desk/contacts/Fay").context["rows"]
    assert [row.address for row in rows] == [
        f"/desk/entries/{name}" for name in ("ferry", "given-back", "example-foo")
    ]


@SQLITE
def test_a_contact_is_added_verified_and_renamed(desk: At) -> None:
    ada = desk("ada")
    assert done(ada, "add-contact", addresses="a@tide.example").status_code == 422
    added = done(ada, "add-contact", organization="Tide Works", addresses="a@tide.example, b@tide.example")
    page = added["Location"].partition("?")[0]
    party = ada.get(page).context["party"]
    assert [each.address for each in party.addresses] == ["a@tide.example", "b@tide.example"]
    done(ada, "verify-contact", contact=party.contact.id, address="a@tide.example", how="wrote back")
    assert [each.verified for each in ada.get(page).context["party"].addresses] == [registry.DAY, ""]
    renamed = done(ada, "rename-party", contact="Fay", name="Fay Dale", evidence="register of marriages")
    assert renamed.status_code == 302, text(renamed)
    assert ada.get("/desk/contacts/Fay").context["party"].contact.name == "Fay Dale"


@SQLITE
def test_other_addresses_after_the_wait(desk: At) -> None:
    """T-47, by deeds: asked for by the holder, confirmed from the old address, entered by one registrar."""
    contacts.verify(registry.by("ada"), "Fay", OLD, "it answered")
    done(desk("fay"), "ask-contact-change", contact="Fay", addresses="new@ferry.example")
    [(noticed, deeds)] = desk("ada").get("/desk/contacts/Fay").context["changes"]
    assert "Record that an old address confirms it" in {deed.title for deed in deeds}
    number = noticed.notice.identity
    done(desk("ada"), "confirm-contact-change", notice=number, address=OLD, evidence="its answer")
    early = done(desk("ada"), "enter-contact-change", notice=number)
    assert early.status_code == 409
    contacts.enter_change(registry.by("ada", registry.after(15)), number)
    party = desk("ada").get("/desk/contacts/Fay").context["party"]
    assert [each.address for each in party.addresses] == ["new@ferry.example"]


@SQLITE
def test_the_list_costs_the_same_for_many(desk: At) -> None:
    ada = desk("ada")
    ada.get("/desk/contacts")
    asked = []
    for number in range(3):
        contacts.add(registry.by("ada"), name=f"Crowd {number}", addresses=(f"c{number}@x.example",))
        with statements() as made:
            ada.get("/desk/contacts")
        asked.append(len(made))
    assert len(set(asked)) == 1
