"""I-12, F-17: the connection is lost in the commit; the same act with its key tells what became of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

import pytest
from django.db import connection

from portbook.errors import PortbookError
from portbook.register import auditing, changing, tables
from portbook.register.acts import Done
from portbook.store import EditionStore

from . import acts, conftest
from .acts import act, grant, row
from .cutting_proxy import Proxy, When, proxy

PORT = ".s.PGSQL.5432"


@pytest.fixture(params=[pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def engine(request: pytest.FixtureRequest) -> str:
    """SQLite has no connection that could be lost."""
    return str(request.param)


@pytest.fixture
def line(empty: str) -> Iterator[Proxy]:
    """The proxy through which this process works in an empty register with members."""
    acts.found()
    parts = urlsplit(empty)
    host = parse_qs(parts.query).get("host", [""])[0]
    if not host.startswith("/"):
        pytest.fail(f"the server of the tests has no Unix socket: {empty}")
    with tempfile.TemporaryDirectory() as folder, proxy(Path(folder), Path(host) / PORT) as made:
        conftest.use(urlunsplit(parts._replace(query=f"host={folder}")))
        yield made
        made.when = "never"
        connection.close()
        conftest.use(empty)


def give(name: str, port: int, **fields: object) -> Done:
    return changing.transaction(act(**fields), lambda work: grant(work, row(name, port)))


@pytest.mark.parametrize(("when", "is_done"), [("before", False), ("after", True)])
def test_the_same_act_with_its_key_tells(line: Proxy, store: EditionStore, when: When, is_done: bool) -> None:
    line.when = when
    with pytest.raises(PortbookError, match="repeat it with the same key") as raised:
        give("a", 20_000, key="k")
    assert raised.value.problem.code == "E-REGISTER-UNKNOWN"
    line.when = "never"
    assert tables.rows("SELECT fold FROM register_entry") == ([("a",)] if is_done else [])
    done = give("a", 20_000, key="k")
    assert done.is_repeated is is_done
    assert tables.rows("SELECT key FROM register_event WHERE number = %s", [done.event]) == [("k",)]
    assert tables.rows("SELECT fold FROM register_entry") == [("a",)]
    assert auditing.check(store) == ()


def test_without_a_key_its_event_tells(line: Proxy) -> None:
    line.when = "after"
    with pytest.raises(PortbookError, match="look whether its Event is there"):
        give("a", 20_000)
    line.when = "never"
    with pytest.raises(PortbookError, match="held by service 'a'"):
        give("b", 20_000)


def test_the_line_is_taken_up_again(line: Proxy) -> None:
    """A process that lost its connection works on with another."""
    for number in range(3):
        line.when = "after"
        with pytest.raises(PortbookError):
            give(f"lost-{number}", 20_000 + number, key=f"lost-{number}")
        line.when = "never"
        give(f"kept-{number}", 21_000 + number)
    assert tables.rows("SELECT COUNT(*) FROM register_entry") == [(6,)]
