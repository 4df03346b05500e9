"""The registry at the desk: what it holds, its policy, the freeze; an empty one filled by two registrars."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.urls import clear_url_caches, set_urlconf

from portbook import policy as policies
from portbook.desk.models import Pending
from portbook.desk.office import policy_words
from portbook.register import members, tables
from portbook.register.acts import Act
from portbook.register.models import Registry
from portbook.store import EditionStore
from portbook.web import shown
from register import application, postgresql  # noqa: F401
from register import desk as at_work

from . import people

At = Callable[[str], Client]

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def registry() -> Registry:
    return tables.load(Registry, "")[0]


def fields(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


@on_sqlite
def test_the_page_says_what_the_registry_is(desk: At) -> None:
    found = desk("max").get("/desk/registry")
    counts = found.context["counts"]
    assert counts.entries == tables.rows("SELECT COUNT(*) FROM register_entry")[0][0] > 0
    assert counts.contacts == tables.rows("SELECT COUNT(*) FROM register_contact")[0][0]
    assert [deed.operation for deed in found.context["deeds"]] == ["freeze"]
    assert [deed.operation for deed in desk("ada").get("/desk/registry").context["deeds"]] == [
        "freeze",
        "list experts",
    ]


@on_sqlite
def test_only_the_office_sees_it(desk: At) -> None:
    for address in ("/desk/registry", "/desk/registry/policy"):
        assert [desk(who).get(address).status_code for who in ("ada", "max")] == [200, 200]
        assert [desk(who).get(address).status_code for who in ("tia", "eve", "aud", "gus")] == [404] * 4
    assert desk("ada").get("/desk/registry/begin").status_code == 404  # it holds something already


@on_sqlite
def test_it_is_frozen_and_set_free(desk: At) -> None:
    client = desk("max")
    assert client.post("/desk/do/freeze", {"key": "1", "step": "do", "reason": "flood"}).status_code == 302
    assert registry().is_frozen
    page = client.get("/desk/registry")
    assert b"It is frozen" in page.content
    assert [deed.operation for deed in page.context["deeds"]] == ["unfreeze"]
    assert (
        client.post("/desk/do/unfreeze", {"key": "2", "step": "do", "reason": "dry again"}).status_code == 302
    )
    assert not registry().is_frozen


@on_sqlite
def test_a_policy_is_tried_before_it_is_set_by_two(desk: At) -> None:
    client = desk("max")
    page = client.get("/desk/registry/policy")
    assert page.context["form"]["text"].value() == policies.write(policies.RFC6335)
    text = 'name = "Harbour"\r\n[clocks]\r\nrequester = 30\r\n'
    data = {"text": text, "reason": "", "key": "1", "step": "show"}
    shown_page = client.post("/desk/do/set-policy", data)
    assert shown_page.context["shown"].needs == 2
    asked = client.post(
        "/desk/do/set-policy", {**data, "step": "ask", "seen": shown_page.context["shown"].digest}
    )
    address = asked["Location"]
    assert desk("ada").post(address, {"step": "word", "reason": "read"}).status_code == 302
    assert client.post(address, {"step": "do"}).status_code == 302
    assert registry().policy == text.replace("\r\n", "\n")
    told = client.get("/desk/registry/policy").content.decode()
    assert "30 days for the requester to answer" in told
    assert "(RFC 6335’s policy: 60)" in told


@on_sqlite
@pytest.mark.parametrize(
    "text, told",
    [
        ("name = ", "E-POLICY-SYNTAX"),
        ("[clocks]\nrequester = 0", "E-POLICY"),
        ('[clocks]\nexperts = "soon"', "E-POLICY-KEY"),
    ],
)
def test_a_policy_that_is_none_is_told_and_kept(desk: At, text: str, told: str) -> None:
    answer = desk("max").post("/desk/do/set-policy", {"text": text, "key": "1", "step": "show"})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert answer.context["form"]["text"].value() == text
    assert registry().policy == ""


def test_a_policy_has_words_for_every_value() -> None:
    changed = policies.RFC6335._replace(
        clocks=policies.Clocks(*(value + 1 for value in policies.RFC6335.clocks)),
        limits=policies.Limits(*(value + 1 for value in policies.RFC6335.limits)),
        persons=policies.Persons(*(3 for _ in policies.RFC6335.persons)),
    )
    parts = {part.heading: part.sentences for part in policy_words.words(changed)}
    for heading, value in (("Clocks", changed.clocks), ("Limits", changed.limits)):
        assert len(parts[heading]) == len(value)
        assert all("RFC 6335’s policy" in sentence for sentence in parts[heading])
    assert [sentence.rpartition(": ")[2] for sentence in parts["Persons"]] == ["3 persons"] * len(
        changed.persons
    )


# -- an empty register


@pytest.fixture
def bare(empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[At]:
    """A desk over a register with two registrars and nothing else; one edition is kept."""
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    for name in ("ada", "bob"):
        act = Act("add member", "ada", f"member {name}", "", "2031-05-01T10:00:00Z")
        members.add(act, name, ["registrar"])
    file = at_work.keep(EditionStore())
    data = tmp_path / "shown.xml"
    data.write_bytes(file.data())
    settings = {**application.SETTINGS, "PORTBOOK_DATA": str(data), "ALLOWED_HOSTS": ["localhost"]}
    with override_settings(**settings):
        clear_url_caches()
        set_urlconf(None)
        shown.forget()
        yield people.client
    clear_url_caches()
    shown.forget()


def test_two_registrars_fill_an_empty_register(bare: At) -> None:
    ada, bob = bare("ada"), bare("bob")
    page = ada.get("/desk/registry").content.decode()
    edition = EditionStore().current()
    assert f"/desk/registry/begin?edition={edition.id}" in page
    asked = fields(ada.get(f"/desk/registry/begin?edition={edition.id}").content.decode())
    answer = ada.post("/desk/registry/begin", {**asked, "reason": "the beginning"})
    address = answer["Location"]
    assert registry().base == ""
    seen = bob.get(address)
    assert seen.context["look"].seed.rows == len(edition.edition.records)
    assert ada.post(address, {"step": "word", "reason": ""}).status_code == 404
    assert registry().base == ""
    assert bob.post(address, {"step": "word", "reason": ""}).status_code == 302
    assert registry().base == edition.id
    event = tables.rows("SELECT actor, reason, persons FROM register_event ORDER BY number DESC LIMIT 1")[0]
    assert event == ("ada", "the beginning", '{"needed":2,"others":["bob"]}')
    assert Pending.objects.get().is_done
    assert bob.post(address, {"step": "word", "reason": ""}).status_code == 409


@on_sqlite
def test_a_proposal_is_of_what_was_seen(bare: At) -> None:
    edition = EditionStore().current().id
    answer = bare("ada").post("/desk/registry/begin", {"edition": edition, "seen": "0" * 64, "reason": "why"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "E-SEED-DIFFERS" in text
    assert "why</textarea>" in text
    assert not Pending.objects.exists()
    assert bare("ada").get("/desk/registry/begin?edition=nothing").status_code == 409


def test_the_states_of_rows_add_up(desk: At) -> None:
    counts = desk("ada").get("/desk/registry").context["counts"]
    assert counts.unassigned > 0
    assert counts.assigned + counts.reserved + counts.unassigned == counts.entries


def test_nobody_has_a_place_where_nothing_will_be(desk: At) -> None:
    """Administrators see no applications, so no menu leads them there."""
    for who, has_it in (("max", False), ("ada", True), ("tia", True), ("eve", True), ("aud", True)):
        places = [place.label for place in desk(who).get("/desk/account").context["desk_menu"]]
        assert ("Applications" in places) == has_it, who
