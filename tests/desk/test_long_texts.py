"""No text that an operation takes meets the database: each is taken, or refused for what it is (I-9).

Each deed is done with what it needs, as a dry run, so that all it would write is written and undone; then
again with every one of its texts in turn at the limits of the register and beyond, and with what no table
keeps.  The forms have limits of their own; here the operations stand alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.forms import ChoiceField
from django.test import Client

from asking import application
from portbook.applications import to_toml
from portbook.desk.deeds import Deed, table
from portbook.errors import PortbookError
from portbook.register import limits, roles
from portbook.register.operations import takeovers
from portbook.register.operations.links import Link
from portbook.register.reading import statuses
from portbook.states import ApplicationState
from portbook.web import clock
from register import desk as registry

from . import cells
from .test_matrix import OF_RETURNS, ongoing, returned, values_of

At = Callable[[str], Client]

OF_DATABASE = {"E-REGISTER-REFUSED", "E-REGISTER-DATABASE", "E-REGISTER-BUSY", "E-REGISTER-UNKNOWN"}
SIZES = (limits.MAX_CHANNEL, limits.MAX_NAME, limits.MAX_TEXT, limits.MAX_ROW, limits.MAX_DOCUMENT)
TEXTS = (
    *(letter * (size + more) for size in SIZES for more in (0, 1) for letter in "xü"),
    "a\0b",
    "a\ud800b",
    "\x1b[2J\r\n\u202e",
    "x " * limits.MAX_TEXT,
)
S = ApplicationState
STATES = {state for possible in roles.STATES.values() for state in possible}
BY_DEED: dict[str, dict[str, Any]] = {"change application": {"request": to_toml(application("port"))}}


def outcome(call: Callable[..., Any], *given: Any) -> str:
    """The code of the refusal, "" for none; what is no error of ours is raised."""
    try:
        call(*given)
    except PortbookError as error:
        return error.problem.code
    return ""


def wrong(deed: Deed, about: dict[str, Any]) -> Iterator[str]:
    """What is wrong with how a deed takes its texts: from who can do it, else from a registrar."""
    form = deed.form({**values_of(deed, about), **BY_DEED.get(deed.operation, {})})
    assert form.is_valid(), (deed.slug, form.errors)
    values = form.cleaned_data
    doers = (name for name in cells.MEMBERS if not outcome(done, deed, name, values))
    member = next(doers, "ada")
    for field, instead in texts_of(deed, values):
        for text in TEXTS:
            code = outcome(done, deed, member, instead(text))
            if code in OF_DATABASE or (len(text) > limits.MAX_DOCUMENT and not code):
                yield f"{deed.operation}: {field} of {len(text)} characters ({text[:1]!r}): {code or 'done'}"


def texts_of(deed: Deed, values: dict[str, Any]) -> Iterator[tuple[str, Callable[[str], dict[str, Any]]]]:
    """Each field that holds a text, or several, and what the values are with another in its place.

    What the form offers to choose from reaches the operation as it stands there.
    """
    for name, value in values.items():
        if isinstance(deed.form.base_fields[name], ChoiceField):
            continue
        if isinstance(value, str):
            yield name, lambda text, field=name: {**values, field: text}  # type: ignore[misc]
        elif isinstance(value, (list, tuple)) and value and all(isinstance(each, str) for each in value):
            kind = type(value)
            yield name, lambda text, field=name, kind=kind: {**values, field: kind([text])}  # type: ignore[misc]


def done(deed: Deed, member: str, values: dict[str, Any]) -> Any:
    return deed.do(registry.by(member, is_dry=True), values)


@pytest.mark.parametrize("state", [state for state in S if state in STATES], ids=lambda state: state.name)
def test_the_texts_of_every_deed_on_an_application(desk: At, state: ApplicationState) -> None:
    number = registry.in_state(state).answer["application"]
    about = {"application": number, "version": statuses.status("ada", number, clock.instant()).version}
    deeds = [deed for deed in table().values() if state in roles.STATES.get(deed.operation, ())]
    assert [each for deed in deeds for each in wrong(deed, about)] == []


def test_the_texts_of_every_other_deed(desk: At) -> None:
    about = ongoing()
    of_returns = about | {"notice": returned()}
    deeds = [deed for deed in table().values() if deed.operation not in roles.STATES]
    assert len(deeds) > 40
    found = [
        each for deed in deeds for each in wrong(deed, of_returns if deed.operation in OF_RETURNS else about)
    ]
    assert found == []


def test_the_texts_of_a_takeover(desk: At) -> None:
    """It has a page of its own."""
    links = takeovers.Links(Link("stop", "https://x.example/s"), Link("confirm", "https://x.example/c"))
    fine = {"contact_id": "Fay", "words": "It is me.", "address": "tia@new.example"}
    for field in fine:
        for text in TEXTS:
            code = outcome(claimed, links, {**fine, field: text})
            assert code not in OF_DATABASE, (field, len(text))
            assert code or len(text) <= limits.MAX_DOCUMENT


def claimed(links: takeovers.Links, given: dict[str, str]) -> Any:
    return takeovers.claim(registry.by("tia", is_dry=True), links=links, **given)
