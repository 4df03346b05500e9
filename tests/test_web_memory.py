"""Remembered and packed answers: limits, variants, validators; of a request the address alone counts."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from portbook.edition import Edition
from portbook.records import PublishedDate, Record, rich
from portbook.web import clock
from portbook.web.memory import MAX_ANSWER, Answer, Memory
from portbook.web.shown import shown
from sites import site

ADDRESSES = [
    "/",
    "/ports/443",
    "/services/https",
    "/search?q=mail",
    "/table?search=20",
    "/about",
    "/v1/ports/443",
    "/v1/search?q=mail",
    "/v1/openapi.json",
    "/editions",
    "/editions/2018-10-04",
    "/editions/2018-10-04/ports/443",
    "/assignments/service-names-port-numbers/service-names-port-numbers.csv",
]

# What a proxy, a browser or a stranger may send (T-79, T-80).
HEADER_SETS: list[dict[str, str]] = [
    {"x-forwarded-host": "evil.example"},
    {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-forwarded-port": "443"},
    {"x-forwarded-for": "192.0.2.1"},
    {"x-forwarded-prefix": "/evil"},
    {"x-forwarded-server": "evil.example"},
    {"x-forwarded-scheme": "nothttps"},
    {"forwarded": "for=192.0.2.1;host=evil.example;proto=https"},
    {"x-original-url": "/ports/70000"},
    {"x-rewrite-url": "/ports/70000"},
    {"x-original-host": "evil.example"},
    {"x-host": "evil.example"},
    {"x-http-method-override": "DELETE"},
    {"x-method-override": "POST"},
    {"x-script-name": "/evil"},
    {"x-real-ip": "192.0.2.1"},
    {"via": "1.1 evil.example"},
    {"host": "127.0.0.1:8765"},
    {"host": "[::1]:1"},
    {"accept-language": "de, fr;q=0.5"},
    {"accept-charset": "iso-8859-1"},
    {"accept": "application/json"},
    {"accept": "image/png"},
    {"cookie": "sessionid=x; csrftoken=y; theme=dark"},
    {"authorization": "Bearer pbk_x"},
    {"user-agent": "<script>hit()</script>"},
    {"referer": "https://evil.example/"},
    {"origin": "https://evil.example"},
    {"range": "lines=1-2"},
    {"hx-request": "true", "hx-target": "page", "hx-boosted": "true"},
    {"x-requested-with": "XMLHttpRequest"},
    {"cache-control": "no-cache", "pragma": "no-cache"},
    {"te": "trailers", "connection": "keep-alive, x-forwarded-host"},
    {"content-type": "application/json", "content-length": "0"},
    {"save-data": "on", "dnt": "1", "sec-fetch-site": "cross-site"},
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, site(home) as client:
        patch.setenv("PORTBOOK_HOME", str(home))
        yield client


# -- the memory itself


def answer(text: str = "x", size: int = 0) -> Answer:
    return Answer(text.encode().ljust(size), (("Content-Type", "text/plain"),))


def test_what_was_said_is_remembered_in_one_state() -> None:
    memory = Memory()
    said = answer()
    assert memory.get("a", "/") is None
    memory.keep("a", "/", said)
    assert memory.get("a", "/") is said
    assert memory.get("a", "/?x") is None
    assert memory.get("b", "/") is None
    assert memory.get("a", "/") is None


def test_what_was_made_in_another_state_is_not_kept() -> None:
    memory = Memory()
    assert memory.get("before", "/") is None
    assert memory.get("after", "/") is None
    memory.keep("before", "/", answer())
    assert memory.get("after", "/") is None


def test_the_largest_answer_that_is_remembered() -> None:
    memory = Memory()
    memory.get("a", "/")
    memory.keep("a", "/at", answer(size=MAX_ANSWER))
    memory.keep("a", "/above", answer(size=MAX_ANSWER + 1))
    assert memory.get("a", "/at")
    assert memory.get("a", "/above") is None


def test_the_least_recently_asked_goes_first() -> None:
    memory = Memory(limit=10_100)
    memory.get("a", "/")
    for key in ("/1", "/2", "/3", "/4"):
        memory.keep("a", key, answer(key, 1500))  # about 2,500 bytes each
    assert memory.get("a", "/1")
    memory.keep("a", "/5", answer("5", 1500))
    assert memory.get("a", "/2") is None
    assert memory.get("a", "/1")
    assert memory.get("a", "/5")


def test_keeping_again_counts_once() -> None:
    memory = Memory(limit=10_000)
    memory.get("a", "/")
    memory.keep("a", "/other", answer("o", 1500))
    for n in range(100):
        memory.keep("a", "/same", answer(str(n), 1500))
    assert memory.get("a", "/other")
    remembered = memory.get("a", "/same")
    assert remembered
    assert remembered.content.strip() == b"99"


def test_long_addresses_count_too() -> None:
    memory = Memory(limit=100_000)
    memory.get("a", "/")
    for n in range(50):
        memory.keep("a", f"/{n}?" + "x" * 8_000, answer())
    kept = [n for n in range(50) if memory.get("a", f"/{n}?" + "x" * 8_000)]
    assert 5 < len(kept) < 13
    assert kept[-1] == 49


# -- answers of the site


@pytest.mark.parametrize("address", ADDRESSES)
def test_packed_says_the_same(client: Client, address: str) -> None:
    plain = client.get(address)
    packed = client.get(address, headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Length"] == str(len(packed.content))
    assert plain["Vary"] == packed["Vary"] == "Accept-Encoding"
    assert plain["ETag"] != packed["ETag"]
    assert not plain["ETag"].startswith("W/")
    assert dict(client.get(address).headers) == dict(plain.headers)


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_variant_has_its_304_and_its_head(client: Client, address: str) -> None:
    tags = {}
    for coding in ("", "gzip"):
        headers = {"accept-encoding": coding}
        whole = client.get(address, headers=headers)
        tags[coding] = whole["ETag"]
        head = client.head(address, headers=headers)
        assert (head.status_code, head.content) == (200, b"")
        assert dict(head.headers) == dict(whole.headers)
        same = client.get(address, headers={**headers, "if-none-match": whole["ETag"]})
        assert (same.status_code, same.content) == (304, b"")
        for name in ("ETag", "Vary", "Cache-Control"):
            assert same[name] == whole[name]
        assert "Content-Encoding" not in same
        assert client.head(address, headers={**headers, "if-none-match": "*"}).status_code == 304
    for coding, other in (("", "gzip"), ("gzip", "")):
        headers = {"accept-encoding": coding, "if-none-match": tags[other]}
        assert client.get(address, headers=headers).status_code == 200


@pytest.mark.parametrize("address", ["/ports/443", "/v1/ports/443"])
def test_a_page_has_no_date_of_change(client: Client, address: str) -> None:
    """RFC 9110 section 13.1.4: where there is none, If-Unmodified-Since is ignored."""
    for name in ("if-unmodified-since", "if-modified-since"):
        answer = client.get(address, headers={name: "Mon, 13 Mar 2023 00:00:00 GMT"})
        assert answer.status_code == 200
        assert "Last-Modified" not in answer


def test_small_answers_are_not_packed(client: Client) -> None:
    address = "/search/hints?q=qqqqzzzz"
    plain = client.get(address)
    assert len(plain.content) < 512
    packed = client.get(address, headers={"accept-encoding": "gzip"})
    assert packed.content == plain.content
    assert "Content-Encoding" not in packed


def test_a_query_is_an_answer_of_its_own(client: Client) -> None:
    pages = [client.get(f"/search?q={query}").content for query in ("mail", "http", "mail", "MAIL", "mail+")]
    assert pages[0] == pages[2]
    assert len({*pages}) >= 3
    assert b"mail" in pages[0]
    assert client.get("/v1/search?q=mail&limit=1").content != client.get("/v1/search?q=mail").content
    table = [client.get(f"/table{query}").content for query in ("", "?page=2", "?search=mail", "")]
    assert table[0] == table[3]
    assert len({*table}) == 3


def test_errors_are_not_remembered(client: Client) -> None:
    memory = shown().current().memory
    for address in ("/nope", "/ports/70000", "/v1/ports/x", "/services/nope", "/v1/search", "/table?page=x"):
        before = dict(memory._answers)
        first = client.get(address)
        assert first.status_code >= 400
        assert first["Cache-Control"] == "no-store"
        assert "ETag" not in first
        assert dict(memory._answers) == before
        as_document = client.get(address, headers={"accept": "application/json"})
        assert as_document["Content-Type"] == "application/problem+json"
    assert client.post("/ports/443").status_code == 405
    assert client.get("/ports/443").status_code == 200


def test_a_redirect_is_not_remembered(client: Client) -> None:
    for address in ("/ports/443/", "/editions/2018/ports/443", "/assignments/service-names-port-numbers/"):
        for coding in ("", "gzip"):
            answer = client.get(address, headers={"accept-encoding": coding})
            assert answer.status_code in (301, 302)
            assert answer["Cache-Control"] == "public, max-age=60, must-revalidate"


@pytest.mark.parametrize("headers", HEADER_SETS, ids=lambda headers: "+".join(headers))
def test_nothing_that_a_client_sends_changes_an_answer(client: Client, headers: dict[str, str]) -> None:
    for address in ADDRESSES:
        plain = client.get(address)
        strange = client.get(address, headers=headers)
        assert strange.status_code == 200
        assert strange.content == plain.content
        assert dict(strange.headers) == dict(plain.headers)
        assert "Set-Cookie" not in strange
        assert not strange.cookies
        assert "evil" not in str(strange.headers)


def test_strange_headers_first_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first visitor sends is in no later answer, though it was remembered."""
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    rows = (Record("foo", "4000", "tcp", rich("Foo " * 200)),)
    edition = Edition(rows, updated=PublishedDate("2024-01-02"))
    addresses = ["/", "/ports/4000", "/services/foo", "/v1/ports/4000", "/table"]
    answers = []
    for first in ([], HEADER_SETS):
        with site(tmp_path, edition) as client:
            for number, headers in enumerate(first):
                client.get(addresses[number % len(addresses)], headers=headers)
            answers.append([client.get(address).content for address in addresses])
    assert answers[0] == answers[1]


def test_a_day_later_pages_are_made_anew(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    page, document = client.get("/ports/443"), client.get("/v1/ports/443")
    dated = client.get("/editions/2018-10-04/ports/443")
    days = re.search(rb"This edition is ([0-9,]+) days old", page.content)
    assert days
    later_day = clock.today() + timedelta(days=2)
    monkeypatch.setattr(clock, "today", lambda: later_day)
    later = client.get("/ports/443", headers={"if-none-match": page["ETag"]})
    assert later.status_code == 200
    assert days[0] not in later.content
    assert client.get("/v1/ports/443", headers={"if-none-match": document["ETag"]}).status_code == 304
    again = client.get("/editions/2018-10-04/ports/443", headers={"if-none-match": dated["ETag"]})
    assert again.status_code == 304


def test_remembered_and_fresh_are_the_same(client: Client) -> None:
    for address in ADDRESSES:
        first = client.get(address)
        for here in (shown().current(), shown().dated("2018-10-04")):
            here.memory.get("none", "")  # another state: all is forgotten
        fresh = client.get(address)
        assert fresh.content == first.content
        assert dict(fresh.headers) == dict(first.headers)
