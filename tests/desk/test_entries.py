"""Entries at the desk: what the register has of one, who may do what with it, and the deeds done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portbook.desk.deeds import table
from portbook.procedures import Target
from portbook.register import tables
from portbook.register.limits import MAX_ROWS_SOUGHT
from portbook.register.models import Entry
from portbook.register.operations import recommending, returning, revoking
from portbook.register.roles import RIGHTS
from portbook.review import Verdict
from portbook.states import ApplicationState
from register import desk as registry

from .deeds import done, fields, statements, text

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

At = Callable[[str], Client]

# These have pages of their own, with an application or links of letters; the last one only reads.
WITHOUT = {"draft", "change application", "claim contact", "ask addresses", "show application", "publish"}


def titles(answer: Any) -> set[str]:
    """What the page of an entry offers."""
    deeds = [*answer.context["deeds"], *(deed for spot in answer.context["spots"] for deed in spot.deeds)]
    return {deed.title for deed in deeds}


def described(name: str) -> set[str]:
    """The descriptions of the rows of a service."""
    rows = tables.rows("SELECT row FROM register_entry WHERE fold = %s", [name])
    return {row for (row,) in rows}


def test_every_operation_has_a_deed(desk: At) -> None:
    found = {deed.operation for deed in table().values()}
    assert set(RIGHTS) - WITHOUT <= found <= set(RIGHTS)


def test_every_deed_opens_with_its_words(desk: At) -> None:
    ada = desk("ada")
    for slug, deed in table().items():
        answer = ada.get(f"/desk/do/{slug}")
        assert answer.status_code == 200, slug
        assert deed.title in text(answer)
        assert answer.content.count(b"<h1") == 1


@pytest.mark.parametrize(
    "who, offered, not_offered",
    [
        (
            "gus",
            {"Change the entry", "Announce the return", "Ask for a port"},
            {"Pass the service to another party"},
        ),
        ("fay", {"Change the entry", "Announce the return"}, {"Correct a mistake of the registry"}),
        ("tia", set(), {"Change the entry", "Announce the return"}),
        ("aud", set(), {"Change the entry"}),
        ("eve", set(), {"Change the entry"}),
        ("ada", {"Change the entry", "Open a case of revocation"}, {"Ask for a port", "Add service codes"}),
    ],
)
def test_who_is_offered_what(desk: At, who: str, offered: set[str], not_offered: set[str]) -> None:
    found = titles(desk(who).get("/desk/entries/ferry"))
    assert offered <= found
    assert not not_offered & found
    if not offered:
        assert found == set()


def test_what_is_offered_where(desk: At) -> None:
    """A System Port is not given back by its holder; codes need DCCP; a Reserved port can be freed."""
    assert "Announce the return" not in titles(desk("zoe").get("/desk/entries/z39-50"))
    assert "Announce the return" in titles(desk("ada").get("/desk/entries/z39-50"))
    assert "Add service codes" in titles(desk("ada").get("/desk/entries/ltp"))
    assert "Set the Reserved port free" in titles(desk("ada").get("/desk/entries/831"))
    assert "Reserve the port" in titles(desk("ada").get("/desk/entries/43001"))
    assert "Reserve the port" not in titles(desk("ada").get("/desk/entries/4242"))


@pytest.mark.parametrize("what", ["nothing-here", "70000", "x" * 300, "4242x", "%00", "4242/udp"])
def test_what_is_no_entry(desk: At, what: str) -> None:
    assert desk("ada").get(f"/desk/entries/{what}").status_code == 404


def test_an_entry_in_any_case_and_an_unassigned_port(desk: At) -> None:
    assert text(desk("tia").get("/desk/entries/FERRY")).count("4242") >= 1
    assert "It is Unassigned".lower() in text(desk("tia").get("/desk/entries/50000")).lower()
    assert "ltp" in text(desk("tia").get("/desk/entries/1113"))
    rows = desk("tia").get("/desk/entries/FERRY").context["rows"]
    assert [row.title for row in rows] == ["ferry 4242 tcp"]


def test_who_sees_the_books_and_cases_of_an_entry(desk: At) -> None:
    revoking.suspect(registry.by("ada"), Target("ferry", 4242), "asked twice")
    returning.announce(registry.by("gus"), Target("given-back", 4300), asked_by="", evidence="unused")
    for who, cases, books in (
        ("ada", 1, True),
        ("aud", 1, True),
        ("fay", 1, False),
        ("tia", 0, False),
        ("zoe", 0, False),
    ):
        answer = desk(who).get("/desk/entries/ferry")
        assert len(answer.context["cases"]) == cases, who
        assert (answer.context["told"] is not None) == books, who
    assert len(desk("tia").get("/desk/entries/given-back").context["notices"]) == 1
    answer = desk("ada").get("/desk/entries/given-back")
    assert [each.operation for each, _ in answer.context["told"]] == ["announce return", "seed"]
    assert "announced the return of" in text(answer)


def test_a_return_says_what_becomes_of_it_and_is_announced_once(desk: At) -> None:
    """Who is told and when it happens; once it runs, a button for the same would be refused."""
    gus = desk("gus")
    sent = fields(gus, "announce-return", name="ferry", port=4242) | {"evidence": "unused"}
    shown = gus.post("/desk/do/announce-return", sent)
    assert "for everybody who is signed in; the public pages do not" in text(shown)
    assert "It can be stopped until the end of 31 May 2031." in text(shown)
    assert "make port 4242 Reserved; the name ferry stays" in text(shown)
    assert "Announce the return" in titles(gus.get("/desk/entries/ferry"))
    assert done(gus, "announce-return", name="ferry", port=4242, evidence="unused").status_code == 302
    page = gus.get("/desk/entries/ferry")
    assert "Announce the return" not in titles(page)
    assert "Waits until the end of 31 May 2031" in text(desk("tia").get("/desk/entries/ferry"))


def test_a_change_shows_what_stands_now_and_the_way_back(desk: At) -> None:
    page = desk("fay").get("/desk/do/amend?name=FERRY&port=4242")
    assert [each.address for each in page.context["about"].named] == ["/desk/entries/ferry"]
    assert [dict(row)["Port Number"] for row in page.context["about"].rows] == ["4242"]
    assert "An invented service" in text(page)
    assert b'formaction="/desk/do/amend#shown-head"' in page.content
    assert "notes" not in text(desk("fay").post("/desk/do/amend", fields(desk("fay"), "amend", name="ferry")))
    for name in ("nothing-here", "4242", "x" * 300):
        assert desk("fay").get("/desk/do/amend", {"name": name}).context["about"] == ((), (), 0)


def test_the_books_tell_of_the_sending_and_of_what_the_expert_said(desk: At) -> None:
    sent = registry.submitted("port", {"service_name": "salt-log"})
    done = registry.validated(sent)
    said = {"verdict": Verdict.GRANT, "reasons": "The salt is counted."}
    done = recommending.recommend(registry.by("eve", reason=""), **registry.of(done), **said)
    assert registry.assigned(done).answer["application"] == sent.answer["application"]
    told = {each.operation: each for each, _ in desk("aud").get("/desk/entries/salt-log").context["told"]}
    assert told["submit"].number == sent.event
    assert told["recommend"].reason == said["reasons"]


# -- the search


@pytest.mark.parametrize(
    "sought, found",
    [
        ("ferry", ["ferry"]),
        ("FERR", ["ferry"]),
        ("4242", ["ferry", ""]),
        ("43005", ["", "under-block"]),
        ("zzz", []),
        ("", []),
        ("70000", []),
        ("%", []),
        ("'; --", []),
    ],
)
def test_what_the_search_finds(desk: At, sought: str, found: list[str]) -> None:
    answer = desk("ada").get("/desk/entries", {"q": sought})
    assert answer.status_code == 200
    assert [row.name for row in answer.context["rows"]] == found


def test_the_search_takes_so_many_characters(desk: At) -> None:
    whole, cut = (desk("ada").get("/desk/entries", {"q": "x" * MAX_ROWS_SOUGHT + more}) for more in ("", "x"))
    assert whole.context["sought"] == cut.context["sought"] == "x" * MAX_ROWS_SOUGHT


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "²", ""])
def test_a_page_that_is_none_begins_anew(desk: At, after: str) -> None:
    answer = desk("ada").get("/desk/entries", {"q": "ferry", "after": after})
    assert [row.name for row in answer.context["rows"]] == ["ferry"]


# -- deeds


def test_a_holder_changes_his_entry(desk: At) -> None:
    gus = desk("gus")
    answer = done(gus, "amend", name="ferry", description="Ferries and their times")
    assert answer.status_code == 302, text(answer)
    assert answer["Location"] == f"/desk/entries/ferry?done={registry.events()}"
    assert any("Ferries and their times" in row for row in described("ferry"))


def test_nothing_to_change_is_told(desk: At) -> None:
    answer = done(desk("gus"), "amend", name="ferry")
    assert answer.status_code == 422
    assert "Nothing is to be changed" in text(answer)


@pytest.mark.parametrize(
    "slug, values, after",
    [
        ("correct", {"name": "ferry", "notes": "As printed", "evidence": "a misprint"}, "As printed"),
        ("mark", {"name": "ferry", "word": "obsolete"}, "Marked as obsolete"),
        (
            "rename-service",
            {"name": "ferry", "new": "ferries", "asked_by": "Fay", "accepted": "a letter", "expert": "eve"},
            "ferries",
        ),
        (
            "succeed",
            {
                "name": "ferry",
                "released_by": "Fay",
                "applied_by": "Zoe",
                "ground": "operational",
                "because": "Zoe runs it now",
                "release": "letter of Fay",
                "request": "letter of Zoe",
                "expert": "eve saw it",
            },
            "Zoe",
        ),
    ],
)
def test_the_registrar_changes_an_entry(desk: At, slug: str, values: dict[str, Any], after: str) -> None:
    answer = done(desk("ada"), slug, **values)
    assert answer.status_code == 302, text(answer)
    assert any(after in row for row in described("ferry") | described("ferries"))


@pytest.mark.parametrize(
    "slug, values, port, state",
    [
        ("reserve-port", {"port": 43001, "decision": "IESG telechat"}, 43001, "Reserved"),
        ("free-port", {"port": 831, "decision": "IESG telechat"}, 831, "Unassigned"),
    ],
)
def test_ports_of_the_iesg(desk: At, slug: str, values: dict[str, Any], port: int, state: str) -> None:
    answer = done(desk("ada"), slug, **values)
    assert answer.status_code == 302, text(answer)
    assert answer["Location"].startswith(f"/desk/entries/{port}?")
    rows = tables.rows("SELECT state FROM register_entry WHERE low <= %s AND high >= %s", [port, port])
    assert {found for (found,) in rows} <= {state}


def test_what_is_no_service_code_is_told(desk: At) -> None:
    given = {"name": "ltp", "port": 1113, "description": "x", "assignee": "Ada", "expert": "eve"}
    answer = done(desk("ada"), "add-codes", codes="SC:toolong", **given)
    assert answer.status_code == 422
    assert "E-SC" in text(answer) or "SC:toolong" in text(answer)
    good = done(desk("ada"), "add-codes", codes="SC:ltpx", asked_by="Ada", **given)
    assert good.status_code == 302, text(good)


def test_a_holder_is_not_asked_what_the_operator_records(desk: At) -> None:
    gus, ada = (desk(who).get("/desk/do/amend?name=ferry").context["form"] for who in ("gus", "ada"))
    hidden = {field.name for field in gus.hidden_fields()}
    assert hidden == {"notes", "asked_by", "decision", "application"}
    assert ada.hidden_fields() == []
    answer = done(desk("gus"), "amend", name="ferry", description="x", notes="mine")
    assert answer.status_code == 403


def test_a_service_that_is_not_published_yet_leads_to_no_public_page(desk: At) -> None:
    registry.in_state(ApplicationState.ASSIGNED)
    new = desk("ada").get("/desk/entries/tide-read")
    assert new.status_code == 200
    assert new.context["public"] == ""
    assert desk("ada").get("/desk/entries/ferry").context["public"] == "/services/ferry"


def test_a_name_with_a_stroke_has_its_page(desk: At) -> None:
    """Old names have one, as "cl/1" does."""
    number = tables.rows("SELECT identity, row FROM register_entry WHERE fold = 'example-foo'")[0]
    row = number[1].replace("example-foo", "ex/1")
    tables.update(Entry, number[0], {"row": row, "fold": "ex/1"}, {})
    line = desk("gus").get("/desk/entries?q=ex/1").context["rows"][0]
    assert line.address == "/desk/entries/ex%2F1"
    assert desk("gus").get(line.address).context["name"] == "ex/1"


def test_another_member_cannot_do_it_by_its_address(desk: At) -> None:
    answer = done(desk("tia"), "amend", name="ferry", description="Mine")
    assert answer.status_code == 403
    assert "E-ROLE" in text(answer)


def test_a_page_asks_the_database_as_often_for_many_cases_as_for_one(desk: At) -> None:
    ada = desk("ada")
    ada.get("/desk/entries/ferry")  # the session is made
    asked = []
    for name, port in (("ferry", 4242), ("given-back", 4300), ("ltp", 1113), ("autotrac-acp", 31020)):
        revoking.suspect(registry.by("ada"), Target(name, port), "asked")
        with statements() as found:
            ada.get("/desk/entries/ferry")
        asked.append(len(found))
    assert asked[1:] == asked[:1] * 3


def test_the_page_of_a_service_tells_what_made_its_rows(desk: At) -> None:
    """An assignment is about an application, and a row of the first edition came by the seeding."""
    sent = registry.submitted("name", {"service_name": "salt-log"})
    registry.assigned(registry.validated(sent))
    aud = desk("aud")
    told = [(each.operation, each.object) for each, _ in aud.get("/desk/entries/salt-log").context["told"]]
    assert told[0] == ("assign", f"application {sent.answer['application']}")
    assert "seed" not in [operation for operation, _ in told]
    ferry = aud.get("/desk/entries/ferry").context["told"]
    assert [each.operation for each, _ in ferry][-1] == "seed"
    assert desk("tia").get("/desk/entries/salt-log").context["told"] is None


def test_the_events_of_a_service_cost_the_same_whatever_the_books_hold(desk: At) -> None:
    counted = []
    for number in range(3):
        sent = registry.submitted("name", {"service_name": f"salt-log{number}"})
        registry.assigned(registry.validated(sent))
        with statements() as heard:
            desk("aud").get("/desk/entries/salt-log0")
        counted.append(len(heard))
    assert len(set(counted[1:])) == 1


def test_no_heading_stands_over_nothing(desk: At) -> None:
    for who, is_there in (("gus", True), ("ada", True), ("aud", False), ("tia", False)):
        answer = desk(who).get("/desk/entries/ferry")
        assert ("What you can do" in text(answer)) == is_there, who


def test_the_applications_of_a_service_are_found_by_an_index(desk: At) -> None:
    with statements() as heard:
        desk("aud").get("/desk/entries/ferry")
    (asked,) = [sql for sql in heard if "'application ' ||" in sql]
    plan = [row[-1] for row in tables.rows(f"EXPLAIN QUERY PLAN {asked}", ["ferry", "ferry"])]
    assert any("USING INDEX version_by_name" in step for step in plan), plan
    assert not any(step.startswith("SCAN register_version") for step in plan), plan
