"""Lost second factors: two of the office take them away, on record, and whoever had them is told (T-69)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from portbook.desk.accounts import lost_factors
from portbook.desk.models import Token
from portbook.errors import RuleError
from portbook.register import tables
from portbook.register.operations import approving, factors
from register import desk as at_work

from . import bearer, deeds, people, signing

At = Callable[[str], Client]
SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

EMAIL = "eve@people.example"
ASKED = {"name": "eve", "evidence": "She came with her passport on 2031-06-01."}


def held(name: str) -> int:
    return Authenticator.objects.filter(user__account__member=name).count()


def code_of(actor: str, name: str = "eve", evidence: str = "seen") -> str:
    with pytest.raises(RuleError) as error:
        factors.reset_factors(at_work.by(actor, is_dry=True), name, evidence, forget=lost_factors.forget)
    return error.value.problem.code


def test_from_the_loss_to_another_factor(desk: At) -> None:
    """On each engine: a session of hers, a token of hers, and what is left of them."""
    with signing.by_letter() as letters:
        before, program = desk("eve"), bearer.of_member("eve")
        assert before.get("/desk").status_code == 200
        assert program.get("queue").status_code == 200
        answer = deeds.done(desk("max"), "reset-factors", **ASKED)
        assert answer["Location"].startswith("/desk/people")
        assert held("eve") == 0
        assert before.get("/desk").status_code == 302
        assert program.get("queue").status_code == 401
        client = signing.visitor()
        assert signing.sign_in(client, EMAIL).status_code == 200, "the password alone is not enough"
        client.post("/accounts/password/reset/", {"email": EMAIL})
        client.post("/accounts/password/reset/confirm/", {"code": signing.code_in(letters[-1])})
        new = {"password1": signing.PASSWORD, "password2": signing.PASSWORD}
        assert client.post("/accounts/password/reset/complete/", new).status_code == 302
        assert signing.sign_in(client, EMAIL).status_code == 302
        assert client.get("/desk")["Location"] == "/accounts/2fa/"
        signing.set_up_app(client)
        assert client.get("/desk").status_code == 200
    assert at_work.letters("eve") == ["Your second factors were taken away"]
    statement = "SELECT actor, object, reason, persons FROM register_event ORDER BY number DESC LIMIT 1"
    ((actor, about, reason, persons),) = tables.rows(statement)
    assert (actor, about) == ("max", "member eve")
    assert ASKED["evidence"] in reason
    assert '"others":["bob"]' in persons


@SQLITE
def test_to_see_what_it_does_takes_nothing_away(desk: At) -> None:
    before = desk("eve")
    shown = deeds.fields(desk("max"), "reset-factors") | ASKED
    page = desk("max").post("/desk/do/reset-factors", shown)
    assert page.context["shown"].needs == 2
    assert held("eve") == 1
    assert before.get("/desk").status_code == 200
    refused = desk("max").post(
        "/desk/do/reset-factors", {**shown, "seen": page.context["shown"].digest, "step": "do"}
    )
    assert refused.status_code == 409, "nobody does it alone"
    assert held("eve") == 1
    assert not Token.objects.filter(is_revoked=True)


@SQLITE
def test_nobody_does_it_for_himself(desk: At) -> None:
    for name in ("ada", "max", "eve"):
        people.account(name)
    assert code_of("ada", "ada") == "E-OWN-CASE"
    assert code_of("max", "max") == "E-OWN-CASE"
    for actor in ("tia", "gus", "eve", "aud"):
        assert code_of(actor) == "E-ROLE", actor


@SQLITE
def test_who_lost_them_gives_no_word_for_it(desk: At) -> None:
    people.account("bob")

    def reset(**more: object) -> at_work.Done:
        act = at_work.by("ada", **more)
        return factors.reset_factors(act, "bob", "seen", forget=lost_factors.forget)

    dry = reset(is_dry=True).answer
    approving.approve(at_work.by("bob"), "reset factors", dry["digest"])
    with pytest.raises(RuleError) as error:
        reset()
    assert error.value.problem.code == "E-PERSONS"
    assert held("bob") == 1


@SQLITE
def test_what_is_not_there_is_not_taken(desk: At) -> None:
    assert code_of("ada", "eve") == "E-FACTOR-NONE", "no account"
    people.account("eve")
    assert code_of("ada", "eve", " ") == "E-EVIDENCE"
    assert code_of("ada", "nobody") == "E-MEMBER-UNKNOWN"
    lost_factors.forget("eve")
    assert code_of("ada", "eve") == "E-FACTOR-NONE"


@SQLITE
def test_people_offers_it_where_there_is_a_factor(desk: At) -> None:
    for name in ("ada", "max", "eve"):
        people.account(name)
    page = desk("max").get("/desk/people").content.decode()
    assert "/desk/do/reset-factors?name=eve" in page
    assert "/desk/do/reset-factors?name=max" not in page, "not to himself"
    assert "/desk/do/reset-factors?name=sol" not in page, "who has no account"
