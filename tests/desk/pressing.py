"""A real server over the register of a test, and people who press buttons of it at the same moment."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client

from portbook.desk import environment

from . import people

SECONDS = 30  # that an answer may take, of many at once on a busy machine
_FORM = "application/x-www-form-urlencoded"


class Press(NamedTuple):
    """What a browser sends when a button is pressed, or a program when it acts; a page with no fields."""

    path: str
    fields: dict[str, Any] | None
    session: str = ""
    token: str = ""


class Told(NamedTuple):
    """The answer."""

    status: int
    location: str
    text: str


class Server(NamedTuple):
    """A server that runs, and the file of what it says."""

    host: str
    log: Path

    def press(self, given: Press) -> Told:
        """Send it by a connection of its own."""
        link = HTTPConnection(self.host, timeout=SECONDS)
        try:
            link.request("GET" if given.fields is None else "POST", given.path, *_message(given))
            answer = link.getresponse()
            return Told(answer.status, answer.headers.get("Location", ""), answer.read().decode())
        finally:
            link.close()

    def at_once(self, presses: Sequence[Press]) -> list[Told]:
        """Send all of them at the same moment; return the answers in their order."""
        start = threading.Barrier(len(presses))

        def pressed(given: Press) -> Told:
            start.wait(SECONDS)
            return self.press(given)

        with ThreadPoolExecutor(len(presses)) as hands:
            return list(hands.map(pressed, presses))


def _message(given: Press) -> tuple[str, dict[str, str]]:
    """Body and headers."""
    if given.token:
        body = json.dumps({"values": given.fields, "reason": "a test"})
        return body, {"Authorization": f"Bearer {given.token}", "Content-Type": "application/json"}
    form = secrets.token_hex(16)
    cookies = {settings.CSRF_COOKIE_NAME: form, settings.SESSION_COOKIE_NAME: given.session}
    body = urlencode({**(given.fields or {}), "csrfmiddlewaretoken": form}, doseq=True)
    told = "; ".join(f"{name}={value}" for name, value in cookies.items() if value)
    return body, {"Content-Type": _FORM, "Cookie": told}


def session(member: str) -> str:
    """The cookie of somebody who is signed in."""
    return session_of(people.client(member))


def session_of(client: Client) -> str:
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


@contextmanager
def serving(database: str, home: Path) -> Iterator[Server]:
    """`portbook serve --desk` over *database*, with the editions of *home*; it knows sessions made here."""
    key = home / environment.SECRET
    key.write_text(settings.SECRET_KEY)
    key.chmod(0o600)
    told = {"PORTBOOK_HOME": str(home), "PORTBOOK_DATABASE": database}
    command = [sys.executable, "-m", "portbook.cli", "serve", "--desk", "--bind", "127.0.0.1:0"]
    log = home / "server.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command, env={**os.environ, **told}, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        with process:
            try:
                assert process.stdout
                yield Server(process.stdout.readline().strip().rpartition("://")[2], log)
            finally:
                process.terminate()
                assert process.wait(timeout=20) == 0
