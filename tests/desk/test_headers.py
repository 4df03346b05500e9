"""Headers of every answer of the desk: a passive scan of all addresses (T-78 to T-80, T-83)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from . import addresses, bearer, busy

At = Callable[[str], Client]
sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

POLICY = {  # directive: what it allows, and no more
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
EXACTLY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
TELLTALE = ("Server", "X-Powered-By", "Via", "Access-Control-Allow-Origin", "Last-Modified")
TYPES = {
    "text/html; charset=utf-8",
    "text/plain; charset=utf-8",
    "text/csv; charset=utf-8",
    "application/json",
    "application/problem+json",
    "application/toml; charset=utf-8",
    "image/svg+xml",
}


def faults(answer: HttpResponse) -> list[str]:
    """What is wrong with the headers of an answer."""
    found = [f"{name}: {answer.get(name)}" for name, value in EXACTLY.items() if answer.get(name) != value]
    found += [f"{name}: {answer[name]}" for name in TELLTALE if name in answer]
    directives = (
        each.strip().partition(" ") for each in answer.get("Content-Security-Policy", "").split(";")
    )
    if {name: value for name, _, value in directives} != POLICY:
        found.append(f"policy: {answer.get('Content-Security-Policy')}")
    if answer.content and answer.get("Content-Type") not in TYPES:
        found.append(f"type: {answer.get('Content-Type')}")
    if "Cookie" not in answer.get("Vary", ""):
        found.append(f"Vary: {answer.get('Vary')}")
    for name, cookie in answer.cookies.items():
        if not (cookie["httponly"] and cookie["samesite"] == "Lax") or cookie["domain"]:
            found.append(f"cookie {name}: {cookie.OutputString()}")
    return found


@sqlite
def test_every_answer_of_every_address(desk: At) -> None:
    numbers = busy.fill()
    wrong, counted = [], 0
    for name in ("", "tia", "ada"):
        browser, program = desk(name), bearer.of_member(name) if name else bearer.Program()
        for route in addresses.routes():
            client = program.client if route.startswith("v1/") else browser
            path = addresses.example(route, numbers)
            for answer in (client.get(path), client.get(f"{path}/nothing")):
                wrong += [f"{name} {path} {answer.status_code}: {each}" for each in faults(answer)]
                counted += 1
    assert wrong == []
    assert counted > 400


@sqlite
def test_over_tls_a_browser_is_told_to_stay_there(desk: At) -> None:
    for path in ("/desk", "/accounts/login/", "/v1/register/queue"):
        assert "Strict-Transport-Security" in desk("").get(path, secure=True)
        assert "Strict-Transport-Security" not in desk("").get(path)


def test_a_site_that_others_reach_keeps_its_cookies_for_tls() -> None:
    """Read in a process of its own, as settings are read once."""
    script = (
        "from portbook.desk import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    )
    given = {
        **os.environ,
        "PORTBOOK_HOSTS": "desk.example",
        "DJANGO_SETTINGS_MODULE": "portbook.desk.settings",
    }
    run = subprocess.run(
        [sys.executable, "-c", script], env=given, capture_output=True, text=True, timeout=60
    )
    assert run.stdout.split() == ["__Host-portbook", "__Host-portbook-form", "True", "True"], run.stderr
