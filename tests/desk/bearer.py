"""Programs at the desk: tokens of members, and requests that carry them."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from portbook.desk.members import _found
from portbook.desk.models import Token
from portbook.desk.programs import token_texts, tokens
from portbook.desk.programs.scopes import Scope

from . import people

ALL = tuple(Scope)


def token(member: str, *held: Scope, days: int = 90, name: str = "a program") -> str:
    """A token of *member* with scopes, all that there are if none is named."""
    person = _found(people.account(member).user.pk)
    assert person
    text = token_texts.new()
    tokens.make(person, text, name, held or ALL, days)
    return text


class Program:
    """A client with a token, or with none."""

    def __init__(self, text: str = "", *, address: str = "127.0.0.1") -> None:
        given = {"HTTP_AUTHORIZATION": f"Bearer {text}"} if text else {}
        self.client = Client(
            SERVER_NAME="localhost", REMOTE_ADDR=address, raise_request_exception=False, **given
        )

    def get(self, path: str) -> HttpResponse:
        return self.client.get(f"/v1/register/{path}")

    def act(self, slug: str, values: dict[str, Any], key: str = "", **said: Any) -> HttpResponse:
        """Do a deed."""
        return self.send(slug, json.dumps({"values": values, "reason": "a test", **said}), key)

    def send(
        self, slug: str, body: str | bytes, key: str = "", kind: str = "application/json"
    ) -> HttpResponse:
        headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        return self.client.post(f"/v1/register/acts/{slug}", body, content_type=kind, **headers)


def of_member(member: str, *held: Scope) -> Program:
    """A program of *member*."""
    return Program(token(member, *held, name=f"program {Token.objects.count()}"))
