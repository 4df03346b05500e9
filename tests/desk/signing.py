"""What somebody does at the door, for tests: sign up by a code, sign in, show a second factor."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core import mail
from django.http import HttpResponse
from django.test import Client, override_settings

PASSWORD = "a long enough sentence"
LETTERS = "django.core.mail.backends.locmem.EmailBackend"
QUICK = ("django.contrib.auth.hashers.MD5PasswordHasher",)  # where a test is not about the hasher


@contextmanager
def by_letter() -> Iterator[list[Any]]:
    """The letters that the site sends, as they are sent; passwords are hashed quickly."""
    mail.outbox = []
    with override_settings(EMAIL_BACKEND=LETTERS, PASSWORD_HASHERS=list(QUICK)):
        yield mail.outbox


def visitor(**headers: str) -> Client:
    """A browser without cookies."""
    return Client(SERVER_NAME="localhost", raise_request_exception=False, **headers)


def code_in(letter: Any) -> str:
    """The code that a letter has on a line of its own."""
    found = re.search(r"^ {4}([A-Z0-9-]{6,})$", letter.body, re.MULTILINE)
    assert found, letter.body
    return found[1]


def sign_up(client: Client, email: str, password: str = PASSWORD) -> HttpResponse:
    form = {"email": email, "password1": password, "password2": password}
    return client.post("/accounts/signup/", form)


def sign_in(client: Client, email: str, password: str = PASSWORD) -> HttpResponse:
    return client.post("/accounts/login/", {"login": email, "password": password})


def show(client: Client, code: str) -> HttpResponse:
    """Enter the code of an authenticator while signing in."""
    return client.post("/accounts/2fa/authenticate/", {"code": code})


def set_up_app(client: Client) -> str:
    """Set up an authenticator app, as the page leads there; return its key."""
    page = client.get("/accounts/2fa/totp/activate/", follow=True)
    if page.redirect_chain:  # it asks for the password first
        client.post(page.redirect_chain[-1][0], {"password": PASSWORD})
        page = client.get("/accounts/2fa/totp/activate/")
    found = re.search(r'<code class="secret">([A-Z2-7]+)</code>', page.content.decode())
    assert found
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(found[1])})
    return found[1]


def code_of(key: str) -> str:
    """What an authenticator shows now (RFC 6238); waits for a period that does not end at once."""
    left = 30 - time.time() % 30
    if left < 3:
        time.sleep(left)
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(key), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    value: int = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{value % 1_000_000:06}"
