"""A desk to practise with, for tests in a browser: `practising` runs it, `AtDesk` is a tab of somebody there.

`kinds_of_pages` walks the links that a person sees, so that a page which is linked is a page which is tested.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from playwright.sync_api import Browser
from tabs import Watched, portbook

PEOPLE = ("tia", "gus", "eve", "ada", "aud", "max")
PLACES = ("/desk", "/accounts")
NOT_WALKED = ("/accounts/logout", "/desk/practice")
NOT_PAGES = re.compile(r"\.(csv|json|toml|txt|svg|png)$|/logout")
MAX_WALK = 400  # pages of one person
ONE_EACH = 2  # pages of a kind that are walked: the first ones that are linked


@contextmanager
def practising(home: Path) -> Iterator[str]:
    """The address of `portbook practice`; stopped, and asked how it ended, at the end."""
    process = portbook(home, "practice", "--bind", "127.0.0.1:0")
    try:
        assert process.stdout
        address = process.stdout.readline().strip().rpartition(" on ")[2]
        assert address, "the desk did not start"
        yield address
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0


class AtDesk(Watched):
    """A tab of somebody who is signed in; "" for nobody."""

    def __init__(self, browser: Browser, address: str, member: str = "", **options: Any) -> None:
        super().__init__(browser, address, **options)
        self.become(member)

    def become(self, member: str) -> None:
        """Be somebody else of the people of the practice."""
        if member:
            self.page.goto("/desk/practice")
            self.page.locator(f"button[name=member][value={member}]").click()
            assert urlsplit(self.page.url).path == "/desk"

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self.context.close()
        if kind is None:
            assert self.noted == []


class Links(HTMLParser):
    """The links of a page, and its skeleton: its elements with their classes, repetitions left out."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.skeleton: dict[str, None] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        told = (given.get(name) or "" for name in ("class", "type", "role", "name"))
        self.skeleton[" ".join((tag, *told))] = None
        if tag == "a" and given.get("href"):
            self.found.append(given["href"] or "")


def kind_of(path: str) -> str:
    """Return what pages of the same kind have in common: numbers and values of questions left out."""
    parts = urlsplit(path)
    names = "&".join(sorted({part.partition("=")[0] for part in parts.query.split("&")} - {""}))
    return re.sub(r"(?<=/)(\d+|[0-9a-f]{16,})(?=/|$)", "N", parts.path) + (f"?{names}" if names else "")


def kinds_of_pages(tab: Watched) -> tuple[dict[str, tuple[str, tuple[str, ...]]], list[str]]:
    """Walk the desk from its first page.

    Returns a path and the skeleton of the page for each kind; and the links that lead to no page.
    """
    waiting, kinds, walked = [("/desk", ""), ("/accounts/2fa/", "")], {}, set()
    counted: dict[str, int] = {}
    dead: list[str] = []
    while waiting and len(walked) < MAX_WALK:
        path, origin = waiting.pop(0)
        kind = kind_of(path)
        if path in walked or counted.get(kind, 0) >= ONE_EACH or NOT_PAGES.search(urlsplit(path).path):
            continue
        walked.add(path)
        counted[kind] = counted.get(kind, 0) + 1
        answer = tab.context.request.get(f"{tab.address}{path}")
        if answer.status != 200:
            dead.append(f"{answer.status} at {path}, linked from {origin}")
            continue
        if "text/html" not in answer.headers["content-type"]:
            continue
        links = Links(answer.text())
        kinds.setdefault(kind, (path, tuple(links.skeleton)))
        for href in links.found:
            target = urldefrag(urljoin(path, href)).url
            inside = not urlsplit(target).netloc and target.startswith(PLACES)
            if inside and not target.startswith(NOT_WALKED):
                waiting.append((target, path))
    return kinds, dead
