"""What Events tell in a sentence: of whom, of what, with a page that is there for who reads it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from portbook.desk.office import event_sentences
from portbook.procedures import Target
from portbook.register import tables
from portbook.register.operations import approving, contacts, registry, returning
from portbook.register.roles import RIGHTS, Role
from portbook.states import ApplicationState
from register import desk as at_work

from .people import statements

At = Callable[[str], Client]

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

_READ_ONLY = {"show application"}


def told(client: Client, number: int) -> str:
    """The sentence of an Event as its page has it."""
    page = client.get(f"/desk/events/{number}").content.decode()
    words = re.sub(r"<[^>]*>", "", page.partition('<p class="answer">')[2].partition("</p>")[0])
    return " ".join(unescape(words).split())


def last(operation: str) -> int:
    """The number of the last Event of an operation."""
    return int(tables.rows("SELECT MAX(number) FROM register_event WHERE operation = %s", [operation])[0][0])


@SQLITE
def test_each_operation_has_words_of_its_own(engine: str) -> None:
    told = event_sentences.TOLD
    assert {*RIGHTS} - _READ_ONLY <= {*told}
    assert all(words.count("{}") == 1 for words in told.values())


@SQLITE
def test_an_application_is_named_with_its_number(desk: At) -> None:
    number = at_work.submitted("port").answer["application"]
    address = f'href="/desk/applications/{number}"'
    assert told(desk("aud"), last("submit")) == f"tia sent application {number}, tide-read."
    for page in ("/desk/events", f"/desk/events/{last('submit')}"):
        assert address in desk("aud").get(page).content.decode()
        assert address not in desk("max").get(page).content.decode()  # he may not read it


def test_a_word_names_its_act_and_what_that_is_about(desk: At) -> None:
    """On each engine."""
    at_work.by_two(lambda act: registry.change_member(act, "tom", roles=[Role.REGISTRAR]), "ada")
    word, act = last("approve"), last("change member")
    assert told(desk("aud"), word) == "bob gave a second word for “change member”: member tom."
    assert told(desk("aud"), act) == "ada changed member tom, with the word of bob."
    assert 'href="/desk/people?name=tom"' in desk("ada").get(f"/desk/events/{word}").content.decode()


@SQLITE
def test_a_word_that_nobody_used_yet_names_its_act(desk: At) -> None:
    def change(act: at_work.Act) -> at_work.Done:
        return registry.change_member(act, "tom", roles=[Role.REGISTRAR])

    dry = change(at_work.by("ada", is_dry=True)).answer
    approving.approve(at_work.by("bob"), "change member", dry["digest"])
    assert told(desk("aud"), last("approve")) == "bob gave a second word for “change member”."


@SQLITE
def test_a_word_asked_for_at_the_desk_names_what_it_is_for_at_once(desk: At) -> None:
    page = desk("ada").post("/desk/do/change-member", {"name": "tom", "roles": "registrar", "key": "k"})
    values = {"name": "tom", "roles": "registrar", "key": "k", "seen": page.context["shown"].digest}
    waiting = desk("ada").post("/desk/do/change-member", {**values, "step": "ask"})
    assert desk("bob").post(waiting["Location"], {"step": "word"}).status_code == 302
    assert told(desk("aud"), last("approve")).startswith("Bob (bob) gave a second word for “change member”: ")
    assert "tom" in told(desk("aud"), last("approve"))
    assert desk("ada").post(waiting["Location"], {"step": "do"}).status_code == 302
    assert (
        told(desk("aud"), last("approve")) == "Bob (bob) gave a second word for “change member”: member tom."
    )


@SQLITE
def test_a_notice_is_told_by_what_it_is_about(desk: At) -> None:
    done = returning.announce(at_work.by("gus"), Target("ferry", 4242), asked_by="", evidence="unused")
    returning.stop(at_work.by("gus"), done.answer["notice"])
    assert told(desk("aud"), last("stop return")) == "gus stopped the return of port 4242 of ferry."


@SQLITE
def test_a_new_contact_is_named(desk: At) -> None:
    new = contacts.add(at_work.by("ada"), name="Nan Quay", addresses=("nan@quay.example",)).answer["contact"]
    assert told(desk("aud"), last("add contact")) == f"ada added contact {new}."


@SQLITE
@pytest.mark.parametrize("who", ["ada", "aud", "max"])
def test_each_link_of_the_books_leads_to_a_page(desk: At, who: str) -> None:
    for state in (ApplicationState.ASSIGNED, ApplicationState.APPEALED):
        at_work.in_state(state)
    returning.announce(at_work.by("gus"), Target("ferry", 4242), asked_by="", evidence="unused")
    client = desk(who)
    page = client.get("/desk/events").content.decode().partition('<ol class="told-events"')[2]
    links = {unescape(each) for each in re.findall(r'href="([^"]*)"', page.partition("</ol>")[0])}
    assert len(links) > 20
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


@SQLITE
def test_sentences_cost_no_statement_each(desk: At) -> None:
    client = desk("aud")
    at_work.assigned(at_work.validated(at_work.submitted("name")))
    client.get("/desk/events")
    with statements() as few:
        client.get("/desk/events")
    for actor in ("tia", "tom", "una"):
        at_work.assigned(at_work.validated(at_work.submitted("name", {"service_name": f"of-{actor}"}, actor)))
    with statements() as many:
        client.get("/desk/events")
    assert len(many) == len(few)
