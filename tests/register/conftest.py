"""A register on each engine, new for every test: a copy of one that was migrated once."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from portbook.store import EditionFile, EditionStore

from . import application  # noqa: F401  # before the tables are imported

# isort: split
import invented
from portbook.register import database, seeding

from . import acts, desk, postgresql

_numbers = itertools.count()


def use(url: str, *, flushes: bool = False) -> None:
    """Point this process at the database *url*; unless it *flushes*, SQLite leaves that to the system.

    A process that is killed loses nothing by that, and what a power cut would do is asked nowhere here.
    Other processes, the clients that are killed among them, flush as the settings say.
    """
    settings = database.settings(url)
    if url.startswith("sqlite:") and not flushes:
        settings["OPTIONS"]["init_command"] += ";PRAGMA synchronous=OFF"
    connections["default"].close()
    del connections["default"]
    connections.databases["default"] = connections.configure_settings({"default": settings})["default"]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Path:
    """A SQLite file with the tables, empty."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite3"
    with django_db_blocker.unblock():
        use(f"sqlite://{path}")
        database.migrate()
    return path


@pytest.fixture(scope="session")
def postgresql_server(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The URL of a server with a database "migrated"."""
    with django_db_blocker.unblock(), postgresql.server() as url:
        _execute(url, "DROP DATABASE IF EXISTS portbook_migrated", "CREATE DATABASE portbook_migrated")
        use(postgresql.with_database(url, "portbook_migrated"))
        database.migrate()
        connection.close()
        yield url
        use("sqlite:///nowhere")
        _execute(url, "DROP DATABASE portbook_migrated")


def _execute(url: str, *statements: str) -> None:
    use(url)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # a database takes its time to be made on a busy machine
        for statement in statements:
            cursor.execute(statement)
    connection.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn; without PostgreSQL its tests are not run, and the end of the run says so."""
    return str(request.param)


@pytest.fixture
def fresh(
    engine: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Callable[[], str]]:
    """Makes a register, points this process at it, and returns its URL: `at_work`, or with tables alone."""
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    is_at_work = "at_work" in request.fixturenames
    if engine == "sqlite":
        template = request.getfixturevalue("working_file" if is_at_work else "migrated_file")
    else:
        server = request.getfixturevalue("postgresql_server")
        template = request.getfixturevalue("working_database") if is_at_work else "portbook_migrated"
    made: list[str] = []

    def make() -> str:
        name = f"portbook_test_{next(_numbers)}"
        if engine == "sqlite":
            url = f"sqlite://{shutil.copy(template, tmp_path / name)}"
        else:
            _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
            url = postgresql.with_database(server, name)
            made.append(name)
        use(url)
        return url

    with django_db_blocker.unblock():
        yield make
        connection.close()
        for name in made:
            _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty(fresh: Callable[[], str]) -> str:
    """A register of its own, without rows unless it is `at_work`, in which this process works; its URL."""
    return fresh()


@pytest.fixture
def store(empty: str, tmp_path: Path) -> EditionStore:
    """An empty store of editions."""
    return EditionStore(tmp_path / "editions")


@pytest.fixture
def edition_file(store: EditionStore) -> EditionFile:
    """The invented edition, in the store."""
    return store.add(invented.FILE.read_bytes(), now=acts.NOW)


@pytest.fixture
def register(empty: str, edition_file: EditionFile) -> str:
    """A register with two registrars, seeded from the invented edition; its URL."""
    acts.found()
    seen = seeding.show(edition_file).digest
    seeding.seed(edition_file, seen, actor="ada", second="bob", instant=acts.NOW, reason="the beginning")
    return empty


@pytest.fixture(scope="session")
def working_file(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Path:
    """A SQLite file with a register at work."""
    folder = tmp_path_factory.mktemp("at-work")
    path = Path(shutil.copy(migrated_file, folder / "register.sqlite3"))
    with django_db_blocker.unblock():
        use(f"sqlite://{path}")
        desk.seed(EditionStore(folder / "editions"))
        connection.close()
    return path


@pytest.fixture(scope="session")
def working_database(
    postgresql_server: str, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """The name of a PostgreSQL database with a register at work."""
    name = "portbook_at_work"
    with django_db_blocker.unblock():
        made = f"CREATE DATABASE {name} TEMPLATE portbook_migrated"
        _execute(postgresql_server, f"DROP DATABASE IF EXISTS {name}", made)
        use(postgresql.with_database(postgresql_server, name))
        desk.seed(EditionStore(tmp_path_factory.mktemp("at-work")))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # its copies are planned for as they are; nothing else would say so
        connection.close()
        yield name
        _execute(postgresql_server, f"DROP DATABASE {name}")


@pytest.fixture
def at_work(empty: str, store: EditionStore) -> None:
    """A register with people of every role, seeded from the registry of `asking` (`desk`)."""
    desk.keep(store)
