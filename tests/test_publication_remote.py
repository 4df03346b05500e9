"""A publication verified over https: from a good server, and from one that does its worst (T-21 to T-24)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from cli_runs import portbook
from hostile_server import HostileServer, Visit, certificate, serving, trusted_file
from portbook.errors import PortbookError
from portbook.publication import manifest as manifests
from portbook.publication.keys import PublicKey, Signer, new_key
from portbook.publication.remote import UrlSource
from portbook.publication.verification import Verdict, verify
from portbook.update.limits import Limits
from publication_trees import CSV, NOW, XML, edition, files_in, published

QUICK = Limits(seconds=20, backoff=0.01, attempts=2, connect_seconds=2, window=1, rate=100)
IMPATIENT = replace(QUICK, seconds=1.5)
PAGES = [("services/a b#c?d%41&é+.html", b"odd"), ("index.html", b"home" * 9000)]
PREFIX = "/some/where/"

Answers = Callable[[Visit], None]


@pytest.fixture(autouse=True)
def trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", trusted_file())


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return new_key(tmp_path_factory.mktemp("key") / "key.pem")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, key: Signer) -> Path:
    made = tmp_path_factory.mktemp("remote")
    return published(made / "tree", edition(made, records=60), signer=key, pages=PAGES).folder


def served(folder: Path) -> Answers:
    """A server that has the files of *folder* below PREFIX, and closes after each answer."""
    files = {path: place.read_bytes() for path, place in files_in(folder).items()}

    def answer(visit: Visit) -> None:
        data = files.get(unquote(visit.target).removeprefix(PREFIX))
        if data is None or not visit.target.startswith(PREFIX):
            visit.answer(status="404 Not Found")
        else:
            visit.answer(data)

    return answer


def but(folder: Path, path: str, badly: Answers) -> Answers:
    """The same, but for one file."""
    well = served(folder)
    return lambda visit: (badly if unquote(visit.target) == PREFIX + path else well)(visit)


def looked_at(server: HostileServer, key: PublicKey | None = None, limits: Limits = QUICK) -> Verdict:
    source = UrlSource(f"https://localhost:{server.port}{PREFIX}", limits=limits)
    try:
        return verify(source, now=NOW, key=key)
    finally:
        source.close()


def test_a_whole_one(server: HostileServer, folder: Path, key: Signer) -> None:
    server.behaviour = served(folder)
    verdict = looked_at(server, key.public)
    assert (verdict.findings, verdict.key) == ((), key.public.id)
    assert verdict.notes == ("files that the manifest does not name cannot be seen from here",)
    asked = {unquote(visit.target).removeprefix(PREFIX) for visit in server.visits}
    assert asked == {*files_in(folder)}


@contextmanager
def file_server(folder: Path) -> Iterator[tuple[str, list[object]]]:
    """Python's own server of files, which keeps connections open; the connections are counted."""
    connections: list[object] = []

    class Handler(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __init__(self, *arguments: object) -> None:
            connections.append(arguments)
            super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.socket = certificate("good").wrap_socket(httpd.socket, server_side=True)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{httpd.server_port}", connections
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


def test_a_plain_server_of_files_over_one_connection(folder: Path, key: Signer) -> None:
    with file_server(folder) as (url, connections):
        source = UrlSource(url, limits=QUICK)
        verdict = verify(source, now=NOW, key=key.public)
        source.close()
        assert verdict.findings == ()
        assert verdict.files > 30
        assert len(connections) == 1


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_server_that_sends_an_index_for_its_folder_alone(
    is_answered: bool, server: HostileServer, tmp_path: Path
) -> None:
    """Go's file server and some hosts of pages redirect from each index.html to its folder."""
    tree, pages = tmp_path / "tree", {"index.html": b"first", "ports/443/index.html": b"https"}
    folder = published(tree, edition(tmp_path, records=2), pages=pages.items()).folder
    well, asked = served(folder), []

    def answer(visit: Visit) -> None:
        path = unquote(visit.target).removeprefix(PREFIX)
        asked.append(path)
        if path.endswith("index.html") or (not is_answered and path.endswith("/")):
            visit.answer(status="308 Elsewhere", Location="/evil")
        elif data := pages.get(f"{path}index.html"):
            visit.answer(data)
        else:
            well(visit)

    server.behaviour = answer
    findings = looked_at(server).findings
    assert [(found.code, found.path) for found in findings] == (
        [] if is_answered else [("E-VERIFY-FILE", "ports/443/index.html")]
    )
    assert [path for path in asked if "index" in path or path in ("", "ports/443/")] == [
        *("index.html", "", "ports/443/"),
    ]


def test_the_command(folder: Path, key: Signer, server: HostileServer) -> None:
    with file_server(folder) as (url, _):
        whole = portbook("verify", url, "--key", key.public.text)
        # MADE is past; what is wrong is its age alone
        assert (whole.status, whole.out.count("E-VERIFY-")) == (1, 1)
        assert "E-VERIFY-EXPIRED" in whole.out
        assert portbook("verify", f"{url}/nowhere/").status == 3
    assert portbook("verify", "http://localhost/").status == 2
    server.certificate = "other-name"
    refused = portbook("verify", f"https://localhost:{server.port}/")
    assert (refused.status, "E-UPDATE-TLS" in refused.err) == (3, True)


# -- one file that is wrong -------------------------------------------------------------------------------


def endless(visit: Visit) -> None:
    visit.answer(length=None, Transfer_Encoding="chunked")
    while not visit.server.over.is_set():
        visit.send(b"8000\r\n" + bytes(0x8000) + b"\r\n")


def cut(visit: Visit) -> None:
    visit.answer(b"begin", length=10_000)
    visit.cut()


def slowly(visit: Visit) -> None:
    visit.answer(length=100)
    visit.slowly(bytes(100), 0.2)


BAD: dict[str, tuple[Answers, str]] = {
    "other bytes": (lambda visit: visit.answer(bytes(len_of_xml())), "E-VERIFY-DIGEST"),
    "fewer bytes": (lambda visit: visit.answer(b"x"), "E-VERIFY-SIZE"),
    "none": (lambda visit: visit.answer(b""), "E-VERIFY-SIZE"),
    "more bytes": (lambda visit: visit.answer(bytes(len_of_xml() + 1)), "E-VERIFY-FILE"),
    "a huge length": (lambda visit: visit.answer(b"", length=10**14), "E-VERIFY-FILE"),
    "a length that is none": (lambda visit: visit.answer(length=None, Content_Length="-1"), "E-VERIFY-FILE"),
    "a length that is too long": (cut, "E-VERIFY-FILE"),
    "no end": (endless, "E-VERIFY-FILE"),
    "gone": (lambda visit: visit.answer(status="404 Not Found"), "E-VERIFY-MISSING"),
    "a redirect to another host": (
        lambda visit: visit.answer(status="302 Found", Location="https://other.example/"),
        "E-VERIFY-FILE",
    ),
    "a redirect on the host": (
        lambda visit: visit.answer(status="301 Moved", Location=f"{PREFIX}{CSV}"),
        "E-VERIFY-FILE",
    ),
    "unchanged, unasked": (
        lambda visit: visit.answer(status="304 Not Modified", length=None),
        "E-VERIFY-FILE",
    ),
    "a part, unasked": (lambda visit: visit.answer(b"x", status="206 Partial Content"), "E-VERIFY-FILE"),
    "packed": (lambda visit: visit.answer(b"x", Content_Encoding="gzip"), "E-VERIFY-FILE"),
    "an error": (lambda visit: visit.answer(status="503 Later"), "E-VERIFY-FILE"),
    "forbidden": (lambda visit: visit.answer(status="403 No"), "E-VERIFY-FILE"),
    "no HTTP": (lambda visit: visit.send(b"220 smtp ready\r\n"), "E-VERIFY-FILE"),
    "a reset": (lambda visit: visit.reset(), "E-VERIFY-FILE"),
    "a byte now and then": (slowly, "E-VERIFY-FILE"),
}
sizes: list[int] = []


def len_of_xml() -> int:
    return sizes[0]


@pytest.mark.parametrize("name", BAD)
def test_one_bad_answer_is_one_finding(name: str, server: HostileServer, folder: Path, key: Signer) -> None:
    behaviour, code = BAD[name]
    sizes[:] = [(folder / XML).stat().st_size]
    server.behaviour = but(folder, XML, behaviour)
    began = time.monotonic()
    verdict = looked_at(server, key.public)
    assert time.monotonic() - began < QUICK.seconds
    assert [(finding.code, finding.path) for finding in verdict.findings] == [(code, XML)]
    assert len(verdict.findings[0].message) < 1000
    asked = {unquote(visit.target).removeprefix(PREFIX) for visit in server.visits}
    assert asked == {*files_in(folder)}  # no redirect was followed, nothing else was asked for


# -- a manifest that is wrong -----------------------------------------------------------------------------


def answered(server: HostileServer, folder: Path, data: bytes) -> None:
    server.behaviour = but(folder, "manifest.json", lambda visit: visit.answer(data))


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/etc/passwd", "a/../../b", "a\r\nX: y", "//other.example/x"]
)
def test_a_path_that_leads_out_is_never_asked_for(path: str, server: HostileServer, folder: Path) -> None:
    manifest = manifests.read((folder / "manifest.json").read_bytes())
    data = replace(manifest, files=(manifest.files[0]._replace(path=path),)).data()
    answered(server, folder, data)
    codes = {finding.code for finding in looked_at(server).findings}
    assert "E-VERIFY-MANIFEST" in codes
    assert {visit.target for visit in server.visits} == {
        *(f"{PREFIX}manifest.json", f"{PREFIX}manifest.json.sig")
    }


def test_nothing_is_asked_for_that_a_false_manifest_names(
    server: HostileServer, folder: Path, key: Signer, tmp_path: Path
) -> None:
    manifest = manifests.read((folder / "manifest.json").read_bytes())
    false = replace(manifest, number=99).data()
    thief = new_key(tmp_path / "thief.pem").sign(false).data()

    def answer(visit: Visit) -> None:
        visit.answer(thief if visit.target.endswith(".sig") else false)

    server.behaviour = answer
    verdict = looked_at(server, key.public)
    assert [finding.code for finding in verdict.findings] == ["E-VERIFY-SIGNATURE"]
    assert verdict.manifest is None
    assert {visit.target for visit in server.visits} == {
        *(f"{PREFIX}manifest.json", f"{PREFIX}manifest.json.sig")
    }


@pytest.mark.parametrize(
    "behaviour, code",
    [
        (lambda visit: visit.answer(status="404 Not Found"), "E-VERIFY-NOTHING"),
        (lambda visit: visit.answer(status="302 Found", Location=f"{PREFIX}other"), "E-UPDATE-STATUS"),
        (lambda visit: visit.answer(b"", length=10**9), "E-UPDATE-SIZE"),
        (endless, "E-UPDATE-SIZE"),
        (lambda visit: visit.answer(b"x", Content_Encoding="br"), "E-UPDATE-CODING"),
        (cut, "E-UPDATE-CUT"),
        (lambda visit: visit.rest(), "E-UPDATE-SLOW"),
    ],
)
def test_no_manifest_to_be_had(behaviour: Answers, code: str, server: HostileServer, folder: Path) -> None:
    server.behaviour = but(folder, "manifest.json", behaviour)
    with pytest.raises(PortbookError) as refusal:
        looked_at(server)
    assert refusal.value.problem.code == code


def test_all_together_has_a_limit_of_time(server: HostileServer, folder: Path) -> None:
    """Each file alone is fast enough; there are too many."""
    well = served(folder)

    def late(visit: Visit) -> None:
        visit.rest(0.2)
        well(visit)

    server.behaviour = late
    began = time.monotonic()
    with pytest.raises(PortbookError, match="E-UPDATE-SLOW"):
        looked_at(server, limits=IMPATIENT)
    assert time.monotonic() - began < 5


def test_a_switch_while_looking_is_no_finding(server: HostileServer, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    first, second = (
        published(tree, edition(tmp_path, label, date, 60)).folder
        for label, date in (("a", "2024-01-01"), ("b", "2024-01-02"))
    )
    before, after = served(first), served(second)
    server.behaviour = lambda visit: (before if visit.number < 7 else after)(visit)
    verdict = looked_at(server)
    assert (verdict.findings, verdict.manifest and verdict.manifest.number) == ((), 2)


def test_a_server_that_switches_for_ever_is_left(server: HostileServer, folder: Path) -> None:
    whole = manifests.read((folder / "manifest.json").read_bytes())

    def answer(visit: Visit) -> None:
        if visit.target.endswith("manifest.json"):
            visit.answer(replace(whole, number=visit.number + 1, previous=None).data())
        else:
            visit.answer(status="404 Not Found")

    server.behaviour = answer
    assert {finding.code for finding in looked_at(server).findings} == {"E-VERIFY-MISSING"}
    assert sum(visit.target.endswith("manifest.json") for visit in server.visits) == 6
