"""/editions and /editions/ID: what is kept, where it came from, what it holds and loses, what is damaged."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

import invented
from portbook import formats
from portbook.edition import HEAD
from portbook.errors import visible
from portbook.store import EditionStore, edition_file
from portbook.web import edition_facts, edition_words
from portbook.web.editions import Opened, Served
from portbook.web.files import FILES, NAME
from portbook.web.loglines import Lines
from sites import Page, site
from stores import small_csv, small_xml
from test_web_pages import PAYLOADS

EMBEDDED = ["2023-03-13", "2018-10-04", "2015-07-24", "2014-07-09"]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EditionStore:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    return EditionStore()


@pytest.fixture
def own(store: EditionStore, tmp_path: Path) -> Iterator[Client]:
    """A site over a store that the test may change."""
    with site(tmp_path) as client:
        yield client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A site over the embedded editions alone."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, site(home) as client:
        patch.setenv("PORTBOOK_HOME", str(home))
        yield client


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the site logs."""
    written: list[str] = []
    [handler] = [h for h in logging.getLogger("portbook").handlers if isinstance(h.formatter, Lines)]
    monkeypatch.setattr(handler, "emit", lambda record: written.append(handler.format(record)))
    return written


def shown(client: Client, address: str, status: int = 200) -> Page:
    answer = client.get(address)
    assert answer.status_code == status, answer.content[-600:]
    return Page(answer.content.decode())


# -- the list


def test_every_edition_is_listed_newest_first(client: Client) -> None:
    page = shown(client, "/editions")
    assert [link for link in page.links if re.fullmatch(r"/editions/[0-9.-]+", link)][1:] == [
        f"/editions/{day}" for day in EMBEDDED
    ]
    assert "4 editions of the registry are kept here; the newest is of 2023-03-13." in page.text
    assert "14,400 rows, from IANA's CSV of 1,140,036 bytes" in page.text
    assert "Packaged with Portbook: pypi package avsos 0.0.9" in page.text
    assert "2023-03-13 shown" in page.text
    assert page.text.count(" shown ") == 1
    assert "portbook editions add" in page.text
    assert "/editions/2014-07-09/ports/443" in page.links


def test_an_edition_that_was_added_says_when_and_from_where(store: EditionStore, own: Client) -> None:
    assert "4 editions" in shown(own, "/editions").text
    store.add(small_xml(), source="a mirror <b>", now="2024-05-07T08:09:10Z")
    store.add(small_xml("b"), source="another", now="2024-05-08T00:00:00Z")
    page = shown(own, "/editions")  # the shown one is as before, the list is not
    assert "Added here, 2024-05-07 08:09 UTC: a mirror <b>" in page.text
    assert page.all("b") == []
    assert "2024-05-06.2" in page.text


def test_the_list_is_never_an_old_one(store: EditionStore, own: Client) -> None:
    before = own.get("/editions")
    same = own.get("/editions", headers={"if-none-match": before["ETag"]})
    assert same.status_code == 304
    store.add(small_csv(), date="2001-02-03", source="old", now="2024-05-07T08:09:10Z")
    after = own.get("/editions", headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert b"2001-02-03" in after.content
    assert after["Cache-Control"] == "public, max-age=60, must-revalidate"


def test_a_slash_at_the_end(client: Client) -> None:
    assert client.get("/editions/")["Location"] == "/editions"
    assert client.get("/editions//").status_code == 404


# -- one edition


def test_the_page_of_an_edition(client: Client) -> None:
    page = shown(client, "/editions/2018-10-04")
    for words in (
        "Edition 2018-10-04",
        "14,102 rows, as of 2018-10-04",
        "the newest date in its rows; the file says none",
        "packaged with Portbook",
        "pypi package str2port 0.1.1: str2port/iana.csv",
        "IANA's CSV, 1,092,567 bytes",
        "c9779eb0e237e2578b8310ea51d51bd3a38c660e2b003d4478f1f194976895a8",
        "the footnotes IANA's CSV has no place for them",
        "IANA's CSV: as published, to the byte.",
        "Portbook's lossless JSON: all that the edition holds, written from IANA's CSV.",
    ):
        assert words in page.text, words
    assert {"rel": "prev", "href": "/editions/2015-07-24"} in page.all("a")
    assert {"rel": "next", "href": "/editions/2023-03-13"} in page.all("a")
    root = "/editions/2018-10-04"
    assert {f"{root}/", f"{root}/table", f"{root}/ports/443", f"{root}/services/https"} <= set(page.links)
    own = [link for link in page.links if link.startswith("/") and not link.startswith(root)]
    assert set(own) <= {"/editions", "/v1/openapi.json", "/editions/2015-07-24", "/editions/2023-03-13"}
    assert {form["action"] for form in page.all("form")} == {
        f"{root}/search"
    }  # what stands around is its own
    assert "as of 2023-03-13" not in page.text.lower()
    assert "The same page in the edition shown now" not in page.text
    assert [heading for heading, _ in page.elements if heading == "h1"] == ["h1"]


def test_each_file_says_its_digest_or_why_it_is_not_there(client: Client) -> None:
    page = shown(client, "/editions/2018-10-04")
    files = page.text.partition("Its own addresses")[0].rpartition("Files")[2]
    for suffix in (".csv", ".json"):
        content = client.get(f"/editions/2018-10-04/assignments/{NAME}/{NAME}{suffix}").content
        digest = hashlib.sha256(content).hexdigest()
        assert f"SHA-256 {digest} by sha256sum {NAME}-2018-10-04{suffix}" in files
    for label in ("XML", "Plain text", "XHTML"):
        assert f"{label}not from this edition, which came as IANA's CSV" in files


def test_counts_are_those_of_the_edition(store: EditionStore, own: Client) -> None:
    for day in EMBEDDED:
        edition = store.get(day).edition
        page = shown(own, f"/editions/{day}")
        assert f"Rows{len(edition.records):,}" in page.text
        assert f"Service names{len(edition.service_names):,}" in page.text


def test_the_ends_of_the_row_of_editions(client: Client) -> None:
    assert [a["rel"] for a in shown(client, "/editions/2023-03-13").all("a") if a.get("rel") == "next"] == []
    assert [a["rel"] for a in shown(client, "/editions/2014-07-09").all("a") if a.get("rel") == "prev"] == []


def test_links_of_the_pages_lead_somewhere(client: Client) -> None:
    for address in ("/editions", "/editions/2015-07-24", "/editions/2023-03-13"):
        for link in shown(client, address).links:
            if link.startswith("/"):
                assert client.get(link).status_code == 200, link


def test_a_whole_edition_says_so(tmp_path: Path, store: EditionStore) -> None:
    store.add(invented.FILE.read_bytes(), source="invented", now="2026-03-01T00:00:00Z")
    with site(tmp_path) as client:
        page = shown(client, "/editions/2026-02-28")
    assert "nothing is missing" in page.text
    assert "as the file says" in page.text
    assert "IANA's XML: as published, to the byte." in page.text
    assert "It has no place for the title, the category" in page.text
    assert "finer points that it cannot hold either" in page.text
    assert f"Contacts{len(invented.edition().contacts or ())}" in page.text


def test_remarks_of_the_reader_are_counted(tmp_path: Path, store: EditionStore) -> None:
    odd = (
        small_xml()
        .replace(b"<number>1</number>", b"<number>one</number><colour/>")
        .replace(b"<number>2</number>", b"<number>2</number><colour/>")
    )
    file = store.add(odd, source="odd", now="2024-05-07T08:09:10Z")
    codes = [remark.code for remark in file.remarks]
    assert codes.count("F-XML-ELEMENT") == 2
    with site(tmp_path) as client:
        page = shown(client, f"/editions/{file.id}")
    assert "F-XML-ELEMENT 2 timesfor example" in page.text
    assert "colour" in page.text
    assert "the footnotes the file came without them" in page.text


def test_every_part_and_every_loss_has_its_words() -> None:
    assert set(edition_words.PARTS) == set(HEAD)
    known = {*edition_words.PARTS, *edition_words.FINER}
    for name in FILES.values():
        assert set(formats.losses(name)) <= known
    assert set(edition_words.ORIGINS) == {"embedded", "store", "file"}


def test_losses_are_told_where_there_are_any(store: EditionStore) -> None:
    for day in ("2015-07-24", "2023-03-13"):
        edition = store.get(day).edition
        for name in ("csv", "json", "xml"):
            losses = edition_words.losses(edition, name)
            assert losses.parts == ()  # it has none of them
            assert (losses.finer == ()) == (formats.read(formats.write(edition, name)) == edition)
    losses = edition_words.losses(invented.edition(), "csv")
    assert len(losses.parts) == len(HEAD)
    assert "the layout of the published file" in losses.finer
    assert edition_words.losses(invented.edition(), "json") == ((), ())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_words_of_others_stay_words(store: EditionStore, tmp_path: Path, payload: str) -> None:
    file = store.add(small_xml(), source=payload, now="2024-05-07T08:09:10Z")
    with site(tmp_path) as client:
        for address in ("/editions", f"/editions/{file.id}"):
            page = shown(client, address)
            assert "hit()" not in json.dumps(page.elements)
            assert not {"iframe", "img", "svg", "style", "base"} & {tag for tag, _ in page.elements}
            assert len(page.all("script")) == 2
            assert "\u202e" not in page.text


# -- ids


@pytest.mark.parametrize(
    "wanted, address",
    [
        ("2018", "/editions/2018-10-04"),
        ("2018-10", "/editions/2018-10-04"),
        ("current", "/editions/2023-03-13"),
        ("latest", "/editions/2023-03-13"),
    ],
)
def test_an_abbreviation_leads_to_the_whole_id(client: Client, wanted: str, address: str) -> None:
    answer = client.get(f"/editions/{wanted}")
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert answer["Cache-Control"] == "public, max-age=60, must-revalidate"


@pytest.mark.parametrize(
    "wanted, code, words",
    [
        ("2017", "E-EDITION-UNKNOWN", "near are 2014-07-09, 2015-07-24, 2018-10-04, 2023-03-13"),
        ("2018-10-05", "E-EDITION-UNKNOWN", "near are"),
        ("2018-10-04.2", "E-EDITION-UNKNOWN", "near are"),
        ("2018-10-04.1", "E-EDITION-ID", "is no edition's id"),
        ("20", "E-EDITION-ID", "is no edition's id"),
        ("..", "E-EDITION-ID", "is no edition's id"),
        ("%2e%2e", "E-EDITION-ID", "is no edition's id"),
        ("..%2f..%2fetc", "E-EDITION-ID", "'..'"),
        ("a%2Fb", "E-EDITION-ID", "'a'"),
        ("%00", "E-EDITION-ID", r"\x00"),
        ("%0A2018-10-04", "E-EDITION-ID", r"\n2018-10-04"),
        ("2018-10-04%0A", "E-EDITION-ID", r"2018-10-04\n"),
        ("٢٠١٨", "E-EDITION-ID", "is no edition's id"),
        ("%FF", "E-EDITION-ID", "%FF"),
        ("file:x.xml", "E-EDITION-ID", "file:x.xml"),
        ("9" * 10_000, "E-EDITION-ID", "999..."),
    ],
)
def test_ids_that_name_nothing(client: Client, wanted: str, code: str, words: str) -> None:
    page = shown(client, f"/editions/{wanted}", 404)
    assert code in page.text
    assert words in page.text
    assert "Traceback" not in page.text


@pytest.mark.parametrize("address", ["/editions/2019", "/editions/2018-10-05", "/editions/2019/ports/443"])
def test_near_editions_are_links(client: Client, address: str) -> None:
    page = shown(client, address, 404)
    assert {"/editions/2018-10-04", "/editions/2023-03-13", "/editions"} <= set(page.links)
    assert address not in page.links
    assert "portbook editions list" not in page.text


@pytest.mark.parametrize(
    "address, offers",
    [
        ("/443", ["/ports/443", "/search?q=443"]),
        ("/https", ["/services/https", "/search?q=https"]),
        ("/port/HTTPS/", ["/services/https", "/search?q=HTTPS"]),
        ("/port/443/tcp", ["/ports/443/tcp"]),
        ("/443/udp/", ["/ports/443/udp"]),
        ("/nosuch", ["/search?q=nosuch"]),
        ("/70000", ["/search?q=70000"]),
        ("/%3Cb%3E", ["/search?q=%3Cb%3E"]),
        ("/" + "9" * 10_000, []),
    ],
)
def test_what_an_address_that_is_none_may_mean(client: Client, address: str, offers: list[str]) -> None:
    for root in ("", "/editions/2018-10-04"):
        page = shown(client, root + address, 404)
        meant = [link for link in page.links if re.match(rf"{root}/(ports/|services/|search\?)", link)]
        assert meant == [root + offer for offer in offers]
        for link in meant:
            assert client.get(link).status_code == 200
        code = page.text.index("E-WEB-ADDRESS")
        assert page.text.index("There is nothing at the address") < code  # the sentence first


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("address", ["/editions", "/editions/2018-10-04", "/editions/x", "/editions/2018/"])
def test_editions_are_only_read(client: Client, method: str, address: str) -> None:
    answer = client.generic(method, address)
    assert answer.status_code in (302, 405)
    assert b"E-WEB-METHOD" in answer.content or answer.status_code == 302


@pytest.mark.parametrize("address", ["/editions", "/editions/2018-10-04", "/editions/2018", "/editions/x"])
def test_head_of_the_pages(client: Client, address: str) -> None:
    whole, head = client.get(address), client.head(address)
    assert (head.content, dict(head.headers)) == (b"", dict(whole.headers))


# -- damage


def test_damage_is_told_and_the_rest_goes_on(
    store: EditionStore, own: Client, lines: list[str], tmp_path: Path
) -> None:
    bytes_gone = store.add(small_xml("a", date="2021-05-06"), source="a", now="2024-05-07T08:09:10Z")
    notes_gone = store.add(small_xml("b", date="2021-05-07"), source="b", now="2024-05-07T08:09:10Z")
    file_gone = store.add(small_xml("c", date="2021-05-08"), source="c", now="2024-05-07T08:09:10Z")
    assert "damaged" not in shown(own, "/editions").text.lower()
    for file in (bytes_gone, notes_gone, file_gone):
        assert own.get(f"/editions/{file.id}").status_code == 200
    bytes_gone.path.write_bytes(b"x" * bytes_gone.size)
    (notes_gone.path.parent / "edition.json").write_text("{}")
    file_gone.path.unlink()
    page = shown(own, "/editions")
    assert "3 of them are damaged and are not shown." in page.text
    assert page.text.count("Damaged: its bytes are not those that were published") == 2
    assert page.text.count("Damaged: what was noted of it cannot be read") == 1
    assert str(tmp_path) not in own.get("/editions").content.decode()
    for file in (bytes_gone, notes_gone, file_gone):
        answer = own.get(f"/editions/{file.id}")
        assert answer.status_code == 503
        assert "E-WEB-EDITION" in answer.content.decode()
        assert str(tmp_path) not in answer.content.decode()
        assert answer["Cache-Control"] == "no-store"
    assert any(file_gone.id in line and "E-STORE-CORRUPT" in line for line in lines)
    for day in EMBEDDED:
        assert own.get(f"/editions/{day}").status_code == 200
    beside = shown(own, "/editions/2018-10-04")  # the damaged ones are passed over
    assert {"rel": "next", "href": "/editions/2023-03-13"} in beside.all("a")


def test_a_mended_edition_is_whole_again(store: EditionStore, own: Client) -> None:
    file = store.add(small_xml("a", date="2021-05-06"), source="a", now="2024-05-07T08:09:10Z")
    published = file.path.read_bytes()
    file.path.write_bytes(b"x")
    assert own.get(f"/editions/{file.id}").status_code == 503
    file.path.write_bytes(published)
    assert own.get(f"/editions/{file.id}").status_code == 200
    assert "amaged" not in shown(own, "/editions").text


def test_a_store_that_cannot_be_used(store: EditionStore, own: Client, lines: list[str]) -> None:
    store.add(small_xml("a", date="2021-05-06"), source="a", now="2024-05-07T08:09:10Z")
    assert own.get("/editions").status_code == 200
    [version] = [path for path in store.directory.iterdir() if path.is_file()]
    version.unlink()
    for address in ("/editions", "/editions/2018-10-04", "/editions/2018-10-04/ports/443"):
        answer = own.get(address)
        assert answer.status_code == 503
        assert str(store.directory) not in answer.content.decode()
    assert lines
    assert own.get("/ports/443").status_code == 200


def test_only_so_many_are_compared_at_one_request(store: EditionStore, own: Client) -> None:
    for n in range(edition_facts.MAX_COMPARED + 1):
        store.add(small_xml(str(n), date="2001-01-01"), source="x", now="2024-05-07T08:09:10Z")
    all_of_them = edition_facts.MAX_COMPARED + 1 + len(EMBEDDED)
    found = re.search(r"Of ([0-9]+) editions? the bytes were not compared", shown(own, "/editions").text)
    assert found
    assert 0 < int(found[1]) <= all_of_them - edition_facts.MAX_COMPARED
    shown(own, "/editions")
    assert "not compared" not in shown(own, "/editions").text


# -- a file of the user's


def test_a_file_is_an_edition_without_dated_addresses(tmp_path: Path, store: EditionStore) -> None:
    with site(tmp_path, file=invented.FILE) as client:
        page = shown(client, "/editions")
        assert "A file is shown here" in page.text
        assert "/editions/file%3Ainvented.xml" in page.links
        assert "2018-10-04" not in page.text
        one = shown(client, "/editions/file%3Ainvented.xml")
        assert "The file invented.xml" in one.text
        assert "127 rows" in one.text
        assert str(invented.FILE.parent) not in client.get("/editions/file:invented.xml").content.decode()
        for link in (link for link in (*page.links, *one.links) if link.startswith("/")):
            assert client.get(link).status_code == 200, link
        for address in ("/editions/2018-10-04", "/editions/2018-10-04/ports/443", "/editions/file:x"):
            assert "E-WEB-DATED" in shown(client, address, 404).text
        assert client.get("/editions/file:invented.xml/").status_code == 404


@pytest.mark.parametrize("name", ["a b.xml", "<b>.xml", "a?b#c%d.xml", "é.xml", "\u202ea.xml", b"\xff.xml"])
def test_odd_names_of_files(tmp_path: Path, store: EditionStore, name: str | bytes) -> None:
    path = tmp_path / (name if isinstance(name, str) else name.decode("utf-8", "surrogateescape"))
    path.write_bytes(small_xml())
    with site(tmp_path, file=path) as client:
        page = shown(client, "/editions")
        [about] = {link for link in page.links if link.startswith("/editions/")}
        assert page.all("b") == []
        assert "\u202e" not in page.text
        assert client.get("/").status_code == 200
        if isinstance(name, str):
            assert about == f"/editions/{quote(f'file:{visible(name)}', safe='')}"
        assert "2 rows" in shown(client, about).text


def test_facts_are_remembered_within_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "some.xml"

    def served(number: int) -> Served:
        path.write_bytes(small_xml(f"one of many {number}"))
        return Served(Opened(edition_file(path)))

    first, second = served(0), served(1)
    found = [edition_facts.facts(here) for here in (first, second)]
    for number in range(2, edition_facts.MAX_FACTS):
        edition_facts.facts(served(number))
    assert edition_facts.facts(first) is found[0]
    edition_facts.facts(served(edition_facts.MAX_FACTS))  # the least recently asked goes
    assert edition_facts.facts(first) is found[0]
    assert edition_facts.facts(second) is not found[1]


# -- as data


def test_fields_for_programs(store: EditionStore) -> None:
    added = store.add(small_xml(), source="a mirror", now="2024-05-07T08:09:10Z")
    fields = edition_facts.edition_fields(added)
    assert json.loads(json.dumps(fields)) == fields
    assert fields == {
        "id": "2024-05-06",
        "date": "2024-05-06",
        "records": 2,
        "format": "xml",
        "format_title": "IANA's XML",
        "size": len(small_xml()),
        "sha256": hashlib.sha256(small_xml()).hexdigest(),
        "origin": "store",
        "source": "a mirror",
        "added": "2024-05-07T08:09:10Z",
        "href": "/editions/2024-05-06",
    }
    own = edition_facts.edition_fields(edition_file(invented.FILE))
    assert own["source"] is None
    assert str(invented.FILE) not in json.dumps(own)
