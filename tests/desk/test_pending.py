"""Acts that need two persons: asked for, seen anew by another, agreed to or refused, done as shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portbook.desk.acting import pending
from portbook.desk.limits import MAX_ASKED
from portbook.desk.members import Person
from portbook.desk.models import Pending
from portbook.register import tables
from portbook.register.models import Member
from portbook.register.operations import registry
from portbook.states import ApplicationState
from register import desk as at_work

from . import people
from .people import statements

At = Callable[[str], Client]

KEY = "1" * 32


def asked(who: Client, slug: str, values: dict[str, Any], reason: str = "the minutes say so") -> Pending:
    """Show an act, then ask for a second word; the row that waits."""
    shown = who.post(f"/desk/do/{slug}", {**values, "reason": reason, "key": KEY, "step": "show"})
    assert shown.status_code == 200
    digest = shown.context["shown"].digest
    data = {**values, "reason": reason, "key": KEY, "step": "ask", "seen": digest}
    answer = who.post(f"/desk/do/{slug}", data)
    assert answer.status_code == 302
    return Pending.objects.get(pk=int(answer["Location"].rpartition("/")[2]))


def hold(who: Client) -> Pending:
    """Ask that max speaks for the contact Fay: that takes two."""
    return asked(who, "change-member", {"name": "max", "party": "Fay"})


def party(name: str) -> str:
    return tables.load(Member, "WHERE name = %s", [name])[0].party


def person(name: str) -> Person:
    member = tables.load(Member, "WHERE name = %s", [name])[0]
    return Person(0, "", name, name, member.roles, member.party, True, True)


def test_whoever_gives_a_word_sees_who_it_is_about(desk: At) -> None:
    """The account, what was applied for, what the contact holds; afterwards the application stands there."""
    number = at_work.in_state(ApplicationState.ASSIGNED, "tia").answer["application"]
    desk("tia")  # has an account
    row = asked(desk("ada"), "change-member", {"name": "tia", "party": "Fay", "comes_from": number})
    page = desk("bob").get(f"/desk/pending/{row.pk}")
    assert 'href="/desk/people?name=tia"' in page.content.decode()
    whose = page.context["whose"]
    assert (whose.member, whose.email) == ("tia", "tia@people.example")
    assert [each.application for each in whose.applications] == [number]
    assert "ferry" in whose.held.services
    assert not whose.held.has_its_address
    assert desk("ada").get("/desk/do/change-member?name=tia").context["whose"].held is None
    for name, slug in (
        ("tia", "change-member?name=tia"),
        ("ada", "change-member?name=nobody"),
        ("ada", "amend?name=ferry"),
    ):
        assert desk(name).get(f"/desk/do/{slug}").context["whose"] is None, (name, slug)
    desk("bob").post(f"/desk/pending/{row.pk}", {"step": "word", "reason": "seen"})
    done = desk("ada").post(f"/desk/pending/{row.pk}", {"step": "do"})
    assert done["Location"].startswith(f"/desk/applications/{number}?done=")


def test_an_act_is_asked_agreed_to_and_done(desk: At) -> None:
    ada, bob = desk("ada"), desk("bob")
    row = hold(ada)
    page = f"/desk/pending/{row.pk}"
    assert [each.number for each in pending.waiting_for(person("bob"))] == [row.pk]
    assert pending.waiting_for(person("ada")) == ()
    seen = bob.get(page)
    assert [cell.after for cell in seen.context["shown"].others[0].cells if cell.name == "party"] == ["Fay"]
    assert b"asks for your word" in seen.content
    assert b'value="do"' not in ada.get(page).content
    assert bob.post(page, {"step": "word", "reason": "seen"}).status_code == 302
    assert pending.waiting_for(person("bob")) == ()
    assert [each.number for each in pending.waiting_for(person("ada"))] == [row.pk]
    assert b"You can do it now" in ada.get(page).content
    events = at_work.events()
    done = ada.post(page, {"step": "do"})
    assert done.status_code == 302
    assert party("max") == "Fay"
    assert at_work.events() == events + 1
    row.refresh_from_db()
    assert (row.is_done, row.event) == (True, events + 1)
    event = tables.rows("SELECT actor, reason, persons FROM register_event WHERE number = %s", [events + 1])[
        0
    ]
    assert event[:2] == ("ada", "the minutes say so")
    assert json.loads(event[2]) == {"needed": 2, "others": ["bob"]}
    again = ada.post(page, {"step": "do"})
    assert again.status_code == 409
    assert at_work.events() == events + 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
class TestOnOneEngine:
    def test_without_a_word_it_cannot_be_done(self, desk: At) -> None:
        ada = desk("ada")
        page = f"/desk/pending/{hold(ada).pk}"
        answer = ada.post(page, {"step": "do"})
        assert answer.status_code == 409
        assert "E-PERSONS" in answer.content.decode()
        assert party("max") == ""

    def test_nobody_agrees_with_himself(self, desk: At) -> None:
        ada = desk("ada")
        page = f"/desk/pending/{hold(ada).pk}"
        events = at_work.events()
        assert ada.post(page, {"step": "word", "reason": "I"}).status_code == 404
        assert at_work.events() == events

    def test_what_would_be_something_else_now_gets_no_word_and_is_asked_again(self, desk: At) -> None:
        ada, bob = desk("ada"), desk("bob")
        row = hold(ada)
        page = f"/desk/pending/{row.pk}"
        Pending.objects.filter(pk=row.pk).update(digest="0" * 64)
        events = at_work.events()
        answer = bob.post(page, {"step": "word", "reason": ""})
        assert answer.status_code == 409
        assert b"something else now" in answer.content
        assert at_work.events() == events
        anew = ada.post(page, {"step": "again"})["Location"]
        assert anew != page
        assert b"asks for your word" in bob.get(anew).content
        assert [each.number for each in pending.waiting_for(person("bob"))] == [int(anew.rpartition("/")[2])]

    def test_a_party_to_the_case_gives_no_word(self, desk: At) -> None:
        """bob speaks for Gus, whose row ada wants to rename: the word must be another's."""
        at_work.by_two(lambda act: registry.change_member(act, "bob", party="Gus"), "max")
        row = asked(
            desk("ada"), "rename-party", {"contact": "Gus", "name": "Gus the Second", "evidence": "x"}
        )
        page = f"/desk/pending/{row.pk}"
        bob = desk("bob")
        assert b"party to this case" in bob.get(page).content
        events = at_work.events()
        answer = bob.post(page, {"step": "word", "reason": ""})
        assert answer.status_code == 403
        assert "E-OWN-CASE" in answer.content.decode()
        assert at_work.events() == events

    def test_a_no_with_its_reason_ends_it(self, desk: At) -> None:
        ada, bob = desk("ada"), desk("bob")
        page = f"/desk/pending/{hold(ada).pk}"
        assert bob.post(page, {"step": "no", "words": ""}).status_code == 422
        assert bob.post(page, {"step": "no", "words": "He is not <Fay>."}).status_code == 302
        told = ada.get(page).content.decode()
        assert "He is not &lt;Fay&gt;." in told
        assert 'value="do"' not in told
        assert bob.post(page, {"step": "word", "reason": ""}).status_code == 409
        assert pending.waiting_for(person("bob")) == ()

    def test_asked_twice_it_waits_once(self, desk: At) -> None:
        ada = desk("ada")
        assert hold(ada).pk == hold(ada).pk
        assert Pending.objects.count() == 1

    def test_taken_back_it_waits_no_more(self, desk: At) -> None:
        ada, bob = desk("ada"), desk("bob")
        page = f"/desk/pending/{hold(ada).pk}"
        assert ada.post(page, {"step": "back"}).status_code == 302
        assert pending.waiting_for(person("bob")) == ()
        assert b"taken back" in bob.get("/desk/pending").content

    def test_after_a_day_nobody_waits(self, desk: At) -> None:
        ada, bob = desk("ada"), desk("bob")
        row = hold(ada)
        Pending.objects.filter(pk=row.pk).update(asked="2001-01-01T10:00:00Z")
        assert pending.waiting_for(person("bob")) == ()
        answer = bob.post(f"/desk/pending/{row.pk}", {"step": "word", "reason": ""})
        assert answer.status_code == 409
        assert "E-DESK-OVER" in answer.content.decode()

    def test_others_see_only_what_they_asked(self, desk: At) -> None:
        row = hold(desk("max"))
        for who in ("tia", "eve", "aud", "gus"):
            assert desk(who).get(f"/desk/pending/{row.pk}").status_code == 404
            assert b"change-member" not in desk(who).get("/desk/pending").content
        assert desk("max").get(f"/desk/pending/{row.pk}").status_code == 200
        assert desk("max").post(f"/desk/pending/{row.pk}", {"step": "word"}).status_code == 404

    def test_the_list_costs_the_same_for_one_and_for_many(self, desk: At) -> None:
        ada, bob = desk("ada"), desk("bob")
        row = hold(ada)
        bob.get("/desk/pending")  # the session is noted once
        with statements() as one:
            bob.get("/desk/pending")
        for number in range(20):
            row.pk, row.digest = None, f"{number:064}"
            row.save()
        with statements() as many:
            found = bob.get("/desk/pending")
        assert len(found.context["waiting"]) == 21
        assert len(many) == len(one)


FREEZE = {"step": "show", "key": "k", "reason": "Repairs"}
EXPERTS = {"text": "Eve, Eli", "key": "e", "reason": "The roster"}


def test_nobody_asks_a_second_word_for_what_he_may_not(desk: At) -> None:
    sent = {"step": "ask", "seen": "0" * 64, "key": "k", "reason": "x"}
    assert desk("tia").post("/desk/do/freeze", sent).status_code == 403
    assert desk("ada").post("/desk/do/freeze", sent).status_code == 409  # never shown so
    assert not Pending.objects.exists()


@pytest.mark.parametrize(("waiting", "status"), [(MAX_ASKED - 1, 302), (MAX_ASKED, 409)])
def test_so_many_acts_of_one_account_wait(desk: At, waiting: int, status: int) -> None:
    ada = desk("ada")
    shown = re.search(r'name="seen" value="(\w+)"', ada.post("/desk/do/freeze", FREEZE).content.decode())
    assert shown
    assert ada.post("/desk/do/freeze", {**FREEZE, "step": "ask", "seen": shown[1]}).status_code == 302
    first = Pending.objects.get()
    for number in range(waiting - 1):  # of other acts
        first.pk, first.digest = None, f"{number:064}"
        first.save(force_insert=True)
    unfreeze = ada.post("/desk/do/list-experts", {**EXPERTS, "step": "show"}).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', unfreeze)
    assert seen
    answer = ada.post("/desk/do/list-experts", {**EXPERTS, "step": "ask", "seen": seen[1]})
    assert answer.status_code == status


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_gives_a_word_reads_what_was_said(desk: At) -> None:
    people.account("eve")
    given = {"name": "eve", "evidence": "Seen with <b>her</b> passport.", "key": "k"}
    shown = desk("max").post("/desk/do/reset-factors", given)
    asked = {**given, "seen": shown.context["shown"].digest, "step": "ask"}
    waiting = desk("max").post("/desk/do/reset-factors", asked)["Location"]
    page = desk("ada").get(waiting)
    assert [tuple(each) for each in page.context["said"]] == [
        ("Name of the member", "eve"),
        ("How they showed who they are", given["evidence"]),
    ]
    assert b"Seen with &lt;b&gt;her&lt;/b&gt; passport." in page.content
