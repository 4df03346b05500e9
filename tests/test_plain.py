"""The plain command: what it answers itself, in which words, with which status, and what it leaves alone."""

from __future__ import annotations

import io
import os
import pty
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import tables
from portbook import cli, lookup, numbers
from portbook.cli import command, plain, refusal, verbs
from portbook.cli.keys import parse_key
from portbook.edition import Edition, Why
from portbook.lookup_table import compile_table
from portbook.records import Reference, rich

SOURCE = Path(lookup.__file__).parents[1]
HINT = "A registered name says who asked for the number, not what runs on it.\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path))
    lookup.use_table(None)
    (tmp_path / "lookup.table").write_bytes(tables.small_table())
    yield tmp_path
    lookup.use_table(None)


def use(home: Path, edition: Edition) -> None:
    (home / "lookup.table").write_bytes(compile_table(edition, "2099-02-03", tables.DIGEST))
    lookup.use_table(None)


def asked(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int | None, str, str]:
    status = plain.answer(list(argv))
    written = capsys.readouterr()
    return status, written.out, written.err


# -- the words


def test_a_port_on_a_pipe(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = asked(capsys, "80")
    assert status == 0
    assert out == (
        "80\ttcp\tassigned\tweb\tx\t\t\t2099-02-03\n"
        "80\ttcp\tassigned\twww\tx\t\t`www` is an alias. Use `web`.\t2099-02-03\n"
        "80\ttcp\tassigned\twww-web\tx\t\t\t2099-02-03\n"
        "80\tudp\tassigned\tweb\tx\t\t\t2099-02-03\n"
        "80\tsctp\treserved\t\t\t\tcompanion of tcp, udp (implied)\t2099-02-03\n"
        "80\tdccp\treserved\t\t\t\tcompanion of tcp, udp (implied)\t2099-02-03\n"
    )
    assert err == HINT


@pytest.mark.parametrize(
    "key, line",
    [
        ("6001/udp", "6001\tudp\tassigned\tx11\tx\t\trow 6000-6003"),
        ("6000-6003/udp", "6000-6003\tudp\tassigned\tx11\tx\t\t"),
        ("3323/dccp", "3323\tdccp\tassigned\tany\tx\t\ta row that names no transport says so; row 3322-3325"),
        ("81/tcp", "81\ttcp\tunassigned\t\tUnassigned\t\t"),
        ("82/tcp", "82\ttcp\tunassigned\t\t\t\tno row"),
        ("0/tcp", "0\ttcp\treserved\t\t\t\tedge of a range"),
        ("65535/udp", "65535\tudp\tdynamic\t\t\t\tthe Dynamic range is never assigned"),
        ("cl/1", "172\ttcp\tassigned\tcl/1\tx\t\t`cl/1` is a historic name. Use `cl-1`."),
        ("no-port", "\ttcp\tassigned\tno-port\tx\t\t"),
        ("_web._udp", "80\tudp\tassigned\tweb\tx\t\t"),
        ("udplite/80", "80\tudp\tassigned\tweb\tx\t\t"),
    ],
)
def test_one_line(home: Path, capsys: pytest.CaptureFixture[str], key: str, line: str) -> None:
    assert asked(capsys, key) == (0, f"{line}\t2099-02-03\n", HINT if line.split("\t")[3] else "")


@pytest.mark.parametrize("same", ["80/tcp", "tcp/80", "80/TCP", "TCP/80", ":80/tcp", "tcp/:80"])
def test_ways_to_write_a_port(home: Path, capsys: pytest.CaptureFixture[str], same: str) -> None:
    assert asked(capsys, same) == asked(capsys, "80/tcp")
    assert plain.parsed(same) == ((80, 80), ("tcp",))


@pytest.mark.parametrize("same", ["web/tcp", "WEB/tcp", "tcp/web", "_web._tcp", "_Web._TCP"])
def test_ways_to_write_a_service(home: Path, capsys: pytest.CaptureFixture[str], same: str) -> None:
    assert asked(capsys, same)[1] == "80\ttcp\tassigned\tweb\tx\t\t\t2099-02-03\n"


def test_a_label_under_udp_means_all_but_tcp() -> None:
    assert plain.parsed("_web._udp") == ("web", ("udp", "sctp", "dccp"))  # RFC 6763 section 7, R-SD-5


def test_a_name_that_is_not_on_the_transport(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, "web/sctp") == (0, "", "")


def test_unauthorized_use_and_references_are_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reported = replace(
        tables.row(None, "42000", None, "Unassigned"),
        unauthorized_use_reported=rich("on port 42000"),
        reference=(Reference("rfc", "rfc6335"),),
    )
    use(home, Edition((reported,)))
    why = "a row that names no transport says so; unauthorized use reported: on port 42000"
    expected = f"42000\ttcp\tunassigned\t\tUnassigned\t[RFC6335]\t{why}\t2099-02-03\n"
    assert asked(capsys, "42000/tcp")[1] == expected


def test_several_keys_and_the_hint_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = asked(capsys, "80/udp", "inner", "81/tcp")
    assert (status, [line.split("\t")[0] for line in out.split("\n")]) == (0, ["80", "6002", "81", ""])
    assert err == HINT


# -- on a terminal


def on_terminal(home: Path, *argv: str, columns: str = "", term: str = "xterm") -> str:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PORTBOOK_HOME": str(home), "TERM": term, "PYTHONPATH": str(SOURCE)}
    environment["COLUMNS"] = columns
    with subprocess.Popen(
        [sys.executable, "-m", "portbook.cli", *argv], stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        pieces = []
        try:
            while piece := os.read(ours, 65536):
                pieces.append(piece)
        except OSError:  # how Linux says that the other end is closed
            pass
        assert process.wait(60) == 0
    os.close(ours)
    return b"".join(pieces).decode().replace("\r\n", "\n")


def test_a_port_on_a_terminal(home: Path) -> None:
    head = "80  System Port" + " " * 27 + "edition 2099-02-03"
    assert on_terminal(home, "80", columns="60") == "\n".join(
        [
            head,
            "  tcp   assigned  web      x",
            "  tcp   assigned  www      x (`www` is an alias. Use `web`.)",
            "  tcp   assigned  www-web  x",
            "  udp   assigned  web      x",
            "  sctp  reserved           companion of tcp, udp (implied)",
            "  dccp  reserved           companion of tcp, udp (implied)",
            HINT,
        ]
    )


def test_a_service_on_a_terminal(home: Path) -> None:
    shown = on_terminal(home, "cl/1", "web/sctp", columns="60").split("\n")
    assert shown[0].startswith("cl/1  Service name")
    assert shown[1:3] == ["  172  tcp  assigned  cl/1  x", "  `cl/1` is a historic name. Use `cl-1`."]
    assert shown[4] == "  no row on that transport"
    assert "\n".join(shown[5:]) == HINT


def test_a_dumb_terminal_gets_what_a_pipe_gets(home: Path) -> None:
    assert on_terminal(home, "82/tcp", term="dumb") == "82\ttcp\tunassigned\t\t\t\tno row\t2099-02-03\n"


EVIL = "a\x1b]0;title\x07b\x9bc\u202ed\x7f"


def test_control_characters_are_shown_and_never_sent(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    use(home, Edition((replace(tables.row("web", "80", "tcp", EVIL), reference=(Reference("text", EVIL),)),)))
    for out in (asked(capsys, "80/tcp")[1], on_terminal(home, "web")):
        assert r"a\x1b]0;title\x07b\x9bc\u202ed\x7f" in out
        assert not set(out) & set("\x1b\x07\x9b\u202e\x7f")


def test_text_that_the_output_cannot_encode_is_escaped(home: Path) -> None:
    use(home, Edition((tables.row("web", "80", "tcp", "naïve"),)))
    result = run_command(home, "80/tcp", PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stdout.split(b"\t")[4]) == (0, rb"na\xefve")


# -- the same words as the full command


def test_the_full_command_says_the_same(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edition, table, _ = tables.newest_embedded()
    (home / "lookup.table").write_bytes(table)
    chance = random.Random(6335)
    keys = [
        "443",
        "80",
        "cl/1",
        "www",
        "6000-6063",
        "3322",
        "28205/tcp",
        "1000-1100",
        "0",
        "1023",
        "1024",
        "65535",
    ]
    keys += [str(chance.randrange(65536)) for _ in range(40)]
    keys += [f"{chance.choice(edition.service_names)}/{t}" for t in ("tcp", "udp", "sctp", "dccp", "any") * 8]
    keys = [key for key in keys if plain.parsed(key)]
    assert len(keys) > 80
    ours = asked(capsys, *keys)
    status = command.run(["lookup", *keys])
    theirs = capsys.readouterr()
    assert ours[1].split("\n") == theirs.out.split("\n")
    assert (ours[0], ours[2]) == (status, theirs.err)


# -- what is left to the full command


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["--json", "443"],
        ["443", "-t", "tcp"],
        ["--"],
        ["443", "--help"],
        ["search", "mail"],
        ["convert"],
        ["80", "nobody"],
        ["web/tpc"],
        ["80/tpc"],
        ["80/tcp/"],
        [":80/tcp/x"],
        ["__web._tcp"],
        ["4_43"],
        ["+443"],
        ["0443"],
        ["\uff14\uff14\uff13"],
        ["70000"],
        ["70000/tcp"],
        ["123456"],
        ["80-79"],
        ["1-70000"],
        ["-80"],
        [""],
        ["/"],
        ["/tcp"],
        [":"],
        ["_web"],
        ["_web._sctpx"],
        ["_a.b._tcp"],
        ["web\n"],
        ["we b"],
        ["naïve"],
        ["x" * 256],
        ["80", "70000"],
    ],
)
def test_not_plain(home: Path, capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    """Nothing is written, whatever plain keys stand beside it: the full command answers all of them."""
    assert asked(capsys, *argv) == (None, "", "")


def test_a_key_of_the_greatest_length_is_looked_up(home: Path) -> None:
    assert plain.parsed("x" * plain.MAX_KEY) == ("x" * 255, lookup.TRANSPORTS)
    assert plain.parsed("x" * (plain.MAX_KEY + 1)) is None


def test_verbs_are_those_of_the_full_command() -> None:
    assert set(plain.VERBS) == set(verbs.VERBS)


PIECES = st.sampled_from(
    ["443", "tcp", "udplite", "any", "http", "/", ":", "-", "_", "._", ".", "_tcp", "_UDP"]
)
PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))


@given(st.one_of(PRINTABLE, st.lists(PIECES).map("".join)))
@example("443/tcp/")
@example("__web._tcp")
@example("x/_web._udp")
def test_what_is_read_here_the_full_command_reads_too(text: str) -> None:
    """No key has two readings, and so no two statuses."""
    key = plain.parsed(text)
    if key is not None:
        assert key == parse_key(text)[1:]


def test_what_stands_here_once() -> None:
    assert plain.MAX_PORT == numbers.MAX_PORT
    assert Why.ROW.value == plain._OWN_ROW
    assert [name for _, name in plain._RANGES] == [each.value for each in reversed(numbers.PortRange)]
    for status in ("FOUND", "NOT_FOUND", "USAGE", "NO_DATA"):
        assert getattr(refusal, status) is getattr(plain, status)


# -- standard input


def from_input(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize(
    "data, status, ports, said",
    [
        (b"80/udp\n\n  inner \r\n81/tcp", 0, ["82", "80", "6002", "81"], ""),
        (b"", 0, ["82"], ""),
        (b"nobody\n80/udp\n", 1, ["82", "80"], "nobody"),
        (b"80/udp\n70000\n81/tcp\n", 2, ["82", "80"], "E-PORT-RANGE"),
        (b"0443\n", 2, ["82"], "E-PORT-FORMAT"),
        (b"80/tpc\n", 2, ["82"], "E-TRANS-UNKNOWN"),
        (b"80/tcp/\n", 2, ["82"], "E-TRANS-UNKNOWN"),
        (b"x" * 5000 + b"\n", 2, ["82"], "E-KEY-LONG"),
        (b"\xff\n", 2, ["82"], "E-PORT-FORMAT"),
    ],
)
def test_keys_on_standard_input(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    data: bytes,
    status: int,
    ports: list[str],
    said: str,
) -> None:
    from_input(monkeypatch, data)
    found, out, err = asked(capsys, "82/tcp", "-")
    assert (found, [line.split("\t")[0] for line in out.split("\n")]) == (status, [*ports, ""])
    assert said in err


# -- the table


def test_no_table(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lookup.use_table(home / "none")
    assert asked(capsys, "80") == (None, "", "")  # the full command asks the store


@pytest.mark.parametrize("data", [b"", b"not a table", tables.small_table()[:-1]])
def test_a_table_that_is_none(home: Path, capsys: pytest.CaptureFixture[str], data: bytes) -> None:
    (home / "lookup.table").write_bytes(data)
    status, out, err = asked(capsys, "80")
    assert (status, out) == (3, "")
    assert "E-TABLE-" in err
    assert "is damaged" in err


def test_damage_gives_an_answer_or_status_3(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = tables.small_table()
    chance = random.Random(17)
    statuses = set()
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(8):
            damaged[chance.randrange(lookup.HEAD_LENGTH, len(whole))] = chance.randrange(256)
        (home / "lookup.table").write_bytes(damaged)
        lookup.use_table(None)
        statuses.add(asked(capsys, "80", "6001/udp", "0-65535", "web", "cl/1")[0])
    assert statuses <= {None, 0, 3}
    assert 3 in statuses


# -- whole processes


def run_command(home: Path, *argv: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    given = {**os.environ, "PORTBOOK_HOME": str(home), "PYTHONPATH": str(SOURCE), **environment}
    command_line = [sys.executable, "-m", "portbook.cli", *argv]
    return subprocess.run(command_line, capture_output=True, env=given, timeout=60, check=False)


def test_the_modules_that_are_slow_to_load_are_not_loaded(home: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(SOURCE)!r}); before = set(sys.modules)\n"
    code += "from portbook.cli import main; status = main(['80/tcp'])\n"
    code += "print(status, *sorted(set(sys.modules) - before), file=sys.stderr)"
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PORTBOOK_HOME": str(home)},
        timeout=60,
        check=True,
    )
    status, *loaded = result.stderr.removeprefix(HINT).split()
    assert status == "0"
    assert {"portbook.cli.plain", "portbook.lookup"} <= set(loaded)
    slow = {"argparse", "rich", "re", "typing", "dataclasses", "enum", "json", "pathlib", "portbook.errors"}
    assert not slow & set(loaded)


def test_a_reader_that_goes_away_is_no_error(home: Path) -> None:
    given = {**os.environ, "PORTBOOK_HOME": str(home), "PYTHONPATH": str(SOURCE)}
    many = [sys.executable, "-m", "portbook.cli", *["0-65535"] * 500]
    with subprocess.Popen(many, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=given) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.wait(60) == cli.PIPE_CLOSED
        assert process.stderr.read() == b""


def test_status_3_of_the_whole_command(home: Path) -> None:
    (home / "lookup.table").write_bytes(b"")
    result = run_command(home, "80")
    assert (result.returncode, result.stdout) == (3, b"")
    assert result.stderr.startswith(b"portbook: look-up table ")
