"""`portbook update` as a process of its own: what it says, its statuses, and the site and paths beside it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import portbook as package
import update_editions as editions
from cli_runs import portbook
from hostile_server import HostileServer, cut_at, good, serving, trusted_file
from portbook.store import EditionStore, durable
from portbook.update import DEFAULT_URL
from portbook.update.limits import MAX_SECONDS

SOURCE = str(Path(package.__file__).parents[1])
ASKING = "asking localhost ...\n"  # at once, on standard error
CODE = "import sys; from portbook.cli import main; sys.exit(main(sys.argv[1:]))"


class Ran(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with serving() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    EditionStore(made / "editions").add(editions.base_xml())
    return made


def started(home: Path, *argv: str) -> subprocess.Popen[str]:
    env = {"PORTBOOK_HOME": str(home), "PYTHONPATH": SOURCE, "SSL_CERT_FILE": trusted_file(), "TERM": "dumb"}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", CODE, "update", *argv], stdout=pipe, stderr=pipe, env=env, text=True
    )


def update(home: Path, *argv: str) -> Ran:
    with started(home, *argv) as run:
        out, err = run.communicate(timeout=100)
    return Ran(run.returncode, out, err)


def test_kept_and_then_up_to_date(server: HostileServer, home: Path) -> None:
    server.behaviour = good(editions.next_xml())
    dry = update(home, "--url", server.url, "--dry-run")
    rows = f"rows since {editions.BASE_DATE}: 1 new, 0 gone, 0 changed"
    assert dry == (0, f"would keep the edition of {editions.NEXT_DATE}; {rows}\n", ASKING)
    assert not (home / "update").exists()
    kept = update(home, "--url", server.url)
    assert kept.status == 0
    assert kept.out == f"kept edition {editions.NEXT_DATE}; {rows}\n"
    again = update(home, "--url", server.url)
    assert again == (0, f"up to date: edition {editions.NEXT_DATE} is the one at {server.url}\n", ASKING)
    assert portbook("9000/tcp", home=home).out.startswith("9000\ttcp\tassigned\tnewcomer\t")
    listed = {line.split("\t")[0] for line in portbook("paths", "--tsv", home=home).out.split("\n")}
    files = {str(path) for path in home.rglob("*") if path.is_file()}
    assert files <= listed
    assert str(home / "update" / "state.json") in files


def test_held_says_why_and_what_to_do(server: HostileServer, home: Path) -> None:
    odd = editions.xml(editions.changing("lamp", assignee=(editions.person("Bo_Buoy"),)))
    server.behaviour = good(odd)
    held = update(home, "--url", server.url)
    assert (held.status, held.err) == (1, ASKING)
    assert "80/tcp: 'lamp [IESG] [Bo_Buoy]', 'lamp-too [IESG]' before" in held.out
    assert f"Until then {editions.BASE_DATE} goes on answering." in held.out
    digest = re.search(r"SHA-256 is ([0-9a-f]{64})", held.out)
    assert digest
    assert f"portbook update --accept-held={digest[1][:16]}\n" in held.out
    assert portbook("--version", home=home).out.count(editions.BASE_DATE) == 1
    assert update(home, "--accept-held=12345678").status == 3
    assert update(home, "--accept-held=nonsense").status == 2
    server.close()  # to accept needs no connection
    assert update(home, "--accept-held") == (1, held.out, "")  # what is held now, and the line to type
    accepted = update(home, f"--accept-held={digest[1][:8]}")
    assert (accepted.status, accepted.out.split(";")[0]) == (0, f"kept edition {editions.NEXT_DATE}")
    assert portbook("--version", home=home).out.count(editions.NEXT_DATE) == 1
    nothing = update(home, "--accept-held")
    assert (nothing.status, "E-UPDATE-NOTHING-HELD" in nothing.err) == (3, True)


def test_on_the_embedded_edition_a_hold_is_explained(server: HostileServer, tmp_path: Path) -> None:
    """The likely first update: years of changes at once."""
    embedded = EditionStore(tmp_path / "none").current()
    records = [*embedded.edition.records]
    del records[100]
    server.behaviour = good(editions.xml(lambda rows: rows.__setitem__(slice(None), records)))
    held = update(tmp_path / "home", "--url", server.url)
    assert held.status == 1
    assert f"Edition {embedded.id} came with Portbook: the first update is always held." in held.out
    digest = re.search(r"--accept-held=([0-9a-f]{16})\n", held.out)
    assert digest
    assert update(tmp_path / "home", f"--accept-held={digest[1]}").status == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks otherwise")
def test_another_update_at_work_is_waited_for_aloud(server: HostileServer, home: Path) -> None:
    server.behaviour = good(editions.next_xml())
    with durable.locked(home / "update" / "lock"), started(home, "--url", server.url) as run:
        assert run.stderr
        lines = [run.stderr.readline(), run.stderr.readline()]
        assert "another update is at work; waiting for it, at most 180 seconds\n" in lines
        run.terminate()
    assert server.visits == []


@pytest.mark.parametrize("outcome", ["kept", "current", "held", "would-keep", "would-hold"])
def test_json_is_one_document(outcome: str, server: HostileServer, home: Path) -> None:
    odd = "h" in outcome.removeprefix("would-")[:1]
    data = editions.xml(editions.without("invented-7")) if odd else editions.next_xml()
    server.behaviour = good(editions.base_xml() if outcome == "current" else data)
    dry = ["--dry-run"] if outcome.startswith("would") else []
    ran = update(home, "--json", "--url", server.url, *dry)
    found = json.loads(ran.out)
    assert (ran.status, ran.err) == (1 if odd else 0, ASKING)
    assert set(found) == {
        *("outcome", "edition", "since", "since_embedded", "date", "sha256", "url", "changes", "reasons"),
        *("revision", "resumed_at", "waiting"),
    }
    assert found["outcome"] == outcome
    assert [reason["code"] for reason in found["reasons"]] == (["row-vanished"] if odd else [])
    assert found["edition"] == {"kept": editions.NEXT_DATE, "current": editions.BASE_DATE}.get(outcome)
    assert found["changes"].keys() == {"added", "removed", "changed"}


def test_a_revision_is_told_aloud(server: HostileServer, home: Path) -> None:
    server.behaviour = good(editions.xml(date=editions.BASE_DATE))
    ran = update(home, "--url", server.url)
    assert (ran.status, ran.out.split(";")[0]) == (0, f"kept edition {editions.BASE_DATE}.2")
    assert f"it is a revision: {editions.BASE_DATE} was published before, with other bytes" in ran.out


def test_a_resumed_download_is_told(server: HostileServer, home: Path) -> None:
    server.behaviour = cut_at(5000, editions.next_xml())
    ran = update(home, "--url", server.url)
    assert (ran.status, "resumed: 5,000 bytes had come before" in ran.out) == (0, True)


def test_errors_are_one_line_with_a_code(server: HostileServer, home: Path) -> None:
    server.behaviour = lambda visit: visit.answer(b"<html>Sorry \x1b[31m</html>")
    for argv, status, code in (
        (("--url", server.url), 3, "E-XML-SYNTAX"),
        (("--url", "http://localhost/"), 2, "E-UPDATE-URL"),
        (("--url", server.url, "--accept-held"), 2, "E-USAGE"),
        (("--nonsense",), 2, "E-USAGE"),
    ):
        ran = update(home, *argv)
        assert (ran.status, ran.out, ran.err.removeprefix(ASKING).count("\n")) == (status, "", 1)
        assert ran.err.startswith(ASKING) == (status == 3)
        assert code in ran.err
        assert "\x1b" not in ran.err


def test_without_trust_nothing_comes(
    server: HostileServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's trust, which does not know the test's authority."""
    server.behaviour = good(editions.next_xml())
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    ran = portbook("update", "--url", server.url, home=home)
    assert (ran.status, "E-UPDATE-TLS" in ran.err) == (3, True)
    assert server.visits == []


def test_a_home_that_cannot_be_written(server: HostileServer, home: Path, tmp_path: Path) -> None:
    server.behaviour = good(editions.next_xml())
    (home / "update").write_text("in the way")
    ran = update(home, "--url", server.url)
    assert (ran.status, "E-STORE-WRITE" in ran.err) == (3, True)
    assert server.visits == []
    assert EditionStore(home / "editions").current().data() == editions.base_xml()


def test_without_a_network_the_other_way_is_named(server: HostileServer, home: Path) -> None:
    url = server.url
    server.close()
    ran = update(home, "--url", url)
    assert (ran.status, ran.out, ran.err.count("\n")) == (3, "", 2)
    assert "E-UPDATE-CONNECT" in ran.err
    assert "`portbook editions add FILE`" in ran.err


def test_help_says_whom_it_asks_how_long_and_where_editions_are_kept(home: Path) -> None:
    ran = update(home, "--help")
    for words in (
        DEFAULT_URL,
        f"after {MAX_SECONDS} seconds",
        "it is held",
        "`portbook paths`",
        "3 not fetched",
    ):
        assert words in ran.out
    assert "data missing" not in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_ctrl_c_is_quiet_and_the_next_update_is_clean(server: HostileServer, home: Path) -> None:
    server.behaviour = lambda visit: visit.rest()
    with started(home, "--url", server.url) as run:
        while not server.visits:
            assert run.poll() is None
            server.over.wait(0.01)
        os.kill(run.pid, signal.SIGINT)
        out, err = run.communicate(timeout=30)
    assert (run.returncode, out, err) == (130, "", ASKING)
    server.behaviour = good(editions.next_xml())
    assert update(home, "--url", server.url).status == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.1, 0.2, 0.4])
def test_a_kill_leaves_the_old_edition_or_the_new_one(
    after: float, server: HostileServer, home: Path
) -> None:
    """F-01, while it works on what came."""
    server.behaviour = good(editions.next_xml())
    with started(home, "--url", server.url) as run:
        while not server.visits and run.poll() is None:
            server.over.wait(0.005)
        server.over.wait(after)
        run.kill()
        run.communicate(timeout=30)
    store = EditionStore(home / "editions")
    assert store.current().data() in (editions.base_xml(), editions.next_xml())
    assert update(home, "--url", server.url).status == 0
    assert EditionStore(home / "editions").current().data() == editions.next_xml()
