"""People at the desk: an account for each member of the register at work, with what it needs to act."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client

from portbook.desk.models import Account

PASSWORD = "a long enough sentence"


def account(name: str) -> Account:
    """The account of the member *name*; made when there is none, with a second factor."""
    found = Account.objects.filter(member=name).first()
    if found:
        return found
    user = User.objects.create_user(name, f"{name}@people.example", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "none"})
    return Account.objects.create(user=user, member=name, name=name.title(), muted="")


def client(name: str = "") -> Client:
    """A client that is signed in as the member *name*; "" for somebody who is not signed in."""
    made = Client(SERVER_NAME="localhost", raise_request_exception=False)
    if name:
        made.force_login(account(name).user)
    return made
