"""Rows that change, in words: every column of the register has a name for people, or tells them nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from portbook.desk.acting.row_words import LEFT_OUT, TABLES, Cell, lines, title
from portbook.register.models import Recorded

from .deeds import done, text

OF_EVERY_ROW = {"identity", "version"}


@pytest.mark.parametrize("table", Recorded.__subclasses__(), ids=lambda model: str(model._meta.model_name))
def test_every_column_is_named_or_left_out(table: type[Recorded]) -> None:
    name = str(table._meta.model_name)
    named, left_out = set(TABLES[name][1]), LEFT_OUT.get(name, frozenset())
    columns = {field.column for field in table._meta.get_fields() if hasattr(field, "column")}
    assert named | left_out == columns - OF_EVERY_ROW
    assert not named & left_out


@pytest.mark.parametrize(
    "table, cell, said",
    [
        ("turn", Cell("state", None, "with the requester"), (("State", None, "With Requester"),)),
        ("notice", Cell("confirmation", None, ""), ()),
        ("notice", Cell("kind", None, "return"), ()),
        ("notice", Cell("ends", None, "2031-05-31"), (("Can be stopped until", None, "31 May 2031"),)),
        ("contact", Cell("is_withheld", "false", "true"), (("Published by its name alone", "no", "yes"),)),
        ("contact", Cell("URI", "mailto:gus&ferry.example", ""), (("URI", "gus@ferry.example", None),)),
        ("contact", Cell("is_withheld", None, "false"), ()),
        ("message", Cell("text", None, "true"), (("Words", None, "true"),)),
        (
            "entry",
            Cell("Registration Date", None, "2031-05-31"),
            (("Registration Date", None, "2031-05-31"),),
        ),
        ("turn", Cell("application_id", None, "17"), (("Application", None, "17"),)),
    ],
)
def test_a_column_in_words(table: str, cell: Cell, said: tuple[object, ...]) -> None:
    assert lines(table, [cell]) == said


def test_how_rows_are_called() -> None:
    cells = [Cell("Service Name", "ferry", ""), Cell("Port Number", "4242", "4242")]
    assert title("entry", 9, cells) == "Row ferry 4242"
    assert title("notice", 9, ()) == "Notice 9"
    assert (
        title("contact", 9, [Cell("contact_id", None, "Gus"), Cell("Name", None, "Gus Ferry")])
        == "Contact Gus"
    )


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_preview_has_no_names_of_columns(desk: Callable[[str], Client]) -> None:
    answer = done(desk("gus"), "announce-return", step="show", name="ferry", port=4242, evidence="unused")
    event = answer["Location"].rpartition("=")[2]
    page = text(desk("ada").get(f"/desk/events/{event}"))
    assert "Can be stopped until" in page
    for raw in ("asked_by", "confirmation", "kind"):
        assert raw not in page
