"""/table: what IANA's page shows, the ways through it, what it refuses; text stays text (T-31, T-36)."""

from __future__ import annotations

import lzma
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

import parts
from portbook import formats
from portbook.edition import Edition, row_state
from portbook.formats.columns import COLUMNS, row
from portbook.records import Break, PublishedDate, Record, Reference, rich
from portbook.search.queries import MAX_QUERY
from portbook.store.edition_files import embedded
from portbook.web import tables
from portbook.web.rows import PAGE, SLUGS
from portbook.web.shown import shown as process_shows
from sites import Page, site
from test_web_pages import PAYLOADS, hostile
from test_web_rows import CHANGED, filled, published_rows


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    with site(tmp_path) as client:
        yield client


def small(tmp_path: Path, *records: Record) -> Edition:
    return Edition(records, updated=PublishedDate("2024-01-02"))


class Rows(HTMLParser):
    """The cells of a table as text, line breaks as blanks; the marks of the rows beside them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.marks: list[str] = []
        self._unseen = False
        self.feed(html.partition("<tbody>")[2].partition("</tbody>")[0])

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        kinds = (dict(attributes).get("class") or "").split()
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
        elif tag == "br":
            self.handle_data(" ")
        elif "mark" in kinds:
            self.marks.append(kinds[-1])
        self._unseen = "unseen" in kinds

    def handle_endtag(self, tag: str) -> None:
        self._unseen = False

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and not self._unseen:
            self.rows[-1][-1] += data


def html_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.content[:300]
    return response.content.decode()


def page_of(client: Client, address: str, status: int = 200) -> Page:
    return Page(html_of(client, address, status))


def cells_of(client: Client, address: str) -> list[list[str]]:
    """The rows of a page as IANA shows them: hyphens in ranges, single blanks."""
    found = Rows(html_of(client, address)).rows
    return [[" ".join(cell.replace("–", "-").split()) for cell in cells] for cells in found]


def as_shown(record: Record) -> list[str]:
    """The twelve cells of *record*, read for comparison: no brackets around labels, single blanks."""
    cells = [" ".join(cell.replace("–", "-").split()) for cell in row(record)]
    for column in (4, 5, 8):
        cells[column] = " ".join(cells[column].strip("[]").replace("][", " ").split())
    return cells


# -- what it shows


def test_the_first_page_is_the_first_hundred_rows(client: Client) -> None:
    page = page_of(client, "/table")
    assert page.text.count("14,400 rows") == 1
    assert "Rows 1–100 of 14,400, in the order of the registry" in page.text
    assert len(page.all("caption")) == len(page.all("table")) == len(page.all("h1")) == 1
    assert [head["scope"] for head in page.all("th")] == ["col"] * 12 + ["row"] * PAGE
    assert all(title in page.text for title in COLUMNS)


@pytest.mark.parametrize("number", [1, 2, 77, 144])
def test_every_field_of_every_row_is_there(client: Client, number: int) -> None:
    source = embedded()[-1]
    records = formats.read(source.data(), source.format).records[(number - 1) * PAGE : number * PAGE]
    shown_rows = Rows(html_of(client, f"/table?page={number}"))
    for cells, record in zip(cells_of(client, f"/table?page={number}"), records, strict=True):
        brackets = [re.sub(r"[\[\]]", "", cell) for cell in as_shown(record)]
        assert [re.sub(r"[\[\]]", "", cell) for cell in cells] == brackets
    assert shown_rows.marks == [row_state(record)[0].lower() for record in records]


def test_names_ports_people_and_references_are_links(client: Client) -> None:
    links = page_of(client, "/table?search=x11&ports=yes").links
    assert {"/services/x11", "/ports?from=6000&to=6063"} <= set(links)
    links = page_of(client, "/table?search=9110").links
    assert {"/ports/443", "/services/https", "/contacts/IETF_Chair", "/references/RFC9110"} <= set(links)


def test_odd_names_lead_to_their_pages(client: Client) -> None:
    links = page_of(client, "/table?search=whois%2B%2B").links
    assert "/services/whois%2B%2B" in links
    assert client.get("/services/whois%2B%2B").status_code == 200


def test_what_a_row_has_in_several_lines_stays_in_lines(tmp_path: Path) -> None:
    people = (Reference("person", "Ann_B_Able"), Reference("person", ""))
    cited = (Reference("note", "1"), Reference("text", None, "a/b"))
    record = Record("foo", "odd", "tcp", rich("a", Break(), "b"), None, people, reference=cited)
    with site(tmp_path, small(tmp_path, record)) as client:
        html = html_of(client, "/table")
        [cells] = cells_of(client, "/table")
    assert "<bdi>a<br>b</bdi>" in html
    assert '<a href="/contacts/Ann_B_Able"><bdi>Ann_<wbr>B_<wbr>Able</bdi></a><br><bdi>(empty)</bdi>' in html
    assert '<bdi>1</bdi><br><a href="/references/a%2Fb"><bdi>a/b</bdi></a>' in html  # a footnote has no page
    assert cells[:6] == ["foo", "odd", "tcp", "a b", "Ann_B_Able (empty)", "Ann_B_Able (empty)"]
    assert cells[6:] == ["", "", "1 a/b", "", "", ""]


def test_a_row_is_drawn_once(client: Client) -> None:
    client.get("/table")
    here = process_shows().current()
    first, second = (tables._drawn(here, (3, 5)) for _ in range(2))
    assert all(one is other for one, other in zip(first, second, strict=True))


@pytest.mark.needs("published_page")
def test_the_sample_page_appears_field_by_field(tmp_path: Path, published_editions: Path) -> None:
    """IANA's last page of "20", of 2025-09-29, in the edition of 2026-08-17 as it is served."""
    edition = formats.read(lzma.decompress((published_editions / "2026-08-17.xml.xz").read_bytes()), "xml")
    expected = published_rows(parts.published_page().read_text(encoding="utf-8"))
    with site(tmp_path, edition) as client:
        pages = [page for number in (7, 8) for page in cells_of(client, f"/table?search=20&page={number}")]
        assert client.get("/table?search=20&page=9").status_code == 404
    found = [filled(cells) for cells in pages[-len(expected) :]]
    bare = [[re.sub(r"^\[(.*)\]$", r"\1", cell) for cell in cells] for cells in expected]
    changed = {tuple(before[:3]): after for before, after in zip(bare, found, strict=True) if before != after}
    assert changed == CHANGED


# -- search, filters, order


@pytest.mark.parametrize(
    "address, heading",
    [
        ("/table?search=20", "724 rows that hold “20”"),
        ("/table?search=RFC8620", "1 row that holds “RFC8620”"),
        ("/table?search=zzzzq", "No row holds “zzzzq”"),
        ("/table?year=1900", "No row registered in 1900"),
        ("/table?range=system&transport=dccp", "3 rows among the System Ports on dccp"),
        ("/table?search=camera&year=2014", "No row of 2014 holds “camera”"),
        ("/table?year=2014", "123 rows registered in 2014"),
        ("/table?state=reserved&ports=yes&search=zzzzq", "No reserved row with a port holds “zzzzq”"),
        ("/table?search=RFC8620&year=2016&transport=tcp", "1 row on tcp of 2016 that holds “RFC8620”"),
        ("/table?age=7&search=RFC8620&x=y", "1 row that holds “RFC8620”"),
    ],
)
def test_headings(client: Client, address: str, heading: str) -> None:
    assert re.search(
        rf"<h1[^>]*>{heading}</h1>", html_of(client, address).replace("<bdi>", "").replace("</bdi>", "")
    )


def test_the_form_holds_what_was_asked(client: Client) -> None:
    page = page_of(client, '/table?search=a"%26amp;&state=reserved&year=1900&skey=-port&skey=name')
    assert [box["value"] for box in page.all("input") if box["name"] == "search"] == ['a"&amp;']
    chosen = {option["value"] for option in page.all("option") if "selected" in option}
    assert chosen == {"", "reserved", "1900", "-port"}
    assert {select["name"] for select in page.all("select")} == {
        "range", "state", "transport", "ports", "year", "skey"
    }  # fmt: skip
    assert {label["for"] for label in page.all("label")} >= {select["id"] for select in page.all("select")}
    [details] = page.all("details")
    assert "open" in details
    assert "open" not in page_of(client, "/table?search=x").all("details")[0]


def test_a_column_sorts_upwards_downwards_and_no_more(client: Client) -> None:
    def link(address: str) -> str:
        heads = html_of(client, address).partition("<thead>")[2].partition("</thead>")[0]
        found = re.search(r'<a href="([^"]*)">Port Number', heads)
        assert found
        return found[1].replace("&amp;", "&")

    first = link("/table?search=20&page=2&skey=name")
    assert first == "/table?search=20&skey=port"
    second = link(first)
    assert second == "/table?search=20&skey=-port"
    assert link(second) == "/table?search=20"


def test_the_order_is_told_to_everybody(client: Client) -> None:
    page = page_of(client, "/table?skey=-port&skey=name")
    sorts = [head["aria-sort"] for head in page.all("th") if "aria-sort" in head]
    assert sorts == ["descending"]
    assert "by Port Number, descending, then by Service Name" in page.text
    assert "▼1" in page.text
    assert "▲2" in page.text
    assert "aria-sort" not in html_of(client, "/table")


@pytest.mark.parametrize("slug", SLUGS)
def test_every_column_sorts(client: Client, slug: str) -> None:
    html = html_of(client, f"/table?skey=-{slug}")
    assert html.count("aria-sort=") == 1
    assert f'<option value="-{slug}" selected>' in html


def test_nothing_found_says_what_to_drop(client: Client) -> None:
    page = page_of(client, "/table?search=RFC8620&transport=dccp&year=2016")
    assert "/table?transport=dccp&year=2016" in page.links
    assert "/table?search=RFC8620&year=2016" in page.links
    assert "/search?q=RFC8620" in page.links
    assert "Without the transport dccp 1 row" in page.text
    assert "Without the year 2016 0 rows" in page.text
    assert page.all("table") == []


def test_years_are_counted_under_what_else_is_asked(client: Client) -> None:
    def years(address: str) -> dict[str, str]:
        [choices] = re.findall(r'name="year">(.*?)</select>', html_of(client, address), re.DOTALL)
        return dict(re.findall(r'value="([0-9]{4})"[^>]*>[0-9]{4} \(([0-9,]+)\)', choices))

    assert years("/table")["2014"] == "123"
    found = years("/table?search=camera&year=2014&skey=port&page=1")
    assert found.pop("2014") == "0"  # what is chosen stays in the list
    assert found
    for year, count in found.items():
        rows = cells_of(client, f"/table?search=camera&year={year}")
        assert len(rows) == int(count)


def test_paper_has_the_dated_address_and_no_empty_columns(client: Client) -> None:
    query = "?search=RFC8620&skey=-port"
    for address in (f"/table{query}", f"/editions/2023-03-13/table{query}"):
        page = page_of(client, address)
        assert f"The same for ever at /editions/2023-03-13/table{query}" in page.text
        [table] = page.all("table")
        rows = cells_of(client, address)
        empty = [number for number, column in enumerate(zip(*rows, strict=True), 1) if not any(column)]
        assert (table["class"] or "").split() == ["registry", *(f"empty-{number}" for number in empty)]
        assert len(empty) > 1


def test_what_was_asked_can_be_dropped(client: Client) -> None:
    page = page_of(client, "/table?search=mail&range=user&page=1&skey=name")
    assert "/table?range=user&skey=name" in page.links
    assert "/table?search=mail&skey=name" in page.links
    assert "Drop User Ports" in page.text


def test_an_edition_without_rows_has_a_table_page(tmp_path: Path) -> None:
    with site(tmp_path, small(tmp_path)) as client:
        assert "This edition has no rows." in page_of(client, "/table").text
        assert "E-WEB-PAGE" in page_of(client, "/table?page=2", 404).text


# -- pages


def turns(client: Client, address: str) -> str:
    html = html_of(client, address)
    bars = re.findall(r'<nav class="turns"[^>]*>(.*?)</nav>', html, re.DOTALL)
    assert len(bars) == 2
    assert bars[0] == bars[1]
    return re.sub(r"Page (?=[0-9])", "*", " ".join(Page(bars[0]).text.split()))


@pytest.mark.parametrize(
    "number, shown",
    [
        (1, "*1 2 3 4 5 6 … 144 Next ›"),
        (2, "‹ Previous 1 *2 3 4 5 6 7 … 144 Next ›"),
        (7, "‹ Previous 1 2 3 4 5 6 *7 8 9 10 11 12 … 144 Next ›"),
        (8, "‹ Previous 1 … 3 4 5 6 7 *8 9 10 11 12 13 … 144 Next ›"),
        (144, "‹ Previous 1 … 139 140 141 142 143 *144"),
    ],
)
def test_pages_to_turn_to(client: Client, number: int, shown: str) -> None:
    assert turns(client, f"/table?page={number}") == shown


def test_turning_keeps_the_question(client: Client) -> None:
    page = page_of(client, "/table?search=20&skey=-port&page=2")
    ways = {link.get("rel"): link["href"] for link in page.all("a") if link.get("rel") in ("prev", "next")}
    assert ways == {
        "prev": "/table?search=20&skey=-port",
        "next": "/table?search=20&skey=-port&page=3",
    }
    assert "Rows 101–200 of 724" in page.text
    assert [way["aria-current"] for way in page.all("span") if "aria-current" in way] == ["page", "page"]


def test_one_page_has_nothing_to_turn(client: Client) -> None:
    assert "turns" not in html_of(client, "/table?search=RFC8620")


def test_all_pages_together_are_the_edition(client: Client) -> None:
    names = [
        cells[0] for number in range(1, 9) for cells in cells_of(client, f"/table?search=20&page={number}")
    ]
    assert len(names) == 724


# -- addresses


def test_a_page_names_its_own_address(client: Client) -> None:
    page = page_of(client, "/table?skey=%2Bport&utm=1&page=2&search=20&state=")
    [canonical] = [link["href"] for link in page.all("link") if link["rel"] == "canonical"]
    assert canonical == "/table?search=20&skey=port&page=2"


def test_a_dated_table_stays_in_its_edition(client: Client) -> None:
    page = page_of(client, "/editions/2018-10-04/table?search=mail&skey=port")
    own = [link for link in page.links if re.search(r"/(table|ports|services|contacts|references)\b", link)]
    leaving = [link for link in own if not link.startswith("/editions/2018-10-04/")]
    assert leaving == ["/table?search=mail&skey=port"] or leaving == ["/table"]
    assert page.all("form")[-1]["action"] == "/editions/2018-10-04/table"
    assert "2018-10-04" in page.text


def test_links_of_the_table_answer(client: Client) -> None:
    page = page_of(client, "/table?search=x1&skey=-port")
    own = [link for link in dict.fromkeys(page.links) if re.match(r"/(table|ports/|services)", link)]
    assert len(own) > 15
    assert {link: client.get(link).status_code for link in own if client.get(link).status_code != 200} == {}


# -- odd input


@pytest.mark.parametrize(
    "query, status, code",
    [
        ("search=" + "a" * (MAX_QUERY + 1), 400, "E-QUERY-LONG"),
        ("search=" + "%C3%A9" * 10_000, 400, "E-QUERY-LONG"),
        ("page=145", 404, "E-WEB-PAGE"),
        ("page=9999999", 404, "E-WEB-PAGE"),
        ("page=-1", 400, "E-WEB-PAGE"),
        ("page=" + "9" * 5000, 400, "E-WEB-PAGE"),
        ("page=%D9%A2", 400, "E-WEB-PAGE"),
        ("page=2%00", 400, "E-WEB-PAGE"),
        ("year=abcd", 400, "E-WEB-FILTER"),
        ("state=dynamic", 400, "E-WEB-FILTER"),
        ("range=%3Cscript%3E", 400, "E-WEB-FILTER"),
        ("transport=%E2%80%AEtcp", 400, "E-WEB-FILTER"),
        ("skey=nonsense", 400, "E-WEB-SORT"),
        ("&".join(["skey=-port"] * 990), 400, "E-WEB-SORT"),
        ("&".join(["skey=-port"] * 5000), 400, "E-WEB-REQUEST"),
    ],
)
def test_refused(client: Client, query: str, status: int, code: str) -> None:
    response = client.get(f"/table?{query}")
    assert response.status_code == status
    page = Page(response.content.decode())
    assert code in page.text
    assert "Traceback" not in page.text
    assert response["Cache-Control"] == "no-store"
    assert len(response.content) < 6000
    assert page.all("script") == [
        tag for tag in page.all("script") if (tag["src"] or "").startswith("/static/")
    ]


def test_beyond_the_last_page_names_it(client: Client) -> None:
    assert "there is no page 145; the last one is page 144" in page_of(
        client, "/table?page=145", 404
    ).text.replace("There", "there")


def test_a_search_for_what_cannot_be_seen_finds_nothing_and_breaks_nothing(client: Client) -> None:
    for text in ("%00", "%E2%80%AE", "%EF%BB%BFx", "%FF", "%0A", "%1b[2J", "%F0%9F%94%8C"):
        page = page_of(client, f"/table?search={text}")
        assert not re.search("[\x00-\x08\x1b\u202e\ufeff]", page.text)


QUERIES = ("", "?search=4", "?skey=-description&skey=notes", "?year=1999")


def made_of(page: Page) -> set[str]:
    """The names of elements and attributes on a page."""
    return {name for tag, attributes in page.elements for name in (tag, *attributes)}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_in_every_field_is_shown_not_run(tmp_path: Path, payload: str) -> None:
    with site(tmp_path, hostile("plain words")) as client:
        plain = set().union(*(made_of(page_of(client, f"/table{query}")) for query in QUERIES))
    assert not plain & {"onload", "onerror", "style", "svg", "img", "iframe", "srcdoc", "base"}
    with site(tmp_path, hostile(payload)) as client:
        for query in (*QUERIES, f"?search={quote(payload[:MAX_QUERY], safe='')}"):
            page = page_of(client, f"/table{query}")
            assert made_of(page) <= plain | {"ul", "li"}
            assert all((tag["src"] or "").startswith("/static/") for tag in page.all("script"))
            assert [link for link in page.links if not FOLLOWED.match(link)] == []
            assert not re.search("[\u200b\u202a-\u202e\ufeff\x00-\x08]", page.text)
        if not re.search("[\u200b-\uffff]", payload):
            assert payload in page_of(client, "/table").text


FOLLOWED = re.compile(
    r"[/#]|https://(www\.rfc-editor\.org|h\.example|creativecommons\.org|datatracker\.ietf\.org|www\.iana\.org)/"
)
