"""How each engine is used (D-1, D-10), what is refused, and that the public half needs none of it (I-10)."""

from __future__ import annotations

import ast
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from portbook.errors import PortbookError
from portbook.register import changing, database, tables

from . import acts, conftest, postgresql
from .acts import act, row

WEB_OF_DJANGO = ("django.http", "django.urls", "django.views", "django.forms", "django.shortcuts", "ninja")
ROOT = Path(__file__).resolve().parents[2]


def test_without_a_url_the_register_is_in_our_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path))
    assert database.settings()["NAME"] == str(tmp_path / "register.sqlite3")
    assert database.settings("")["ENGINE"] == "django.db.backends.sqlite3"


URLS = {
    "sqlite:///srv/a%20b.sqlite3": {"NAME": "/srv/a b.sqlite3"},
    "postgresql://portbook:s%40crt@db.example:5433/books?sslmode=verify-full": {
        "NAME": "books", "USER": "portbook", "PASSWORD": "s@crt", "HOST": "db.example", "PORT": "5433",
    },
    "postgresql:///books?host=/run/postgresql": {"NAME": "books", "USER": "", "HOST": "/run/postgresql"},
}  # fmt: skip


@pytest.mark.parametrize("url", URLS)
def test_a_url_says_where(url: str) -> None:
    given = database.settings(url)
    assert {name: given[name] for name in URLS[url]} == URLS[url]


def test_an_option_of_the_connection_is_kept() -> None:
    options = database.settings("postgresql://a@b/c?sslmode=verify-full")["OPTIONS"]
    assert options["sslmode"] == "verify-full"
    assert "synchronous_commit=on" in options["options"]


@pytest.mark.parametrize(
    "url",
    [
        "mysql://portbook:secret@db/books",
        "postgresql://portbook:secret@db",
        "postgresql://portbook:secret@db:port/books",
        "postgresql://portbook:secret@db/books?options=-csynchronous_commit%3Doff",
        "postgresql://portbook:secret@[db/books",
        "sqlite://",
        "sqlite://host/path",
        "sqlite:///path?mode=ro",
        "register.sqlite3",
    ],
)
def test_a_url_that_says_nothing_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(PortbookError) as raised:
        database.settings(url)
    assert raised.value.problem.code == "E-DATABASE-URL"
    assert "secret" not in str(raised.value)


# -- how they are used


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("version, wanted", [((3, 51, 2), ("delete", 3)), ((3, 51, 3), ("wal", 2))])
def test_sqlite_writes_as_its_version_can(
    empty: str, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], wanted: tuple[str, int]
) -> None:
    if version != sqlite3.sqlite_version_info:  # what another version would have been given
        newer = version >= database.WAL_IS_SOUND
        monkeypatch.setattr(database, "MODE", ("WAL", "FULL") if newer else ("DELETE", "EXTRA"))
    conftest.use(empty, flushes=True)
    assert (pragma("journal_mode"), pragma("synchronous")) == wanted
    assert (pragma("foreign_keys"), pragma("mmap_size"), pragma("recursive_triggers")) == (1, 0, 1)
    assert pragma("busy_timeout") == 1_000 * database.BUSY_SECONDS


def pragma(name: str) -> object:
    return tables.rows(f"PRAGMA {name}")[0][0]


def test_the_mode_follows_the_linked_version() -> None:
    sound = sqlite3.sqlite_version_info >= (3, 51, 3)
    assert (("WAL", "FULL") if sound else ("DELETE", "EXTRA")) == database.MODE


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_sqlite_takes_its_lock_at_the_beginning(empty: str) -> None:
    other = sqlite3.connect(empty.removeprefix("sqlite://"), timeout=0)
    with transaction.atomic(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("UPDATE register_registry SET updated = ''")
    other.close()


ONLY_POSTGRESQL = pytest.mark.parametrize(
    "engine", [pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))], indirect=True
)


@ONLY_POSTGRESQL
def test_postgresql_is_told_what_must_hold(empty: str) -> None:
    wanted = {
        "synchronous_commit": "on",
        "statement_timeout": "2s",
        "idle_in_transaction_session_timeout": "10s",
    }
    assert {name: tables.rows(f"SHOW {name}")[0][0] for name in wanted} == wanted


@ONLY_POSTGRESQL
def test_a_statement_that_takes_too_long_is_ended(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    acts.found()
    monkeypatch.setattr(changing, "MAX_TRIES", 1)
    with pytest.raises(PortbookError) as raised:
        changing.transaction(act(), lambda work: tables.rows("SELECT pg_sleep(3)"))
    assert raised.value.problem.code == "E-REGISTER-BUSY"


@ONLY_POSTGRESQL
def test_the_documented_role_works_and_changes_no_table(empty: str) -> None:
    """The statements of docs/operating.md, as they stand there."""
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    found = re.search(r"```sql\n(.*?)```", page, re.DOTALL)
    assert found
    acts.found()
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS portbook_writer")
        cursor.execute(found[1].replace("CREATE ROLE", "CREATE ROLE"))
        cursor.execute("SET ROLE portbook_writer")
        changing.transaction(act(), lambda work: acts.grant(work, row("a", 20000)))
        for statement in (
            "CREATE TABLE mine (id int)",
            "ALTER TABLE register_event DISABLE TRIGGER ALL",
            "DROP TABLE register_portclaim",
            "UPDATE register_event SET reason = ''",
            "DELETE FROM register_event",
            "TRUNCATE register_event",
        ):
            with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
                cursor.execute(statement)
        cursor.execute("RESET ROLE")
        cursor.execute("DROP OWNED BY portbook_writer")
        cursor.execute("DROP ROLE portbook_writer")


# -- versions of the tables


def test_migrations_and_models_agree(empty: str) -> None:
    call_command("makemigrations", "register", check=True, dry_run=True, verbosity=0)


def test_tables_of_this_version_are_taken(empty: str) -> None:
    database.check()
    database.migrate()
    database.check()


@pytest.mark.parametrize(
    "statement, code",
    [
        ("INSERT INTO django_migrations (app, name, applied) VALUES ('register', '9999_later', '2030-01-01')",
         "E-REGISTER-NEWER"),
        ("DELETE FROM django_migrations WHERE name = '0002_books'", "E-REGISTER-OLDER"),
        ("DELETE FROM django_migrations", "E-REGISTER-NONE"),
    ],
)  # fmt: skip
def test_other_tables_are_left_alone(empty: str, statement: str, code: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(PortbookError) as raised:
        database.check()
    assert raised.value.problem.code == code
    if code == "E-REGISTER-NEWER":
        with pytest.raises(PortbookError):
            database.migrate()


def test_a_database_that_does_not_answer_is_told(empty: str, engine: str, tmp_path: Path) -> None:
    nowhere = f"{tmp_path}/nowhere/x.sqlite3"
    conftest.use(f"sqlite://{nowhere}" if engine == "sqlite" else postgresql.with_database(empty, "nowhere"))
    with pytest.raises(PortbookError) as raised:
        database.check()
    assert raised.value.problem.code == "E-REGISTER-DATABASE"
    with pytest.raises(PortbookError) as raised:
        changing.transaction(act(), lambda work: None)
    assert raised.value.problem.code == "E-REGISTER-DATABASE"


def test_a_child_opens_a_connection_of_its_own(empty: str) -> None:
    acts.found()
    child = os.fork()
    if child == 0:
        try:
            done = changing.transaction(act(object="of the child"), lambda work: None)
            os._exit(0 if done.event == 4 else 1)
        except BaseException:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert changing.transaction(act(object="of the parent"), lambda work: None).event == 5


# -- the two halves


def test_the_register_knows_no_http() -> None:
    found = {
        (path.name, name)
        for path in (ROOT / "src" / "portbook" / "register").rglob("*.py")
        for name in imported(path)
        if name.startswith(WEB_OF_DJANGO)
    }
    assert found == set()


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


SITE = """
import sys, sqlite3
opened = []
sys.addaudithook(lambda event, args: opened.append(args) if event == "sqlite3.connect" else None)
import django
django.setup()
from django.conf import settings
from django.test import Client
client = Client(SERVER_NAME="localhost")
for path in ("/", "/ports/443", "/services/https", "/search?q=mail", "/v1/ports/443", "/editions"):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.content[:300])
assert [name for name in sys.modules if name.startswith("portbook.register") or "psycopg" in name] == []
assert not settings.DATABASES.get("default", {}).get("NAME") and opened == []
"""


def test_the_site_runs_without_register_and_database(tmp_path: Path) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portbook.web.settings",
        "PORTBOOK_HOME": str(tmp_path),
        "PORTBOOK_DATABASE": "postgresql://nobody@127.0.0.1:1/nothing",
    }
    result = subprocess.run(
        [sys.executable, "-c", SITE],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
