"""The door: the public half stays without sessions, private answers are their reader's alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from . import bearer

At = Callable[[str], Client]


@pytest.mark.parametrize("path", ["/", "/ports/443", "/search?q=ferry", "/v1/ports/443"])
def test_a_public_answer_reads_and_sets_no_cookie(desk: At, path: str) -> None:
    alone, signed_in = desk("").get(path), desk("ada").get(path)
    for answer in (alone, signed_in):
        assert answer.status_code == 200
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")
    assert alone.content == signed_in.content


@pytest.mark.parametrize("path", ["/desk", "/accounts/login/", "/desk/do/withdraw", "/desk/nothing"])
def test_a_private_answer_is_stored_nowhere(desk: At, path: str) -> None:
    for who in ("", "ada"):
        answer = desk(who).get(path)
        assert answer["Cache-Control"] == "private, no-store"
        assert "Cookie" in answer["Vary"]
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_who_is_not_signed_in_is_led_to_the_door_and_back(desk: At) -> None:
    answer = desk("").get("/desk/do/withdraw?application=3")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=%2Fdesk%2Fdo%2Fwithdraw%3Fapplication%3D3"


WITH_NUL = [
    ("/desk/entries/%00", 404),
    ("/desk/contacts/a%00b", 404),
    ("/desk/entries?name=a%00", 400),
    ("/accounts/login/?next=%00", 400),
    ("/desk?%00=1", 400),
]


@pytest.mark.parametrize("path, status", WITH_NUL)
def test_no_private_address_holds_nul(desk: At, path: str, status: int) -> None:
    """PostgreSQL takes no such text, and SQLite finds nothing by it: neither is asked."""
    answer = desk("ada").get(path)
    assert answer.status_code == status
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "path, status",
    [("applications?state=%00", 400), ("applications?text=a%00b", 400), ("acts/a%00b", 404)],
)
def test_nor_does_one_of_the_api(desk: At, path: str, status: int) -> None:
    answer = bearer.of_member("ada").get(path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] in ("E-WEB-REQUEST", "E-WEB-ADDRESS")


def test_what_only_looks_like_nul_is_a_text(desk: At) -> None:
    assert desk("ada").get("/desk/entries?name=%2500").status_code == 200
