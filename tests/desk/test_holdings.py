"""My entries: what a holder sees of his own, and nothing of others; a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portbook.procedures import Amendment, Target, Wish
from portbook.records import rich
from portbook.register import tables
from portbook.register.limits import ROWS_A_PAGE
from portbook.register.models import Entry
from portbook.register.operations import contacts, entries, returning, revoking
from portbook.register.reading import holdings
from portbook.states import ApplicationState
from register import desk as registry

from .deeds import done, statements, text

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

At = Callable[[str], Client]

THEIRS = {
    "gus": ["ferry", "given-back", "example-foo"],
    "fay": ["ferry", "given-back", "example-foo"],
    "rob": ["autotrac-acp", "under-block"],
    "zoe": ["z39-50", "z39.50", "sip"],
}


def many(count: int) -> None:
    """Give Gus that many rows more, as an import would."""
    columns = tables.table_of(Entry).columns
    row = tables.select(Entry, "WHERE fold = 'example-foo'")[0]
    last = tables.rows("SELECT MAX(identity), MAX(position) FROM register_entry")[0]
    rows = []
    for number in range(1, count + 1):
        values = dict(zip(columns, row, strict=True))
        text = values["row"].replace("example-foo", f"many-{number}")
        values |= {
            "identity": last[0] + number,
            "position": last[1] + number,
            "row": text,
            "fold": f"many-{number}",
        }
        rows.append([values[name] for name in columns])
    tables.insert(Entry, rows)


def names(answer: Any) -> list[str]:
    """The services of a page."""
    return [row.name for row in answer.context["rows"]]


@pytest.mark.parametrize("who", sorted(THEIRS))
def test_a_holder_sees_his_own(desk: At, who: str) -> None:
    answer = desk(who).get("/desk/holdings")
    assert names(answer) == THEIRS[who]
    assert answer.context["party"].contact.id == who.capitalize()


@pytest.mark.parametrize("who", ["tia", "ada", "aud", "eve", "max"])
def test_who_holds_nothing_reads_how_to(desk: At, who: str) -> None:
    answer = desk(who).get("/desk/holdings")
    assert answer.status_code == 200
    assert "Say which contact you are" in text(answer)
    assert "rows" not in answer.context


def test_a_party_is_not_whoever_is_called_alike(desk: At) -> None:
    """An id that stands in a row as something else, or is a part of another, is nobody's who holds it."""
    entries.amend(registry.by("rob"), Target("autotrac-acp"), Wish("Rob", Amendment(description=rich("Zoe"))))
    named = "SELECT fold FROM register_entry WHERE instr(row, %s) > 0 AND fold = 'autotrac-acp'"
    assert tables.rows(named, ['"Zoe"']) == [("autotrac-acp",)]
    assert names(desk("zoe").get("/desk/holdings")) == THEIRS["zoe"]
    for other in ("Zo", "Z%", "zoe", "Z_e"):
        assert holdings.of_party(other).rows == ()


def test_ten_thousand_rows_a_page_at_a_time(desk: At) -> None:
    many(10_000)
    gus = desk("gus")
    gus.get("/desk/holdings")
    address, found, asked = "/desk/holdings", [], []
    for _ in range(4):
        with statements() as made:
            answer = gus.get(address)
        asked.append(len(made))
        found += names(answer)
        assert len(names(answer)) == ROWS_A_PAGE
        address = answer.context["next"]
    assert len(set(found)) == 4 * ROWS_A_PAGE
    assert found[:3] == THEIRS["gus"]
    assert found[3:6] == ["many-1", "many-2", "many-3"]
    assert len(set(asked)) == 1


@pytest.mark.parametrize("more, has_next", [(ROWS_A_PAGE - 3, False), (ROWS_A_PAGE - 2, True)])
def test_a_full_page_and_one_row_more(desk: At, more: int, has_next: bool) -> None:
    many(more)
    answer = desk("gus").get("/desk/holdings")
    assert len(names(answer)) == ROWS_A_PAGE
    assert bool(answer.context["next"]) is has_next
    if has_next:
        last = desk("gus").get(answer.context["next"])
        assert len(names(last)) == 1
        assert last.context["next"] == ""


def test_what_is_announced_is_seen_and_stopped(desk: At) -> None:
    number = returning.announce(
        registry.by("gus"), Target("ferry", 4242), asked_by="", evidence="nobody calls"
    ).answer["notice"]
    fay = desk("fay").get("/desk/holdings")
    [(noticed, deeds)] = fay.context["notices"]
    assert noticed.notice.identity == number
    assert not noticed.is_confirmed
    assert {deed.title for deed in deeds} == {"Confirm the return", "Stop the return"}
    assert desk("zoe").get("/desk/holdings").context["notices"] == []
    assert done(desk("zoe"), "stop-return", notice=number).status_code == 403
    assert done(desk("fay"), "stop-return", notice=number).status_code == 302
    assert desk("fay").get("/desk/holdings").context["notices"] == []


def test_a_holder_gives_a_port_back(desk: At) -> None:
    answer = done(desk("fay"), "announce-return", name="ferry", port=4242, evidence="nobody calls")
    assert answer.status_code == 302, text(answer)
    [(noticed, _)] = desk("fay").get("/desk/holdings").context["notices"]
    assert noticed.is_confirmed
    assert noticed.notice.ends == registry.after(30, noticed.notice.begins)


def test_a_holder_reports_that_it_is_used(desk: At) -> None:
    number = revoking.suspect(registry.by("ada"), Target("ferry", 4242), "asked twice").answer["case"]
    assert [each.case.identity for each in desk("gus").get("/desk/holdings").context["cases"]] == [number]
    assert desk("zoe").get("/desk/holdings").context["cases"] == []
    page = desk("gus").get(f"/desk/cases/{number}")
    assert [deed.title for deed in page.context["deeds"]] == ["Report that it is in use"]
    answer = done(desk("gus"), "report-life", case=number, life="Boats call it daily")
    assert answer["Location"].startswith(f"/desk/cases/{number}?done=")
    assert "Boats call it daily" in text(desk("ada").get(f"/desk/cases/{number}"))
    assert desk("zoe").get(f"/desk/cases/{number}").status_code == 404
    assert done(desk("zoe"), "report-life", case=number, life="no").status_code == 403


def test_others_ask_the_holder(desk: At) -> None:
    number = registry.in_state(ApplicationState.CONFIRMING).answer["application"]
    asked = {who: desk(who).get("/desk/holdings").context["asked"] for who in ("iesg", "gus", "zoe")}
    assert {who: [each.application for each in found] for who, found in asked.items()} == {
        "iesg": [number],
        "gus": [],
        "zoe": [],
    }


def test_other_addresses_are_seen_and_stopped(desk: At) -> None:
    answer = done(desk("fay"), "ask-contact-change", contact="Fay", addresses="new@ferry.example")
    assert answer.status_code == 302, text(answer)
    [(noticed, deeds)] = desk("fay").get("/desk/holdings").context["changes"]
    assert noticed.addresses == ("new@ferry.example",)
    assert {deed.title for deed in deeds} == {"Stop the change of addresses"}
    assert desk("zoe").get("/desk/holdings").context["changes"] == []
    assert done(desk("fay"), "stop-contact-change", notice=noticed.notice.identity).status_code == 302


def test_what_a_holder_can_do_with_his_contact(desk: At) -> None:
    titles = [deed.title for deed in desk("fay").get("/desk/holdings").context["deeds"]]
    assert titles == ["Ask for other addresses", "Publish the name alone"]
    contacts.withhold(registry.by("fay"), "Fay", "my wish")
    titles = [deed.title for deed in desk("fay").get("/desk/holdings").context["deeds"]]
    assert titles == ["Ask for other addresses", "Publish the addresses again"]
