"""The description of the register's API: every address and field is in it, and what is answered fits it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from portbook.applications import to_toml
from portbook.desk.deeds import table
from portbook.desk.programs import schemas
from portbook.desk.programs.scopes import Scope, scope_of
from portbook.register import tables
from portbook.register.reading import statuses
from portbook.states import ApplicationState
from portbook.web import clock
from register import desk as registry

from . import addresses, bearer
from .fitting import faults

At = Callable[[str], Client]
S = ApplicationState

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def document(desk: At) -> dict[str, Any]:
    answer = bearer.Program().get("openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operation(document: dict[str, Any], path: str) -> dict[str, Any]:
    (found,) = document["paths"][path].values()
    return dict(found)


def misfit(document: dict[str, Any], path: str, answer: HttpResponse) -> list[str]:
    """What an answer has that its description has not."""
    told = operation(document, path)["responses"]
    assert str(answer.status_code) in told, (path, answer.status_code)
    (media,) = told[str(answer.status_code)]["content"].items()
    assert answer["Content-Type"] == media[0]
    return [*faults(answer.json(), media[1]["schema"], document)]


def test_every_address_is_described(document: dict[str, Any]) -> None:
    own = {
        f"/{each}".replace("<int:number>", "{number}")
        for each in addresses.routes()
        if each.startswith("v1/")
    }
    acts = "/v1/register/acts/{}"
    wanted = (own - {acts.format("<str:slug>")}) | {acts.format(slug) for slug in table()}
    assert set(document["paths"]) == wanted


def test_every_field_of_every_deed_is_described(document: dict[str, Any]) -> None:
    for slug, deed in table().items():
        told = operation(document, f"/v1/register/acts/{slug}")
        body = told["requestBody"]["content"]["application/json"]["schema"]
        values = body["properties"]["values"]
        assert {*values["properties"]} == {*deed.form.base_fields}, slug
        assert {*values.get("required", ())} == {
            name for name, field in deed.form.base_fields.items() if field.required
        }, slug
        assert told["security"] == [{"token": [scope_of(deed.operation)]}], slug
        assert ("428" in told["responses"]) is deed.is_grave, slug


def test_what_is_read_fits(document: dict[str, Any]) -> None:
    number = registry.in_state(S.EXPERT_REVIEW).answer["application"]
    registry.in_state(S.WITH_REQUESTER)
    program = bearer.of_member("ada")
    paths = {
        "queue": "queue",
        "applications": "applications",
        f"applications/{number}": "applications/{number}",
        "applications/999999": "applications/{number}",
        "applications?paint=1": "applications",
        "events": "events",
        f"events/{registry.events()}": "events/{number}",
        "events/999999": "events/{number}",
    }
    for path, described in paths.items():
        assert misfit(document, f"/v1/register/{described}", program.get(path)) == [], path
    assert misfit(document, "/v1/register/queue", bearer.Program().get("queue")) == []


def test_what_is_done_fits(document: dict[str, Any]) -> None:
    done = registry.in_state(S.ASSIGNABLE).answer
    values = {"application": done["application"], "version": done["version"]}
    assign, ada = "/v1/register/acts/assign", bearer.of_member("ada")
    body = operation(document, assign)["requestBody"]["content"]["application/json"]["schema"]
    shown = ada.act("assign", values, dry_run=True)
    seen = shown.json()["answer"]["digest"]
    assert [*faults({"values": values, "reason": "x", "seen": seen}, body, document)] == []
    answers = {
        200: shown,
        428: ada.act("assign", values),
        400: ada.act("assign", {**values, "paint": "x"}),
        422: ada.act("assign", {}),
        403: bearer.of_member("ada", Scope.READ).act("assign", values),
        415: ada.send("assign", "x", kind="text/plain"),
        404: ada.act("assign", {**values, "application": 999_999}, dry_run=True),
    }
    for status, answer in answers.items():
        assert answer.status_code == status, answer.content
        assert misfit(document, assign, answer) == [], status
    assert misfit(document, assign, ada.act("assign", values, seen=seen)) == []


def test_a_field_says_what_it_takes(document: dict[str, Any]) -> None:
    """What the description refuses the API refuses too, for a field of each kind."""
    ada = bearer.of_member("ada")
    wrong: tuple[tuple[str, str, Any], ...] = (
        ("reserve-port", "port", 70_000),
        ("reserve-port", "decision", ["x"]),
        ("add-member", "roles", ["king"]),
        ("add-member", "name", "x" * 1_000),
        ("confirm", "agrees", "perhaps"),
    )
    for slug, name, value in wrong:
        schema = schemas.field_schema(table()[slug].form.base_fields[name])
        is_out = isinstance(value, int) and value > schema.get("maximum", value)
        assert is_out or [*faults(value, schema, document)], (slug, name)
        answer = ada.act(slug, {name: value}, dry_run=True)
        assert answer.status_code in (400, 422), (slug, name)
        assert name in answer.content.decode()


def test_the_register_is_published_by_a_token(document: dict[str, Any]) -> None:
    registry.in_state(S.ASSIGNED)
    ada = bearer.of_member("ada")

    def send(program: bearer.Program, **said: Any) -> HttpResponse:
        return program.client.post("/v1/register/publish", said, content_type="application/json")

    new = send(ada, dry_run=True)
    assert new.json()["new"] > 0
    seen = str(new.json()["events"])
    answers = {
        200: new,
        428: send(ada),
        400: send(ada, values={"x": 1}),
        403: send(bearer.of_member("ada", Scope.READ), dry_run=True),
        404: send(bearer.of_member("aud"), dry_run=True),
        409: send(ada, seen=str(int(seen) - 1)),
    }
    for status, answer in answers.items():
        assert answer.status_code == status, answer.content
        assert misfit(document, "/v1/register/publish", answer) == [], status
    assert not tables.rows("SELECT 1 FROM register_publication"), "nobody published yet"
    done = send(ada, seen=seen, reason="the week is over")
    assert misfit(document, "/v1/register/publish", done) == []
    statement = "SELECT number, state, edition FROM register_publication"
    assert tables.rows(statement) == [(1, "published", done.json()["edition"])]
    assert send(ada, dry_run=True).json()["new"] == 0


def test_an_application_is_changed_by_a_token(document: dict[str, Any]) -> None:
    sent = registry.in_state(S.NEW).answer
    tia = bearer.of_member("tia")
    asks = registry.reading("port", {"description": "Watching of other buoys"}).application
    values = {"application": sent["application"], "version": sent["version"], "request": to_toml(asks)}
    done = tia.act("change-application", values)
    assert done.status_code == 200, done.content
    version = statuses.status("tia", sent["application"], clock.instant()).version
    assert done.json()["answer"]["version"] == version != sent["version"]
    assert tia.act("change-application", values).status_code == 409, "that version is old now"
    assert bearer.of_member("tom").act("change-application", values).status_code == 404
