"""`portbook serve`: a real server on loopback says what it serves, refuses bad places, stops at once."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import portbook
from portbook.cli.refusal import UsageError
from portbook.cli.serve import Bind, check_hosts, parse_bind, serve

STOP_SECONDS = 2.0
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `portbook serve` with arguments; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str, **variables: str) -> subprocess.Popen[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PORTBOOK_")}
        environment |= {"PORTBOOK_HOME": str(tmp_path / "home"), **variables}
        process = subprocess.Popen(
            [sys.executable, "-m", "portbook.cli", "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=10)


def place(process: subprocess.Popen[str]) -> tuple[str, int]:
    """Host and port of the line that the server prints once it listens."""
    assert process.stdout
    line = process.stdout.readline()
    match = re.fullmatch(r"Portbook: 14,400 records as of 2023-03-13 on http://(.+):([0-9]+)\n", line)
    assert match, line
    return match[1].strip("[]"), int(match[2])


def stopped(process: subprocess.Popen[str]) -> tuple[int, float]:
    """Exit status, and the seconds that it took."""
    before = time.monotonic()
    status = process.wait(timeout=20)
    return status, time.monotonic() - before


@pytest.mark.parametrize("bind", ["127.0.0.1:0", "[::1]:0", "localhost:0"])
def test_serves_and_stops(start: Start, bind: str) -> None:
    process = start("--bind", bind)
    host, port = place(process)
    connection = http.client.HTTPConnection(host, port, timeout=10)
    for address, status in (
        ("/", 200),
        ("/services/cl%2F1", 200),
        ("/v1/services/EtherNet%2FIP-2", 200),
        ("/v1/services/whois%2B%2B", 200),
        ("//ports/443", 404),
        ("/services/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/ports/%ff", 404),
        ("/search?q=" + "a" * 10_000, 400),
    ):
        connection.request("GET", address)
        response = connection.getresponse()
        body = response.read()
        assert response.status == status, address
        assert len(response.headers.get_all("Date", [])) == 1
        assert response.headers["Content-Length"] == str(len(body))
        assert response.headers["Set-Cookie"] is None
    connection.request("HEAD", "/ports/443")
    response = connection.getresponse()
    assert response.read() == b""
    assert int(response.headers["Content-Length"]) > 1000
    process.terminate()  # while the connection is still open
    status, seconds = stopped(process)
    assert status == 0
    assert seconds < STOP_SECONDS
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port), timeout=1).close()


@pytest.mark.parametrize(
    "headers", [b"X: " + b"a" * 2_000_000 + b"\r\n", b"X: a\r\n" * 1000, b"Host: \xff\r\n", b"\x00\r\n"]
)
def test_headers_without_measure_get_a_client_error(start: Start, headers: bytes) -> None:
    process = start("--bind", "127.0.0.1:0")
    with socket.create_connection(place(process), timeout=10) as connection:
        try:
            connection.sendall(b"GET /ports/443 HTTP/1.1\r\n" + headers + b"\r\n")
            answer = connection.recv(64)
        except ConnectionError:
            answer = b""  # closed before all was sent: an answer too
    assert not answer or re.match(rb"HTTP/1\.1 4[0-9][0-9] ", answer)


def until_it_catches(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Wait for the handler of *number*; before that Python itself starts, and no program has a say."""
    for _ in range(2000):
        lines = Path(f"/proc/{process.pid}/status").read_text().split("\n")
        caught = next((int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:")), 0)
        if caught >> (number - 1) & 1:
            return
        time.sleep(0.01)
    pytest.fail(f"signal {number} is not caught within 20 s")


@pytest.mark.parametrize("delay", [0, 0.05, 0.15, 0.25, 0.35, 0.55])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_at_once_while_it_starts(start: Start, number: signal.Signals, delay: float) -> None:
    process = start("--bind", "127.0.0.1:0")
    until_it_catches(process, signal.SIGTERM)  # the last that `serve` catches; SIGINT is caught by Python too
    time.sleep(delay)
    os.killpg(process.pid, number)
    status, seconds = stopped(process)
    assert process.stderr
    assert (status, process.stderr.read()) == (0, "")
    assert seconds < STOP_SECONDS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_while_a_class_is_made(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11 wraps whatever `__set_name__` raises, and importing the site makes thousands of classes."""

    class Signals:
        def __set_name__(self, owner: type, name: str) -> None:
            signal.raise_signal(number)

    def makes_a_class(name: str) -> None:
        type("Made", (), {"attribute": Signals()})

    monkeypatch.setattr("portbook.cli.serve.find_spec", makes_a_class)
    assert serve("127.0.0.1:0") == 0


def test_a_crashed_worker_is_started_again(start: Start) -> None:
    process = start("--bind", "127.0.0.1:0")
    host, port = place(process)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 1
    os.kill(int(children[0]), signal.SIGKILL)
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection(host, port, timeout=10)
            connection.request("GET", "/ports/443")
            assert connection.getresponse().status == 200
            break
        except OSError:
            time.sleep(0.05)
    else:
        pytest.fail("the site did not come back within 10 s")


def test_a_used_place_is_refused(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start("--bind", f"127.0.0.1:{port}")
        output, errors = process.communicate(timeout=20)
    assert output == ""
    assert process.returncode == 2
    assert f"http://127.0.0.1:{port}" in errors
    assert "E-SERVE-PLACE" in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    "arguments, status, code",
    [
        (["--bind", "x"], 2, "E-SERVE-BIND"),
        (["--bind", "0.0.0.0:0"], 2, "E-SERVE-HOSTS"),
        (["--data", "no-such-file.xml"], 3, "E-FILE-READ"),
        (["--data", __file__], 3, "E-FORMAT-UNKNOWN"),
        (["--edition", "1999-01-01"], 3, "E-EDITION-UNKNOWN"),
    ],
)
def test_what_cannot_be_served_is_refused_before_the_start(
    start: Start, arguments: list[str], status: int, code: str
) -> None:
    process = start("--bind", "127.0.0.1:0", *arguments)
    output, errors = process.communicate(timeout=20)
    assert (output, process.returncode) == ("", status)
    assert code in errors
    assert errors.count("\n") == 1


def test_other_machines_need_host_names(start: Start) -> None:
    process = start("--bind", "0.0.0.0:0", PORTBOOK_HOSTS="registry.example, other.example")
    _, port = place(process)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for host, status in (("registry.example", 200), ("other.example:80", 200), ("127.0.0.1", 400)):
        connection.request("GET", "/ports/443", headers={"Host": host})
        response = connection.getresponse()
        response.read()
        assert response.status == status


def test_the_first_visitor_waits_for_nothing(tmp_path: Path) -> None:
    """Loading the application makes every part of the search index."""
    code = """if True:
        import portbook.web.wsgi
        from functools import cached_property
        from portbook.search import SearchIndex
        from portbook.web.shown import shown
        made = vars(shown().current().opened)["index"]
        parts = {name for name, part in vars(SearchIndex).items() if isinstance(part, cached_property)}
        print(len(parts) > 1, parts - set(vars(made)))
    """
    environment = {"PORTBOOK_HOME": str(tmp_path), "PYTHONPATH": str(Path(portbook.__file__).parents[1])}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60, check=True
    )
    assert ran.stdout == "True set()\n"


def test_another_edition(start: Start) -> None:
    process = start("--bind", "127.0.0.1:0", "--edition", "2014-07-09")
    assert process.stdout
    assert "13,521 records as of 2014-07-09" in process.stdout.readline()


@pytest.mark.parametrize(
    "text, expected",
    [
        ("127.0.0.1:8765", Bind("127.0.0.1", 8765)),
        ("[::1]:8765", Bind("::1", 8765)),
        ("localhost:0", Bind("localhost", 0)),
        ("a.example:65535", Bind("a.example", 65535)),
    ],
)
def test_places(text: str, expected: Bind) -> None:
    assert parse_bind(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8765",
        "127.0.0.1",
        "::1:8765",
        "h:65536",
        "h:-1",
        "h:0443",
        "h:４４３",
        "h:1 ",
        " h:1",
        "h:1\n",
        "[h]:1",
    ],
)
def test_texts_that_are_no_place(text: str) -> None:
    with pytest.raises(UsageError, match="E-SERVE-BIND"):
        parse_bind(text)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "2001:db8::1", "registry.example"])
def test_only_loopback_needs_no_host_names(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTBOOK_HOSTS", " , ")
    with pytest.raises(UsageError, match="E-SERVE-HOSTS"):
        check_hosts(Bind(host, 8765))
    monkeypatch.setenv("PORTBOOK_HOSTS", "registry.example")
    check_hosts(Bind(host, 8765))
