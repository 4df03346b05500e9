"""Deeds as a browser does them: opened, shown, sent; where one needs two persons, bob gives his word."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import Client

from portbook.register.operations import approving
from register import desk as registry

Sent = dict[str, Any]


def fields(client: Client, slug: str, **values: Any) -> Sent:
    """What the form of a deed sends, opened with *values* in its address."""
    page = client.get(f"/desk/do/{slug}", values)
    assert page.status_code == 200, page.content.decode()
    context = page.context
    found = {name: context["form"][name].value() for name in context["form"].fields}
    found |= {name: context["said"][name].value() for name in context["said"].fields}
    return {name: value for name, value in found.items() if value is not None}


def done(client: Client, slug: str, day: str = registry.DAY, **values: Any) -> Any:
    """The answer to a deed that was shown first where it is grave, and done as shown."""
    sent = fields(client, slug) | values
    answer = client.post(f"/desk/do/{slug}", sent)
    if answer.status_code != 200 or not answer.context.get("shown"):
        return answer
    shown = answer.context["shown"]
    if shown.needs > 1:
        operation = answer.context["deed"].operation
        approving.approve(registry.by("bob", day), operation, shown.digest)
    return client.post(f"/desk/do/{slug}", {**sent, "seen": shown.digest, "step": "do"})


def text(answer: Any) -> str:
    """The words of a page."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode())))


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that go to the database meanwhile."""
    found: list[str] = []

    def noted(execute: Any, sql: str, *rest: Any) -> Any:
        found.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(noted):
        yield found
