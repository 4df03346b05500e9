"""The edition as files under IANA's names: bytes, validators, ranges, packing; what is refused, and why."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from django.test import Client

import invented
from portbook import formats
from portbook.edition import Edition
from portbook.records import Record, rich
from portbook.store import EditionStore
from portbook.web.codings import takes_gzip
from portbook.web.editions import Opened, Served
from portbook.web.files import FILES, Kept, files_of, offered
from portbook.web.sending import Content
from servers import serving
from sites import Page, site
from stores import small_xml

FILE = "/assignments/service-names-port-numbers/service-names-port-numbers"
SIZE = 1_140_036  # of the newest embedded edition, IANA's CSV of 2023-03-13
DIGEST = "b5d9155927fe67eabe20f4cfbf1a44c261f2a945290153079d8d6a5c6401362f"  # data/editions.json
DAY = "Mon, 13 Mar 2023 00:00:00 GMT"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, site(home) as client:
        patch.setenv("PORTBOOK_HOME", str(home))
        yield client


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Client]:
    """A site over the invented edition, which carries all that IANA's XML can."""
    folder = tmp_path / "whole"
    folder.mkdir()
    with site(folder, invented.edition()) as client:
        yield client


# -- the bytes


def test_every_edition_can_be_had_as_it_was_published(client: Client) -> None:
    suffixes = {form: suffix for suffix, form in FILES.items()}
    for file in EditionStore().all():
        answer = client.get(f"/editions/{file.id}{FILE}{suffixes[file.format]}")
        assert answer.status_code == 200
        assert hashlib.sha256(answer.content).hexdigest() == file.sha256
        assert answer.content == file.data()
        assert answer["ETag"] == f'"{file.sha256}"'


@pytest.mark.parametrize("day", ["2014-07-09", "2015-07-24", "2018-10-04", "2023-03-13"])
def test_another_format_is_written_from_the_edition(client: Client, day: str) -> None:
    edition = EditionStore().get(day).edition
    as_json = client.get(f"/editions/{day}{FILE}.json").content
    assert as_json == formats.write(edition, "json")
    assert formats.read(as_json) == edition
    as_csv = client.get(f"/editions/{day}{FILE}.csv").content
    assert formats.read(as_csv) == formats.project(edition, "csv")


def test_an_edition_with_all_that_xml_carries_is_there_as_xml(whole: Client) -> None:
    published = formats.write(invented.edition(), "xml")
    assert whole.get(f"{FILE}.xml").content == published
    assert formats.read(whole.get(f"{FILE}.json").content) == invented.edition()
    assert formats.read(whole.get(f"{FILE}.csv").content) == formats.project(invented.edition(), "csv")


@pytest.mark.parametrize(
    "suffix, media_type",
    [(".csv", "text/csv; charset=utf-8"), (".json", "application/json"), (".xml", "application/xml")],
)
def test_a_file_says_what_it_is(whole: Client, suffix: str, media_type: str) -> None:
    answer = whole.get(FILE + suffix)
    assert answer["Content-Type"] == media_type
    assert answer["Content-Disposition"] == (
        f'attachment; filename="service-names-port-numbers-2026-02-28{suffix}"'
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Length"] == str(len(answer.content))


def test_the_files_that_are_told_are_those_that_are_there(client: Client) -> None:
    for day in ("2015-07-24", "2023-03-13"):
        here = Served(Opened(EditionStore().get(day)), dated=True)
        told = {file.href for file in offered(here)}
        there = {here.links.file(suffix) for suffix in FILES}
        assert told == {address for address in there if client.get(address).status_code == 200}
        assert [file.is_published for file in offered(here)].count(True) == 1
        absent = [file for file in files_of(here) if not file.href]
        assert [file.label for file in absent] == ["XML", "plain text", "XHTML"]
        came = formats.named(here.file.format).title
        assert {file.reason for file in absent} == {
            f"not from this edition, which came as {came}; from those that portbook update fetches"
        }


@pytest.mark.parametrize(("suffix", "form"), [(".txt", "txt"), (".xhtml", "html")])
def test_a_whole_edition_is_there_as_text_and_as_a_page(whole: Client, suffix: str, form: str) -> None:
    address = f"{FILE}{suffix}{'?file' if form == 'html' else ''}"
    answer = whole.get(address)
    assert answer["Content-Type"] == formats.named(form).media_type
    assert answer["Content-Disposition"].endswith(f'2026-02-28{suffix}"')
    assert formats.read(answer.content) == formats.project(invented.edition(), form)
    assert address in Page(whole.get("/table").content.decode()).links


def test_digests_are_as_sha256sum_writes_them(whole: Client) -> None:
    for suffix in (suffix for suffix in FILES if suffix != ".2015.json"):
        content = whole.get(f"{FILE}{suffix}{'?file' if suffix == '.xhtml' else ''}").content
        answer = whole.get(f"{FILE}{suffix}.sha256")
        name = f"service-names-port-numbers-2026-02-28{suffix}"
        assert answer.content.decode() == f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert whole.head(f"{FILE}{suffix}.sha256").status_code == 200


# -- what there is not


def test_xml_is_refused_by_name_of_what_is_missing(client: Client) -> None:
    page = Page(client.get(f"{FILE}.xml").content.decode())
    assert "E-WEB-FILE" in page.text
    for part in ("the experts", "the notes at the head", "the contacts with their addresses"):
        assert part in page.text
    assert "it is there as CSV and JSON" in page.text
    answer = client.get(f"{FILE}.xml", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["code"] == "E-WEB-FILE"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "suffix, code",
    [
        (".txt", "E-WEB-FILE"),
        (".txt.sha256", "E-WEB-FILE"),
        (".xhtml?file", "E-WEB-FILE"),
        (".sha256", "E-WEB-ADDRESS"),
        (".csv.sha256.sha256", "E-WEB-ADDRESS"),
        (".2015.json", "E-WEB-FILE"),
        (".CSV", "E-WEB-ADDRESS"),
        (".csv.gz", "E-WEB-ADDRESS"),
        (".zip", "E-WEB-ADDRESS"),
        ("-1.csv", "E-WEB-ADDRESS"),
        (".csv/", "E-WEB-ADDRESS"),
        (".csv%00", "E-WEB-ADDRESS"),
        ("..%2F..%2Fetc%2Fpasswd", "E-WEB-ADDRESS"),
        ("." + "x" * 10_000, "E-WEB-ADDRESS"),
    ],
)
def test_files_that_are_not_there(client: Client, suffix: str, code: str) -> None:
    for root in ("", "/editions/2023-03-13"):
        answer = client.get(root + FILE + suffix)
        assert answer.status_code == 404
        assert code in answer.content.decode()


def test_a_format_that_cannot_hold_the_edition_is_refused(tmp_path: Path) -> None:
    row = Record("foo", "4000", "tcp", rich("\ufffe"))
    published = tmp_path / "odd.json"
    published.write_bytes(formats.write(replace(invented.edition(), records=(row,)), "json"))
    with site(tmp_path, file=published) as client:
        answer = client.get(f"{FILE}.xml")
        assert answer.status_code == 404
        assert "E-XML-CHARACTER" in answer.content.decode()
        assert client.get(f"{FILE}.json").content == published.read_bytes()


def test_a_file_that_changed_under_the_site_is_not_sent(tmp_path: Path) -> None:
    published = tmp_path / "some.xml"
    published.write_bytes(small_xml("a"))
    for change in (lambda: published.write_bytes(small_xml("b")), published.unlink):
        with site(tmp_path, file=published) as client:
            assert client.get("/").status_code == 200
            change()
            answer = client.get(f"{FILE}.xml")
            assert answer.status_code == 503
            assert "E-WEB-EDITION" in answer.content.decode()
            assert str(tmp_path) not in answer.content.decode()
            assert client.get("/ports/1").status_code == 200
        published.write_bytes(small_xml("c"))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_files_are_only_read(client: Client, method: str) -> None:
    assert client.generic(method, f"{FILE}.csv").status_code == 405


# -- IANA's page


@pytest.mark.parametrize("path", [FILE.rpartition("/")[0], FILE.rpartition("/")[0] + "/", f"{FILE}.xhtml"])
@pytest.mark.parametrize("query", ["", "?search=20", "?search=a%26b&page=2&skey=-port&age=7", "?x=%0d%0aA:b"])
def test_a_bookmark_of_the_published_page_leads_to_the_table(client: Client, path: str, query: str) -> None:
    for root in ("", "/editions/2018-10-04"):
        answer = client.get(f"{root}{path}{query}")
        assert answer.status_code == 302
        assert answer["Location"] == f"{root}/table{query}"
        assert answer["Cache-Control"] == "public, max-age=60, must-revalidate"


# -- validators


def test_validators_of_a_file(client: Client) -> None:
    answer = client.get(f"{FILE}.csv")
    assert answer["ETag"] == f'"{DIGEST}"'
    assert answer["Last-Modified"] == DAY
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Vary"] == "Accept-Encoding"
    assert answer["Cache-Control"] == "public, max-age=60, must-revalidate"
    dated = client.get(f"/editions/2023-03-13{FILE}.csv")
    assert dated["Cache-Control"] == "public, max-age=31536000, immutable"
    assert dated["ETag"] == answer["ETag"]


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"if-none-match": f'"{DIGEST}"'}, 304),
        ({"if-none-match": f'W/"{DIGEST}", "x"'}, 304),
        ({"if-none-match": "*"}, 304),
        ({"if-none-match": '"x"'}, 200),
        ({"if-none-match": '"x"', "if-modified-since": DAY}, 200),
        ({"if-modified-since": DAY}, 304),
        ({"if-modified-since": "Mon, 13 Mar 2024 00:00:00 GMT"}, 200),  # of another edition, perhaps
        ({"if-modified-since": "yesterday"}, 200),
        ({"if-match": f'"{DIGEST}"'}, 200),
        ({"if-match": f'W/"{DIGEST}"'}, 412),
        ({"if-match": '"x"'}, 412),
        ({"if-unmodified-since": DAY}, 200),
        ({"if-unmodified-since": "Sun, 12 Mar 2023 00:00:00 GMT"}, 412),
        ({"if-none-match": f'"{DIGEST}"', "range": "bytes=0-4"}, 304),
        ({"if-match": '"x"', "range": "bytes=0-4"}, 412),
        ({"if-match": f'"{DIGEST}"', "range": "bytes=0-4"}, 206),
        ({"if-unmodified-since": DAY, "range": "bytes=0-4"}, 206),
    ],
)
def test_preconditions(client: Client, headers: dict[str, str], status: int) -> None:
    answer = client.get(f"{FILE}.csv", headers=headers)
    assert answer.status_code == status
    if status == 304:
        assert answer.content == b""
        assert (answer["ETag"], answer["Last-Modified"]) == (f'"{DIGEST}"', DAY)
        assert answer["Vary"] == "Accept-Encoding"
        assert answer["Cache-Control"] == "public, max-age=60, must-revalidate"


def test_an_edition_that_was_added_was_last_modified_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    EditionStore().add(small_xml(), source="x", now="2024-05-07T08:09:10Z")
    with site(tmp_path) as client:
        answer = client.get(f"{FILE}.xml")
    assert answer["Last-Modified"] == "Tue, 07 May 2024 08:09:10 GMT"


def test_no_date_is_invented(tmp_path: Path) -> None:
    with site(tmp_path, Edition((Record("foo", "4000", "tcp", rich("Foo")),))) as client:
        answer = client.get(f"{FILE}.csv")
    assert "Last-Modified" not in answer
    assert answer["Content-Disposition"] == 'attachment; filename="service-names-port-numbers.csv"'


# -- ranges (RFC 9110 section 14)


@pytest.mark.parametrize(
    "header, start, end",
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-4", 0, 4),
        ("bytes=5-", 5, SIZE - 1),
        ("bytes=-5", SIZE - 5, SIZE - 1),
        (f"bytes=-{SIZE + 1}", 0, SIZE - 1),
        (f"bytes=0-{SIZE}", 0, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=1-" + "9" * 9000, 1, SIZE - 1),
        ("BYTES=0-4", 0, 4),
        (" bytes=0-4 ", 0, 4),
        ("bytes= 0-4 ,", 0, 4),
        ("bytes=,0-4", 0, 4),
        ("bytes=00-0004", 0, 4),
    ],
)
def test_one_range(client: Client, header: str, start: int, end: int) -> None:
    whole = client.get(f"{FILE}.csv").content
    answer = client.get(f"{FILE}.csv", headers={"range": header})
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {start}-{end}/{SIZE}"
    assert answer.content == whole[start : end + 1]
    assert answer["Content-Length"] == str(end + 1 - start)
    assert answer["ETag"] == f'"{DIGEST}"'
    assert answer["Cache-Control"] == "public, max-age=60, must-revalidate"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=--1",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=0-1-2",
        "bytes=0x0-4",
        "bytes=0-4;x",
        "bytes=٠-٤",
        "lines=0-4",
        "bytes 0-4",
        "bytes=0-1,3-4",
        "bytes=" + ",".join(f"{n}-{n}" for n in range(500)),
        "bytes=-" + "1" * 5000 + "x",
    ],
)
def test_a_range_that_is_none_or_many_gets_the_whole(client: Client, header: str) -> None:
    answer = client.get(f"{FILE}.csv", headers={"range": header})
    assert answer.status_code == 200
    assert len(answer.content) == SIZE
    assert "Content-Range" not in answer


@pytest.mark.parametrize(
    "header", [f"bytes={SIZE}-", "bytes=9999999-", "bytes=-0", "bytes=" + "9" * 9000 + "-"]
)
def test_a_range_behind_the_end(client: Client, header: str) -> None:
    answer = client.get(f"{FILE}.csv", headers={"range": header})
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{SIZE}"
    assert b"E-WEB-RANGE" in answer.content
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "condition, status",
    [
        (f'"{DIGEST}"', 206),
        (f'W/"{DIGEST}"', 200),
        ('"x"', 200),
        (DIGEST, 200),
        (DAY, 200),  # a date says less than a digest
        ("", 200),
    ],
)
def test_if_range(client: Client, condition: str, status: int) -> None:
    headers = {"range": "bytes=10-19", "if-range": condition}
    answer = client.get(f"{FILE}.csv", headers=headers)
    assert answer.status_code == status
    assert len(answer.content) == (10 if status == 206 else SIZE)
    behind = client.get(f"{FILE}.csv", headers={**headers, "range": "bytes=9999999-"})
    assert behind.status_code == (416 if status == 206 else 200)


@pytest.mark.parametrize("headers", [{}, {"range": "bytes=0-4"}, {"accept-encoding": "gzip"}])
def test_head_of_a_file(client: Client, headers: dict[str, str]) -> None:
    head = client.head(f"{FILE}.csv", headers=headers)
    headers.pop("range", None)  # a range is for GET alone, RFC 9110 section 14.2
    whole = client.get(f"{FILE}.csv", headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(whole.headers)


# -- packing


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_packed_and_plain(client: Client, suffix: str) -> None:
    plain = client.get(FILE + suffix)
    packed = client.get(FILE + suffix, headers={"accept-encoding": "br, gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) * 3 < len(plain.content)
    assert packed["ETag"] == f'"{hashlib.sha256(packed.content).hexdigest()}"'
    assert packed["Vary"] == plain["Vary"] == "Accept-Encoding"
    assert packed["Last-Modified"] == plain["Last-Modified"]
    for answer, coding in ((plain, ""), (packed, "gzip")):
        headers = {"accept-encoding": coding, "if-none-match": answer["ETag"]}
        again = client.get(FILE + suffix, headers=headers)
        assert (again.status_code, again["ETag"]) == (304, answer["ETag"])
        other = client.get(FILE + suffix, headers={**headers, "accept-encoding": "" if coding else "gzip"})
        assert other.status_code == 200


def test_a_range_is_of_the_plain_bytes(client: Client) -> None:
    whole = client.get(f"{FILE}.csv").content
    headers = {"range": "bytes=100-199", "accept-encoding": "gzip"}
    part = client.get(f"{FILE}.csv", headers=headers)
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert "Content-Encoding" not in part
    packed = client.get(f"{FILE}.csv", headers={"accept-encoding": "gzip"})
    resumed = client.get(f"{FILE}.csv", headers={**headers, "if-range": packed["ETag"]})
    assert resumed.status_code == 200  # whole and packed: the client holds packed bytes
    assert resumed.content == packed.content


@pytest.mark.parametrize(
    "header, expected",
    [
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("*", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("gzip;q=0.001", True),
        ("gzip ; q=1.000", True),
        ("deflate,\tgzip", True),
        ("gzip;Q=0.5", True),
        ("gzip, *;q=0", True),
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("*, gzip;q=0", False),
        ("identity, gzip;q=0.5", False),
        ("gzip;q=2", False),
        ("gzip;q=0.0001", False),
        ("gzip;q=x", False),
        ("gzipped", False),
        ("notgzip", False),
        (";q=1", False),
        ("," * 5000, False),
    ],
)
def test_who_takes_gzip(client: Client, header: str, expected: bool) -> None:
    assert takes_gzip(header) is expected
    for address in ("/ports/443", f"{FILE}.csv"):
        answer = client.get(address, headers={"accept-encoding": header})
        assert ("Content-Encoding" in answer) is expected


# -- made once, and kept within a limit


def made(kept: Kept, here: Served, name: str) -> Content:
    """The edition in the format called *name*, from *kept*."""
    return kept.get(here, name, lambda: Content(formats.write(here.edition, name), "text/plain"))


def test_a_file_is_made_once_however_many_ask(client: Client) -> None:
    here = Served(Opened(EditionStore().current()))
    kept = Kept()
    got: list[object] = []
    threads = [threading.Thread(target=lambda: got.append(made(kept, here, "json"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 16
    assert len({id(content) for content in got}) == 1


def test_what_is_kept_has_a_limit(client: Client) -> None:
    here = Served(Opened(EditionStore().current()))
    roomy = Kept(limit=8_000_000)
    first = made(roomy, here, "csv")
    made(roomy, here, "json")
    assert made(roomy, here, "csv") is first
    narrow = Kept(limit=3_500_000)  # less than both together, more than the larger one
    first = made(narrow, here, "csv")
    made(narrow, here, "json")
    assert made(narrow, here, "csv") is not first
    tiny = Kept(limit=1)  # the last one stays: else every request would make it again
    assert made(tiny, here, "csv") is made(tiny, here, "csv")


# -- a real server


def test_a_download_that_broke_off_is_resumed(tmp_path: Path) -> None:
    with serving(tmp_path / "home") as place:
        connection = http.client.HTTPConnection(place, timeout=30)

        def get(headers: dict[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
            connection.request("GET", f"{FILE}.csv", headers=headers)
            answer = connection.getresponse()
            return answer, answer.read()

        whole, content = get({})
        assert hashlib.sha256(content).hexdigest() == DIGEST
        assert parsedate_to_datetime(whole.headers["Last-Modified"]) < parsedate_to_datetime(
            whole.headers["Date"]
        )
        so_far = content[:700_000]
        tag = whole.headers["ETag"]
        part, rest = get({"Range": f"bytes={len(so_far)}-", "If-Range": tag})
        assert part.status == 206
        assert hashlib.sha256(so_far + rest).hexdigest() == DIGEST
        assert get({"Range": f"bytes={SIZE}-"})[0].headers["Content-Range"] == f"bytes */{SIZE}"
        packed, data = get({"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(data) == content
        connection.request("HEAD", f"{FILE}.csv", headers={"Range": "bytes=0-1"})
        head = connection.getresponse()
        assert (head.status, head.read(), head.headers["Content-Length"]) == (200, b"", str(SIZE))
