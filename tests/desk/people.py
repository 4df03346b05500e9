"""People at the desk: an account for each member of the register at work, with what it needs to act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import get_hasher, make_password
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from portbook.desk.models import Account

PASSWORD = "a long enough sentence"


@cache
def _hashed(hasher: str, work: int) -> str:
    """The password as it is kept: to hash it takes as long as the rest of a test.

    By its *work* too: one kept with another is hashed anew at the next sign-in, which ends the session.
    """
    return make_password(PASSWORD)


def account(name: str) -> Account:
    """The account of the member *name*; made when there is none, with a second factor."""
    found = Account.objects.filter(member=name).first()
    if found:
        return found
    password = _hashed(settings.PASSWORD_HASHERS[0], getattr(get_hasher(), "work_factor", 0))
    user = User.objects.create(username=name, email=f"{name}@people.example", password=password)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "none"})
    return Account.objects.create(user=user, member=name, name=name.title(), muted="")


def client(name: str = "") -> Client:
    """A client that is signed in as the member *name*; "" for somebody who is not signed in."""
    made = Client(SERVER_NAME="localhost", raise_request_exception=False)
    if name:
        made.force_login(account(name).user)
    return made


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that this thread sends to the database."""
    heard: list[str] = []

    def hear(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        heard.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hear):
        yield heard
