"""Requests that end when another operation than `assign` enters what they ask for (A23, A26)."""

from __future__ import annotations

from portbook.procedures import Amendment, Target, Wish
from portbook.records import rich
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
