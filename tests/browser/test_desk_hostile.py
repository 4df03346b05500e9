"""Markup and script in every text of a register at work: shown to each role of the desk, never run (T-31)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from register import application as settings  # noqa: F401  # before the tables are imported

# isort: split
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connection
from django.test import Client
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import Browser
from tabs import Watched, wider_than_the_window
from test_hostile import SCRIPT, SHAPES, plain

from desk import addresses, busy
from desk.conftest import (  # noqa: F401
    at_work,
    desk,
    empty,
    engine,
    fresh,
    migrated_file,
    pages,
    store,
    working_file,
)
from portbook.applications import Kind
from portbook.desk.acting import pending
from portbook.desk.applying import drafts
from portbook.desk.deeds import table
from portbook.desk.programs import token_texts, tokens
from portbook.procedures import Amendment, Target
from portbook.records import rich
from portbook.register.operations import applying, contacts, entries, reviewing
from portbook.register.operations import registry as office
from portbook.register.reading import statuses
from register import desk as at

At = Callable[[str], Client]
pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]

WALKERS = ("tia", "gus", "eve", "ada", "aud", "max")
NO_PAGE = re.compile(r"\.(csv|json|toml|svg)$|^/accounts|^/v1")
ASKED = ("text", "q", "search", "done", "state", "actor", "name")  # of pages, whatever they look for

# Elements and attributes that no page of the desk has by itself.
INJECTED = """() => [...document.querySelectorAll('*')].filter(e =>
  /^(img|iframe|object|embed|style|base|animate)$/i.test(e.tagName)
  || (e.tagName === 'SCRIPT' && e.type !== 'application/json'
    && !e.src.startsWith(location.origin + '/static/'))
  || (e.tagName === 'META' && e.httpEquiv) || (e.tagName === 'LINK' && e.closest('main'))
  || e.getAttributeNames().some(n => /^on|^style$|^srcdoc$|hx-on/.test(n)
    || (/^(href|src|action|formaction|(data-)?hx-(get|post))$/.test(n)
        && !/^(\\/(?!\\/)|#|\\?|https?:|mailto:)/.test(e.getAttribute(n))))
).map(e => e.outerHTML.slice(0, 160))"""
WHOLE = "() => [document.querySelectorAll('main').length, document.querySelectorAll('h1').length]"


class Payloads:
    """A payload for each text that is asked for, of one shape after the other."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def next(self) -> str:
        number = len(self.given)
        shape = SHAPES[(number + number // len(SHAPES)) % len(SHAPES)]
        # No field of one line takes a tab.
        self.given.append(shape.replace("N", str(number)).replace("\t", "&#9;"))
        return self.given[-1]


def application(own: Payloads, number: int) -> int:
    """An application with a payload in each of its texts, and a conversation about it."""

    def by(actor: str) -> Any:
        return at.by(actor, reason=own.next())

    change = {
        "service_name": f"evil-{number}",
        "ports": [{"number": str(6_000 + number)}],
        "description": own.next(),
        "reference": own.next(),
        "assignee": {"name": own.next(), "email": "x@x.example"},
        "contact": {"name": own.next(), "email": "x@x.example"},
        "answers": {name: own.next() for name in ("versions", "security", "why_not_dynamic", "distinction")},
    }
    done = applying.submit(by("tia"), at.raw("port", change))
    mine = int(done.answer["application"])
    reviewing.open_ticket(by("ada"), mine)
    reviewing.consult(by("ada"), mine, words=own.next())
    reviewing.advise(by("bob"), mine, words=own.next())
    done = reviewing.give_back(by("ada"), **at.of(done), words=own.next())
    applying.answer(by("tia"), **at.of(done), words=own.next())
    return mine


def around(own: Payloads) -> None:
    """Payloads in what is no application: members, contacts, rows, experts, tokens, drafts."""
    name = "M " + own.next()
    office.add_member(at.by("ada", reason=own.next()), name, [], "")
    contacts.add(at.by("ada", reason=own.next()), name=own.next(), addresses=("y@x.example",))
    contacts.add(at.by("ada"), organization=own.next(), addresses=("z@x.example",))
    entries.correct(
        at.by("ada"), Target("given-back", 4300), Amendment(description=rich(own.next())), own.next()
    )
    at.by_two(lambda act: office.list_experts(act, rich(own.given[0])), "ada")
    office.appoint(at.by("ada"), "eve", "SCTP expert", begins="2031-05-01", decision=own.next())
    tokens.make(busy.person("ada"), token_texts.new(), own.next(), ["read"], 90)
    drafts.begin(busy.person("tia"), Kind.NAME, typed={"service_name": own.next(), "description": own.next()})
    pending.keep(busy.person("max"), "freeze", "1" * 64, {}, own.next(), own.next())


@contextmanager
def served() -> Iterator[str]:
    """The site, answering in threads of this process."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class AtDesk(Watched):
    """A tab of somebody who is signed in."""

    def __init__(self, browser: Browser, address: str, client: Client) -> None:
        super().__init__(browser, address)
        session = {"name": "portbook", "value": client.cookies["portbook"].value, "url": address}
        self.context.add_cookies([session])
        self.page.add_init_script(SCRIPT)
        self.texts: list[str] = []

    def look(self, path: str) -> None:
        """Show a page: nothing of it runs, becomes an element, or breaks the page."""
        response = self.page.goto(path)
        assert response
        assert response.status == 200, path
        assert self.page.evaluate("window.hits") == [], path
        assert self.page.evaluate(INJECTED) == [], path
        assert self.page.evaluate(WHOLE) == [1, 1], path
        assert wider_than_the_window(self.page) == [], path
        # A field for a number tells the console that it was given something else.
        self.noted = [note for note in self.noted if not note.startswith("The specified value")]
        self.texts.append(self.page.evaluate("document.documentElement.textContent"))

    def __exit__(self, *raised: Any) -> None:
        self.context.close()
        if raised[0] is None:
            assert self.noted == []


def test_no_text_is_run_on_any_page_of_any_role(desk: At, browser: Browser) -> None:  # noqa: F811
    at.under("[limits]\nopen_applications = 500\napplications_a_day = 500\n")
    own = Payloads()
    numbers = busy.fill()
    applications = [application(own, number) for number in range(len(SHAPES))]
    around(own)
    assert len(own.given) >= 500
    clients = {name: desk(name) for name in WALKERS}
    texts: list[str] = []
    with served() as address:
        for name, client in clients.items():
            with AtDesk(browser, address, client) as tab:
                for path in places(name, numbers, applications):
                    tab.look(path)
                texts += tab.texts
    connection.close()
    text = plain(" ".join(texts))
    missing = [payload for payload in own.given if plain(payload) not in text]
    assert len(missing) < len(own.given) / 10, missing[:20]


def places(name: str, numbers: dict[str, str], applications: list[int]) -> Iterator[str]:
    """The pages that *name* may see: of every address one, and those that show the texts."""
    for route, row in addresses.table().items():
        path = addresses.example(route.removeprefix("POST "), numbers)
        if row[name] == "200" and not NO_PAGE.search(path):
            yield path
            if name != "ada":
                continue
            yield f"{path}?{urlencode(dict.fromkeys(ASKED, SHAPES[2]))}"
    steps = {"ada": 1, "tia": 5, "aud": 10}  # one role sees all, others a few
    if name in steps:
        yield from (f"/desk/applications/{number}" for number in applications[:: steps[name]])
    if name == "aud":
        [(last,)] = statuses.tables.rows("SELECT MAX(number) FROM register_event")
        yield from (f"/desk/events/{number}" for number in range(last, last - 60, -4))
    if name == "ada":
        for deed in table().values():
            given = {field: SHAPES[place % len(SHAPES)] for place, field in enumerate(deed.form.base_fields)}
            yield f"{deed.address}?{urlencode(given)}"
