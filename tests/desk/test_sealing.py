"""The keys of second factors: sealed in the database, worth nothing without the secret of the site (T-90)."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st

from portbook.desk.accounts import sealing

from . import people
from .signing import code_of, set_up_app, show, sign_in, visitor

At = Callable[[str], Client]
sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
OTHER = "another secret, that seals and opens nothing of the first one"


@given(st.text())
def test_what_is_sealed_comes_back_and_does_not_show(text: str) -> None:
    sealed = sealing.seal(text)
    assert sealing.unseal(sealed) == text
    assert sealed != sealing.seal(text)
    assert len(text) < 4 or text not in sealed


@given(st.text() | st.just("GEZDGNBVGY3TQOJQ"))
def test_what_nobody_sealed_opens_as_a_secret_that_nobody_knows(text: str) -> None:
    opened = sealing.unseal(text)
    assert len(base64.b32decode(opened)) == sealing.SECRET_BYTES
    assert opened not in (text, sealing.unseal(text))


@sqlite
def test_the_key_of_an_app_stands_nowhere_in_the_database(desk: At, quick_passwords: None) -> None:
    account = people.account("tia")
    Authenticator.objects.all().delete()
    client = visitor()
    sign_in(client, account.user.email, people.PASSWORD)
    key = set_up_app(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        kept = " ".join(row[0] for row in cursor.fetchall())
    assert '"secret"' in kept
    assert key not in kept
    with override_settings(SECRET_KEY=OTHER):
        again = visitor(REMOTE_ADDR="192.0.2.9")
        sign_in(again, account.user.email, people.PASSWORD)
        assert show(again, code_of(key)).status_code == 200, "asked again, and nothing broke"
        assert again.get("/desk").status_code == 302
