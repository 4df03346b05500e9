"""Invitations, and the first of them: a link that makes somebody the account of a member, once (T-60)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from portbook.desk import opening
from portbook.desk.accounts import invitations
from portbook.desk.members import Person
from portbook.desk.models import Account, Invitation
from portbook.errors import RuleError
from portbook.register import members, tables
from portbook.register.acts import Act

from . import people, signing
from .signing import PASSWORD, by_letter, visitor

At = Callable[[str], Client]
SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

SITE = "http://localhost"
FORM = {"email": "Zoe@Office.example", "name": "Zoe", "password1": PASSWORD, "password2": PASSWORD}


def person(roles: str = "administrator") -> Person:
    return Person(0, "max@people.example", "Max", "max", roles, "", has_factor=True, needs_factor=True)


def link_for(member: str, email: str = "") -> str:
    return invitations.invite(person(), member, email, site=SITE).removeprefix(SITE)


def refusal(answer: object) -> str:
    found = re.search(
        r"this link is not valid[^<]*", str(getattr(answer, "content", b"").decode()), re.IGNORECASE
    )
    return found[0] if found else ""


# -- taking one


def test_from_the_link_to_the_desk(desk: At) -> None:
    """The whole way; on each engine."""
    with by_letter() as letters:
        path = link_for("eli", "zoe@office.example")
        assert path in letters[0].body
        assert letters[0].to == ["zoe@office.example"]
        client = visitor()
        page = client.get(path).content.decode()
        assert "expert" in page
        assert 'value="zoe@office.example"' in page
        assert client.post(path, FORM)["Location"] == "/accounts/2fa/"
        assert client.get("/desk")["Location"] == "/accounts/2fa/", "the second factor comes first"
        signing.set_up_app(client)
        assert client.get("/desk").status_code == 200
        account = Account.objects.get(member="eli")
        assert account.user.email == "zoe@office.example"
        assert account.name == "Zoe"
        letters.clear()
        assert signing.sign_in(visitor(), "zoe@office.example")["Location"] == "/accounts/2fa/authenticate/"
        assert not letters, "the address counts as verified"


@SQLITE
def test_what_is_kept_opens_nothing(desk: At) -> None:
    path = link_for("eli")
    (row,) = Invitation.objects.all()
    token = path.rpartition("/")[2]
    assert token not in "".join(str(value) for value in vars(row).values())
    assert visitor().get(f"/desk/welcome/{row.digest}").status_code == 404
    assert len(token) >= 43


@SQLITE
def test_wrong_used_old_and_replaced_links_say_the_same(desk: At) -> None:
    with by_letter():
        used, replaced, old = link_for("eli"), link_for("sol"), link_for("dan")
        assert visitor().post(used, FORM).status_code == 302
        assert link_for("sol") != replaced
        Invitation.objects.filter(member="dan").update(expires="2000-01-01T00:00:00Z")
        for path in (used, replaced, old, "/desk/welcome/guessed", "/desk/welcome/%F0%9F%90%91"):
            for answer in (visitor().get(path), visitor().post(path, FORM)):
                assert answer.status_code == 404
                assert refusal(answer) == refusal(visitor().get("/desk/welcome/other"))
                assert refusal(answer)


@SQLITE
@pytest.mark.parametrize(("seconds", "is_valid"), [(5, True), (-1, False)])
def test_a_link_ends_after_three_days(desk: At, seconds: int, is_valid: bool) -> None:
    path, now = link_for("eli"), datetime.now(UTC)
    kept = datetime.fromisoformat(Invitation.objects.get().expires)
    assert abs(kept - now - timedelta(hours=72)) < timedelta(seconds=5)
    expires = (now + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    Invitation.objects.update(expires=expires)
    assert (visitor().get(path).status_code == 200) is is_valid


def test_of_two_at_once_one_has_it(desk: At) -> None:
    with by_letter():
        held = invitations.found(link_for("eli").rpartition("/")[2])
        barrier, outcomes = threading.Barrier(4), []

        def run(number: int) -> None:
            wanted = invitations.Wanted(f"zoe{number}@office.example", "Zoe", PASSWORD)
            barrier.wait()
            try:
                invitations.take(held, wanted)
                outcomes.append("taken")
            except RuleError as error:
                outcomes.append(error.problem.code)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(outcomes) == ["E-DESK-LINK"] * 3 + ["taken"]
        assert User.objects.filter(email__endswith="@office.example").count() == 1


@SQLITE
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": "qwerty123456", "password2": "qwerty123456"}, "too common"),
        ({"password2": "another long line"}, "not the same"),
        ({"email": "no address"}, "valid email"),
        ({"email": "Tia@People.example"}, "has an account"),
        ({"name": ""}, "required"),
    ],
)
def test_what_the_form_refuses_leaves_the_link_as_it_was(
    desk: At, change: dict[str, str], message: str
) -> None:
    with by_letter():
        people.account("tia")
        path = link_for("eli")
        answer = visitor().post(path, FORM | change)
        assert answer.status_code == 422
        assert message in answer.content.decode()
        assert PASSWORD not in answer.content.decode()
        assert visitor().post(path, FORM).status_code == 302


@SQLITE
def test_an_account_that_somebody_has_goes_on_as_the_member(desk: At) -> None:
    client = desk("una")
    assert client.get("/desk").status_code == 200
    path = link_for("eli")
    page = client.get(path).content.decode()
    assert "una@people.example" in page
    assert client.post(path)["Location"] == "/accounts/login/?next=/desk"
    assert client.get("/desk").status_code == 302, "who becomes somebody else comes in anew"
    assert Account.objects.get(user__email="una@people.example").member == "eli"
    assert visitor().get(path).status_code == 404


# -- who invites


@SQLITE
@pytest.mark.parametrize(
    ("roles", "member", "reason"),
    [
        ("administrator", "eli", ""),
        ("registrar", "eli", ""),
        ("registrar", "max", "by an administrator"),
        ("administrator", "max", ""),
        ("auditor", "eli", "only a registrar"),
        ("applicant", "eli", "only a registrar"),
        ("administrator", "nobody", "no active member"),
        ("administrator", "tia", "has an account"),
    ],
)
def test_who_invites_whom(desk: At, roles: str, member: str, reason: str) -> None:
    people.account("tia")
    if not reason:
        assert invitations.invite(person(roles), member).startswith("/desk/welcome/")
        return
    with pytest.raises(RuleError, match=reason) as error:
        invitations.invite(person(roles), member)
    assert error.value.problem.code == "E-DESK-INVITE"
    assert not Invitation.objects.exists()


# -- the first one


@pytest.fixture
def tables_alone(empty: str) -> None:
    """A register that nobody founded."""


def by(actor: str) -> Act:
    return Act("add member", actor, "member", "a test", "2031-05-01T10:00:00Z")


def test_the_first_start_founds_the_register(tables_alone: None) -> None:
    line = opening.open_desk("https://ports.example")
    found = re.fullmatch(
        r"First account \(administrator\): https://ports\.example(/desk/welcome/\S+) works once, .* 24 hours",
        line,
    )
    assert found
    assert tables.rows("SELECT name, roles FROM register_member", []) == [
        ("administrator", "administrator registrar")
    ]
    again = opening.open_desk("https://ports.example")
    assert again != line, "each start has its own link"
    with pytest.raises(RuleError):
        invitations.found(found[1].rpartition("/")[2])


@SQLITE
def test_a_register_that_was_founded_by_the_command_is_left_as_it_is(tables_alone: None) -> None:
    members.add(by("ada"), "ada", ["registrar"])
    assert opening.open_desk(SITE).startswith("First account (ada): ")
    members.add(by("ada"), "max", ["administrator"])
    assert opening.open_desk(SITE).startswith("First account (max): ")
    assert len(tables.rows("SELECT name FROM register_member", [])) == 2


@SQLITE
def test_where_an_administrator_has_an_account_there_is_no_link(desk: At) -> None:
    people.account("ada")
    assert opening.open_desk(SITE).startswith("First account (max): ")
    people.account("max")
    Invitation.objects.all().delete()
    assert opening.open_desk(SITE) == ""
    assert not Invitation.objects.exists()


@SQLITE
def test_without_anybody_to_be_one_it_says_what_to_do(tables_alone: None) -> None:
    members.add(by("ada"), "ada", ["auditor"])
    assert "portbook register add-member NAME administrator" in opening.open_desk(SITE)


# -- two for whoever could be both


@SQLITE
def test_once_two_of_the_office_sign_in_a_third_is_let_in_by_two(desk: At) -> None:
    ada, bob = desk("ada"), desk("bob")
    path = link_for("max")  # an administrator, who has no account yet
    refused = visitor().get(path)
    assert refused.status_code == 403
    assert "second person of the office" in refused.content.decode()
    number = Invitation.objects.get(member="max").pk
    Invitation.objects.filter(pk=number).update(invited_by="ada")
    assert ada.post(f"/desk/people/agree/{number}").status_code == 403  # who invited is one person
    assert desk("tia").post(f"/desk/people/agree/{number}").status_code == 404
    assert "Agree" in bob.get("/desk/people").content.decode()
    assert bob.post(f"/desk/people/agree/{number}").status_code == 302
    assert visitor().get(path).status_code == 200
    assert bob.post(f"/desk/people/agree/{number}").status_code == 403  # it waits no more


@SQLITE
def test_the_first_two_and_who_is_not_of_the_office_begin_alone(desk: At) -> None:
    assert visitor().get(link_for("max")).status_code == 200
    desk("ada"), desk("bob")
    assert visitor().get(link_for("eve")).status_code == 200


@SQLITE
def test_an_account_that_is_somebody_becomes_nobody_else(desk: At) -> None:
    for name in ("ada", "gus"):  # of the office; acting for a contact
        assert desk(name).post(link_for("eli")).status_code == 403
        assert Account.objects.filter(member=name).exists()
    assert desk("tia").post(link_for("eli")).status_code == 302


@SQLITE
def test_an_address_that_no_letter_reached_is_not_verified(desk: At) -> None:
    with by_letter():
        visitor().post(link_for("eli"), FORM)
        assert not EmailAddress.objects.filter(verified=True, email=FORM["email"].lower()).exists()
        visitor().post(link_for("sol", "zoe@office.example"), {**FORM, "email": "zoe@office.example"})
    assert EmailAddress.objects.filter(verified=True, email="zoe@office.example").exists()
