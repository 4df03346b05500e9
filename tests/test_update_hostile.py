"""Updates against a hostile server: nothing comes in, nothing hangs, and what was there goes on answering."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import update_editions as editions
from hostile_server import Bad, HostileServer, behaviours, cut_at, good, serving, trusted_file
from portbook.errors import PortbookError
from portbook.store import EditionStore
from portbook.update import Limits, Updater
from portbook.update.addresses import Place, looked_up
from stores import content

ROOT = Path(__file__).resolve().parent.parent
LIMITS = Limits(
    size=4 * 1024 * 1024, seconds=20, window=5, connect_seconds=5, attempts=2, backoff=0.01, chunks=2_000
)
IMPATIENT = replace(LIMITS, seconds=1.5, window=0.4, connect_seconds=0.5)  # for those that play for time
GRACE = 10.0  # seconds that a machine under load may take besides
BAD = behaviours(editions.base_xml(), editions.next_xml(), editions.bad_documents())
POISONS = editions.poisons()


@pytest.fixture(autouse=True)
def _trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", trusted_file())


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with serving() as made:
        yield made


class Home:
    """A store with the base edition in it, and the folder that its updates use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = EditionStore(path / "editions")
        self.store.add(editions.base_xml())
        self.before = content(self.store.directory)

    def updater(self, limits: Limits = LIMITS, **more: object) -> Updater:
        return Updater(now=editions.NOW, store=self.store, folder=self.path / "update", limits=limits, **more)

    def assert_untouched(self) -> None:
        """The base is whole and current, no edition came, and no file lies where none should."""
        assert content(self.store.directory) == self.before
        assert self.store.current().data() == editions.base_xml()
        assert {path.name for path in self.path.iterdir()} <= {"editions", "editions.lock", "update"}
        names = {path.name.split("-")[0] for path in (self.path / "update").iterdir()}
        assert names <= {"lock", "state.json", "part", "part.json", "held", "held.json"}


@pytest.fixture
def here(tmp_path: Path) -> Home:
    return Home(tmp_path)


def come_of(updater: Updater, url: str) -> str:
    """How the update ends: "held", "kept", "current", or the code of its error."""
    try:
        return updater.fetch(url).outcome
    except PortbookError as error:
        problem = error.problem
    assert len(str(problem)) < 1200
    assert str(problem).isprintable()
    return problem.code


def set_up(server: HostileServer, bad: Bad) -> None:
    server.behaviour, server.certificate = bad.behaviour, bad.certificate
    server.before_tls = bad.before_tls or (lambda plain: True)


# -- every behaviour


@pytest.mark.parametrize("name", BAD)
def test_behaviour(name: str, server: HostileServer, here: Home) -> None:
    bad = BAD[name]
    if bad.knows:
        server.behaviour = good(editions.base_xml())
        assert come_of(here.updater(), server.url) == "current"
        assert "if-none-match" not in server.visits[0].fields
    set_up(server, bad)
    began = time.monotonic()
    plays_for_time = bad.code == "E-UPDATE-SLOW" or name == "silence in the handshake"
    updater = here.updater(IMPATIENT if plays_for_time else LIMITS)
    assert come_of(updater, server.url) == bad.code
    took = time.monotonic() - began
    assert took < IMPATIENT.seconds + IMPATIENT.connect_seconds + GRACE
    here.assert_untouched()


def test_there_are_enough_of_them_and_their_codes_are_documented() -> None:
    assert len(BAD) >= 100
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    codes = {bad.code for bad in BAD.values()} - {"held"}
    assert codes <= set(re.findall(r"`(E-[A-Z-]+)`", page))


def test_after_all_of_it_the_next_good_answer_is_taken(server: HostileServer, here: Home) -> None:
    """One home and one server for many behaviours in a row: none leaves anything that hinders the next."""
    for name in (
        "304 unasked",
        "rest of another document",
        "length too long",
        "document: older",
        "gzip bomb",
    ):
        set_up(server, BAD[name])
        server.visits.clear()
        assert come_of(here.updater(), server.url) == BAD[name].code
        here.assert_untouched()
    server.behaviour = good(editions.next_xml(), '"v9"')
    assert come_of(here.updater(), server.url) == "kept"
    assert here.store.current().data() == editions.next_xml()


@pytest.mark.parametrize("name", POISONS)
def test_poisoned_edition(name: str, server: HostileServer, here: Home) -> None:
    """T-20: plausible to every check but the comparison with what is there."""
    data, reason = POISONS[name]
    server.behaviour = good(data)
    outcome = here.updater().fetch(server.url)
    assert outcome.outcome == "held"
    assert reason in {found.code for found in outcome.reasons}
    assert all(found.count > 0 and found.message for found in outcome.reasons)
    here.assert_untouched()
    (document,) = (here.path / "update").glob("held-*.xml")
    assert document.read_bytes() == data


def test_there_are_twenty_poisons() -> None:
    assert len(POISONS) >= 20


# -- cuts


@pytest.mark.parametrize("framing", ["length", "none"])
def test_cut_at_every_hundredth(framing: str, server: HostileServer, here: Home) -> None:
    """T-22: a server that always cuts, at any place, gets nothing in."""
    data = editions.next_xml()
    limits = Limits(seconds=30, attempts=1, backoff=0.01)
    for hundredth in range(0, 100, 1 if framing == "length" else 10):
        place = len(data) * hundredth // 100
        if framing == "length":
            server.behaviour = lambda visit, at=place: (
                visit.answer(data[:at], length=len(data), ETag=f'"{at}"'),
                visit.cut(),
            )
            expected = {"E-UPDATE-CUT"}
        else:
            server.behaviour = lambda visit, at=place: visit.answer(data[:at], length=None)
            expected = {"E-XML-SYNTAX"}
        assert come_of(here.updater(limits), server.url) in expected
    here.assert_untouched()
    assert here.store.verify() == ()
    # but for the part, which the last cut left: it is gone on from
    server.behaviour = cut_at(0, data, '"99"', last=good(data, '"99"'))
    server.visits.clear()
    assert come_of(here.updater(limits), server.url) in {"kept", "E-UPDATE-CUT"}


# -- addresses (T-23)


def test_the_host_is_looked_up_once_whatever_the_resolver_says_later(
    server: HostileServer, here: Home
) -> None:
    """A name that turns to another address between two attempts leads nowhere new."""
    with serving() as inner:
        asked: list[str] = []

        def rebinding(host: str, port: int) -> list[Place]:
            asked.append(host)
            target = server if len(asked) == 1 else inner
            return looked_up("127.0.0.1", target.port)

        server.behaviour = BAD["length too long"].behaviour
        inner.behaviour = good(editions.next_xml())
        assert come_of(here.updater(resolver=rebinding), server.url) == "E-UPDATE-CUT"
        assert asked == ["localhost"]
        assert (server.connections, inner.connections) == (LIMITS.attempts, 0)
    here.assert_untouched()


@pytest.mark.parametrize(
    "inner",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
        *("::1", "fe80::1%2", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "ff02::1", "nonsense"),
        "255.255.255.255",
    ],
)
def test_the_name_of_ianas_host_must_lead_to_the_public_internet(inner: str, here: Home) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[Place]:
        asked.append(host)
        return [Place(2, ("192.0.32.8", port)), Place(2, (inner, port))]

    with pytest.raises(PortbookError) as caught:
        here.updater(resolver=resolver).fetch()
    assert caught.value.problem.code == "E-UPDATE-ADDRESS"
    assert asked == ["www.iana.org"]
    here.assert_untouched()


def test_names_that_cannot_be_looked_up(here: Home) -> None:
    def failing(host: str, port: int) -> list[Place]:
        raise OSError(-2, "Name or service not known")

    def hanging(host: str, port: int) -> list[Place]:
        time.sleep(3)
        return []

    began = time.monotonic()
    for resolver in (failing, hanging, lambda host, port: []):
        updater = here.updater(IMPATIENT, resolver=resolver)
        assert come_of(updater, "https://localhost:1/") == "E-UPDATE-NAME"
    assert time.monotonic() - began < IMPATIENT.seconds + GRACE
    here.assert_untouched()


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/x",
        "HTTP://localhost/x",
        "ftp://localhost/x",
        "file:///etc/passwd",
        "//localhost/x",
        "localhost",
        "",
        "https://",
        "https:///x",
        "https://user@localhost/",
        "https://user:secret@localhost/",
        "https://localhost:0/",
        "https://localhost:65536/",
        "https://localhost:/",
        "https://localhost:4_43/",
        "https://localhost:+443/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://lo calhost/",
        "https://localhost/a b",
        "https://localhost/\r\nX: y",
        "https://localhost/\x00",
        "https://localhost\\@other.example/",
        "https://hôte.example/",
        "https://localhost/é",
        "https://-x/",
        "https://localhost/" + "x" * 1000,
    ],
)
def test_urls_that_are_not_asked(url: str, here: Home) -> None:
    def resolver(host: str, port: int) -> list[Place]:
        raise AssertionError("nothing is looked up")

    assert come_of(here.updater(resolver=resolver), url) == "E-UPDATE-URL"
