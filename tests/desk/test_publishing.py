"""Publishing from the desk: what would change is shown; the button makes an edition that the site shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

from portbook.procedures import Amendment, Target, Wish
from portbook.records import rich
from portbook.register import tables
from portbook.register.operations import entries, registry
from portbook.register.reading.unpublished import unpublished
from portbook.store import EditionStore
from portbook.web import shown
from register import desk as at_work

from . import bearer

At = Callable[[str], Client]

OF_ITS_OWN = {  # what pages say of an edition that this register published
    "/": "that is kept here",
    "/about": "as this registry published it",
    "/editions/{}": "as this registry published it, to the byte",
}
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def amend(text: str) -> None:
    entries.amend(at_work.by("gus"), Target("ferry"), Wish("Gus", Amendment(description=rich(text))))


def publish(client: Client) -> object:
    """Publish as a browser does: what was shown goes with it."""
    seen = client.get("/desk/publish").context["why"]["seen"].value()
    answer = client.post("/desk/publish", {"reason": "the week’s changes", "seen": seen})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def asked(program: bearer.Program, key: str = "", **said: object) -> HttpResponse:
    """Ask to publish, as a program does."""
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    return program.client.post("/v1/register/publish", said, content_type="application/json", **headers)


def test_the_public_pages_show_what_was_published(desk: At, tmp_path: Path) -> None:
    """On both engines: amended, shown as a difference, published, seen by anybody."""
    at_work.keep(EditionStore())
    with override_settings(PORTBOOK_DATA=None):
        shown.forget()
        client, public = desk("ada"), desk("")
        publish(client)
        amend("Boats across the sound")
        page = client.get("/desk/publish")
        assert page.context["has_news"]
        (row,) = page.context["rows"]
        changed = {cell.name: (cell.before, cell.after) for cell in row.cells if cell.differs}
        assert changed["Description"][1] == "Boats across the sound"
        assert page.context["next"].counts == {"new": 0, "changed": 1, "gone": 0}
        assert "/services/ferry" in page.context["files"]
        address = publish(client)
        assert address == "/desk/publish?published=2"
        told = client.get(str(address))
        assert b"Publication 2 is there" in told.content
        assert b'<a href="/services/ferry">' in told.content
        assert told.context["rows"] == ()
        assert not told.context["has_news"]
        assert b"<button>Publish" not in told.content
        assert b"takes some seconds" in told.content
        assert "publication 2" in shown.shown().current().file.source, "whoever published it sees it next"
        for where, words in OF_ITS_OWN.items():
            text = public.get(where.format(shown.shown().current().id)).content.decode()
            assert words in text, where
            assert "as IANA published" not in text
            assert "IANA corrects" not in text
        page = public.get("/services/ferry").content.decode()
        assert "Boats across the sound" in page
        title = str(shown.shown().current().edition.title)
        assert title
        assert f"As published by this registry, “<bdi>{title}</bdi>”, as of" in page
        assert "As published by IANA" not in page
        assert "Practice:" not in page
    states = tables.rows("SELECT number, state FROM register_publication ORDER BY number")
    assert states == [(1, "published"), (2, "published")]


@on_sqlite
class TestOnOneEngine:
    def test_only_a_registrar_publishes(self, desk: At) -> None:
        assert desk("ada").get("/desk/publish").status_code == 200
        for who in ("max", "aud", "tia", "gus", "eve"):
            assert desk(who).get("/desk/publish").status_code == 404
            assert desk(who).post("/desk/publish", {"seen": "1"}).status_code == 404
        assert tables.rows("SELECT COUNT(*) FROM register_publication")[0][0] == 0

    def test_what_was_not_shown_is_not_published(self, desk: At) -> None:
        client = desk("ada")
        seen = client.get("/desk/publish").context["why"]["seen"].value()
        amend("Boats")
        answer = client.post("/desk/publish", {"reason": "kept", "seen": seen})
        assert answer.status_code == 409
        text = answer.content.decode()
        assert "E-STALE" in text
        assert "kept</textarea>" in text
        assert tables.rows("SELECT COUNT(*) FROM register_publication")[0][0] == 0

    def test_what_comes_between_the_look_and_the_act_is_not_published(
        self, desk: At, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As late as can be: when the store is made, after the page has looked."""
        client = desk("ada")
        seen = client.get("/desk/publish").context["why"]["seen"].value()

        def store() -> EditionStore:
            amend("Boats")
            return EditionStore()

        for where in ("office.publishing", "programs.publishing_api"):
            monkeypatch.setattr(f"portbook.desk.{where}.EditionStore", store)
        answer = client.post("/desk/publish", {"reason": "kept", "seen": seen})
        assert answer.status_code == 409
        assert int(answer.context["why"]["seen"].value()) == int(seen) + 1
        assert "kept</textarea>" in answer.content.decode()
        answer = asked(bearer.of_member("ada"), seen=str(int(seen) + 1))
        assert (answer.status_code, answer.json()["code"]) == (409, "E-STALE")
        assert tables.rows("SELECT COUNT(*) FROM register_publication")[0][0] == 0

    def test_the_same_key_is_answered_as_before(self, desk: At) -> None:
        ada = bearer.of_member("ada")
        seen = str(asked(ada, dry_run=True).json()["events"])
        first = asked(ada, "week 22", seen=seen)
        assert first.json()["number"] == 1, first.content
        amend("Boats")
        again = asked(ada, "week 22", seen=seen)
        assert (again.status_code, again.json()) == (200, first.json())
        assert tables.rows("SELECT COUNT(*) FROM register_publication")[0][0] == 1
        stale = asked(ada, "week 23", seen=seen)
        assert (stale.status_code, stale.json()["code"]) == (409, "E-STALE")
        now = str(asked(ada, dry_run=True).json()["events"])
        other = asked(ada, "week 22", seen=now)
        assert (other.status_code, other.json()["code"]) == (409, "E-IDEMPOTENCY")
        assert ada.act("freeze", {}, "frost").status_code == 200
        other = asked(ada, "frost", seen=now)
        assert (other.status_code, other.json()["code"]) == (409, "E-IDEMPOTENCY")
        wrong = asked(ada, "k" * 5_000, seen=now)
        assert (wrong.status_code, wrong.json()["code"]) == (422, "E-REGISTER-TEXT")

    def test_a_frozen_register_is_not_published(self, desk: At) -> None:
        registry.freeze(at_work.by("max"))
        client = desk("ada")
        page = client.get("/desk/publish")
        assert b"cannot be published now" in page.content
        answer = client.post("/desk/publish", {"seen": page.context["why"]["seen"].value()})
        assert answer.status_code == 409
        assert "E-FROZEN" in answer.content.decode()

    def test_a_row_that_changed_back_is_no_change(self, desk: At) -> None:
        publish(desk("ada"))
        before = tables.rows("SELECT row FROM register_entry WHERE fold = 'ferry' ORDER BY identity")
        amend("Boats")
        amend("Boats again")
        (change,) = unpublished().changes
        assert before[0][0] == change["before"]["row"]
        assert "Boats again" in change["after"]["row"]

    def test_the_list_of_experts_is_no_row_and_counts(self, desk: At) -> None:
        publish(desk("ada"))
        assert not unpublished().has_other_head
        registry.list_experts(at_work.by("ada"), rich("Eve for TCP"))
        assert unpublished().has_other_head
        assert b"the list of experts" in desk("ada").get("/desk/publish").content
