"""Applying from the first question to the lines of what was assigned, on both engines."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from portbook.register import tables
from portbook.states import ApplicationState
from register import desk as registry

from .applying import filled, hidden, number_of, page

At = Callable[[str], Client]


def test_a_good_request_is_sent_once(desk: At) -> None:
    client = desk("tia")
    address = filled(client, "port")
    html = page(client, f"{address}/review")
    assert "Nothing stands against it." in html
    assert "TCP/UDP experts" in html
    assert "As it would be published" in html
    assert "28201" in html
    fields = hidden(html) | {"go": "send"}
    first, second = (client.post(f"{address}/review", fields) for _ in range(2))
    number = number_of(first)
    assert second["Location"] == f"/desk/applications/{number}"
    assert len(tables.rows("SELECT identity FROM register_application")) == 1
    assert registry.state(number) == ApplicationState.NEW.value
    assert page(client, f"/desk/applications/{number}")
    assert "What you have begun" not in page(client, "/desk/apply")
