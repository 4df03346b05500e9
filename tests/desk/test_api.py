"""The API of the register: bodies, acts, what is read; who may is told by the matrix."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portbook.desk.acting import deed_page
from portbook.desk.deeds import table
from portbook.desk.programs.scopes import Scope
from portbook.register import tables
from portbook.register.operations import recommending
from portbook.register.reading import statuses
from portbook.review import Verdict
from portbook.states import ApplicationState
from portbook.web import clock
from register import desk as registry

from . import bearer

At = Callable[[str], Client]
S = ApplicationState
sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def events() -> int:
    return int(tables.rows("SELECT COUNT(*) FROM register_event")[0][0])


def test_an_application_from_draft_to_assignment(desk: At) -> None:
    """The story on both engines: each act by the program of who does it, grave ones as they were shown."""
    draft = registry.in_state(S.DRAFT).answer
    tia, ada, eve = (bearer.of_member(name) for name in ("tia", "ada", "eve"))
    values = {"application": draft["application"], "version": draft["version"]}
    assert tia.act("submit", values, key="send-1").status_code == 200
    again = tia.act("submit", values, key="send-1").json()
    assert again["repeated"] is True
    assert again["answer"]["application"] == draft["application"]
    unseen = ada.act("validate", values)
    assert (unseen.status_code, unseen.json()["code"]) == (428, "E-DESK-SEEN")
    shown = ada.act("validate", values, dry_run=True).json()
    before = events()
    assert {"event", "repeated"}.isdisjoint(shown)
    assert [row["table"] for row in shown["changes"]]
    done = ada.act("validate", values, seen=shown["answer"]["digest"])
    assert done.status_code == 200
    assert events() == before + 1
    judged = {**values, "verdict": "grant", "reasons": "It is in order.", "grounds": []}
    assert eve.act("recommend", judged).status_code == 200
    shown = ada.act("assign", values, dry_run=True).json()
    assert any(row["table"] == "entry" and row["change"] == "new" for row in shown["changes"])
    assert shown["files"]
    assert ada.act("assign", values, seen=shown["answer"]["digest"]).status_code == 200
    told = tia.get(f"applications/{draft['application']}").json()
    assert told["state"] == S.ASSIGNED.value
    assert {word["author"] for word in told["conversation"]} <= {"the registry", "the applicant", "you"}


def test_what_was_shown_or_nothing(desk: At) -> None:
    done = registry.in_state(S.NEW)
    ada = bearer.of_member("ada")
    stale = ada.act("validate", registry.of(done), seen="0" * 64)
    assert (stale.status_code, stale.json()["code"]) == (409, "E-STALE")
    assert statuses.status("ada", done.answer["application"], clock.instant()).state is S.NEW


NOT_JSON = (
    (b" ", 400, "E-JSON-SYNTAX"),
    (b"{", 400, "E-JSON-SYNTAX"),
    (b"\xff", 400, "E-FILE-ENCODING"),
    (b"[]", 400, "E-DESK-BODY"),
    (b"null", 400, "E-DESK-BODY"),
    (b'{"values": {}, "values": {}}', 400, "E-JSON-KEY"),
    (b'{"values": {"application": NaN}}', 400, "E-JSON-NUMBER"),
    (b'{"values": {"application": 1' + 5_000 * b"0" + b"}}", 400, "E-JSON-NUMBER"),
    (b'{"values": ' + 17 * b"[" + 17 * b"]" + b"}", 400, "E-JSON-DEPTH"),
    (b'{"values": ' + 20_000 * b"[" + 20_000 * b"]" + b"}", 400, "E-JSON-DEPTH"),
    (b'{"values": {"application": "\\ud800"}}', 400, "E-JSON-TEXT"),
    (b'{"value": {}}', 400, "E-DESK-BODY"),
    (b'{"actor": "ada"}', 400, "E-DESK-BODY"),
    (b'{"values": []}', 400, "E-DESK-BODY"),
    (b'{"dry_run": 1}', 400, "E-DESK-BODY"),
    (b'{"reason": null}', 400, "E-DESK-BODY"),
    (b'{"values": {"application": 1, "actor": "ada"}}', 400, "E-DESK-BODY"),
    (b'{"values": {"application": true}}', 400, "E-DESK-BODY"),
    (b'{"values": {"application": 1.5}}', 400, "E-DESK-BODY"),
    (b'{"values": {"application": null}}', 400, "E-DESK-BODY"),
    (b'{"values": {"application": {"pk": 1}}}', 400, "E-DESK-BODY"),
    (b'{"values": {"application": [1]}}', 400, "E-DESK-BODY"),
    (b'{"values": {}}', 422, "E-DESK-FIELD"),
    (b'{"values": {"application": "x"}}', 422, "E-DESK-FIELD"),
    (b'{"values": {"application": -1}}', 422, "E-DESK-FIELD"),
    (b'{"values": {"application": 1}, "reason": "a\\u0000b"}', 422, "E-REGISTER-TEXT"),
    (b'{"values": {"application": 1}, "reason": "' + 10_001 * b"x" + b'"}', 422, "E-REGISTER-TEXT"),
    (b'{"values": {"application": 999999}}', 404, "E-APPLICATION-UNKNOWN"),
)


@sqlite
def test_bodies_that_say_nothing(desk: At) -> None:
    tia, before = bearer.of_member("tia"), events()
    for body, status, code in NOT_JSON:
        answer = tia.send("withdraw", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body[:80]
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["problems"][0]["code"] == code
    assert events() == before


@sqlite
def test_the_size_of_a_body_at_its_limit_and_above(desk: At) -> None:
    tia = bearer.of_member("tia")
    frame = len(b'{"reason":""}')
    at_limit = json.dumps({"reason": "x" * (64 * 1024 - frame)}, separators=(",", ":"))
    assert len(at_limit) == 64 * 1024
    assert tia.send("withdraw", at_limit).status_code == 422
    above = tia.send("withdraw", at_limit + " ")
    assert (above.status_code, above.json()["code"]) == (413, "E-DESK-BODY")


@sqlite
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_only_json_is_read(desk: At, kind: str) -> None:
    answer = bearer.of_member("tia").send("withdraw", b'{"values": {"application": 1}}', kind=kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "E-DESK-BODY")


@sqlite
def test_all_that_is_wrong_is_told_at_once(desk: At) -> None:
    values = {
        "application": "x",
        "version": "",
        "verdict": "maybe",
        "reasons": "r" * 10_001,
        "grounds": ["?"],
    }
    told = bearer.of_member("eve").act("recommend", values).json()
    assert {each["field"] for each in told["problems"]} == set(values)
    assert told["detail"] == told["problems"][0]["message"]


@sqlite
def test_a_key_stands_for_one_request(desk: At) -> None:
    first, second = (registry.in_state(S.NEW).answer["application"] for _ in range(2))
    tia = bearer.of_member("tia")
    assert tia.act("withdraw", {"application": first}, key="once").status_code == 200
    other = tia.act("withdraw", {"application": second}, key="once")
    assert (other.status_code, other.json()["code"]) == (409, "E-IDEMPOTENCY")


READ: dict[str, dict[str, int]] = {  # address: status for each who asks; others may not know of it
    "queue": {"tia": 200, "ada": 200, "eve": 200, "aud": 200, "max": 200},
    "applications": {"tia": 200, "ada": 200, "eve": 200, "aud": 200, "max": 200},
    "applications/{own}": {
        "tia": 200,
        "ada": 200,
        "aud": 200,
        "tom": 404,
        "eve": 404,
        "max": 404,
        "gus": 404,
    },
    "applications/999999": {"tia": 404, "ada": 404},
    "applications/99999999999999999999": {"ada": 404},
    "events": {"tia": 404, "eve": 404, "ada": 200, "aud": 200, "max": 200},
    "events/1": {"tia": 404, "eve": 404, "ada": 200, "aud": 200, "max": 200},
    "events/999999": {"aud": 404},
    "events/99999999999999999999": {"aud": 404},
    "events?after=-1": {"aud": 400},
    "events?after=9999999999999999": {"aud": 400},
    "events?before=1": {"aud": 400},
    "queue?actor=ada": {"tia": 400},
    "nothing": {"ada": 404},
    "acts/paint": {"ada": 405},
}


@sqlite
def test_who_reads_what(desk: At) -> None:
    own = registry.in_state(S.NEW).answer["application"]
    programs: dict[str, bearer.Program] = {}
    for path, expected in READ.items():
        for member, status in expected.items():
            program = programs.setdefault(member, bearer.of_member(member))
            answer = program.get(path.format(own=own))
            assert answer.status_code == status, (path, member)
            assert answer["Cache-Control"] == "private, no-store"
            assert not answer.cookies


@sqlite
def test_lists_hold_what_is_the_members_own(desk: At) -> None:
    mine, other = (registry.in_state(S.NEW, actor).answer["application"] for actor in ("tia", "tom"))
    listed: dict[str, set[Any]] = {}
    for name in ("tia", "tom", "ada", "max"):
        told = bearer.of_member(name).get("applications").json()
        listed[name] = {each["application"] for each in told["applications"]}
    assert listed == {"tia": {mine}, "tom": {other}, "ada": {mine, other}, "max": set()}
    waiting = bearer.of_member("tia").get("queue").json()["waiting"]
    assert {each["application"] for each in waiting} <= {mine}


@sqlite
def test_events_are_read_to_the_end(desk: At) -> None:
    aud = bearer.of_member("aud")
    first = aud.get("events").json()
    assert [each["number"] for each in first["events"]] == list(range(1, len(first["events"]) + 1))
    rest = aud.get("events?after=3").json()["events"]
    assert rest[0]["number"] == 4
    whole = aud.get("events/4").json()
    assert whole["fits"] is True
    assert whole["event"]["operation"] == rest[0]["operation"]


@sqlite
def test_a_token_that_reads_does_not_write_nor_one_of_another_scope(desk: At) -> None:
    mine = registry.in_state(S.NEW).answer["application"]
    before = events()
    for scope in Scope:
        program = bearer.of_member("tia", scope)
        answer = program.act("withdraw", {"application": mine}, dry_run=True)
        assert answer.status_code == (200 if scope is Scope.APPLY else 403), scope
        if scope is not Scope.APPLY:
            assert answer.json()["code"] == "E-DESK-SCOPE"
            assert 'error="insufficient_scope", scope="apply"' in answer["WWW-Authenticate"]
        assert program.get("queue").status_code == (200 if scope is Scope.READ else 403)
    assert events() == before


@sqlite
def test_an_act_through_the_api_is_on_record_as_such(desk: At) -> None:
    mine = registry.in_state(S.NEW).answer["application"]
    number = bearer.of_member("tia").act("withdraw", {"application": mine}).json()["event"]
    event = bearer.of_member("aud").get(f"events/{number}").json()["event"]
    assert (event["actor"], event["operation"], event["channel"]) == ("tia", "withdraw", "api")


@sqlite
def test_what_an_author_is_shown_names_nobody_of_the_registry(desk: At) -> None:
    """Also where an act of his would change rows of experts or registrars (R-REV-20)."""
    judged = registry.in_state(S.EXPERT_REVIEW)
    recommending.recommend(
        registry.by("eve"), **registry.of(judged), verdict=Verdict.ASK, reasons="Why not TLS?"
    )
    tia, asked = bearer.of_member("tia"), registry.in_state(S.WITH_REQUESTER)
    told = [
        tia.act("withdraw", {"application": judged.answer["application"]}, dry_run=True),
        tia.act("answer", {**registry.of(asked), "words": "It has."}, dry_run=True),
        tia.get(f"applications/{judged.answer['application']}"),
        tia.get("applications"),
        tia.get("queue"),
    ]
    for answer in told:
        assert answer.status_code == 200
        assert not re.search(r"\b(eve|eli|ada|bob|aud)\b", answer.content.decode()), answer.content.decode()


def test_no_form_reads_files_or_secrets() -> None:
    """What the API passes on to forms is text, numbers and lists of texts."""
    for deed in table().values():
        for name, field in deed.form.base_fields.items():
            assert not getattr(field.widget, "needs_multipart_form", False), (deed.slug, name)


def test_no_field_of_a_deed_says_who_acts_or_when() -> None:
    ours = {*deed_page.Said.base_fields, "actor", "instant", "channel", "persons", "needed", "is_dry"}
    for deed in table().values():
        assert ours.isdisjoint(deed.form.base_fields), deed.slug
