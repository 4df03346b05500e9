"""The list of applications and the desk's first page: who sees what, what is looked for, at what cost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portbook.desk.limits import CLOSED_DAYS
from portbook.errors import RuleError
from portbook.register.reading import lists, statuses
from portbook.register.reading.lists import Sought
from portbook.states import ApplicationState
from portbook.web import clock
from register import desk as registry
from register.desk import after

from .applying import begun, typed

At = Callable[[str], Client]
S = ApplicationState

INSTANT = f"{registry.DAY}T12:00:00Z"
# The first that asks for the port has it; the others want the same.
STATES = (
    S.EXPERT_REVIEW,
    *(each for each in S if each not in (S.EXPERT_REVIEW, S.APPEALED, S.MODIFIED, S.MODIFIABLE)),
)
NUMBERED = re.compile(r'href="/desk/applications/([0-9]+)"')

sqlite_alone = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def in_each_state() -> dict[ApplicationState, int]:
    """An application in each state, of three applicants in turn."""
    found = {
        state: registry.in_state(state, ("tia", "tom", "una")[place % 3]).answer["application"]
        for place, state in enumerate(STATES)
    }
    assert {state: registry.state(number) for state, number in found.items()} == {
        each: each for each in found
    }
    return found


def listed(client: Client, query: str = "") -> list[int]:
    """The numbers on a page of the list, in its order."""
    answer = client.get(f"/desk/applications?{query}")
    assert answer.status_code == 200
    return [int(number) for number in NUMBERED.findall(answer.content.decode())]


def may_see(member: str, number: int) -> bool:
    try:
        statuses.status(member, number, INSTANT)
    except RuleError:
        return False
    return True


# -- who sees what


def test_the_list_the_page_and_the_roles_agree_for_everybody(desk: At) -> None:
    numbers = in_each_state()
    seen_by: dict[str, set[int]] = {}
    for who in registry.PEOPLE:
        client = desk(who)
        seen_by[who] = {number for number in numbers.values() if may_see(who, number)}
        assert set(listed(client)) == seen_by[who], who
        for number in numbers.values():
            status = client.get(f"/desk/applications/{number}").status_code
            assert status == (200 if number in seen_by[who] else 404), (who, number)
    assert seen_by["ada"] == seen_by["aud"] == set(numbers.values())
    assert seen_by["max"] == seen_by["fay"] == set()
    assert seen_by["tia"] == {number for place, number in enumerate(numbers.values()) if place % 3 == 0}
    assert {numbers[S.EXPERT_REVIEW], numbers[S.IETF_DOC]} <= seen_by["eve"] < set(numbers.values())
    assert numbers[S.CONFIRMING] in seen_by["iesg"]


@sqlite_alone
def test_what_is_not_there_and_what_is_not_yours_answer_alike(desk: At) -> None:
    number = registry.submitted("name").answer["application"]
    for asked in (number, 4711, 10**30):
        answer = desk("tom").get(f"/desk/applications/{asked}")
        assert answer.status_code == 404
        assert answer.context["heading"] == "There is no such page"
        assert re.search(r"There is no application (?:[0-9]+ )?that you could see", answer.content.decode())


@sqlite_alone
def test_only_who_judges_or_keeps_the_books_reads_who_sent_it(desk: At) -> None:
    registry.in_state(S.EXPERT_REVIEW)
    for who, reads in {"ada": True, "aud": True, "tia": False}.items():
        page = desk(who).get("/desk/applications").content.decode()
        assert ("<bdi>tia</bdi>" in page.partition("<main")[2]) == reads, who


# -- what is looked for


def test_the_list_is_filtered(desk: At) -> None:
    numbers = in_each_state()
    ada = desk("ada")
    closed = {numbers[state] for state in (S.ASSIGNED, S.REFUSED, S.WITHDRAWN)}
    assert set(listed(ada, "state=closed")) == closed
    assert set(listed(ada, "state=open")) == set(numbers.values()) - closed
    assert listed(ada, "state=expert+review") == [numbers[S.EXPERT_REVIEW]]
    assert set(listed(ada, "submitter=tom")) == {
        number for place, number in enumerate(numbers.values()) if place % 3 == 1
    }
    assert numbers[S.EXPERT_REVIEW] in listed(ada, "team=TCP/UDP+experts")
    assert listed(ada, "team=SCTP+expert") == []
    assert listed(ada, f"text={numbers[S.NEW]}") == [numbers[S.NEW]]
    assert numbers[S.NEW] in listed(ada, "text=TIDE-R")
    assert numbers[S.NEW] in listed(ada, "text=tide+gauges")
    assert listed(ada, "text=assignee") == []  # a word of the form, in no value
    for hostile in (
        "text=%25_%25",
        "text='",
        "state=none",
        "after=x.y",
        "clock=%27",
        "text=" + "a" * 999,
    ):
        assert ada.get(f"/desk/applications?{hostile}").status_code == 200


def test_clocks_are_listed_by_the_day(desk: At) -> None:
    early = registry.in_state(S.EXPERT_REVIEW).answer["application"]
    late = registry.in_state(S.WITH_REQUESTER).answer["application"]
    ada = desk("ada")
    assert listed(ada, "clock=running") == [early, late]
    assert (
        lists.applications("ada", f"{after(8)}T00:00:00Z", Sought(clock="late")).found[0].application == early
    )
    soon = lists.applications("ada", f"{after(1)}T00:00:00Z", Sought(clock="soon")).found
    assert [each.application for each in soon] == [early]


@sqlite_alone
def test_pages_go_on_where_the_one_before_ended(desk: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "APPLICATIONS_A_PAGE", 2)
    numbers = [
        registry.submitted("name", {"service_name": f"tide-{n}a"}, "tia").answer["application"]
        for n in range(5)
    ]
    seen, address = [], "/desk/applications"
    for _ in range(3):
        page = desk("tia").get(address).content.decode()
        seen += [int(number) for number in NUMBERED.findall(page)]
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert seen == numbers[::-1]
    assert address == ""


# -- what waits


def test_what_waits_is_what_the_queue_says(desk: At) -> None:
    in_each_state()
    for who in registry.PEOPLE:
        page = desk(who).get("/desk").content.decode()
        shown = {int(number) for number in NUMBERED.findall(page.partition('id="drafts-head"')[0])}
        assert {each.application for each in statuses.queue(who, INSTANT)} <= shown, who


@sqlite_alone
def test_an_empty_desk_teaches_what_comes(desk: At) -> None:
    taught = {
        "ada": "New applications come here",
        "eve": "When your team is asked",
        "gus": "When somebody asks to share",
        "tia": "What you send stands here",
    }
    for who, words in taught.items():
        page = desk(who).get("/desk").content.decode()
        assert words in page
        assert "Nothing waits for you" in page
    registry.submitted("name")
    assert "Nothing waits for you" in desk("tia").get("/desk").content.decode()
    assert "What waits for you" in desk("ada").get("/desk").content.decode()


@sqlite_alone
def test_what_is_mine_to_do_stands_first_with_the_next_act(desk: At) -> None:
    others = registry.in_state(S.NEW).answer["application"]
    mine = registry.in_state(S.WITH_REQUESTER).answer["application"]
    page = desk("tia").get("/desk").content.decode().partition('id="applicant-head"')[2]
    assert [int(number) for number in NUMBERED.findall(page)][:2] == [mine, others]
    assert page.index("Next: answer, or change what it asks for.") < page.index(f"/{others}")
    assert page.count("Next:") == 1
    assert "Next: look at it, then check it or give it back." in desk("ada").get("/desk").content.decode()


@sqlite_alone
def test_what_was_begun_is_named_and_an_empty_form_is_not_listed(desk: At) -> None:
    client = desk("tia")
    address = begun(client, choice="port")
    begun(client, choice="name")
    assert "drafts-head" not in client.get("/desk").content.decode()
    typed(client, address, go="save", service_name="tide-kept")
    page = client.get("/desk").content.decode()
    assert f'<a href="{address}"><bdi>tide-kept</bdi></a> A port for a new service' in page


@sqlite_alone
def test_what_was_closed_stays_for_a_while(desk: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waited for it sees what became of it, and nobody else does here."""
    number = registry.in_state(S.ASSIGNED).answer["application"]
    began = re.compile(rf'id="closed-head".*/desk/applications/{number}".*Assigned.*1 June 2031', re.DOTALL)
    for days, is_there in ((0, True), (CLOSED_DAYS, True), (CLOSED_DAYS + 1, False)):
        monkeypatch.setattr(clock, "instant", lambda days=days: f"{after(days)}T10:00:00Z")
        page = desk("tia").get("/desk").content.decode()
        assert bool(began.search(page)) is is_there, days
        assert ("closed-head" in page) is is_there
    assert "closed-head" not in desk("tom").get("/desk").content.decode()
    assert "Nothing waits for you" in page


@sqlite_alone
def test_what_the_clocks_make_possible_has_its_button(desk: At, monkeypatch: pytest.MonkeyPatch) -> None:
    number = registry.in_state(S.WITH_REQUESTER).answer["application"]
    page = desk("ada").get("/desk").content.decode()
    assert "/desk/do/lapse" not in page
    monkeypatch.setattr(clock, "instant", lambda: f"{after(62)}T10:00:00Z")
    page = desk("ada").get("/desk").content.decode()
    assert f'href="/desk/do/lapse?application={number}"' in page
    assert "2 days late" in page


# -- at what cost


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@sqlite_alone
@pytest.mark.parametrize("who", ["ada", "eve", "tia", "aud"])
def test_no_page_asks_more_for_more_applications(desk: At, who: str) -> None:
    registry.under("[limits]\nopen_applications = 10000\napplications_a_day = 10000\nmass = 10000\n")
    several(2)
    client = desk(who)
    few = {address: statements(client, address) for address in ("/desk", "/desk/applications")}
    several(20)
    many = {address: statements(client, address) for address in few}
    assert all(many[address] <= few[address] for address in few), (few, many)
    assert few["/desk/applications"] <= 12


def several(count: int) -> None:
    for place in range(count):
        name = f"ferry-{chr(97 + place % 26)}{count}{place}x"
        done = registry.submitted("port", {"service_name": name, "ports": [{"range": "User"}]})
        registry.validated(done)
        registry.submitted("name", {"service_name": f"{name}n"})


@sqlite_alone
def test_the_queue_and_what_is_due_ask_as_little(desk: At) -> None:
    registry.under("[limits]\nopen_applications = 10000\napplications_a_day = 10000\nmass = 10000\n")
    counted = []
    for count in (2, 20):
        several(count)
        with CaptureQueriesContext(connection) as caught:
            for who in ("ada", "eve", "tia"):
                statuses.queue(who, INSTANT)
            statuses.due(f"{after(30)}T00:00:00Z", "ada")
        counted.append(len(caught))
    assert counted[1] <= counted[0]
