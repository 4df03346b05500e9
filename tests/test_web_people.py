"""The pages of contacts and organisations, over the embedded edition, the invented one, and hostile ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

import invented
from portbook.edition import Edition
from portbook.mentions import Mentions
from portbook.records import Contact, Footnote, PublishedDate, Record, Reference, rich
from portbook.search.queries import MAX_QUERY
from portbook.web.directories import NEAR, Directory, directories_of
from portbook.web.paging import LINES, page_of, sheet_of
from portbook.web.people import LIVE, footnote_id
from portbook.web.problems import RequestError
from sites import Page, site
from test_web_pages import PAYLOADS, hostile

ODD = [
    "..%2F..%2Fx",
    "a%20b",
    "%25",
    "%00%0A",
    "%E2%80%AE",
    "<script>hit()</script>",
    "%2F",
    "x" * 10_000,
    "%FF",
]


@pytest.fixture
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A site over an edition without a contact table."""
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    with site(tmp_path) as client:
        yield client


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Client]:
    """A site over the invented edition, which carries all that IANA's XML can."""
    with site(tmp_path, invented.edition()) as client:
        yield client


def shown(client: Client, address: str, status: int = 200) -> Page:
    response = client.get(address)
    assert response.status_code == status, response.content[:300]
    page = Page(response.content.decode())
    assert len(page.all("h1")) == 1
    return page


def lines(client: Client, address: str) -> list[list[str]]:
    """The cells of every line of the tables of a page, as text."""
    html = client.get(address).content.decode()
    body = "".join(re.findall(r"<tbody>(.*?)</tbody>", html, re.DOTALL))
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return [[unescape(re.sub(r"<[^>]*>", "", cell)) for cell in row] for row in cells]


# -- contacts


def test_the_contact_table_is_that_of_the_edition(whole: Client) -> None:
    table = {line[0]: line[1:] for line in lines(whole, "/contacts")}
    mentions = Mentions(invented.edition())
    for contact in invented.edition().contacts or ():
        person = mentions.person(contact.id)
        assert person
        uris = "".join(uri for uri in contact.uris if uri)
        expected = [contact.name or "", contact.organization or "", uris, contact.updated or ""]
        assert table[contact.id] == [*expected, str(len(person.records))]
    assert table["Grey_Ghost"] == ["in no line of the contact table", "1"]
    assert len(table) == len(mentions.people)


def test_addresses_stay_as_published(whole: Client) -> None:
    """R-PUB-9: an "&" for "@" is shown and explained, never turned back, and nothing writes mail."""
    for address in ("/contacts", "/contacts/Ivy_Mooring", "/organisations/Harbour%20Board"):
        page = shown(whole, address)
        assert "IANA publishes & in place of @" in page.text
        assert not [link for link in page.links if link.startswith(("mailto:", "tel:"))]
    text = shown(whole, "/contacts/Ivy_Mooring").text
    assert "mailto:ivy&example.org" in text
    assert "ivy@example" not in text
    assert "https://kelp.example.net/people/cat" in shown(whole, "/contacts/Cat_Kelp").links
    assert "IANA publishes" not in shown(whole, "/contacts/Bea_Oar").text


def test_a_contact(whole: Client) -> None:
    page = shown(whole, "/contacts/Ada_Beacon")
    assert "Ada Beacon" in page.text
    assert "/organisations/Harbour%20Board" in page.links
    found = lines(whole, "/contacts/Ada_Beacon")
    assert ["lantern", "300", "tcp, udp", "Lantern Light Protocol", "contact"] in found
    ports = [int(re.split("[–-]", line[1])[0]) for line in found if line[1] != "none"]
    assert ports == sorted(ports)
    roles = {line[-1] for line in lines(whole, "/contacts/Harbour_Board")}
    assert {"assignee", "assignee and contact"} <= roles


def test_what_is_said_of_an_id_without_a_line(whole: Client) -> None:
    with_table = shown(whole, "/contacts/Grey_Ghost").text
    assert "the contact table of this edition has no line for it" in with_table
    assert "No row of this edition names this contact" in shown(whole, "/contacts/Nobody_Now").text


def test_an_edition_without_contacts_says_so_once(embedded: Client) -> None:
    page = shown(embedded, "/contacts")
    assert page.text.count("IANA's CSV carries no contact table") == 1
    assert "portbook update" in page.text
    assert LIVE in page.links
    assert LIVE in shown(embedded, "/organisations").links
    assert "The footnotes of the registry are not in this edition" in page.text
    assert "/about#update" in page.links
    assert [len(line) for line in lines(embedded, "/contacts")] == [2] * LINES
    page = shown(embedded, "/contacts/Eugene_Hopkinson")
    assert page.text.count("IANA's CSV carries no contact table") == 1
    assert LIVE in page.links
    assert lines(embedded, "/contacts/Eugene_Hopkinson") == [
        ["voxelstorm", "28200", "tcp, udp", "VoxelStorm game server", "contact"]
    ]


@pytest.mark.parametrize(
    "given, leads",
    [
        ("ada_beacon", "/contacts/Ada_Beacon"),
        ("ADA_BEACON", "/contacts/Ada_Beacon"),
        ("Ada_Beacon/", "/contacts/Ada_Beacon"),
        ("%C3%A7elik_kaya", "/contacts/%C3%87elik_Kaya"),
        ("east/west_pier_(old)", "/contacts/East%2FWest_Pier_%28Old%29"),
    ],
)
def test_another_spelling_leads_to_the_one_of_the_registry(whole: Client, given: str, leads: str) -> None:
    response = whole.get(f"/contacts/{given}")
    assert (response.status_code, response["Location"]) == (301, leads)
    assert whole.get(leads).status_code == 200


def test_every_contact_and_organisation_has_a_page(whole: Client) -> None:
    mentions = Mentions(invented.edition())
    for person in mentions.people:
        shown(whole, f"/contacts/{quote(person.id, safe='')}")
    for organisation in mentions.organisations or ():
        page = shown(whole, f"/organisations/{quote(organisation.name, safe='')}")
        assert {f"/contacts/{quote(each.id, safe='')}" for each in organisation.contacts} <= set(page.links)


@pytest.mark.parametrize("fixture", ["whole", "embedded"])
@pytest.mark.parametrize("name", ODD)
def test_ids_that_nobody_has(request: pytest.FixtureRequest, fixture: str, name: str) -> None:
    client: Client = request.getfixturevalue(fixture)
    for kind in ("contacts", "organisations"):
        page = shown(client, f"/{kind}/{name}", 404)
        assert all(script.keys() == {"src", "defer"} for script in page.all("script"))
        assert len(page.text) < 3_000
        assert not re.search("[\u202a-\u202e\x00-\x08]", page.text)


def test_near_ids_are_offered(whole: Client) -> None:
    assert "/contacts/Ada_Beacon" in shown(whole, "/contacts/Ada_Beacom", 404).links
    assert "/contacts/Ada_Beacon" in shown(whole, "/contacts/Ada%20Beacon", 404).links
    assert "/contacts/Ivy_Mooring" in shown(whole, "/contacts/Mooring", 404).links
    assert "/organisations/Harbour%20Board" in shown(whole, "/organisations/Harbor%20Board", 404).links
    assert "/contacts" in shown(whole, "/contacts/qqqqqq", 404).links
    response = whole.get("/contacts/Ada_Beacom", headers={"accept": "application/json"})
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "E-WEB-CONTACT"
    assert response.json()["suggestions"][0] == "Ada_Beacon"
    for accept in ("text/html", "application/json"):
        response = whole.get("/organisations/x", headers={"accept": accept})
        assert (response["Cache-Control"], response["Vary"]) == ("no-store", "Accept")


# -- search and pages


@pytest.mark.parametrize(
    "search, found",
    [
        ("beacon", {"Ada_Beacon", "Ada_Beacon_2"}),
        ("DAUGHTERS", {"Ada_Beacon_2"}),
        ("ada%20%20beacon", {"Ada_Beacon", "Ada_Beacon_2"}),
        ("m%C3%B6we", {"Jörg_Möwe"}),
        ("grey", {"Grey_Ghost"}),
        ("(old)", {"East/West_Pier_(Old)"}),
    ],
)
def test_a_search_looks_at_id_name_and_organisation(whole: Client, search: str, found: set[str]) -> None:
    assert {line[0] for line in lines(whole, f"/contacts?search={search}")} == found


def test_a_search_that_finds_nothing_helps(whole: Client) -> None:
    for kind in ("contacts", "organisations"):
        page = shown(whole, f"/{kind}?search=<b>zzz</b>")
        assert "“<b>zzz</b>”" in page.text
        assert {f"/{kind}", "/search?q=%3Cb%3Ezzz%3C%2Fb%3E"} <= set(page.links)


@pytest.mark.parametrize("kind", ["contacts", "organisations", "references", "contacts/Ada_Beacon"])
def test_pages_that_are_none(whole: Client, kind: str) -> None:
    for text in ("0", "-1", "01", "x", "1.5", "%EF%BC%91", "9" * 8, "1_0", "%20"):
        assert "E-WEB-PAGE" in shown(whole, f"/{kind}?page={text}", 400).text
    for text in ("2", "9" * 7):
        assert "E-WEB-PAGE" in shown(whole, f"/{kind}?page={text}", 404).text
    assert whole.get(f"/{kind}?page=").status_code == whole.get(f"/{kind}?page=1&x=y").status_code == 200


@pytest.mark.parametrize("kind", ["contacts", "organisations", "references"])
def test_a_search_has_a_limit(whole: Client, kind: str) -> None:
    assert whole.get(f"/{kind}?search={'a' * MAX_QUERY}").status_code == 200
    assert "E-QUERY-LONG" in shown(whole, f"/{kind}?search={'a' * (MAX_QUERY + 1)}", 400).text
    assert whole.get(f"/{kind}?search={'%C3%A9' * 10_000}").status_code == 400


def test_pages_are_a_hundred_lines_and_lead_on(embedded: Client) -> None:
    first, second = shown(embedded, "/contacts"), shown(embedded, "/contacts?page=2")
    assert {"/contacts?page=2"} <= set(first.links)
    assert {"/contacts", "/contacts?page=3"} <= set(second.links)
    seen = lines(embedded, "/contacts") + lines(embedded, "/contacts?page=2")
    assert len({line[0] for line in seen}) == 2 * LINES
    found = shown(embedded, "/contacts?search=a&page=2")
    assert {"/contacts?search=a", "/contacts?search=a&page=3"} <= set(found.links)


def test_the_last_page_is_whole(embedded: Client) -> None:
    every = [f"c{number}" for number in range(LINES)]
    assert sheet_of(every, 1, "/x").last == 1
    sheet = sheet_of([*every, "one more"], 2, "/x", "é b")
    assert (sheet.lines, sheet.first, sheet.end, sheet.last) == (("one more",), 101, 101, 2)
    assert (sheet.before, sheet.after) == ("/x?search=%C3%A9+b", "")
    assert sheet_of((), 1, "/x").lines == ()
    with pytest.raises(RequestError):
        sheet_of(every, 2, "/x")


def test_turns_name_the_ends_and_the_neighbours() -> None:
    sheet = sheet_of(range(57 * LINES), 20, "/x")
    assert [turn.number for turn in sheet.turns] == [1, 0, 18, 19, 20, 21, 22, 0, 57]
    assert [turn.number for turn in sheet.turns if not turn.href] == [0, 20, 0]


# -- footnotes, organisations, odd editions


def test_footnotes_stand_below_the_contacts(whole: Client) -> None:
    page = shown(whole, "/contacts")
    for note in invented.edition().footnotes or ():
        assert any(attributes.get("id") == footnote_id(note.anchor) for _, attributes in page.elements)
    assert "as RFC4727 says of others for RFC3692; no product ships with them switched on." in page.text
    assert "/references/RFC4727" in page.links or "https://www.rfc-editor.org/info/rfc4727" in page.links


def test_an_anchor_of_any_kind_is_a_safe_id(tmp_path: Path) -> None:
    anchors = ("1", "a b", '"><b>', "-31-", "1-", "é", "../x")
    assert len({footnote_id(anchor) for anchor in anchors}) == len(anchors)
    assert all(re.fullmatch("footnote-[A-Za-z0-9-]+", footnote_id(anchor)) for anchor in anchors)
    notes = tuple(Footnote(anchor, rich("Text")) for anchor in anchors)
    with site(tmp_path, Edition((), updated=PublishedDate("2024-01-02"), footnotes=notes)) as client:
        page = shown(client, "/contacts")
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        assert {footnote_id(anchor) for anchor in anchors} <= set(ids)


def test_organisations_are_those_of_the_contacts(whole: Client) -> None:
    found = {line[0]: (int(line[1]), int(line[2])) for line in lines(whole, "/organisations")}
    known = Mentions(invented.edition()).organisations or ()
    assert found == {each.name: (len(each.contacts), len(each.records)) for each in known}
    assert found["Harbour Board"][0] == 3
    response = whole.get("/organisations/harbour%20%20BOARD")
    assert (response.status_code, response["Location"]) == (301, "/organisations/Harbour%20Board")
    entries = [line for line in lines(whole, "/organisations/Harbour%20Board") if line[0] == "lantern"]
    assert [line[-1] for line in entries] == [
        "Ada_Beacon as contact; Harbour_Board as assignee",
        "Harbour_Board as assignee",
    ]


def test_an_edition_without_contacts_names_no_organisation(embedded: Client) -> None:
    page = shown(embedded, "/organisations")
    assert "portbook update" in page.text
    assert page.all("table") == []
    assert "carries no contact table" in shown(embedded, "/organisations/IETF", 404).text
    assert "E-WEB-PAGE" in shown(embedded, "/organisations?page=2", 404).text


def test_an_edition_with_nobody(tmp_path: Path) -> None:
    with site(tmp_path, Edition((), updated=PublishedDate("2024-01-02"), contacts=())) as client:
        assert "The rows of this edition name nobody" in shown(client, "/contacts").text
        assert "No contact of this edition states an organisation" in shown(client, "/organisations").text
        assert "The rows of this edition cite no documents" in shown(client, "/references").text


def test_every_line_of_the_contact_table_is_shown(tmp_path: Path) -> None:
    """Also one that stands twice, and one without an id."""
    contacts = (Contact("A", "First"), Contact("A", "Second"), Contact("", "Nameless"), Contact("b", "Third"))
    row = Record("foo", "4000", "tcp", rich("Foo"), None, (Reference("person", "A"),))
    edition = Edition((row,), updated=PublishedDate("2024-01-02"), contacts=contacts)
    directory = directories_of(Mentions(edition)).people
    assert [(each.id, each.contact.name, each.rows) for each in directory.items if each.contact] == [
        ("", "Nameless", 0),
        ("A", "First", 1),
        ("A", "Second", 1),
        ("b", "Third", 0),
    ]


def test_near_names_have_limits() -> None:
    directory = Directory([f"Person_{number}" for number in range(50)], str)
    assert len(directory.near("Person")) == NEAR
    assert directory.near("x" * (MAX_QUERY + 1)) == directory.near(" \t") == directory.near("zzz") == ()
    assert directory.find("person_7") == ("Person_7",)
    assert len(directory.find("")) == 50


def test_dated_pages_keep_their_links_in_their_edition(embedded: Client) -> None:
    root = "/editions/2018-10-04"
    for path in ("/contacts", "/contacts/IESG", "/contacts?search=ibm&page=1", "/organisations"):
        page = shown(embedded, root + path)
        inside = [link for link in page.links if link.startswith("/") and not link.startswith("/editions")]
        assert set(inside) <= {"/v1/openapi.json", path.partition("?")[0], path}, inside
    response = embedded.get(f"{root}/contacts/iesg")
    assert response["Location"] == f"{root}/contacts/IESG"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_in_an_edition_is_text(tmp_path: Path, payload: str) -> None:
    edition = hostile(payload)
    with site(tmp_path, edition) as client:
        name = quote(payload, safe="")
        for path in ("contacts", "organisations", "references", f"contacts/{name}", f"organisations/{name}"):
            response = client.get(f"/{path}", follow=True)
            assert response.status_code == 200, path
            page = Page(response.content.decode())
            tags = {tag for tag, _ in page.elements}
            assert not tags & {"style", "img", "iframe", "base", "b", "svg"}
            assert len(page.all("script")) == 2
            assert not any(key.startswith("on") for _, attributes in page.elements for key in attributes)
            assert all(re.match(r"/|#|https://", link) for link in page.links), page.links
            assert not re.search("[\u200b\u202a-\u202e\ufeff\x00-\x08]", page.text)


def test_a_page_is_read_from_its_parameter() -> None:
    from django.http import QueryDict

    assert page_of(QueryDict("page=7")) == 7
    assert page_of(QueryDict("")) == 1
