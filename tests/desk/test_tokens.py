"""Tokens: how they are made, kept, shown once, limited, ended; what is told of one that is not good."""

from __future__ import annotations

import itertools
import json
import logging
import re
import string
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from portbook.desk import limits
from portbook.desk.models import Account, Count, Token
from portbook.desk.programs import counting, scopes, token_texts
from portbook.desk.programs.scopes import Scope
from portbook.register import roles, tables
from portbook.register.operations import registry as office
from portbook.register.roles import Role
from portbook.web import clock
from register import desk as registry

from . import bearer, people

At = Callable[[str], Client]
sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

DIGITS = string.digits + string.ascii_letters
MADE = re.compile(r"pbk_[0-9A-Za-z]{49}")


def afresh(client: Client) -> Client:
    """The same client, which just showed again who it is."""
    answer = client.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    assert answer.status_code == 302
    return client


def wanted(name: str = "backup", held: tuple[str, ...] = ("read",), days: int = 90) -> dict[str, object]:
    return {"name": name, "scopes": held, "days": days}


# -- texts


def test_a_token_is_random_and_known_by_its_form() -> None:
    texts = {token_texts.new() for _ in range(2_000)}
    assert len(texts) == 2_000
    assert all(map(MADE.fullmatch, texts))
    assert all(map(token_texts.is_one, texts))
    for place in range(len("pbk_"), len("pbk_") + 43):
        assert len({text[place] for text in texts}) > (8 if place > len("pbk_") else 2)


@given(st.integers(4, 52), st.sampled_from(DIGITS))
def test_one_character_that_differs_is_no_token(place: int, digit: str) -> None:
    text = token_texts.new()
    changed = text[:place] + digit + text[place + 1 :]
    assert token_texts.is_one(changed) == (changed == text)


@pytest.mark.parametrize("change", ["{}\n", " {}", "{}x", "{:.52}", "x{}", "{}\u0660"])
def test_what_stands_around_a_token_is_no_token(change: str) -> None:
    assert not token_texts.is_one(change.format(token_texts.new()))


# -- scopes


def test_every_operation_has_one_scope() -> None:
    """An operation without a scope can be done by no token; one with two by tokens that should not."""
    held = [*itertools.chain.from_iterable(scopes.OPERATIONS.values()), *scopes.FOR_PEOPLE_ONLY]
    assert len(held) == len(set(held))
    assert set(held) == set(roles.RIGHTS)
    assert set(scopes.OPERATIONS) == set(scopes.MEANING) == set(Scope)
    assert scopes.scope_of("paint") is None


# -- the page


def test_made_shown_once_used_revoked(desk: At) -> None:
    client = desk("tia")
    asked = client.post("/desk/account/tokens", wanted())
    assert asked.status_code == 302
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert not Token.objects.exists()
    page = afresh(client).post("/desk/account/tokens", wanted()).content.decode()
    [text] = MADE.findall(page)
    assert text not in client.get("/desk/account/tokens").content.decode()
    row = Token.objects.get()
    assert (row.prefix, row.scopes, row.used, row.roles) == (text[:12], "read", "", "applicant")
    program = bearer.Program(text)
    assert program.get("queue").status_code == 200
    assert Token.objects.get().used == clock.instant()[:10]
    gone = client.post(f"/desk/account/tokens/{row.pk}/revoke")
    assert gone["Location"] == "/desk/account/tokens"
    assert program.get("queue").status_code == 401
    assert text[:12] not in client.get("/desk/account/tokens").content.decode()


@sqlite
@pytest.mark.parametrize("member", ["tia", "gus"])  # gus acts for a contact besides
def test_the_page_says_of_a_token_that_holds_that_it_holds(desk: At, member: str) -> None:
    assert bearer.of_member(member).get("queue").status_code == 200
    page = desk(member).get("/desk/account/tokens").content.decode()
    assert "Holds until" in page
    assert "your roles changed" not in page


@sqlite
def test_a_form_sent_before_the_fresh_sign_in_goes_on_after_it(desk: At) -> None:
    client = desk("tia")
    led = client.post("/desk/account/tokens", wanted())
    page = client.post(led["Location"], {"password": people.PASSWORD})
    assert page.status_code == 200
    assert MADE.search(page.content.decode())
    assert Token.objects.count() == 1


@sqlite
def test_a_letter_tells_that_one_was_made(desk: At, capsys: pytest.CaptureFixture[str]) -> None:
    afresh(desk("tia")).post("/desk/account/tokens", wanted("the backup"))
    letter = capsys.readouterr().err
    assert "Letter to tia@people.example: [Portbook] A token" in letter
    assert "the backup" in letter
    assert not MADE.search(letter)


@sqlite
@pytest.mark.parametrize(
    "change, told",
    [
        ({"name": ""}, "required"),
        ({"name": "x" * 256}, "255"),
        ({"scopes": ()}, "required"),
        ({"scopes": ("office",)}, "office"),  # not of an applicant
        ({"scopes": ("read", "paint")}, "paint"),
        ({"days": 0}, "1"),
        ({"days": 367}, "366"),
        ({"days": "x"}, "number"),
        ({"days": ""}, "required"),
    ],
)
def test_what_no_token_is_made_of(desk: At, change: dict[str, object], told: str) -> None:
    answer = afresh(desk("tia")).post("/desk/account/tokens", {**wanted(), **change})
    assert answer.status_code == 422
    [errors] = re.findall(r'<ul class="errorlist.*?</ul>', answer.content.decode(), re.DOTALL)
    assert told in errors
    assert not Token.objects.exists()


@sqlite
def test_the_limits_of_days_and_of_tokens(desk: At) -> None:
    client = afresh(desk("tia"))
    assert client.post("/desk/account/tokens", wanted("long", days=limits.MAX_TOKEN_DAYS)).status_code == 200
    last = datetime.fromisoformat(clock.instant()) + timedelta(days=limits.MAX_TOKEN_DAYS)
    assert Token.objects.get().expires[:10] == last.strftime("%Y-%m-%d")
    assert client.post("/desk/account/tokens", wanted("long")).status_code == 422
    for number in range(1, limits.MAX_TOKENS):
        bearer.token("tia", Scope.READ, name=f"program {number}")
    assert client.post("/desk/account/tokens", wanted("one more")).status_code == 422
    assert Token.objects.count() == limits.MAX_TOKENS
    client.post(f"/desk/account/tokens/{Token.objects.get(name='long').pk}/revoke")
    assert client.post("/desk/account/tokens", wanted("long")).status_code == 200


@sqlite
def test_a_token_of_another_is_not_there(desk: At) -> None:
    bearer.token("tom", name="of tom")
    number = Token.objects.get().pk
    for attempt in (number, 999_999, 10**20):
        assert desk("tia").post(f"/desk/account/tokens/{attempt}/revoke").status_code == 404
    assert desk("tom").get(f"/desk/account/tokens/{number}/revoke").status_code == 302
    assert not Token.objects.get().is_revoked
    assert "of tom" not in desk("tia").get("/desk/account/tokens").content.decode()


@sqlite
def test_each_is_offered_what_his_roles_can_do(desk: At) -> None:
    offered = {
        "tia": {"read", "apply"},
        "gus": {"read", "apply", "hold"},
        "eve": {"read", "review"},
        "ada": set(Scope),
        "max": {"read", "approve", "office"},
        "aud": {"read"},
    }
    for name, expected in offered.items():
        page = desk(name).get("/desk/account/tokens").content.decode()
        assert set(re.findall(r'name="scopes" value="(\w+)"', page)) == expected, name


# -- at the door of the API


def refusal(program: bearer.Program) -> tuple[int, str, str]:
    answer = program.get("queue")
    return answer.status_code, answer.content.decode(), answer.get("WWW-Authenticate", "")


@sqlite
def test_whatever_is_wrong_with_a_token_is_told_in_the_same_words(desk: At) -> None:
    nobody = refusal(bearer.Program())
    assert nobody[0] == 401
    assert json.loads(nobody[1])["code"] == "E-DESK-TOKEN"
    assert nobody[2].startswith("Bearer ")
    texts = {name: bearer.token("tia", name=name) for name in ("revoked", "expired", "other case")}
    Token.objects.filter(name="revoked").update(is_revoked=True)
    Token.objects.filter(name="expired").update(expires="2020-01-01T00:00:00Z")
    wrong = [
        texts["revoked"],
        texts["expired"],
        texts["other case"].swapcase(),
        texts["other case"] + " ",
        token_texts.new(),
        "pbk_" + "0" * 49,
        "x",
    ]
    for text in wrong:
        assert refusal(bearer.Program(text)) == nobody, text
    assert refusal(bearer.Program(texts["other case"]))[0] == 200


@sqlite
def test_a_token_counts_in_its_header_alone(desk: At) -> None:
    text = bearer.token("tia")
    outside = Client(SERVER_NAME="localhost")
    outside.cookies["portbook"] = outside.cookies["token"] = text
    for address in (f"/v1/register/queue?token={text}", f"/v1/register/queue?access_token={text}"):
        assert outside.get(address).status_code == 401
    basic = {"HTTP_AUTHORIZATION": f"Basic {text}"}
    assert outside.get("/v1/register/queue", **basic).status_code == 401
    assert outside.post("/v1/register/acts/withdraw", {"access_token": text}).status_code == 401
    assert outside.get("/desk", HTTP_AUTHORIZATION=f"Bearer {text}").status_code == 302


@sqlite
def test_a_session_is_no_token(desk: At) -> None:
    signed_in = desk("ada")
    for path in ("queue", "applications", "events"):
        assert signed_in.get(f"/v1/register/{path}").status_code == 401
    sent = signed_in.post("/v1/register/acts/withdraw", "{}", content_type="application/json")
    assert sent.status_code == 401


@sqlite
def test_a_token_ends_with_role_membership_account_and_factor(desk: At) -> None:
    """At once, as a session does (T-61, T-71)."""
    programs = {name: bearer.of_member(name) for name in ("eve", "tia", "tom", "una", "eli")}
    assert {program.get("queue").status_code for program in programs.values()} == {200}
    office.change_member(registry.by("ada"), "eve", roles=[Role.APPLICANT])
    office.change_member(registry.by("ada"), "tia", is_active=False)
    user = Account.objects.get(member="tom").user
    user.is_active = False
    user.save()
    Account.objects.get(member="una").user.delete()
    people.account("eli").user.authenticator_set.all().delete()
    found = {name: program.get("queue").status_code for name, program in programs.items()}
    assert found == {"eve": 401, "tia": 401, "tom": 401, "una": 401, "eli": 403}
    office.change_member(registry.by("ada"), "eve", roles=[Role.EXPERT])
    assert programs["eve"].get("queue").status_code == 200


@sqlite
def test_requests_of_an_account_are_counted_together(desk: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "instant", lambda: "2031-06-02T10:00:20Z")
    first, second, other = (bearer.of_member(name) for name in ("tia", "tia", "tom"))
    first.get("queue")
    key = Count.objects.get().key
    Count.objects.update(number=limits.MAX_REQUESTS - 1)
    assert second.get("queue").status_code == 200
    for program in (first, second):
        answer = program.get("queue")
        assert (answer.status_code, answer.json()["code"]) == (429, "E-DESK-RATE")
        assert answer["Retry-After"] == "40"
    assert other.get("queue").status_code == 200
    monkeypatch.setattr(clock, "instant", lambda: "2031-06-02T10:01:00Z")
    assert first.get("queue").status_code == 200
    assert [(each.key, each.number) for each in Count.objects.all()] == [(key, 1)]


@sqlite
def test_failures_are_counted_by_address(desk: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "instant", lambda: "2031-06-02T10:00:20Z")
    for _ in range(limits.MAX_FAILURES):
        assert bearer.Program("x", address="192.0.2.1").get("queue").status_code == 401
    assert bearer.Program("x", address="192.0.2.1").get("queue").status_code == 429
    assert bearer.Program("x", address="192.0.2.2").get("queue").status_code == 401
    good = bearer.token("tia")
    assert bearer.Program(good, address="192.0.2.1").get("queue").status_code == 200
    for number in range(limits.MAX_FAILURES):
        bearer.Program("x", address=f"2001:db8::{number:x}").get("queue")
    assert bearer.Program("x", address="2001:db8::ffff:1").get("queue").status_code == 429
    assert bearer.Program("x", address="2001:db8:0:1::1").get("queue").status_code == 401


def test_two_counts_at_once_are_two(desk: At) -> None:
    assert [counting.count("x") for _ in range(3)] == [1, 2, 3]
    assert counting.count("y") == 1


# -- it stands nowhere else (T-70)


@sqlite
def test_the_token_stands_in_no_table_log_or_answer(desk: At, caplog: pytest.LogCaptureFixture) -> None:
    client = afresh(desk("tia"))
    with caplog.at_level(logging.DEBUG):
        [text] = MADE.findall(client.post("/desk/account/tokens", wanted()).content.decode())
        program = bearer.Program(text)
        mine = registry.submitted("port").answer["application"]
        answers = [
            program.get("queue"),
            program.get("nothing"),
            program.act("withdraw", {"application": mine}),
            program.send("withdraw", "{"),
            client.get("/desk"),
        ]
    assert text not in caplog.text
    assert not any(text in answer.content.decode() for answer in answers)
    secret = text[len("pbk_") + 8 :]
    for table in connection.introspection.table_names():
        for row in tables.rows(f'SELECT * FROM "{table}"'):
            assert secret not in repr(row), table
