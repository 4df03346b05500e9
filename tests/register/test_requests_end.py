"""Requests that end when another operation than `assign` enters what they ask for (A23, A26)."""

from __future__ import annotations

import pytest

from portbook.procedures import Amendment, Target, Wish
from portbook.records import rich
from portbook.register import tables
from portbook.register.acts import Done
from portbook.register.operations import entries
from portbook.states import ApplicationState

from . import desk
from .doings import code


def test_it_ends_the_request_that_asked_for_it(at_work: None) -> None:
    """A26; nothing ends a request for something else, or one that is not there."""
    number = desk.in_state(ApplicationState.MODIFIABLE).answer["application"]

    def do(name: str, application: int) -> Done:
        wish = Wish("", Amendment(notes=rich("New")))
        return entries.amend(desk.by("ada"), Target(name), wish, application=application, decision="IESG")

    assert code(lambda: do("ferry", number + 1000)) == "E-APPLICATION-UNKNOWN"
    assert code(lambda: do("ltp", number)) == "E-APPLICATION-OTHER"
    do("ferry", number)
    assert desk.state(number) == ApplicationState.MODIFIED
    assert code(lambda: do("ferry", number)) == "E-STATE-MOVE"


@pytest.mark.parametrize("asks", [True, False])
def test_a_request_hides_the_contact_that_it_names(at_work: None, asks: bool) -> None:
    """R-MAINT-10: once it is entered the new contact is published by its name alone, and nobody else."""
    wanted = {"requester": "Gus", "maintenance": {"reason": "No mail", "hides_contact": asks}}
    number = desk.validated(desk.submitted("change", wanted, actor="gus")).answer["application"]
    assert hidden() == []
    wish = Wish("Gus", Amendment(contact=("Ada",)))
    entries.amend(desk.by("gus"), Target("ferry"), wish, application=number)
    assert hidden() == (["Ada"] if asks else [])


def hidden() -> list[str]:
    found = tables.rows("SELECT contact_id FROM register_contact WHERE is_withheld ORDER BY contact_id")
    return [contact_id for (contact_id,) in found]
