"""Backups: restored they are the register that was, on either engine; damaged or old ones do no harm."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from portbook.errors import PortbookError, RuleError
from portbook.publication.manifest import Link
from portbook.register import auditing, backups, changing, events, tables
from portbook.register.models import Registry
from portbook.store import EditionStore

from .acts import act, grant, row
from .conftest import use


def everything() -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    return {
        tables.table_of(model).name: sorted(tables.select(model, ""), key=repr) for model in backups._models()
    }


def head() -> Link:
    registry = tables.load(Registry, "")[0]
    return Link(registry.events, registry.events_head)


@pytest.fixture
def full(register: str) -> str:
    """A register with some acts, a letter and a key; its URL."""
    changing.transaction(
        act("assign", key="k1"),
        lambda work: (grant(work, row("tide", 20000)), work.notify("a@b", "s", "ü\n"))[0],
    )
    return register


@pytest.fixture
def backup(full: str, tmp_path: Path) -> Path:
    path = tmp_path / "backup"
    backups.write(path)
    return path


def restore(path: Path, manifest: Link | None = None, **fields: object) -> bool:
    """Restore, and say whether the register is frozen then."""
    done = backups.restore(path, act("", object="", **fields), manifest)
    return bool(done.answer["frozen"])


# -- whole


def test_a_restored_register_is_the_one_that_was(
    backup: Path, store: EditionStore, fresh: Callable[[], str]
) -> None:
    before, link = everything(), head()
    fresh()
    assert restore(backup) is True
    after = everything()
    assert after["register_event"][:-1] == before["register_event"] or len(after["register_event"]) == (
        len(before["register_event"]) + 1
    )
    for table in set(before) - {"register_event", "register_registry"}:
        assert after[table] == before[table], table
    assert backups.has(link)
    assert auditing.check(store) == ()


def test_what_is_restored_goes_on(backup: Path, fresh: Callable[[], str]) -> None:
    link = head()
    fresh()
    assert restore(backup, link) is False
    done = changing.transaction(
        act("assign", key="k2"),
        lambda work: (grant(work, row("ebb", 20001)), work.notify("a@b", "s", "t"))[0],
    )
    assert done.event == link.number + 2
    assert changing.transaction(act("assign", key="k1"), lambda work: None).is_repeated


@pytest.mark.needs("postgresql")
@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_sqlite_wrote_postgresql_takes(
    backup: Path, request: pytest.FixtureRequest, engine: str
) -> None:
    from . import postgresql
    from .conftest import _execute

    before = everything()
    server = request.getfixturevalue("postgresql_server")
    _execute(server, "CREATE DATABASE portbook_moved TEMPLATE portbook_migrated")
    try:
        use(postgresql.with_database(server, "portbook_moved"))
        restore(backup)
        after = everything()
        assert after["register_entry"] == before["register_entry"]
        assert events.verify().problems == ()
    finally:
        connection.close()
        _execute(server, "DROP DATABASE portbook_moved WITH (FORCE)")


def test_a_backup_is_its_owners_and_replaces_nothing(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    before = backup.read_bytes()
    with pytest.raises(PortbookError) as raised:
        backups.write(backup)
    assert raised.value.problem.code == "E-BACKUP-EXISTS"
    assert backup.read_bytes() == before


def test_trying_out_touches_nothing(backup: Path) -> None:
    before = everything()
    tried = backups.try_out(backup)
    assert (tried.events, tried.head) == tuple(head())
    assert tried.rows == sum(map(len, before.values()))
    assert everything() == before


@pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]
)
def test_a_backup_under_load_is_one_moment(full: str, tmp_path: Path, engine: str) -> None:
    stop = threading.Event()
    failed: list[BaseException] = []

    def work() -> None:
        port = 21000
        try:
            while not stop.is_set():
                name = f"load-{port}"
                changing.transaction(act("assign"), lambda w, n=name, p=port: grant(w, row(n, p)))
                port += 1
        except BaseException as error:  # told below
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        made = [backups.write(tmp_path / f"b{number}") for number in range(5)]
    finally:
        stop.set()
        thread.join()
    assert not failed
    hashes = dict(tables.rows("SELECT number, hash FROM register_event"))
    for number, each in enumerate(made):
        assert hashes[each.events] == each.head
        backups.try_out(tmp_path / f"b{number}")


# -- damaged


def damaged(data: bytes, how: str) -> bytes:
    lines = gzip.decompress(data).splitlines(keepends=True)
    match how:
        case "cut off":
            return data[: len(data) // 2]
        case "no gzip":
            return b"register"
        case "empty":
            return b""
        case "without its end":
            lines = lines[:-1]
        case "a row less":
            del lines[-2]
        case "a row more":
            lines.insert(-1, lines[-2])
        case "after its end":
            lines.append(lines[-2])
        case "another head":
            lines[0] = lines[0].replace(b'"events":', b'"events":1')
        case "another format":
            lines[0] = lines[0].replace(b"portbook-register", b"portbook-other")
        case "no object":
            lines[1] = b"[]\n"
    return gzip.compress(b"".join(lines))


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    "how",
    [
        *("cut off", "no gzip", "empty", "without its end", "a row less", "a row more", "after its end"),
        *("another head", "another format", "no object"),
    ],
)
def test_a_damaged_backup_is_refused_whole(
    backup: Path, fresh: Callable[[], str], how: str, engine: str
) -> None:
    backup.write_bytes(damaged(backup.read_bytes(), how))
    fresh()
    with pytest.raises(PortbookError) as raised:
        restore(backup)
    assert raised.value.problem.code == "E-BACKUP-DAMAGED"
    assert head() == (0, events.NO_HASH)


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("value", [10**30, -(10**30), {"a": 1}, None, "many"])
def test_a_value_that_no_table_takes_is_told(
    backup: Path, fresh: Callable[[], str], value: object, engine: str
) -> None:
    rows = [json.loads(line) for line in gzip.decompress(backup.read_bytes()).splitlines()[:-1]]
    first = next(each for each in rows[1:] if each["table"] == "register_member")
    first["row"]["version"] = value
    body = b"".join(events.canonical(each).encode() + b"\n" for each in rows)
    end = {"rows": len(rows) - 1, "sha256": hashlib.sha256(body).hexdigest()}
    backup.write_bytes(gzip.compress(body + json.dumps(end).encode() + b"\n"))
    fresh()
    for use_it in (restore, backups.try_out):
        with pytest.raises(PortbookError) as raised:
            use_it(backup)
        assert raised.value.problem.code == "E-BACKUP-DAMAGED"
    assert head() == (0, events.NO_HASH)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_row_that_was_changed_with_its_digest_fails_by_the_chain(
    backup: Path, fresh: Callable[[], str], engine: str
) -> None:
    import hashlib

    lines = gzip.decompress(backup.read_bytes()).splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if b'"reason":"the beginning"' in line)
    lines[place] = lines[place].replace(b"the beginning", b"the benefit!!")
    end = json.loads(lines[-1])
    end["sha256"] = hashlib.sha256(b"".join(lines[:-1])).hexdigest()
    lines[-1] = json.dumps(end, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    backup.write_bytes(gzip.compress(b"".join(lines)))
    fresh()
    with pytest.raises(PortbookError) as raised:
        restore(backup)
    assert raised.value.problem.code == "E-BACKUP-DAMAGED"
    assert head() == (0, events.NO_HASH)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_random_bytes_changed(backup: Path, fresh: Callable[[], str], engine: str) -> None:
    data, source = backup.read_bytes(), random.Random(7)
    fresh()
    for _ in range(20):
        place = source.randrange(10, len(data))  # the header of gzip has bytes that mean nothing
        backup.write_bytes(
            data[:place] + bytes([data[place] ^ (1 << source.randrange(8))]) + data[place + 1 :]
        )
        with pytest.raises(PortbookError):
            restore(backup)
        assert head() == (0, events.NO_HASH)


# -- old (T-92)


def test_an_old_backup_gives_nothing_again(backup: Path, fresh: Callable[[], str]) -> None:
    changing.transaction(act("assign"), lambda work: grant(work, row("newer", 20002)))
    newest = head()
    fresh()
    assert restore(backup, newest) is True
    with pytest.raises(RuleError) as raised:
        changing.transaction(act("assign"), lambda work: grant(work, row("other", 20002)))
    assert raised.value.problem.code == "E-FROZEN"


@pytest.mark.parametrize("number", [1, 3])
def test_a_manifest_of_another_chain_lets_nothing_go_on(
    backup: Path, fresh: Callable[[], str], number: int
) -> None:
    fresh()
    assert restore(backup, Link(number, "0" * 64)) is True


def test_no_register_is_overwritten(backup: Path) -> None:
    before = everything()
    with pytest.raises(RuleError) as raised:
        restore(backup)
    assert raised.value.problem.code == "E-RESTORE-FULL"
    assert everything() == before


@pytest.mark.parametrize("actor", ["cyd", "nobody"])
def test_only_who_may_freeze_restores(backup: Path, fresh: Callable[[], str], actor: str) -> None:
    fresh()
    with pytest.raises(RuleError) as raised:
        restore(backup, actor=actor)
    assert raised.value.problem.code in ("E-ROLE", "E-MEMBER-UNKNOWN")
    assert head() == (0, events.NO_HASH)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_backup_of_a_newer_portbook(backup: Path, fresh: Callable[[], str], engine: str) -> None:
    lines = gzip.decompress(backup.read_bytes()).splitlines(keepends=True)
    first = json.loads(lines[0])
    first["migrations"].append("9999_later")
    backup.write_bytes(gzip.compress(json.dumps(first).encode() + b"\n" + b"".join(lines[1:])))
    fresh()
    with pytest.raises(PortbookError) as raised:
        restore(backup)
    assert raised.value.problem.code == "E-REGISTER-NEWER"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_how_long_a_row_may_be(
    backup: Path, fresh: Callable[[], str], monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    longest = max(map(len, gzip.decompress(backup.read_bytes()).splitlines(keepends=True)))
    fresh()
    monkeypatch.setattr(backups, "MAX_BACKUP_LINE", longest - 1)
    with pytest.raises(PortbookError) as raised:
        restore(backup)
    assert raised.value.problem.code == "E-BACKUP-DAMAGED"
    monkeypatch.setattr(backups, "MAX_BACKUP_LINE", longest)
    assert restore(backup) is True
