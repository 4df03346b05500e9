"""People at the desk: members and their roles, invitations, the rosters of experts."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from django.test import Client

from portbook.desk.models import Account, Invitation
from portbook.desk.office.people import SOON, Term, rosters
from portbook.register import tables
from portbook.register.models import ExpertTerm, Member
from register import desk as at_work

from . import people

At = Callable[[str], Client]

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

TODAY = "2031-06-01"

_numbers = itertools.count()


def member(name: str) -> Member:
    return tables.load(Member, "WHERE name = %s", [name])[0]


def done(client: Client, slug: str, **values: object) -> None:
    """Do a deed as a browser does: seen first, where it is grave."""
    data = {**values, "reason": "", "key": f"{next(_numbers):032}", "step": "show"}
    shown = client.post(f"/desk/do/{slug}", data)
    seen = shown.context["shown"].digest if shown.status_code == 200 else ""
    answer = client.post(f"/desk/do/{slug}", {**data, "step": "do", "seen": seen})
    assert answer.status_code == 302, answer.content.decode()


def test_the_office_is_listed_and_others_are_found(desk: At) -> None:
    client = desk("max")
    listed = [each.name for each in client.get("/desk/people").context["members"]]
    assert listed == sorted(
        name for name, (held, _) in at_work.PEOPLE.items() if held not in ("", "applicant")
    )
    found = client.get("/desk/people?name=ti").context["members"]
    assert [each.name for each in found] == ["tia"]
    assert [each.name for each in client.get("/desk/people?name=IESG").context["members"]] == ["iesg"]
    assert client.get("/desk/people?name=%25").context["members"] == []


def test_people_are_found_by_address_and_by_the_name_they_chose(desk: At) -> None:
    tia = people.account("tia")
    Account.objects.filter(pk=tia.pk).update(name="Theodora Dale")
    for sought in ("TIA@people", "theodora"):
        page = desk("ada").get("/desk/people", {"name": sought}).content.decode()
        assert "Theodora Dale" in page
    assert "Theodora" not in desk("ada").get("/desk/people", {"name": "bob"}).content.decode()
    people.account("eve")
    assert "<bdi>Eve (eve)</bdi></th>" in desk("ada").get("/desk/people").content.decode()


def test_who_signs_in_and_how(desk: At) -> None:
    desk("bob")
    members = {each.name: each for each in desk("ada").get("/desk/people").context["members"]}
    assert members["bob"].has_factor
    assert members["sol"].account is None


def test_only_the_office_sees_people(desk: At) -> None:
    for address in ("/desk/people", "/desk/people/invite"):
        assert [desk(who).get(address).status_code for who in ("ada", "max")] == [200] * 2
        assert [desk(who).get(address).status_code for who in ("tia", "eve", "aud", "gus")] == [404] * 4


def test_the_link_to_a_change_brings_what_is_there(desk: At) -> None:
    client = desk("max")
    link = next(each for each in client.get("/desk/people").context["members"] if each.name == "eve").change
    form = client.get(link).context["form"]
    assert (form["name"].value(), form["roles"].value()) == ("eve", ["expert"])


def test_what_is_not_said_of_a_member_stays(desk: At) -> None:
    done(desk("max"), "change-member", name="eve", is_active="no")
    assert (member("eve").roles, member("eve").is_active) == ("expert", False)
    done(desk("max"), "change-member", name="gus", party="-")
    assert (member("gus").roles, member("gus").party) == ("applicant", "")


def test_roles_change_and_go(desk: At) -> None:
    done(desk("max"), "change-member", name="eve", roles=["auditor", "expert"])
    assert member("eve").roles == "auditor expert"
    done(desk("ada"), "change-member", name="eve", roles=["-"])
    assert member("eve").roles == ""
    refused = desk("max").post(
        "/desk/do/change-member", {"name": "eli", "roles": ["-", "expert"], "key": "1", "step": "show"}
    )
    assert refused.status_code == 422
    assert member("eli").roles == "expert"


def test_a_member_is_added(desk: At) -> None:
    done(desk("max"), "add-member", name="uma", roles=["auditor"])
    assert member("uma").roles == "auditor"


def test_a_term_is_recorded_and_ended(desk: At) -> None:
    done(
        desk("ada"),
        "appoint-expert",
        name="eve",
        team="SCTP expert",
        begins="2031-07-01",
        decision="Minutes 7",
    )
    term = tables.load(ExpertTerm, "ORDER BY identity DESC LIMIT 1")[0]
    assert (term.team, term.begins, term.ends) == ("SCTP expert", "2031-07-01", "")
    done(
        desk("bob"),
        "dismiss-expert",
        term=term.identity,
        ends="2031-08-01",
        decision="Minutes 8",
    )
    assert tables.load(ExpertTerm, "WHERE identity = %s", [term.identity])[0].ends == "2031-08-01"


def test_an_invitation_is_shown_once(desk: At) -> None:
    client = desk("max")
    answer = client.post("/desk/people/invite", {"member": "sol", "email": ""})
    assert answer.status_code == 200
    link = answer.context["link"]
    assert link.startswith("http://localhost/desk/welcome/")
    token = link.rpartition("/")[2]
    assert token in answer.content.decode()
    assert Invitation.objects.get(member="sol").digest != token
    for page in ("/desk/people", "/desk/people/invite?member=sol"):
        assert token not in client.get(page).content.decode()


def test_a_refused_invitation_keeps_what_was_typed(desk: At) -> None:
    answer = desk("max").post("/desk/people/invite", {"member": "nobody <x>", "email": "a@b.example"})
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "E-DESK-INVITE" in text
    assert 'value="nobody &lt;x&gt;"' in text


# -- rosters


def term(begins: str, ends: str = "", team: str = "T") -> Term:
    return Term(1, "eve", team, begins, ends)


END = at_work.after(SOON, TODAY)


@pytest.mark.parametrize(
    "terms, gaps, ending",
    [
        ([], [(TODAY, "")], 0),
        ([term("2031-01-01")], [], 0),
        ([term("2031-01-01", TODAY)], [("2031-06-02", "")], 1),
        ([term("2031-01-01", "2031-05-31")], [(TODAY, "")], 0),
        ([term("2031-01-01", END)], [], 1),
        ([term("2031-01-01", at_work.after(1, END))], [], 0),
        ([term("2031-01-01", "2031-06-10"), term("2031-06-12")], [("2031-06-11", "2031-06-11")], 1),
        ([term("2031-06-03")], [(TODAY, "2031-06-02")], 0),
        ([term("2031-01-01", "2031-06-10"), term("2031-06-11")], [], 1),
    ],
)
def test_a_gap_in_a_roster_is_told(
    engine: str, terms: list[Term], gaps: list[tuple[str, str]], ending: int
) -> None:
    (roster,) = rosters(["T"], terms, TODAY)
    assert list(roster.gaps) == gaps
    assert len(roster.ending) == ending
