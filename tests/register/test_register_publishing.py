"""The register becomes editions: whole, numbered by the database, on record, whenever it is killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

import invented
from portbook import formats, publication
from portbook.errors import PortbookError
from portbook.publication.manifest import Manifest
from portbook.publication.manifest import read as read_manifest
from portbook.register import auditing, changing, publishing, seeding, tables
from portbook.store import EditionStore
from portbook.store.edition_files import embedded

from . import acts, desk
from .acts import NOW, act, row

SCRIPT = Path(__file__).parent / "publisher.py"
KILLS = 3  # of a publisher, in CI


def states() -> list[tuple[int, str]]:
    return [
        (int(n), str(s)) for n, s in tables.rows("SELECT number, state FROM register_publication ORDER BY 1")
    ]


def assign(name: str, port: int, instant: str = NOW) -> None:
    changing.transaction(act(instant=instant), lambda work: acts.grant(work, row(name, port)))


def test_what_nobody_changed_is_published_as_it_was(register: str, store: EditionStore) -> None:
    result = publishing.publish(act(), store)
    assert (result.number, result.tree) == (1, None)
    assert result.file.data() == invented.FILE.read_bytes()
    assert len(store.all()) == 1 + 4  # the very edition that it began with, and the embedded ones


def test_an_assignment_changes_its_lines_alone(register: str, store: EditionStore) -> None:
    assign("new-service", 28999)
    result = publishing.publish(act(), store)
    assert (result.file.id, result.file.edition.updated) == (NOW[:10], NOW[:10])
    before = invented.FILE.read_text().split("\n")
    after = result.file.data().decode().split("\n")
    new = [line for line in after if line not in before]
    assert [line.strip() for line in new] == [
        f"<updated>{NOW[:10]}</updated>",
        "<name>new-service</name>",
        "<description>A test</description>",
        "<number>28999</number>",
    ]
    assert len(after) - len(before) == 6


def test_numbers_and_records_go_on(register: str, store: EditionStore) -> None:
    for number in (1, 2, 3):
        assign(f"new-service-{number}", 28990 + number)
        result = publishing.publish(act(), store)
        assert result.number == number
        assert result.file.id == (NOW[:10] if number == 1 else f"{NOW[:10]}.{number}")
    assert states() == [(1, "published"), (2, "published"), (3, "published")]
    assert auditing.check(store) == ()
    rows = tables.rows("SELECT edition, after_event, events_head FROM register_publication ORDER BY number")
    link = dict(tables.rows("SELECT number, hash FROM register_event"))
    assert all(link[event] == head for _, event, head in rows)


def test_what_was_seen_is_published_or_nothing(register: str, store: EditionStore) -> None:
    """An act that comes between the look and the publication stops it, with nothing reserved."""
    seen = int(tables.rows("SELECT events FROM register_registry")[0][0])
    assign("new-service", 28999)
    with pytest.raises(
        PortbookError, match=f"went on to Event {seen + 1} since Event {seen} was seen"
    ) as raised:
        publishing.publish(act(), store, seen=seen)
    assert raised.value.problem.code == "E-STALE"
    assert states() == []
    assert publishing.publish(act(), store, seen=seen + 1).number == 1


def manifest_of(folder: Path) -> Manifest:
    return read_manifest((folder / "current" / "manifest.json").read_bytes())


def test_the_manifest_holds_the_end_of_the_chain(register: str, store: EditionStore, tmp_path: Path) -> None:
    assign("new-service", 28999)
    result = publishing.publish(act(), store, publishing.Target(tmp_path / "tree"))
    assert result.tree is not None
    assert manifest_of(tmp_path / "tree").events == result.link
    assert result.link.number == 5  # three members, the seed, the assignment
    published = next((tmp_path / "tree" / "current").rglob("service-names-port-numbers.xml"))
    assert published.read_bytes() == result.file.data()


def test_a_tree_that_refuses_is_on_record(register: str, store: EditionStore, tmp_path: Path) -> None:
    (tmp_path / "tree").write_text("in the way")
    with pytest.raises(PortbookError):
        publishing.publish(act(), store, publishing.Target(tmp_path / "tree"))
    assert states() == [(1, "reserved")]
    (tmp_path / "tree").unlink()
    assert publishing.publish(act(), store, publishing.Target(tmp_path / "tree")).number == 2
    assert states() == [(1, "given up"), (2, "published")]
    assert auditing.check(store) == ()


def test_the_slower_of_two_publishers_is_told(register: str, store: EditionStore) -> None:
    slow = publishing.reserve(act("reserve publication"))
    quick = publishing.publish(act(), store)
    file = publishing.keep(store, slow, act())
    with pytest.raises(PortbookError, match=r"publication 1, .* was overtaken by 2") as raised:
        publishing.finish(act("publish"), slow, file)
    assert raised.value.problem.code == "E-PUBLICATION-OVERTAKEN"
    assert (quick.number, states()) == (2, [(1, "given up"), (2, "published")])


@pytest.mark.parametrize("actor", ["tia", "zoe", "eve", "aud", "max"])
def test_a_registrar_publishes_and_nobody_else(at_work: None, store: EditionStore, actor: str) -> None:
    """T-58: asked in both acts; who began it may be none any more when the files are in place."""
    begun, other = (desk.by(name, object="registry") for name in ("ada", actor))
    reserved = publishing.reserve(begun._replace(operation="reserve publication"))
    file = publishing.keep(store, reserved, begun)
    for do in (
        lambda: publishing.publish(other, store),
        lambda: publishing.finish(other._replace(operation="publish"), reserved, file),
    ):
        with pytest.raises(PortbookError) as raised:
            do()
        assert raised.value.problem.code == "E-ROLE"
    assert states() == [(1, "reserved")]
    assert publishing.publish(desk.by("bob"), store).number == 2


def test_an_empty_register_is_not_published(empty: str, store: EditionStore) -> None:
    acts.found()
    with pytest.raises(PortbookError) as raised:
        publishing.publish(act(), store)
    assert raised.value.problem.code == "E-REGISTER-EMPTY"


def test_a_register_without_contacts_is_published_as_csv(empty: str, store: EditionStore) -> None:
    header = embedded()[-1].data().split(b"\r\n")[0]
    file = store.add(header + b"\r\ninvented,7,tcp,Invented,,,,,,,,\r\n", date="2026-01-01", now=NOW)
    acts.found()
    seeding.seed(file, seeding.show(file).digest, actor="ada", second="bob", instant=NOW, reason="begin")
    assign("new-service", 28999)
    result = publishing.publish(act(), store)
    assert result.file.format == "csv"
    assert result.file.id == NOW[:10]
    assert [r.service_name for r in formats.read(result.file.data()).records] == ["invented", "new-service"]
    assert auditing.check(store) == ()


# -- killed at random moments (F-01)


def start(url: str, store: EditionStore, tree: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portbook.register.settings",
        "PORTBOOK_DATABASE": url,
        "PYTHONPATH": os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(SCRIPT.parents[1])])),
    }
    return subprocess.Popen(
        [sys.executable, SCRIPT, str(store.directory), str(tree)], env=environment, stdout=subprocess.PIPE
    )


@pytest.mark.parametrize("kills", [KILLS, pytest.param(300, marks=pytest.mark.deep)])
def test_a_publisher_killed_at_any_moment(
    register: str, store: EditionStore, tmp_path: Path, kills: int
) -> None:
    source = random.Random(kills)
    tree = tmp_path / "tree"
    connection.close()
    answered: list[tuple[int, str]] = []
    while kills > 0:
        process = start(register, store, tree)
        assert process.stdout
        process.stdout.readline()  # it begins
        for _ in range(source.randrange(2)):
            answered.append(tuple(json.loads(process.stdout.readline())))
        time.sleep(source.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        answered += [tuple(json.loads(line)) for line in process.stdout.read().split(b"\n")[:-1]]
        process.wait()
        process.stdout.close()
        kills -= 1
    published = dict(tables.rows("SELECT number, sha256 FROM register_publication WHERE state = 'published'"))
    for number, sha256 in answered:  # what was answered is on record
        assert published[number] == sha256
    assert auditing.check(store) == ()
    assert store.verify() == ()
    last = publishing.publish(act(), store, publishing.Target(tree))  # the next run is clean
    assert manifest_of(tree).events == last.link
    assert auditing.check(store) == ()
    numbers = [number for number, _ in states()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [state for _, state in states()].count("reserved") == 0
    assert (
        len([path for path in (tree / "publications").iterdir() if path.name.isdigit()]) <= publication.KEEP
    )
