"""Publishing from the desk: what would change is shown; the button makes an edition that the site shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client, override_settings

from portbook.procedures import Amendment, Target, Wish
from portbook.records import rich
from portbook.register import tables
from portbook.register.operations import entries, registry
from portbook.register.unpublished import unpublished
from portbook.store import EditionStore
from portbook.web import shown
from register import desk as at_work

At = Callable[[str], Client]

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def amend(text: str) -> None:
    entries.amend(at_work.by("gus"), Target("ferry"), Wish("Gus", Amendment(description=rich(text))))


def publish(client: Client) -> object:
    """Publish as a browser does: what was shown goes with it."""
    seen = client.get("/desk/publish").context["why"]["seen"].value()
    answer = client.post("/desk/publish", {"reason": "the week’s changes", "seen": seen})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def test_the_public_pages_show_what_was_published(desk: At, tmp_path: Path) -> None:
    """On both engines: amended, shown as a difference, published, seen by anybody."""
    at_work.keep(EditionStore())
    with override_settings(PORTBOOK_DATA=None):
        shown.forget()
        client, public = desk("ada"), desk("")
        publish(client)
        amend("Boats across the sound")
        page = client.get("/desk/publish")
        (row,) = page.context["rows"]
        changed = {cell.name: (cell.before, cell.after) for cell in row.cells if cell.differs}
        assert changed["Description"][1] == "Boats across the sound"
        assert page.context["next"].counts == {"new": 0, "changed": 1, "gone": 0}
        assert "/services/ferry" in page.context["files"]
        address = publish(client)
        assert address == "/desk/publish?published=2"
        told = client.get(str(address))
        assert b"Publication 2 is there" in told.content
        assert told.context["rows"] == ()
        shown.forget()  # as it does by itself within a second
        assert b"Boats across the sound" in public.get("/services/ferry").content
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
