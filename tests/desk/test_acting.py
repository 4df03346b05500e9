"""The page of a deed: typed, shown, done as shown or not at all; once, however often it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from portbook.desk.models import Pending
from portbook.register.models import Event
from portbook.states import ApplicationState
from register import desk as registry
from sites import Page

At = Callable[[str], Client]


def typed(page: HttpResponse) -> dict[str, str]:
    """What a browser would send of the form of a deed, as it stands."""
    html = page.content.decode()
    form = re.search(r'<form class="deed".*?</form>', html, re.DOTALL)
    assert form, html
    found = {}
    for each in Page(form[0]).all("input"):
        if each.get("name"):
            found[each["name"] or ""] = each.get("value") or ""
    for name, text in re.findall(r'<textarea name="(\w+)"[^>]*>\n?(.*?)</textarea>', form[0], re.DOTALL):
        found[name] = text
    return found


def sent(client: Client, slug: str, values: dict[str, Any], **more: str) -> Any:
    return client.post(f"/desk/do/{slug}", {**values, **more})


def begun(client: Client, slug: str, **values: object) -> dict[str, str]:
    """The fields of the form, opened with *values* in its address."""
    return typed(client.get(f"/desk/do/{slug}", values))


def test_a_deed_is_done_and_its_event_told(desk: At) -> None:
    number = registry.submitted("name").answer["application"]
    fields = begun(desk("tia"), "withdraw", application=number)
    answer = sent(desk("tia"), "withdraw", fields, reason="No need any more", step="do")
    assert answer.status_code == 302
    assert answer["Location"] == f"/desk/applications/{number}?done={registry.events()}"
    assert registry.state(number) == ApplicationState.WITHDRAWN


def test_lines_are_kept_as_they_were_typed(desk: At) -> None:
    """Browsers end the lines of a form by CR LF; a CR in the books would be shown as a sign of its own."""
    number = registry.submitted("name").answer["application"]
    fields = begun(desk("tia"), "withdraw", application=number)
    sent(desk("tia"), "withdraw", fields, reason="No need.\r\nNot any more.", step="do")
    assert Event.objects.get(number=registry.events()).reason == "No need.\nNot any more."


def test_sent_twice_it_is_done_once(desk: At) -> None:
    number = registry.submitted("name").answer["application"]
    fields = begun(desk("tia"), "withdraw", application=number)
    first, second = (sent(desk("tia"), "withdraw", fields, step="do") for _ in range(2))
    assert first["Location"] == second["Location"]
    fresh = begun(desk("tia"), "withdraw", application=number)
    again = sent(desk("tia"), "withdraw", fresh, step="do")
    assert again.status_code == 409
    assert "E-STATE-MOVE" in again.content.decode()


def test_a_refusal_keeps_what_was_typed(desk: At) -> None:
    done = registry.submitted("name")
    fields = begun(desk("tia"), "give-back", **registry.of(done))
    answer = sent(desk("tia"), "give-back", fields, words="Why <b>so</b>?", reason="A reason", step="do")
    assert answer.status_code == 403
    html = answer.content.decode()
    assert "E-ROLE" in html
    assert "Why &lt;b&gt;so&lt;/b&gt;?" in html
    assert "A reason" in html
    assert typed(answer)["version"] == done.answer["version"]


def test_an_empty_field_is_told_where_it_is(desk: At) -> None:
    done = registry.submitted("name")
    fields = begun(desk("ada"), "give-back", **registry.of(done))
    answer = sent(desk("ada"), "give-back", fields, words="", step="do")
    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'aria-invalid="true"' in html
    assert 'id="id_words_error"' in html


@pytest.mark.parametrize("length, status", [(10_000, 302), (10_001, 422)])
def test_words_up_to_the_limit(desk: At, length: int, status: int) -> None:
    done = registry.validated(registry.submitted("port"))
    number = done.answer["application"]
    fields = begun(desk("tia"), "withdraw", application=number)
    answer = sent(desk("tia"), "withdraw", fields, reason="x" * length, step="do")
    assert answer.status_code == status


def test_a_grave_deed_is_shown_before_it_is_done(desk: At) -> None:
    done = registry.submitted("name")
    before = registry.events()
    fields = begun(desk("ada"), "validate", **registry.of(done))
    assert fields.pop("seen")  # it asks nothing more, so it is shown as it opens
    assert registry.events() == before
    unseen = sent(desk("ada"), "validate", fields, step="do")
    assert unseen.status_code == 200
    assert "What it would do" in unseen.content.decode()
    assert registry.events() == before
    shown = typed(unseen)
    assert shown["seen"]
    answer = sent(desk("ada"), "validate", shown, step="do")
    assert answer.status_code == 302
    assert registry.state(done.answer["application"]) == ApplicationState.ASSIGNABLE


def test_what_would_be_something_else_by_now_is_not_done(desk: At) -> None:
    done = registry.submitted("name")
    fields = begun(desk("ada"), "validate", **registry.of(done))
    shown = typed(sent(desk("ada"), "validate", fields, step="show"))
    answer = sent(desk("ada"), "validate", {**shown, "seen": "0" * 64}, step="do")
    assert answer.status_code == 409
    assert "E-STALE" in answer.content.decode()
    assert registry.state(done.answer["application"]) == ApplicationState.NEW


def test_what_is_asked_of_a_second_person_waits(desk: At) -> None:
    done = registry.submitted("name")
    fields = begun(desk("ada"), "validate", **registry.of(done))
    shown = typed(sent(desk("ada"), "validate", fields, step="show"))
    answer = sent(desk("ada"), "validate", shown, reason="Together", step="ask")
    waiting = Pending.objects.get()
    assert answer["Location"].startswith(f"/desk/pending/{waiting.pk}")
    assert (waiting.deed, waiting.digest, waiting.reason) == ("validate", shown["seen"], "Together")
    assert registry.state(done.answer["application"]) == ApplicationState.NEW


def test_a_deed_that_is_none_is_not_there(desk: At) -> None:
    assert desk("ada").get("/desk/do/nothing").status_code == 404
    assert desk("ada").put("/desk/do/withdraw").status_code == 405
