"""Applying as a browser without script does it: open a page, type, press a button."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from asking import BASES
from portbook.applications import of_tree
from portbook.desk.applying import mapping


def begun(client: Client, **choice: str) -> str:
    """The address of a new draft."""
    answer = client.post("/desk/apply", choice or {"choice": "name"})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return str(answer.content.decode())


def hidden(html: str) -> dict[str, str]:
    """What a form sends besides what is typed."""
    found = re.findall(r'<input type="hidden"(?: id="\w+")? name="([a-z]+)" value="([^"]*)"', html)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def typed(client: Client, address: str, go: str = "next", **values: Any) -> Any:
    """Open the page at *address*, type *values* ("__" stands for "."), and press a button."""
    fields = {name.replace("__", "."): value for name, value in values.items()}
    return client.post(address.partition("?")[0], hidden(page(client, address)) | {"go": go} | fields)


def questions(html: str) -> dict[str, str]:
    """The questions that a page lists, with their marks."""
    found = re.findall(
        r'<li class="is-[a-z-]+"><a href="[^"]*#q-([a-z_-]+)"[^>]*>.*?<span class="mark-of">(.*?)<', html
    )
    return dict(found)


def filled(client: Client, base: str, change: dict[str, Any] | None = None) -> str:
    """A draft in which everything of the request *base* is typed, on one page."""
    application = of_tree(BASES[base] | (change or {})).application
    address = begun(client, kind=application.kind.value)
    said = {name: text.split("\n") for name, text in mapping.typed_of(application).items()}
    said = {name: text if name == "transports" else ["\n".join(text)] for name, text in said.items()}
    answer = client.post(address, hidden(page(client, f"{address}?all")) | {"go": "review"} | said)
    assert answer.status_code == 302, answer.content.decode()
    return address


def sent(client: Client, address: str) -> Any:
    """Press the last button."""
    return client.post(f"{address}/review", hidden(page(client, f"{address}/review")) | {"go": "send"})


def number_of(answer: Any) -> int:
    assert answer.status_code == 302, answer.content.decode()
    found = re.fullmatch(r"/desk/applications/(\d+)\?done=\d+", answer["Location"])
    assert found, answer["Location"]
    return int(found[1])
