"""Every list of the desk on PostgreSQL beside SQLite: the same rows in the same order, as many statements.

One register is made on SQLite; its rows go into a database of PostgreSQL as they are.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from portbook.register import models
from portbook.register.operations import recommending
from portbook.review import Ground, Verdict
from portbook.states import ApplicationState as S
from portbook.web import clock
from register import desk as registry
from register import postgresql
from register.conftest import use

from .test_applications import in_each_state
from .test_cases import one_of_each

pytestmark = [pytest.mark.needs("postgresql"), pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]

At = Callable[[str], Client]

LATER = f"{registry.after(20)}T12:00:00Z"  # some clocks have run out
# Secrets that are new for each page: against forged forms, and keys of idempotency.
SECRET = re.compile(r'(?<=value=")(?:[A-Za-z0-9]{64}|[0-9a-f]{32})(?=")')

PORT = {"ports": [{"range": "User Ports"}]}
PAGES = {  # of whom
    "ada bob eve sol dan tia gus iesg aud max": ("/desk",),
    "ada eve sol tia gus iesg aud max": ("/desk/applications",),
    "ada eve tia": (
        *(f"/desk/applications?state={each}" for each in ("open", "closed", "expert+review", "new")),
        *(f"/desk/applications?clock={each}" for each in ("late", "soon", "running")),
    ),
    "ada eve": (
        "/desk/applications?team=TCP/UDP+experts",
        "/desk/applications?team=SCTP+expert&clock=running",
        "/desk/applications?submitter=tom",
        "/desk/applications?text=TIDE",
        "/desk/applications?text=nowhere",
    ),
    "ada": (
        *(f"/desk/entries?q={each}" for each in ("ferry", "4242", "f", "nowhere")),
        *(f"/desk/contacts?months={each}" for each in (1, 12)),
        "/desk/contacts/Fay",
        *("/desk/events", "/desk/events?actor=tia", "/desk/events?object=ferry", "/desk/events?text=TIDE"),
        *("/desk/events?operation=submit&before=60", "/desk/events?first=2031-06-01&after=3"),
        *("/desk/cases", "/desk/cases?state=closed", "/desk/people", "/desk/people?name=a", "/desk/pending"),
        "/desk/statistics?year=2031",
    ),
    "fay gus tia": ("/desk/holdings",),
}


class Told(NamedTuple):
    """What a page says, with how many statements, and how many of them were asked before."""

    status: int
    page: str
    statements: int
    repeated: int


@pytest.fixture
def moved(postgresql_server: str) -> Iterator[Callable[[], None]]:
    """Moves this process to a database of PostgreSQL that has all rows of the register where it was."""
    name = "portbook_lists"

    def do(statement: str) -> None:
        with psycopg.connect(postgresql_server, autocommit=True) as link:
            link.execute(statement)  # type: ignore[arg-type]

    def move() -> None:
        tables = [*apps.get_app_config("register").get_models()]
        rows = {table: [*table._base_manager.all()] for table in tables}
        use(postgresql.with_database(postgresql_server, name))
        with transaction.atomic():
            for table in tables:
                if table is not models.Event:  # which the books keep, and has none here
                    table._base_manager.all().delete()
                table._base_manager.bulk_create(rows[table])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    do(f"CREATE DATABASE {name} TEMPLATE portbook_migrated")
    try:
        yield move
    finally:
        connection.close()
        do(f"DROP DATABASE {name} WITH (FORCE)")


def everything_told(desk: At, dossier: str) -> dict[tuple[str, str], Told]:
    """Each page, for each who looks at it; before that everybody comes in, which is noted."""
    clients = {who: desk(who) for who in sorted({who for names in PAGES for who in names.split()})}
    for client in clients.values():
        assert client.get("/desk").status_code == 200
    pages = {**PAGES, "ada eve sol tia": (dossier,)}
    visits = (each for names, of in pages.items() for each in itertools.product(names.split(), of))
    return {(who, page): told(clients[who], page) for who, page in visits}


def told(client: Client, page: str) -> Told:
    asked: list[tuple[str, str]] = []

    def hear(execute: Any, sql: str, parameters: Any, *rest: Any) -> Any:
        asked.append((sql, str(parameters)))
        return execute(sql, parameters, *rest)

    with connection.execute_wrapper(hear):
        answer = client.get(page)
    words = SECRET.sub("", answer.content.decode())
    return Told(answer.status_code, words, len(asked), len(asked) - len(set(asked)))


def made() -> str:
    """Applications in each state, cases of each kind, two that were judged; return the page of a like one."""
    registry.under("[limits]\nopen_applications = 100\napplications_a_day = 100\n")
    in_each_state()
    one_of_each()
    for name, actor in (("tide-one", "tom"), ("tide-two", "una")):
        done = registry.validated(registry.submitted("port", {"service_name": name, **PORT}, actor))
        words = {"verdict": Verdict.REFUSE, "reasons": "A name will do.", "grounds": (Ground.NEEDLESS,)}
        recommending.recommend(registry.by("eve"), **registry.of(done), **words)
    asked = {"service_name": "tide-three", "transports": ["tcp", "sctp"], **PORT}
    done = registry.validated(registry.submitted("port", asked))
    assert done.answer["state"] == S.EXPERT_REVIEW
    return f"/desk/applications/{done.answer['application']}"


def test_both_engines_tell_the_same(
    desk: At, moved: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = made()
    monkeypatch.setattr(clock, "instant", lambda: LATER)
    here = everything_told(desk, dossier)
    moved()
    there = everything_told(desk, dossier)
    assert connection.vendor == "postgresql"
    for visit, page in here.items():
        assert there[visit] == page, visit
    assert {page.status for page in here.values()} == {200}
    once = ("/desk", "/desk/applications", dossier)  # a page that reads alone asks a question once
    assert {visit: page.repeated for visit, page in here.items() if visit[1] in once and page.repeated} == {}
    assert all("Like cases" in here[who, dossier].page for who in ("ada", "eve"))
