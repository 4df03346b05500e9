"""The pages of references: counts, canonical labels, where each row cites, and thousands of rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

import invented
from portbook.edition import Edition
from portbook.mentions import Mentions
from portbook.records import Footnote, PublishedDate, Record, Reference, rich
from portbook.web.addresses import is_followed, of_document
from portbook.web.entries import columns_naming, entries_of
from portbook.web.paging import LINES
from portbook.web.people import footnote_id
from sites import site
from test_web_people import lines, shown


@pytest.fixture
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    with site(tmp_path) as client:
        yield client


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Client]:
    with site(tmp_path, invented.edition()) as client:
        yield client


def edition_of(*records: Record, **parts: object) -> Edition:
    return Edition(records, updated=PublishedDate("2024-01-02"), **parts)  # type: ignore[arg-type]


# -- the list


def test_references_are_counted_rfcs_first(whole: Client) -> None:
    known = Mentions(invented.edition()).references
    found = lines(whole, "/references")
    assert [(line[0], int(line[1])) for line in found] == [(each.label, len(each.records)) for each in known]
    assert found[0][2] == "Request for Comments"
    assert "https://www.rfc-editor.org/info/rfc6335" in shown(whole, "/references").links


@pytest.mark.parametrize("search", ["RFC9110", "rfc%209110", "9110"])
def test_a_search_in_the_references(embedded: Client, search: str) -> None:
    assert "RFC9110" in [line[0] for line in lines(embedded, f"/references?search={search}")]
    assert "RFC6335" not in [line[0] for line in lines(embedded, f"/references?search={search}")]
    page = shown(embedded, "/references?search=zzzz")
    assert "No row cites anything with “zzzz”" in page.text
    assert "/references" in page.links


def test_every_reference_has_a_page(whole: Client) -> None:
    """No label leads on to another, and so none in a circle."""
    for cited in Mentions(invented.edition()).references:
        page = shown(whole, f"/references/{quote(cited.label, safe='')}")
        rows = len(cited.records)
        assert f"cited by {rows} row" in page.text
        found = lines(whole, f"/references/{quote(cited.label, safe='')}")
        assert found
        assert all(line[-1] for line in found), cited.label


# -- one of them


@pytest.mark.parametrize(
    "given",
    [
        "rfc9110",
        "RFC%209110",
        "rfc%2009110",
        "%5BRFC9110%5D",
        "RFC9110,%20Section%203",
        "RFC9110/",
        "Rfc9110",
    ],
)
def test_other_spellings_lead_to_the_label(embedded: Client, given: str) -> None:
    response = embedded.get(f"/references/{given}")
    assert (response.status_code, response["Location"]) == (301, "/references/RFC9110")


def test_a_reference(embedded: Client) -> None:
    page = shown(embedded, "/references/RFC9110")
    assert "Request for Comments · cited by" in page.text
    assert "https://www.rfc-editor.org/info/rfc9110" in page.links
    found = lines(embedded, "/references/RFC9110")
    assert ["https", "443", "tcp, udp", "http protocol over TLS/SSL", "reference"] in found
    assert "/v1/references/RFC9110" in page.links
    assert embedded.get("/v1/references/RFC9110").json()["label"] == "RFC9110"


def test_where_a_row_cites_is_told() -> None:
    rfc = Reference("rfc", "rfc8765")
    row = Record(
        "foo",
        reference=(rfc,),
        description=rich("As ", rfc),
        assignment_notes=rich("See ", rfc),
        unauthorized_use_reported=rich("By ", Reference("uri", "https://h.example")),
    )
    assert columns_naming(row, lambda found: found == rfc) == "reference, description and notes"
    assert columns_naming(row, lambda found: found.type == "uri") == "unauthorized use"
    assert columns_naming(row, lambda found: False) == ""


def test_a_citation_in_the_notes_alone(tmp_path: Path) -> None:
    section = Reference("rfc", "rfc8765", "RFC8765, Section 6.1")
    rows = (
        Record("foo", "4000", "tcp", rich("Foo"), reference=(section,)),
        Record("bar", "3999", "udp", rich("Bar"), assignment_notes=rich("See ", Reference("rfc", "rfc8765"))),
        Record("baz", None, "tcp", rich("Baz"), reference=(Reference("text", None, "a / b"),)),
    )
    with site(tmp_path, edition_of(*rows)) as client:
        assert lines(client, "/references/RFC8765") == [
            ["bar", "3999", "udp", "Bar", "notes"],
            ["foo", "4000", "tcp", "Foo", "reference"],
        ]
        assert lines(client, "/references/a%20%2F%20b") == [["baz", "none", "tcp", "Baz", "reference"]]
        assert "gives no address" in shown(client, "/references/a%20%2F%20b").text


@pytest.mark.parametrize(
    "label", ["RFC1", "..%2Fx", "a%20b", "%25", "%00%0A", "%E2%80%AE", "<b>", "%2F", "%5B%5D", "x" * 10_000]
)
def test_labels_that_nobody_cites(embedded: Client, label: str) -> None:
    page = shown(embedded, f"/references/{label}", 404)
    assert "E-WEB-REFERENCE" in page.text
    assert "/references" in page.links
    assert len(page.text) < 3_000


def test_near_labels_are_offered(embedded: Client) -> None:
    assert "/references/RFC9110" in shown(embedded, "/references/RFC9111", 404).links
    assert embedded.get("/references/RFC9111", headers={"accept": "application/json"}).json()["suggestions"]


def test_a_footnote_is_found_below_the_contacts(tmp_path: Path) -> None:
    notes = (Footnote("7 b", rich("Text")),)
    with site(tmp_path, edition_of(footnotes=notes)) as client:
        response = client.get("/references/7%20b")
        assert response.status_code == 301
        assert response["Location"] == f"/contacts#{footnote_id('7 b')}"
        assert client.get("/references/7").status_code == 404


# -- links out


@pytest.mark.parametrize(
    "uri, href",
    [
        ("https://h.example/a?b=c#d", "https://h.example/a?b=c#d"),
        ("https://h.example/caf\u00e9?q=\u00fc", "https://h.example/caf%C3%A9?q=%C3%BC"),
        ("https://h\u00f6.example/", "https://h%C3%B6.example/"),
        ('https://h.example/"<b>', "https://h.example/%22%3Cb%3E"),
        ("https://h.example/%41", "https://h.example/%41"),
        *(
            (f"https://h.example/a{unseen}b", "")
            for unseen in "\u202e\u200b\u2066\ufeff\u00ad\u3164\U000e0041"
        ),
        *((f"https://h.example/a{blank}b", "") for blank in " \t\n\u00a0\u3000\u2028\x1c\x7f\x85"),
        ("https://h.example\\@evil.example/", ""),
        ("https:///a", ""),
        ("javascript:hit()", ""),
        ("https://h.example/\udcff", ""),
    ],
)
def test_a_link_out_is_ascii_and_all_of_it_is_seen(uri: str, href: str) -> None:
    assert of_document(Reference("uri", uri)) == href
    assert is_followed(uri) == bool(href)


def test_a_link_that_hides_something_is_none(tmp_path: Path) -> None:
    seen, unseen = "https://h.example/caf\u00e9", "https://h.example/\u202egnp.exe"
    cites = (Reference("uri", seen), Reference("uri", unseen))
    with site(tmp_path, edition_of(Record("foo", "4000", "tcp", rich("Foo"), reference=cites))) as client:
        for address in ("/references", "/services/foo", f"/references/{quote(unseen, safe='')}"):
            links = shown(client, address).links
            assert all(link.isascii() for link in links)
            assert not [link for link in links if link.startswith("https://h.example") and "gnp" in link]
        assert "https://h.example/caf%C3%A9" in shown(client, "/references").links
        found = client.get(f"/v1/references/{quote(unseen, safe='')}").json()
        assert found["document"] is None


# -- many rows


def test_thousands_of_rows_are_paged(tmp_path: Path) -> None:
    cites = (Reference("rfc", "rfc6335"),)
    rows = [
        Record(f"name-{number}", str(10_000 + number), transport, rich("Foo"), reference=cites)
        for number in range(2_500)
        for transport in ("tcp", "udp")
    ]
    with site(tmp_path, edition_of(*rows)) as client:
        page = shown(client, "/references/RFC6335")
        assert "cited by 5,000 rows" in page.text
        assert "lines 1–100 of 2,500" in page.text
        assert len(lines(client, "/references/RFC6335")) == LINES
        assert {"/references/RFC6335?page=2", "/references/RFC6335?page=25"} <= set(page.links)
        last = lines(client, "/references/RFC6335?page=25")
        assert [last[0][1], last[-1][1]] == ["12400", "12499"]
        assert client.get("/references/RFC6335?page=26").status_code == 404


def test_entries_fold_what_differs_by_transport_alone() -> None:
    rows = (
        Record("b", None, "tcp"),
        Record("x", "20-29", "tcp", rich("X")),
        Record("x", "20-29", "udp", rich("X")),
        Record("a", None, "tcp"),
        Record("w", "3", "tcp", rich("one")),
        Record("w", "3", "udp", rich("another")),
    )
    found = entries_of(rows)
    assert [(entry[0].service_name, len(entry)) for entry in found] == [
        ("w", 1),
        ("w", 1),
        ("x", 2),
        ("a", 1),
        ("b", 1),
    ]


def test_dated_pages_keep_their_links_in_their_edition(embedded: Client) -> None:
    root = "/editions/2018-10-04"
    for path in ("/references", "/references/RFC6335", "/references/RFC3263"):
        page = shown(embedded, root + path)
        inside = [link for link in page.links if link.startswith("/") and not link.startswith("/editions")]
        assert set(inside) <= {"/v1/openapi.json", path}, inside
    assert embedded.get(f"{root}/references/rfc6335")["Location"] == f"{root}/references/RFC6335"
