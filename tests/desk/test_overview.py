"""The first page of administrators and auditors: people to see to, the books, the numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from portbook.desk import work
from portbook.desk.limits import NEWEST_EVENTS
from portbook.desk.models import Invitation
from portbook.register import tables
from portbook.register.operations import registry
from portbook.register.roles import Role
from register import desk as at_work

from .people import statements

At = Callable[[str], Client]

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk is looked at on the day on which its register is at work."""
    monkeypatch.setattr(work.clock, "instant", lambda: f"{at_work.DAY}T12:00:00Z")


def matters(client: Client) -> dict[str, str]:
    """What is to be seen to, with the page of each."""
    found = client.get("/desk")
    assert found.status_code == 200
    return {each.text: each.address for each in found.context["office"].matters}


@SQLITE
def test_it_is_for_who_runs_the_desk_and_who_audits_it(desk: At) -> None:
    shown = {who: desk(who).get("/desk").context["office"] for who in ("max", "aud", "ada", "tia", "eve")}
    assert [who for who, office in shown.items() if office] == ["max", "aud"]
    assert shown["max"].matters is not None
    assert shown["aud"].matters is None


@SQLITE
def test_a_member_of_the_office_without_an_account_is_to_be_invited(desk: At) -> None:
    for name in at_work.PEOPLE:
        desk(name)
    assert not any("no account" in text for text in matters(desk("max")))
    registry.add_member(at_work.by("ada"), "ivy", [Role.AUDITOR])
    registry.add_member(at_work.by("ada"), "una-2", [Role.APPLICANT])
    text = "ivy (auditor) has no account."
    assert matters(desk("max"))[text] == "/desk/people/invite?member=ivy"
    desk("max").post("/desk/people/invite", {"member": "ivy"})
    assert text not in matters(desk("max"))
    assert "ivy (auditor) has no account; an invitation holds until 4 June 2031." in matters(desk("max"))


@SQLITE
def test_an_invitation_waits_for_the_word_of_somebody_else(desk: At) -> None:
    for name in ("ada", "bob", "max"):
        desk(name)
    at_work.by_two(lambda act: registry.add_member(act, "rex", [Role.REGISTRAR]), "ada")
    desk("ada").post("/desk/people/invite", {"member": "rex"})
    text = "The invitation of rex, by ada, waits for a second word."
    assert matters(desk("max"))[text] == "/desk/people"
    desk("max").post(f"/desk/people/agree/{invitation()}")
    assert text not in matters(desk("max"))


def invitation() -> int:
    return int(Invitation.objects.get(member="rex").pk)


@SQLITE
def test_a_term_that_ends_is_told_and_who_is_missing_then(desk: At) -> None:
    assert not any("SCTP" in text for text in matters(desk("max")))
    end_term("sol", "2031-06-20")
    told = matters(desk("max"))
    assert told["The term of sol as an expert of SCTP expert ends on 20 June 2031."] == "/desk/people"
    assert "SCTP expert: nobody is appointed from 21 June 2031 on." in told


def end_term(name: str, day: str) -> None:
    statement = (
        "SELECT t.identity FROM register_expertterm t JOIN register_member m ON m.identity = t.member_id "
        "WHERE m.name = %s"
    )
    registry.dismiss(
        at_work.by("ada"), int(tables.rows(statement, [name])[0][0]), ends=day, decision="Minutes"
    )


def test_the_books_and_the_numbers_are_there(desk: At) -> None:
    """On each engine."""
    at_work.submitted("port")
    at_work.in_state(at_work.ApplicationState.REFUSED, "tom")
    page = desk("aud").get("/desk")
    office = page.context["office"]
    assert [each.line.number for each in office.newest] == [*range(at_work.events(), 0, -1)][:NEWEST_EVENTS]
    assert (office.received, office.open) == (2, 1)
    text = page.content.decode()
    for part in ("Verify the whole chain", "Check everything", "2 received this month, 1 open now"):
        assert part in text, part


@SQLITE
def test_a_frozen_registry_is_told_first(desk: At) -> None:
    registry.freeze(at_work.by("max"))
    assert next(iter(matters(desk("max")))).startswith("The registry is frozen")
    assert b"The registry is frozen." in desk("aud").get("/desk").content


@SQLITE
def test_it_costs_the_same_for_few_members_and_many(desk: At) -> None:
    client = desk("max")
    client.get("/desk")
    with statements() as few:
        client.get("/desk")
    for number in range(20):
        registry.add_member(at_work.by("ada"), f"new-{number}", [Role.AUDITOR])
    with statements() as many:
        client.get("/desk")
    assert len(many) == len(few)
