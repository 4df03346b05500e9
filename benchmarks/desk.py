"""The desk: what its pages cost a server, beside a bare Django page with one indexed query.

Baseline: Django's own session, its user, one query of fifty rows by an index through its ORM, and one
template that lists them.  Every page is taken whole through the WSGI application, as a registrar, an expert
and an applicant see it: in CPU time one after the other, and in wall time for twenty at once; a ratio is the
median over rounds, each beside a bare page taken just before.  First with the few applications that
operations made, then with 10,000 applications and 100,000 Events, which are copies of those, put into the
tables as they are.

On SQLite; then on PostgreSQL too, where PORTBOOK_TEST_POSTGRES names a server.
"""

from __future__ import annotations

import io
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlsplit, urlunsplit

from _edition import goal, run, source

SERVER = "PORTBOOK_TEST_POSTGRES"
GOAL = 4.0  # bare pages
ROUNDS = 7
CALLS = 12  # of a page in a round
AT_ONCE = 20  # people
APPLICATIONS = 10_000
MIXED_AMONG = 5  # one of so many is like any of the four, the others are closed
APPLICANTS = 1_000
EVENTS = 100_000
CLOSED = 2  # of the applications that are copied, the first ones
FIRST_COPY = 10_000_000  # identity
NOW = "2026-06-01T10:00:00Z"
TEAM, NEVER_ASKED = "TCP/UDP experts", "SCTP expert"
PEOPLE = {"ada": "registrar", "eve": "expert", "tia": "applicant"}

NAME: dict[str, Any] = {
    "transports": ["tcp"],
    "assignee": {"name": "Tide Works", "email": "registry@tide.example"},
    "contact": {"name": "Tia Dale", "email": "tia@tide.example"},
    "description": "Remote reading of tide gauges",
    "reference": "Proprietary; messages of the gauge, one a minute",
    "casts": {"broadcast": False, "multicast": False, "anycast": False},
    "txt_keys": [{"key": "path"}],
}
PORT: dict[str, Any] = {
    "ports": [{"range": "User Ports"}],
    "development": "prototype",
    "declares": {"only_discovery": False},
    "answers": {
        "versions": "The first octet of each message is the version.",
        "security": "TLS 1.3 from the first octet, with no way around it.",
        "why_not_dynamic": "Gauges call in before anybody could configure them, through firewalls of others.",
        "distinction": "The gauge opens the connection and sleeps in between.",
    },
}

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


class Visit(NamedTuple):
    """A page, and as whom it is taken."""

    who: str
    address: str


BARE = Visit("ada", "/bare")


def bare(request: Any) -> Any:
    """The page that somebody would write first."""
    from django.http import HttpResponse
    from django.template import engines

    from portbook.register.models import Application as Row

    rows = Row.objects.filter(state="assigned").order_by("due")[:50]
    words = (
        "<h1>{{ user.email }}</h1><ul>{% for row in rows %}<li>{{ row.pk }} {{ row.state }}{% endfor %}</ul>"
    )
    template = _TEMPLATES.setdefault("bare", engines["django"].from_string(words))
    return HttpResponse(template.render({"rows": rows, "user": request.user}, request))


_TEMPLATES: dict[str, Any] = {}
_OWN = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
)
urlpatterns: list[object] = []  # filled in `main`: Django cannot be imported before its settings are named


def main() -> None:
    """Measure on SQLite, or on the server that is named; each engine in a process of its own."""
    server = sys.argv[1] if len(sys.argv) > 1 else ""
    print("PostgreSQL" if server else "SQLite")
    with tempfile.TemporaryDirectory() as name, database(Path(name), server) as url:
        number = registered(Path(name), url)
        from django.core.handlers.wsgi import WSGIHandler
        from django.urls import path

        from portbook.web.shown import shown

        shown().current().opened.prepare()  # as a server does before its first request
        urlpatterns.append(path("bare", bare))
        site = WSGIHandler()
        keys = {who: session(who) for who in PEOPLE}
        for copies in (0, APPLICATIONS):
            fill(copies)
            measure(site, keys, number)
    if not server and os.environ.get(SERVER):
        subprocess.run([sys.executable, __file__, os.environ[SERVER]], check=True)


@contextmanager
def database(folder: Path, server: str) -> Iterator[str]:
    """The URL of an empty database."""
    if not server:
        yield f"sqlite://{folder}/register.sqlite3"
        return
    import psycopg

    name = f"portbook_measured_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            link.execute(f"DROP DATABASE {name} WITH (FORCE)")


def measure(site: Application, keys: dict[str, str], number: int) -> None:
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import override_settings

    visits = [
        *(Visit(who, "/desk") for who in keys),
        *(Visit(who, "/desk/applications") for who in keys),
        Visit("ada", "/desk/applications?state=expert+review"),
        Visit("ada", "/desk/applications?clock=running"),
        Visit("ada", f"/desk/applications?team={quote_plus(NEVER_ASKED)}"),
        *(Visit(who, f"/desk/applications/{number}") for who in keys),
    ]
    for visit in visits:
        assert answer(site, visit, keys) == "200 OK", visit
    for label, spent in (("", one_by_one), (f", {AT_ONCE} at once", at_once)):
        taken: dict[Visit, list[tuple[float, float]]] = {visit: [] for visit in visits}
        for _ in range(ROUNDS):
            for visit, pairs in taken.items():
                with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[*_OWN]):
                    alone = WSGIHandler()
                    assert answer(alone, BARE, keys) == "200 OK"
                    base = spent(alone, BARE, keys)
                # once before, like the bare page: settings that change empty Django's caches
                assert answer(site, visit, keys) == "200 OK", visit
                pairs.append((spent(site, visit, keys), base))
        bases = [base for pairs in taken.values() for _, base in pairs]
        print(f"  a bare page{label}: {statistics.median(bases) * 1e3:.2f} ms")
        for visit, pairs in taken.items():
            ratio = statistics.median(one / base for one, base in pairs)
            page, middle = visit.address.replace(str(number), "N"), statistics.median(one for one, _ in pairs)
            goal(f"  {visit.who} {page}{label}, {middle * 1e3:.1f} ms", ratio, GOAL, "x")


def answer(application: Application, visit: Visit, keys: dict[str, str]) -> str:
    """Take a page whole; return its status."""
    path, _, query = visit.address.partition("?")
    environ = {
        "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query,
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost", "HTTP_COOKIE": f"portbook={keys[visit.who]}",
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
    }  # fmt: skip
    statuses: list[str] = []
    response = application(environ, lambda status, headers, fault=None: statuses.append(status))
    _ = b"".join(response)
    response.close()
    return statuses[0]


def one_by_one(application: Application, visit: Visit, keys: dict[str, str]) -> float:
    """CPU seconds of one answer."""
    start = time.process_time()
    for _ in range(CALLS):
        answer(application, visit, keys)
    return (time.process_time() - start) / CALLS


def at_once(application: Application, visit: Visit, keys: dict[str, str]) -> float:
    """Seconds by the clock of one answer, when so many people ask together."""
    start = time.perf_counter()
    statuses = {*_CROWD.map(lambda _: answer(application, visit, keys), range(2 * AT_ONCE))}
    assert statuses == {"200 OK"}, (visit, statuses)
    return (time.perf_counter() - start) / (2 * AT_ONCE)


_CROWD = ThreadPoolExecutor(AT_ONCE)  # each with a connection to the database that stays open, as in a server


# -- a register to measure on


def registered(folder: Path, url: str) -> int:
    """Make a register with a desk; return an application that stands before the experts."""
    given = source()
    data = folder / f"edition.{given.format}"
    data.write_bytes(given.data)
    os.environ |= {
        "PORTBOOK_HOME": str(folder),
        "PORTBOOK_DATA": str(data),
        "PORTBOOK_DATABASE": url,
        "DJANGO_SETTINGS_MODULE": "portbook.desk.settings",
    }
    from portbook.desk import environment

    environment.make_secret()
    import django

    django.setup()
    from portbook.register import database, members, seeding
    from portbook.register.acts import Act
    from portbook.register.operations import registry
    from portbook.store import EditionStore

    database.migrate()
    for name, role in PEOPLE.items():
        members.add(Act("add member", "ada", f"member {name}", "measured", NOW), name, [role])
    members.add(Act("add member", "ada", "member bob", "measured", NOW), "bob", ["registrar"])
    file = EditionStore(folder / "editions").add(given.data, format=given.format, date=given.id[:10], now=NOW)
    seen = seeding.show(file).digest
    seeding.seed(file, seen, actor="ada", second="bob", instant=NOW, reason="measured")
    registry.appoint(by("ada"), "eve", TEAM, begins="2026-01-01", decision="measured")
    return at_work()


def at_work() -> int:
    """An application that is refused, one that is assigned, one that is new, one before the experts: that."""
    from portbook.applications import of_tree
    from portbook.register.operations import applying, assigning, recommending, reviewing
    from portbook.review import Ground, Verdict

    def sent(name: str, kind: str = "name") -> dict[str, Any]:
        more = PORT if kind == "port" else {}
        done = applying.submit(by("tia"), of_tree({**NAME, **more, "kind": kind, "service_name": name}))
        return {field: done.answer[field] for field in ("application", "version")}

    assigned = sent("measured-gauge")
    reviewing.validate(by("ada"), **assigned)
    assigning.assign(by("ada"), **assigned)
    refused = sent("measured-tide", "port")
    reviewing.validate(by("ada"), **refused)
    words = "A service name alone will do."
    recommending.recommend(
        by("eve"), **refused, verdict=Verdict.REFUSE, reasons=words, grounds=(Ground.NEEDLESS,)
    )
    sent("measured-buoy")
    asked = sent("measured-ferry", "port")
    assert reviewing.validate(by("ada"), **asked).answer["state"] == "expert review"
    return int(asked["application"])


def by(actor: str) -> Any:
    from portbook.register.acts import Act

    return Act("", actor, "", "measured", NOW)


def session(who: str) -> str:
    """Sign somebody in; return the key of the session."""
    from allauth.mfa.models import Authenticator
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore

    from portbook.desk.models import Account

    user = User.objects.create_user(who, f"{who}@people.example")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "none"})
    Account.objects.create(user=user, member=who, name=who.title(), muted="")
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


# -- many


def fill(copies: int) -> None:
    """Put so many copies of the applications into the tables, with their Events; say what is there."""
    from django.db import connection, transaction

    from portbook.register import casework, models, tables

    of_application = (casework.Turn, casework.Filing, models.Review, models.Version, casework.Message)
    originals = tables.select(models.Application, "ORDER BY identity")
    parts = {
        (model, original[0]): tables.select(model, "WHERE application_id = %s", [original[0]])
        for model in of_application
        for original in originals
    }
    fresh = itertools.count(FIRST_COPY)
    made: dict[Any, list[tuple[Any, ...]]] = {model: [] for model in (models.Application, *of_application)}
    for place in range(copies):
        # a tenth of all is open
        original = originals[place % len(originals) if place % MIXED_AMONG == 0 else place % CLOSED]
        identity, submitter = next(fresh), f"applicant-{place % APPLICANTS}"
        made[models.Application].append(
            _copied(models.Application, original, identity=identity, submitter=submitter)
        )
        for model in of_application:
            for row in parts[model, original[0]]:
                made[model].append(_copied(model, row, identity=next(fresh), application_id=identity))
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor, transaction.atomic():
        if is_postgresql:
            cursor.execute("SET LOCAL statement_timeout = 0")
        for model, rows in made.items():
            tables.insert(model, rows)
        tables.insert(models.Event, [*_events(EVENTS if copies else 0)])
    if is_postgresql:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as a server does by itself; a register on SQLite never does
    counted = [
        tables.rows(f"SELECT COUNT(*) FROM register_{name}")[0][0] for name in ("application", "event")
    ]
    print(f"{counted[0]:,} applications, {counted[1]:,} Events")


def _copied(model: Any, row: tuple[Any, ...], **others: Any) -> tuple[Any, ...]:
    """*row* with *others* in their columns."""
    from portbook.register import tables

    columns = tables.table_of(model).columns
    values = dict(zip(columns, row, strict=True)) | others
    return tuple(values[column] for column in columns)


def _events(count: int) -> Iterator[tuple[Any, ...]]:
    """So many more Events, each of an application that is a copy."""
    from portbook.register import tables

    statement = "SELECT number, hash FROM register_event ORDER BY number DESC LIMIT 1"
    [(last, link)] = tables.rows(statement)
    for place in range(count):
        told = (last + 1 + place, link, f"{place:064x}", NOW, "ada", "validate")
        link = told[2]
        yield (*told, f"application {FIRST_COPY + place}", "measured", "[]", "command", "", "{}")


if __name__ == "__main__":
    run(main)
