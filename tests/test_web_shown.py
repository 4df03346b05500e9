"""Which edition answers: dated addresses that never change, and a newer edition shown without restart."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

from portbook.edition import Edition
from portbook.records import PublishedDate, Record, rich
from portbook.store import EditionStore
from portbook.web.shown import MAX_DATED, shown
from servers import environment, serving
from sites import Page, site
from stores import small_xml

FOR_EVER = "public, max-age=31536000, immutable"
FILE = "/assignments/service-names-port-numbers/service-names-port-numbers"
PAGES = [
    "/",
    "/ports/443",
    "/ports/443/tcp",
    "/ports/28205",
    "/ports?from=28200&to=28300",
    "/services/https",
    "/services/cl%2F1",
    "/services/whois%2B%2B",
    "/search?q=mail",
    "/search?q=qqqqzzzz",
    "/table",
    "/table?search=20&page=2",
    "/contacts",
    "/references",
    "/references/RFC3588",
    "/about",
]
OWN = ("/editions", "/static/", "/v1/openapi.json", "/favicon")  # the site's, not an edition's
NEWEST = "2023-03-13"
SECONDS = 20.0  # that a busy machine may need to show a newer edition


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, site(home) as client:
        patch.setenv("PORTBOOK_HOME", str(home))
        yield client


# -- dated addresses


@pytest.mark.parametrize("address", PAGES)
def test_the_links_of_a_dated_page_stay_in_its_edition(client: Client, address: str) -> None:
    root = "/editions/2018-10-04"
    answer = client.get(root + address)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == FOR_EVER
    page = Page(answer.content.decode())
    back = way_back(answer.content.decode())
    for element, attributes in page.elements:
        link = attributes.get("href") or attributes.get("action") or attributes.get("data-hx-get") or ""
        if not link.startswith("/") or element == "script" or link == back:
            continue
        assert link.startswith((root, *OWN, "/about#update")), (element, link)
    assert "The edition of 2018-10-04, kept as it was." in page.text


def way_back(html: str) -> str:
    """Where a dated page leads for the same page in the edition shown now."""
    [back] = re.findall(r'href="([^"]*)">The same page in the edition shown now', html)
    return unescape(str(back))


@pytest.mark.parametrize("address", [page for page in PAGES if page not in ("/", "/about")])
def test_the_newest_edition_says_the_same_at_its_dated_address(client: Client, address: str) -> None:
    """But for links, the banner, where else it stands, and how old it is today."""
    undated = client.get(address).content.decode()
    dated = client.get(f"/editions/{NEWEST}{address}").content.decode()
    plain = dated.replace(f"/editions/{NEWEST}/", "/")
    for text in (undated, plain):
        assert '<p class="banner' in text
    assert without_age(plain) == without_age(undated)


def without_age(html: str) -> str:
    html = re.sub(r'<p class="(?:banner|behind).*?</p>\n?', "", html, flags=re.DOTALL)
    return re.sub(r"</strong>, [0-9,]+ days ago\.", "</strong>.", html)


@pytest.mark.parametrize("address", ["/v1/ports/443", "/v1/services/https", "/v1/search?q=mail"])
def test_dated_data(client: Client, address: str) -> None:
    root = "/editions/2018-10-04"
    answer = client.get(root + address)
    assert answer["Cache-Control"] == FOR_EVER
    document = json.loads(answer.content)
    assert document["edition"] == "2018-10-04"
    assert json.loads(client.get(address).content)["edition"] == NEWEST
    for found in re.findall(r'"href": "([^"]*)"', answer.content.decode()):
        assert client.get(found).status_code == 200


def test_a_dated_page_is_of_its_edition(client: Client) -> None:
    assert "http protocol over TLS/SSL" in client.get("/editions/2014-07-09/ports/443").content.decode()
    tags = {
        client.get(f"{root}/ports/443")["ETag"]
        for root in ("", "/editions/2014-07-09", "/editions/2018-10-04")
    }
    assert len(tags) == 3
    counts = {client.get(f"/editions/{day}/").content for day in ("2014-07-09", "2015-07-24", "2018-10-04")}
    assert len(counts) == 3


def test_an_error_stays_in_the_edition(client: Client) -> None:
    answer = client.get("/editions/2018-10-04/services/htp")
    assert answer.status_code == 404
    assert answer["Cache-Control"] == "no-store"
    links = Page(answer.content.decode()).links
    assert "/editions/2018-10-04/services/http" in links


@pytest.mark.parametrize(
    "address, location",
    [
        ("/editions/2018/ports/443", "/editions/2018-10-04/ports/443"),
        ("/editions/2018-10/", "/editions/2018-10-04/"),
        ("/editions/current/search?q=a%26b&x=%2F", f"/editions/{NEWEST}/search?q=a%26b&x=%2F"),
        ("/editions/2018/services/cl%2F1", "/editions/2018-10-04/services/cl/1"),
        ("/editions/2018/services/a%3Fb%23c%25d", "/editions/2018-10-04/services/a%3Fb%23c%25d"),
        ("/editions/2018//evil.example/", "/editions/2018-10-04//evil.example/"),
        ("/editions/2018/x%0d%0aSet-Cookie:a", "/editions/2018-10-04/x%0D%0ASet-Cookie%3Aa"),
        (f"/editions/2018{FILE}.csv?a=b", f"/editions/2018-10-04{FILE}.csv?a=b"),
    ],
)
def test_an_abbreviation_leads_to_the_whole_id_with_its_query(
    client: Client, address: str, location: str
) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, location)
    assert answer["Cache-Control"] == "public, max-age=60, must-revalidate"
    assert "Set-Cookie" not in answer


@pytest.mark.parametrize(
    "wanted",
    [
        "..",
        "%2e%2e",
        ".",
        "2017",
        "1999-01-01",
        "a b",
        "%00",
        "2018-10-04%0A",
        "%FF",
        "9" * 9000,
        "::",
        "file:x",
    ],
)
@pytest.mark.parametrize("rest", ["/", "/ports/443", "/v1/ports/443", f"{FILE}.csv"])
def test_editions_that_are_not_here(client: Client, wanted: str, rest: str) -> None:
    answer = client.get(f"/editions/{wanted}{rest}")
    assert answer.status_code == 404
    assert answer["Cache-Control"] == "no-store"
    assert "Traceback" not in answer.content.decode()
    assert re.search(r"E-EDITION-(ID|UNKNOWN)|E-WEB-ADDRESS", answer.content.decode())


@pytest.mark.parametrize(
    "rest",
    [
        "/editions",
        "/editions/",
        "/editions/2014-07-09",
        "/editions/2014-07-09/ports/443",
        "/editions/2018-10-04/editions/2014-07-09/",
        "/static/portbook.css",
        "/static/",
    ],
)
def test_what_has_no_dated_address(client: Client, rest: str) -> None:
    assert client.get(f"/editions/2018-10-04{rest}").status_code == 404
    assert client.get(f"/editions/2018{rest}").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_dated_pages_are_only_read(client: Client, method: str) -> None:
    client.get("/editions/2018-10-04/ports/443")  # remembered, and yet
    for address in ("/editions/2018-10-04/ports/443", f"/editions/2018-10-04{FILE}.csv"):
        answer = client.generic(method, address)
        assert answer.status_code == 405
        assert b"E-WEB-METHOD" in answer.content


@pytest.mark.parametrize("name", ["a?b%c#d", "cl/1", "x y", "é", "..", "%41", "a&b=c"])
def test_the_way_back_from_a_dated_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    from portbook import formats

    edition = Edition((Record(name, "4000", "tcp", rich("A thing")),), updated=PublishedDate("2024-01-02"))
    file = EditionStore().add(formats.write(edition, "xml"), source="x", now="2024-05-07T08:09:10Z")
    with site(tmp_path) as client:
        address = f"/services/{quote(name, safe='')}"
        for query in ("", "?q=a%26b"):
            dated = client.get(f"/editions/{file.id}{address}{query}").content.decode()
            back = way_back(dated)
            page = client.get(back)
            assert page.status_code == 200
            assert page.content == client.get(address + query).content
            assert back.endswith(query)


def test_few_dated_editions_stay_open(client: Client) -> None:
    for day in ("2014-07-09", "2015-07-24", "2018-10-04", NEWEST):
        assert client.get(f"/editions/{day}/ports/443").status_code == 200
        assert len(shown()._dated) <= MAX_DATED
    assert shown().dated(NEWEST).opened is shown().current().opened  # one edition, read once


# -- the newest edition changes


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def add(home: Path, *arguments: str) -> None:
    """Run `portbook editions add` as a user does."""
    command = [sys.executable, "-m", "portbook.cli", "editions", "add", *arguments]
    subprocess.run(command, env=environment(home), check=True, capture_output=True, timeout=60)


class Visitor(threading.Thread):
    """Asks for one address after another until told to stop, and notes which edition each answer was of."""

    def __init__(self, place: str, headers: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self.place, self.headers = place, headers
        self.stop = threading.Event()
        self.seen: list[tuple[str, str]] = []  # address, edition
        self.faults: list[str] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection(self.place, timeout=30)
        while not self.stop.is_set():
            for address in ("/", "/ports/1", "/v1/ports/1", f"{FILE}.json", "/editions", "/table"):
                try:
                    connection.request("GET", address, headers=self.headers)
                    answer = connection.getresponse()
                    content = answer.read()
                except OSError as error:
                    self.faults.append(f"{address}: {error!r}")
                    connection.close()
                    continue
                if answer.headers["Content-Encoding"] == "gzip":
                    content = gzip.decompress(content)
                if answer.status != 200:
                    self.faults.append(f"{address}: {answer.status}")
                else:
                    self.seen.append((address, self.edition(address, content)))

    def edition(self, address: str, content: bytes) -> str:
        """The date of the edition that made *content*, which is of one edition alone."""
        new = b"Invented newer" in content
        if address == "/v1/ports/1":
            found = json.loads(content)["edition"]
            if new != (found == "2024-05-06"):
                self.faults.append(f"{address} is mixed")
            return str(found)
        if address.endswith(".json"):
            return "2024-05-06" if new else NEWEST
        [chip] = re.findall(rb'<span class="chip">([0-9-]+)</span></a>', content)
        [foot] = re.findall(rb"as of <strong>([0-9-]+)</strong>", content)
        old = b"tcpmux" in content
        if chip != foot or (address == "/ports/1" and (new == old or new != (chip == b"2024-05-06"))):
            self.faults.append(f"{address} is mixed")
        return str(chip, "ascii")


def test_a_newer_edition_is_shown_without_restart(home: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.xml"
    newer.write_bytes(small_xml("newer"))
    log = tmp_path / "log"
    with serving(home, log=log) as place:
        visitors = [Visitor(place, {}), Visitor(place, {"Accept-Encoding": "gzip"})]
        for visitor in visitors:
            visitor.start()
        wait_for(lambda: all(len(visitor.seen) > 12 for visitor in visitors))
        add(home, str(newer))
        added = time.monotonic()
        wait_for(lambda: all(visitor.seen[-1][1] == "2024-05-06" for visitor in visitors))
        took = time.monotonic() - added
        counts = [len(visitor.seen) for visitor in visitors]
        wait_for(lambda: all(len(v.seen) > n + 12 for v, n in zip(visitors, counts, strict=True)))
        for visitor in visitors:
            visitor.stop.set()
            visitor.join(timeout=30)
        connection = http.client.HTTPConnection(place, timeout=30)
        connection.request("GET", f"/editions/{NEWEST}/ports/443")  # the old one keeps its addresses
        assert connection.getresponse().status == 200
    assert took < SECONDS
    for visitor in visitors:
        assert visitor.faults == []
        for address in {address for address, _ in visitor.seen}:
            days = [day for seen, day in visitor.seen if seen == address]
            assert sorted(days) == days, "never back to the old one"
            assert {*days} == {NEWEST, "2024-05-06"}
    assert "edition 2024-05-06 is shown now" in log.read_text()


def wait_for(holds: object) -> None:
    assert callable(holds)
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it did not come about in a minute"
        time.sleep(0.02)


def ask(place: str, address: str) -> dict[str, object]:
    connection = http.client.HTTPConnection(place, timeout=30)
    connection.request("GET", address)
    answer = connection.getresponse()
    assert answer.status == 200
    found: dict[str, object] = json.loads(answer.read())
    return found


def test_a_damaged_newest_edition_leaves_the_old_one_and_is_logged(home: Path, tmp_path: Path) -> None:
    store = EditionStore()
    older = store.add(small_xml("older", date="2024-01-01"), source="x", now="2024-05-07T08:09:10Z")
    aside = tmp_path / "aside"
    shutil.copytree(older.path.parent, aside)
    (aside / older.path.name).write_bytes(b"damaged")
    whole = EditionStore(tmp_path / "elsewhere" / "editions")
    newer = whole.add(small_xml("newer"), source="x", now="2024-05-07T08:09:10Z")
    newer.path.write_bytes(b"x" * newer.size)
    log = tmp_path / "log"
    with serving(home, log=log) as place:
        assert ask(place, "/v1/ports/1")["edition"] == "2024-01-01"
        newer.path.parent.rename(store.directory / newer.id)

        def told() -> bool:
            assert ask(place, "/v1/ports/1")["edition"] == "2024-01-01"
            return "E-STORE-CORRUPT" in log.read_text()

        wait_for(told)
        assert "edition 2024-01-01 is still shown" in log.read_text()
        time.sleep(1.5)  # it is not read again and again
        assert ask(place, "/v1/ports/1")["edition"] == "2024-01-01"
        assert log.read_text().count("is still shown") == 1
        connection = http.client.HTTPConnection(place, timeout=30)
        connection.request("GET", "/editions")
        page = connection.getresponse().read().decode()
    assert "Damaged: its bytes are not those that were published" in page
    assert "Shown is <span" in page or "shown" in page


@pytest.mark.parametrize("pinned", ["edition", "data"])
def test_an_edition_that_was_asked_for_stays(home: Path, tmp_path: Path, pinned: str) -> None:
    own = tmp_path / "own.xml"
    own.write_bytes(small_xml("own", date="2020-02-02"))
    arguments = ["--edition", "2018-10-04"] if pinned == "edition" else ["--data", str(own)]
    with serving(home, *arguments) as place:
        before = ask(place, "/v1/ports/1")
        newer = tmp_path / "newer.xml"
        newer.write_bytes(small_xml("newer"))
        add(home, str(newer))
        for _ in range(25):
            time.sleep(0.1)
            assert ask(place, "/v1/ports/1") == before


@pytest.mark.parametrize("address", ["/editions/current/ports", "/editions/2023/table"])
def test_a_long_query_at_a_short_id_gets_the_headers_too(tmp_path: Path, address: str) -> None:
    with site(tmp_path) as client:
        answer = client.get(f"{address}?a={'x' * 17_000}")
    assert answer.status_code == 400
    assert "Content-Security-Policy" in answer
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_an_error_of_the_dated_api_is_a_document(tmp_path: Path) -> None:
    with site(tmp_path) as client:
        answer = client.get("/editions/2023-03-13/v1/ports/99999")
    assert answer["Content-Type"] == "application/problem+json"


def test_another_method_at_a_short_id_leads_nowhere(client: Client) -> None:
    assert client.post("/editions/current/ports/443").status_code == 405
