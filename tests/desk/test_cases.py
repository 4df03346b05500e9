"""Cases at the desk: what runs, by its clock; one revocation from the suspicion to the decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portbook.desk.holding.cases import KINDS
from portbook.procedures import Target
from portbook.register.operations import appeals, contacts, returning, revoking, takeovers
from portbook.register.operations.links import Link
from portbook.states import ApplicationState
from portbook.web import clock
from register import desk as registry

from . import test_pending
from .deeds import done, statements, text

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

At = Callable[[str], Client]

LINKS = takeovers.Links(Link("a", "https://x.example/a"), Link("b", "https://x.example/b"))


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a year later."""
    monkeypatch.setattr(clock, "instant", lambda: "2032-06-01T10:00:00Z")


def one_of_each() -> None:
    """Let one of each kind run."""
    returning.announce(registry.by("gus"), Target("ferry", 4242), asked_by="", evidence="unused")
    contacts.ask_change(registry.by("fay"), "Fay", ("new@ferry.example",))
    revoking.suspect(registry.by("ada"), Target("autotrac-acp", 31020), "asked twice")
    registry.in_state(ApplicationState.APPEALED)
    takeovers.claim(registry.by("tom"), "Rob", "I am Rob.", address="tom@new.example", links=LINKS)


def kinds(answer: Any) -> set[str]:
    """Which parts of the list have something."""
    return {kind for kind, lines in answer.context["parts"].items() if lines}


@pytest.mark.parametrize(
    "who, status", [("ada", 200), ("aud", 200), ("max", 404), ("gus", 404), ("eve", 404)]
)
def test_whose_page_it_is(desk: At, who: str, status: int) -> None:
    assert desk(who).get("/desk/cases").status_code == status


def test_nothing_runs(desk: At) -> None:
    answer = desk("ada").get("/desk/cases")
    assert "Nothing runs." in text(answer)
    assert "None was closed yet." in text(desk("ada").get("/desk/cases?state=closed"))


def test_what_runs_is_listed_by_kind(desk: At) -> None:
    one_of_each()
    answer = desk("ada").get("/desk/cases")
    assert kinds(answer) == set(KINDS) - {"early"}
    for kind in kinds(answer):
        assert kinds(desk("ada").get("/desk/cases", {"kind": kind})) == {kind}
        assert kinds(desk("ada").get("/desk/cases", {"kind": kind, "state": "closed"})) == set()
    assert kinds(desk("ada").get("/desk/cases?kind=<b>&state=<i>")) == kinds(answer)


def test_what_each_line_offers(desk: At) -> None:
    one_of_each()
    parts = desk("ada").get("/desk/cases").context["parts"]
    offered = {kind: [deed.title for line in lines for deed in line.deeds] for kind, lines in parts.items()}
    assert offered["returns"] == ["Confirm the return", "Stop the return"]
    assert offered["contacts"] == [
        "Record that an old address confirms it",
        "Enter the other addresses",
        "Stop the change of addresses",
    ]
    assert offered["appeals"] == ["Record what the body decided"]
    assert offered["takeovers"][0] == "Decide the takeover"
    auditor = desk("aud").get("/desk/cases").context["parts"]
    assert not [deed for lines in auditor.values() for line in lines for deed in line.deeds]


@pytest.mark.usefixtures("late")
def test_what_is_past_its_day_is_marked(desk: At) -> None:
    one_of_each()
    parts = desk("ada").get("/desk/cases").context["parts"]
    assert {kind: [line.is_late for line in lines] for kind, lines in parts.items() if lines} == {
        "returns": [True],
        "contacts": [True],
        "revocations": [True],
        "appeals": [False],
        "takeovers": [True],
    }
    assert "days ago" in parts["returns"][0].sentence


def test_the_list_costs_the_same_for_many(desk: At) -> None:
    ada = desk("ada")
    ada.get("/desk/cases")
    asked = []
    for name, port, holder in (
        ("ferry", 4242, "Fay"),
        ("given-back", 4300, "Fay"),
        ("autotrac-acp", 31020, "Rob"),
    ):
        revoking.suspect(registry.by("ada"), Target(name, port), "asked")
        returning.announce(registry.by("ada"), Target(name, port), asked_by=holder, evidence="unused")
        with statements() as made:
            ada.get("/desk/cases")
        asked.append(len(made))
    assert len(set(asked)) == 1


# -- one revocation, by its deeds


def test_a_case_with_its_call(desk: At) -> None:
    """V1, V4 to V7: each step on its day, and the line of the case tells all of them."""
    ada = desk("ada")
    opened = done(ada, "suspect", name="ferry", port=4242, attempts="Wrote to Fay on 1 May")
    page = opened["Location"].partition("?")[0]
    number = int(page.rpartition("/")[2])
    assert ada.get(page).context["deeds"][0].title == "Revoke it: nobody objected"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("draft-call", {"need": "The last port", "draft": "We ask the IESG", "expert": "eve agrees"}),
        ("open-call", {"reference": "ietf-announce 2031"}),
    ]
    for slug, values in steps:
        answer = done(ada, slug, case=number, **values)
        assert answer.status_code == 302, text(answer)
        assert answer["Location"].startswith(f"{page}?done=")
    early = done(ada, "close-call", case=number)
    assert early.status_code == 409
    assert "E-CALL" in text(early)
    case = ada.get(page).context["case"]
    assert case.due == registry.after(28, case.called)
    revoking.close_call(registry.by("ada", registry.after(29, case.called)), number)
    decided = done(
        ada,
        "decide-case",
        day=registry.after(29, case.called),
        case=number,
        outcome="revoked",
        decision="telechat",
        expert="eve agrees",
    )
    assert decided.status_code == 302, text(decided)
    told = text(ada.get(page))
    for words in (
        "Wrote to Fay on 1 May",
        "The last port",
        "We ask the IESG",
        "ietf-announce 2031",
        "telechat",
    ):
        assert words in told
    assert ada.get(page).context["case"].state == "revoked"
    assert ada.get(page).context["deeds"] == ()
    assert registry.row("ferry", 4242) == []


def test_a_clear_case_is_revoked_by_two_persons(desk: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """V1, V2: nobody objects in time, one shows what would change, another agrees, the first does it."""
    ada, bob = desk("ada"), desk("bob")
    page = done(ada, "suspect", name="ferry", port=4242, attempts="Wrote to Fay")["Location"].partition("?")[
        0
    ]
    asked = {"case": page.rpartition("/")[2], "disuse": "The ferry sank."}
    due = ada.get(page).context["case"].due
    for day, code in ((due, "E-NOTICE-WAITS"), (registry.after(1, due), "This needs 2 persons.")):
        monkeypatch.setattr(clock, "instant", lambda day=day: f"{day}T10:00:00Z")
        shown = ada.post("/desk/do/revoke", {**asked, "key": "1", "step": "show"})
        assert code in text(shown)
    waiting = test_pending.asked(ada, "revoke", asked)
    agreed = f"/desk/pending/{waiting.pk}"
    assert "The ferry sank." in text(bob.get(agreed))
    assert bob.post(agreed, {"step": "word", "reason": "seen"}).status_code == 302
    assert registry.row("ferry", 4242) != []
    assert ada.post(agreed, {"step": "do"})["Location"].startswith(page)
    assert "The ferry sank." in text(ada.get(page))
    assert ada.get(page).context["case"].state == "revoked"
    assert registry.row("ferry", 4242) == []
    assert "Reserved" in text(ada.get("/desk/entries/4242"))


def test_a_case_with_signs_of_life_is_not_clear(desk: At, monkeypatch: pytest.MonkeyPatch) -> None:
    case = revoking.suspect(registry.by("ada"), Target("ferry", 4242), "asked").answer
    assert (
        done(desk("fay"), "report-life", case=case["case"], life="It crosses twice a day").status_code == 302
    )
    monkeypatch.setattr(clock, "instant", lambda: f"{registry.after(1, case['due'])}T10:00:00Z")
    refused = done(desk("ada"), "revoke", case=case["case"], disuse="It sank")
    assert (refused.status_code, "E-CALL" in text(refused)) == (409, True)


def test_a_case_that_is_kept(desk: At) -> None:
    number = revoking.suspect(registry.by("ada"), Target("ferry", 4242), "asked").answer["case"]
    assert done(desk("ada"), "keep", case=number, finding="A user answered").status_code == 302
    assert "kept" in text(desk("aud").get(f"/desk/cases/{number}"))
    assert kinds(desk("ada").get("/desk/cases?state=closed")) == {"revocations"}


@pytest.mark.parametrize("number", ["0", "7", "9" * 30])
def test_a_case_that_is_none(desk: At, number: str) -> None:
    assert desk("ada").get(f"/desk/cases/{number}").status_code == 404


def test_what_was_decided_is_appealed_and_heard(desk: At) -> None:
    refused = registry.in_state(ApplicationState.REFUSED)
    answer = done(
        desk("tia"), "file-appeal", decision=refused.event, body="IESG", facts="No.", appellant="Tia"
    )
    assert answer.status_code == 302, text(answer)
    line = desk("ada").get("/desk/cases?kind=appeals").context["parts"]["appeals"][0]
    assert line.address == f"/desk/events/{refused.event}"
    [deed] = line.deeds
    number = int(deed.address.rpartition("=")[2])
    heard = done(desk("ada"), "decide-appeal", appeal=number, outcome="uphold", reference="telechat")
    assert heard.status_code == 302, text(heard)
    assert appeals.tables.rows("SELECT state FROM register_appeal") == [("decided",)]
