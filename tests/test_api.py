"""The JSON API: its fields, that every port answers, and its errors as problem documents (RFC 9457)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from http.client import responses
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

import invented
from portbook import answers, formats
from portbook.edition import Edition
from portbook.mentions import Mentions
from portbook.numbers import Ports
from portbook.records import PublishedDate, Record, Reference, rich
from portbook.search.queries import MAX_QUERY
from portbook.store import EditionStore
from portbook.store.edition_files import embedded
from portbook.web.paging import MAX_OFFSET, MAX_ROWS, ROWS
from portbook.web.questions import MAX_HITS
from portbook.web.ranges import MAX_JSON
from portbook.web.schemas import RecordAnswer
from sites import site

RECORD_FIELDS = [  # issue by issue these stay: programs key on them
    "service_name",
    "port",
    "port_end",
    "transport",
    "state",
    "description",
    "assignee",
    "contact",
    "registration_date",
    "modification_date",
    "reference",
    "service_code",
    "unauthorized_use_reported",
    "assignment_notes",
    "canonical",
    "aliases",
    "edition",
    "href",
]


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    with site(tmp_path) as client:
        yield client


def answer(client: Client, address: str) -> dict[str, Any]:
    response = client.get(address)
    assert response.status_code == 200, response.content
    assert response["Content-Type"].split(";")[0] == "application/json"
    found: dict[str, Any] = json.loads(response.content)
    return found


def problem(client: Client, address: str, status: int, **headers: str) -> dict[str, Any]:
    response = client.get(address, headers=headers)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(response.content)
    assert found["type"] == "about:blank"
    assert found["status"] == status
    assert found["title"] == responses[status]
    assert found["detail"]
    assert found["code"].startswith("E-")
    return found


# -- fields


def test_a_port(client: Client) -> None:
    found = answer(client, "/v1/ports/443")
    assert found["port"] == 443
    assert found["range"] == "System Ports"
    assert found["edition"] == "2023-03-13"
    assert [t["transport"] for t in found["transports"]] == ["tcp", "udp", "sctp", "dccp"]
    assert [t["state"] for t in found["transports"]] == ["Assigned", "Assigned", "Assigned", "Reserved"]
    tcp, dccp = found["transports"][0], found["transports"][3]
    assert tcp["why"] == "a row says so"
    assert dccp == {
        "transport": "dccp",
        "state": "Reserved",
        "why": "companion of another transport (implied)",
        "reason": "companion",
        "records": [],
    }
    assert tcp["records"] == [
        {
            "service_name": "https",
            "port": 443,
            "port_end": 443,
            "transport": "tcp",
            "state": "Assigned",
            "description": "http protocol over TLS/SSL",
            "assignee": ["IESG"],
            "contact": ["IETF_Chair"],
            "registration_date": None,
            "modification_date": "2021-10-01",
            "reference": [{"type": "rfc", "data": "rfc9110", "text": None}],
            "service_code": None,
            "unauthorized_use_reported": None,
            "assignment_notes": None,
            "canonical": "https",
            "aliases": [],
            "edition": "2023-03-13",
            "href": "/ports/443/tcp",
        }
    ]


def test_a_port_on_one_transport(client: Client) -> None:
    found = answer(client, "/v1/ports/6010/tcp")
    assert found["port"] == 6010
    assert found["transport"] == "tcp"
    [row] = found["records"]
    assert (row["service_name"], row["port"], row["port_end"]) == ("x11", 6000, 6063)
    whole = answer(client, "/v1/ports/6010")["transports"][0]
    assert {key: found[key] for key in whole} == whole
    assert answer(client, "/v1/ports/443/udplite") == answer(client, "/v1/ports/443/UDP")


def test_a_service_and_its_aliases(client: Client) -> None:
    http = answer(client, "/v1/services/HTTP")
    assert (http["name"], http["canonical"], http["is_alias"]) == ("http", "http", False)
    assert http["aliases"] == ["www", "www-http"]
    www = answer(client, "/v1/services/www")
    assert (www["canonical"], www["is_alias"]) == ("http", True)
    assert {row["service_name"] for row in www["records"]} == {"www"}
    assert {row["canonical"] for row in www["records"]} == {"http"}


@pytest.mark.parametrize("name", ["cl/1", "EtherNet/IP-2", "z39.50", "whois++", "sql*net", "914c/g"])
def test_odd_names(client: Client, name: str) -> None:
    for written in (quote(name, safe=""), quote(name)):
        found = answer(client, f"/v1/services/{written}")
        assert found["name"] == name
        assert found["is_alias"]
        assert found["href"] == f"/services/{quote(name, safe='')}"
        assert client.get(found["href"]).status_code == 200


def test_the_fields_of_a_record_are_those_promised(client: Client) -> None:
    assert list(answers.RECORD_FIELDS) == RECORD_FIELDS
    assert list(RecordAnswer.model_fields) == RECORD_FIELDS
    for address in ("/v1/services/https", "/v1/ports/28205/udp"):
        assert all(list(row) == RECORD_FIELDS for row in answer(client, address)["records"])


def test_rows_without_port_transport_or_name(tmp_path: Path) -> None:
    rows = (
        Record(service_name="portless", transport="tcp", description=rich("Only a name")),
        Record(port_number="5000-5010", description=rich("Unassigned")),
        Record(
            service_name="odd", port_number="5011", transport="quic", description=rich("An odd transport")
        ),
        Record(
            service_name="cited",
            port_number="5012",
            transport="dccp",
            reference=(Reference("text", None, "A book"), Reference("uri", "javascript:x", "A link")),
            service_code="1885957735",
            registration_date=PublishedDate("2006-12"),
        ),
    )
    with site(tmp_path, Edition(rows, updated=PublishedDate("2024-01-02"))) as client:
        [portless] = answer(client, "/v1/services/portless")["records"]
        assert (portless["port"], portless["port_end"], portless["href"]) == (
            None,
            None,
            "/services/portless",
        )
        [block] = answer(client, "/v1/ports/5005/sctp")["records"]
        assert (block["service_name"], block["canonical"], block["transport"]) == (None, None, None)
        assert (block["port"], block["port_end"], block["state"]) == (5000, 5010, "Unassigned")
        assert answer(client, "/v1/services/odd")["records"][0]["href"] == "/ports/5011"
        [cited] = answer(client, "/v1/ports/5012/dccp")["records"]
        assert cited["reference"][0] == {"type": "text", "data": None, "text": "A book"}
        assert cited["registration_date"] == "2006-12"
        assert cited["service_code"] == "1885957735"
        for row in (portless, block, cited):
            assert client.get(row["href"]).status_code == 200
            assert client.get("/v1" + row["href"]).status_code == 200


def test_the_answers_are_those_of_the_library(client: Client) -> None:
    """The schemas neither drop nor change a field of what `--json` prints too."""
    from portbook.store import EditionStore

    file = EditionStore().get("2023-03-13")
    for port in (0, 53, 80, 3478, 6400, 28205, 49151, 60000):
        assert answer(client, f"/v1/ports/{port}") == answers.port_answer(file.edition, file.id, port)
    for name in ("http", "domain", "cl-1", "whois++"):
        service = file.edition.service(name)
        assert service
        expected = answers.service_answer(file.edition, file.id, service)
        expected |= {"total": len(service.records), "more": False}
        assert answer(client, f"/v1/services/{quote(name, safe='')}") == expected


# -- ranges, contacts, references


def test_a_range(client: Client) -> None:
    from portbook.store import EditionStore

    file = EditionStore().get("2023-03-13")
    for low, high in ((28190, 28250), (1020, 1030), (49150, 49160), (443, 443), (65535, 65535)):
        found = answer(client, f"/v1/ports?from={low}&to={high}")
        assert found == answers.ports_answer(file.edition, file.id, Ports(low, high))
        assert sum(run["port_end"] - run["port"] + 1 for run in found["runs"]) == 4 * (high - low + 1)
        assert list(found["runs"][0])[:3] == ["port", "port_end", "transport"]
    assert found["runs"][0]["state"] == "Dynamic"


def test_a_range_has_a_limit(client: Client) -> None:
    assert answer(client, f"/v1/ports?from=0&to={MAX_JSON - 1}")["port_end"] == MAX_JSON - 1
    found = problem(client, f"/v1/ports?from=0&to={MAX_JSON}", 400)
    assert (found["code"], found["source"]) == ("E-WEB-PORTS", "docs/limits.md")
    assert found["detail"] == "the range 0-1024 has 1,025 ports; 1,024 are answered at once"


@pytest.mark.parametrize(
    "query, code",
    [
        ("", "E-WEB-PARAMETER"),
        ("?from=1", "E-WEB-PARAMETER"),
        ("?from=&to=2", "E-WEB-PORTS"),
        ("?from=2&to=1", "E-PORT-FORMAT"),
        ("?from=x&to=1", "E-PORT-FORMAT"),
        ("?from=1&to=65536", "E-PORT-RANGE"),
        ("?from=-1&to=5", "E-PORT-RANGE"),
        ("?from=01&to=5", "E-PORT-FORMAT"),
        ("?from=%EF%BC%91&to=5", "E-PORT-FORMAT"),
        ("?from=1&to=" + "9" * 10_000, "E-PORT-RANGE"),
        ("?from=1&to=2&limit=5", "E-WEB-PARAMETER"),
        ("?from_=1&to=2", "E-WEB-PARAMETER"),
    ],
)
def test_ranges_that_are_refused(client: Client, query: str, code: str) -> None:
    assert problem(client, f"/v1/ports{query}", 400)["code"] == code


def test_a_contact(client: Client) -> None:
    found = answer(client, "/v1/contacts/eugene_hopkinson")
    assert (found["id"], found["carried"], found["name"], found["uris"]) == (
        "Eugene_Hopkinson",
        False,
        None,
        [],
    )
    assert [row["service_name"] for row in found["records"]] == ["voxelstorm", "voxelstorm"]
    assert client.get(found["href"]).status_code == 200
    missing = problem(client, "/v1/contacts/Eugene_Hopkinsom", 404)
    assert (missing["code"], missing["suggestions"]) == ("E-WEB-CONTACT", ["Eugene_Hopkinson"])


def test_contacts_are_as_published_and_never_in_bulk(client: Client, tmp_path: Path) -> None:
    """T-72: one at a time, "&" for "@", nothing restored."""
    for address in ("/v1/contacts", "/v1/contacts/", "/v1/organisations", "/v1/organisations/IETF"):
        assert problem(client, address, 404)["code"] == "E-WEB-ADDRESS"
    whole = tmp_path / "whole"
    whole.mkdir()
    with site(whole, invented.edition()) as client:
        found = answer(client, "/v1/contacts/Ivy_Mooring")
        assert found["uris"] == ["mailto:ivy&example.org", "mailto:ivy.mooring&mooring.example.com"]
        assert (found["name"], found["organization"], found["updated"]) == ("Ivy Mooring", None, "2019-09-19")
        odd = answer(client, f"/v1/contacts/{quote('East/West_Pier_(Old)', safe='')}")
        assert odd["name"] == "East & West Pier (Old)"
        assert client.get(odd["href"]).status_code == 200
        unknown = answer(client, "/v1/contacts/Grey_Ghost")
        assert not unknown["carried"]
        assert unknown["records"]


@pytest.mark.parametrize("spelling", ["RFC9110", "rfc9110", "RFC 9110", "%5BRFC9110%5D", "rfc09110"])
def test_a_reference(client: Client, spelling: str) -> None:
    found = answer(client, f"/v1/references/{spelling}")
    assert (found["label"], found["type"], found["href"]) == ("RFC9110", "rfc", "/references/RFC9110")
    assert found["document"] == "https://www.rfc-editor.org/info/rfc9110"
    assert {"http", "https"} <= {row["service_name"] for row in found["records"]}


def test_missing_contacts_and_references(client: Client) -> None:
    for kind, code in (("contacts", "E-WEB-CONTACT"), ("references", "E-WEB-REFERENCE")):
        for name in ("nope-nope", "..%2Fx", "x" * 10_000, "%00%0A", "%E2%80%AE", "%20", "%25", "<script>"):
            found = problem(client, f"/v1/{kind}/{name}", 404)
            assert found["code"] == code
            assert found["detail"].isprintable()
            assert len(found["detail"]) < 400
    assert "RFC9110" in problem(client, "/v1/references/RFC9111", 404)["suggestions"]


# -- many rows

MANY = ("/v1/services/many", "/v1/contacts/Busy_Body", "/v1/references/RFC6335")


def many(rows: int, **fields: object) -> Edition:
    """Rows of one name, one contact and one reference, each with a port of its own."""
    busy = {
        "contact": (Reference("person", "Busy_Body"),),
        "reference": (Reference("rfc", "rfc6335"),),
        "description": rich("One of many"),
    }
    records = (
        Record("many", str(2_000 + number), "tcp", **(busy | fields))  # type: ignore[arg-type]
        for number in range(rows)
    )
    return Edition(tuple(records), updated=PublishedDate("2024-01-02"))


def at_one_port(rows: int, **fields: Any) -> Edition:
    """Names that share a port."""
    records = (
        Record(f"n{number}", "2000", **({"transport": "tcp", "description": rich("x")} | fields))
        for number in range(rows)
    )
    return Edition(tuple(records), updated=PublishedDate("2024-01-02"))


def test_rows_are_given_in_parts(tmp_path: Path) -> None:
    rows = MAX_ROWS + 1
    with site(tmp_path, many(rows)) as client:
        for address in MANY:
            found = answer(client, address)
            assert (len(found["records"]), found["total"], found["more"]) == (ROWS, rows, True)
            assert found["records"][0]["port"] == 2_000
            most = answer(client, f"{address}?limit={MAX_ROWS}")
            assert (len(most["records"]), most["more"]) == (MAX_ROWS, True)
            last = answer(client, f"{address}?limit={MAX_ROWS}&offset=1")
            assert (len(last["records"]), last["more"]) == (MAX_ROWS, False)
            assert last["records"][-1]["port"] == 2_000 + rows - 1
            ports: list[int] = []
            while len(ports) < rows:
                part = answer(client, f"{address}?offset={len(ports)}&limit=400")
                ports += [record["port"] for record in part["records"]]
                assert part["more"] == (len(ports) < rows)
            assert ports == list(range(2_000, 2_000 + rows))
            for offset in (rows, MAX_OFFSET):
                none = answer(client, f"{address}?offset={offset}")
                assert (none["records"], none["total"], none["more"]) == ([], rows, False)


@pytest.mark.parametrize("rows", [ROWS, ROWS + 1])
def test_what_is_no_more_than_the_usual_part_comes_whole(tmp_path: Path, rows: int) -> None:
    with site(tmp_path, many(rows)) as client:
        for address in MANY:
            found = answer(client, address)
            assert (len(found["records"]), found["total"], found["more"]) == (ROWS, rows, rows > ROWS)


def test_what_embedded_editions_hold_comes_whole() -> None:
    """A half of what is given unasked is the most that one person, document or name has."""
    for file in embedded():
        mentions = Mentions(file.edition)
        names = (file.edition.service(name) for name in file.edition.service_names)
        services = [service for service in names if service]
        found = [len(each.records) for each in (*mentions.people, *mentions.references, *services)]
        assert 10 < max(found) < ROWS / 2
        for low in range(0, 65_536, MAX_JSON):
            asked = Ports(low, min(low + MAX_JSON - 1, 65_535))
            records = list(answers.records_at(file.edition, asked))
            assert len(records) < answers.MAX_RECORDS * 0.7
            assert answers.fits(records, file.edition)


@pytest.mark.parametrize("address", MANY)
def test_parts_that_are_refused(tmp_path: Path, address: str) -> None:
    odd = ("-1", "1_0", "%EF%BC%91", "1.5", "", "01", "+1", " 1", "x", "9" * 5_000)
    with site(tmp_path, many(2)) as client:
        for limit in ("0", str(MAX_ROWS + 1), *odd):
            assert problem(client, f"{address}?limit={limit}", 400)["code"] == "E-WEB-LIMIT"
        for offset in (str(MAX_OFFSET + 1), *odd):
            assert problem(client, f"{address}?offset={offset}", 400)["code"] == "E-WEB-OFFSET"


@pytest.mark.parametrize("more", [0, 1])
def test_answers_about_ports_hold_so_many_rows(tmp_path: Path, more: int) -> None:
    rows = answers.MAX_RECORDS + more
    status = 400 if more else 200
    with site(tmp_path, at_one_port(rows)) as client:
        for address in ("/v1/ports/2000", "/v1/ports/2000/tcp", "/v1/ports?from=1999&to=2001"):
            assert client.get(address).status_code == status
            if more:
                found = problem(client, address, 400)
                assert (found["code"], found["source"]) == ("E-WEB-PORTS", "docs/limits.md")
                assert "5,000 rows" in found["detail"]
        for address in ("/v1/ports/2000/udp", "/v1/ports/2001", "/v1/ports?from=2001&to=2003"):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("more", [0, 1])
def test_rows_without_a_transport_count_on_each(tmp_path: Path, more: int) -> None:
    edition = at_one_port(answers.MAX_RECORDS // 4 + more, transport=None)
    with site(tmp_path, edition) as client:
        assert client.get("/v1/ports/2000").status_code == (400 if more else 200)
        assert client.get("/v1/ports/2000/tcp").status_code == 200


@pytest.mark.parametrize("more", [0, 1])
def test_answers_hold_so_much_text(tmp_path: Path, more: int) -> None:
    """One row of a wide range is given again at each port that another row sets apart."""
    length = 16_000
    wide = Record(port_number="3000-4000", transport="tcp", description=rich("x" * length))
    apart = answers.MAX_TEXT // length // 2 - 1 + more  # two stretches for each, and one after the last
    others = (Record(port_number=str(3_001 + 2 * n), transport="udp") for n in range(apart))
    edition = Edition((wide, *others), updated=PublishedDate("2024-01-02"))
    with site(tmp_path, edition) as client:
        assert client.get("/v1/ports?from=3000&to=4000").status_code == (400 if more else 200)
        assert client.get("/v1/ports/3001").status_code == 200


def test_long_rows_are_asked_for_in_smaller_parts(tmp_path: Path) -> None:
    rows = answers.MAX_TEXT // 15_000 + 1
    with site(tmp_path, many(rows, description=rich("x" * 15_000))) as client:
        for address in MANY:
            found = problem(client, address, 400)
            assert (found["code"], "limit" in found["detail"]) == ("E-WEB-LIMIT", True)
            assert len(answer(client, f"{address}?limit=20&offset=20")["records"]) == 20


@pytest.mark.parametrize("more", [0, 1])
def test_a_search_holds_so_many_rows(tmp_path: Path, more: int) -> None:
    alike = Record("many", "2000", "tcp", rich("One of many"))
    edition = Edition((alike,) * (answers.MAX_RECORDS + more), updated=PublishedDate("2024-01-02"))
    with site(tmp_path, edition) as client:
        if more:
            assert problem(client, "/v1/search?q=many", 400)["code"] == "E-WEB-LIMIT"
        else:
            assert len(answer(client, "/v1/search?q=many")["hits"][0]["records"]) == answers.MAX_RECORDS


def test_a_file_whose_name_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.xml")
    path.write_bytes(formats.write(many(2), "xml"))
    with site(tmp_path, file=path) as client:
        addresses = ["/v1/", "/v1/ports/2000", "/v1/ports/2000/tcp", "/v1/ports?from=1999&to=2000"]
        for address in (*addresses, *MANY, "/v1/search?q=many"):
            assert answer(client, address)["edition"] == "file:\\udcff.xml"


# -- search


def test_search(client: Client) -> None:
    found = answer(client, "/v1/search?q=RFC9110")
    assert found["query"] == "RFC9110"
    assert found["edition"] == "2023-03-13"
    assert {"https", "http"} <= {hit["name"] for hit in found["hits"]}
    for hit in found["hits"]:
        assert client.get(hit["href"]).status_code == 200
        assert hit["why"]
        assert all(list(row) == RECORD_FIELDS for row in hit["records"])


def test_search_limits(client: Client) -> None:
    assert len(answer(client, "/v1/search?q=protocol")["hits"]) == 20
    assert len(answer(client, "/v1/search?q=protocol&limit=1")["hits"]) == 1
    assert len(answer(client, f"/v1/search?q=protocol&limit={MAX_HITS}")["hits"]) == MAX_HITS
    assert answer(client, "/v1/search?q=qqqqzzzz+xxxyyy")["hits"] == []
    assert answer(client, "/v1/search?q=" + "a" * MAX_QUERY)["query"] == "a" * MAX_QUERY
    for limit in ("0", str(MAX_HITS + 1), "-1", "1_0", "%EF%BC%91", "1.5", "", "9" * 5000):
        assert problem(client, f"/v1/search?q=a&limit={limit}", 400)["code"] == "E-WEB-LIMIT"


def test_search_says_whether_there_is_more(client: Client) -> None:
    every = len(answer(client, f"/v1/search?q=mail&limit={MAX_HITS}")["hits"])
    assert 20 < every < MAX_HITS
    for limit, more in ((1, True), (every - 1, True), (every, False), (every + 1, False)):
        found = answer(client, f"/v1/search?q=mail&limit={limit}")
        assert (len(found["hits"]), found["more"]) == (min(limit, every), more)
    assert answer(client, f"/v1/search?q=protocol&limit={MAX_HITS}")["more"] is True
    assert answer(client, "/v1/search?q=443")["more"] is False
    assert answer(client, "/v1/search?q=qqqqzzzz+xxxyyy")["more"] is False


@pytest.mark.parametrize(
    "query, code",
    [
        ("", "E-WEB-QUERY-EMPTY"),
        ("?q=", "E-WEB-QUERY-EMPTY"),
        ("?q=%20%09", "E-WEB-QUERY-EMPTY"),
        ("?q=" + "a" * (MAX_QUERY + 1), "E-QUERY-LONG"),
        ("?q=" + "%C3%A9" * 10_000, "E-QUERY-LONG"),
        ("?" + "q=a&" * 2000, "E-WEB-REQUEST"),
    ],
)
def test_searches_that_are_refused(client: Client, query: str, code: str) -> None:
    assert problem(client, f"/v1/search{query}", 400)["code"] == code


@pytest.mark.parametrize(
    "text",
    [
        "%00",
        "%1B[31m",
        "%E2%80%AE",
        "%FF",
        "%_%_%",
        "(a+)+$",
        "' OR 1=1",
        "<script>",
        "\U0001f600",
        "/",
        "_._",
    ],
)
def test_odd_searches_have_an_answer(client: Client, text: str) -> None:
    assert answer(client, f"/v1/search?q=x{text}")["edition"] == "2023-03-13"
    assert client.get(f"/search?q=x{text}").status_code == 200


# -- errors


@pytest.mark.parametrize(
    "address, code",
    [
        ("/v1/ports/70000", "E-PORT-RANGE"),
        ("/v1/ports/4_43", "E-PORT-FORMAT"),
        ("/v1/ports/0443", "E-PORT-FORMAT"),
        ("/v1/ports/%EF%BC%94%EF%BC%94", "E-PORT-FORMAT"),
        ("/v1/ports/443%0A", "E-PORT-FORMAT"),
        ("/v1/ports/" + "9" * 9999, "E-PORT-RANGE"),
        ("/v1/ports/443/quic", "E-TRANS-UNKNOWN"),
        ("/v1/services/nope-nope", "E-WEB-SERVICE"),
        ("/v1/services/..%2F..%2Fx", "E-WEB-SERVICE"),
        ("/v1/services/" + "x" * 10_000, "E-WEB-SERVICE"),
        ("/v1/services/a%0Ab%00", "E-WEB-SERVICE"),
        ("/v1/services/", "E-WEB-ADDRESS"),
        ("/v1/ports/443/", "E-WEB-ADDRESS"),
        ("/v1//", "E-WEB-ADDRESS"),
        ("/v1/docs", "E-WEB-ADDRESS"),
    ],
)
def test_missing_things(client: Client, address: str, code: str) -> None:
    for accept in ("", "text/html", "application/json"):
        found = problem(client, address, 404, accept=accept)
        assert found["code"] == code
        assert len(found["detail"]) < 400
        assert found["detail"].isprintable()


@pytest.mark.parametrize(
    "address, unknown, known",
    [
        ("/v1", "edition", "none"),
        ("/v1/", "edition", "none"),
        ("/v1/openapi.json", "x", "none"),
        ("/v1/ports/443", "edition", "none"),
        ("/v1/ports/443", "port", "none"),
        ("/v1/ports/443/tcp", "limit", "none"),
        ("/v1/services/https", "edition", "limit and offset"),
        ("/v1/contacts/IESG", "page", "limit and offset"),
        ("/v1/references/RFC6335", "label", "limit and offset"),
        ("/v1/search?q=mail", "foo", "q and limit"),
        ("/v1/search", "query", "q and limit"),
        ("/v1/search?limit=5&q=mail", "Q", "q and limit"),
        ("/v1/search?q=mail", "", "q and limit"),
    ],
)
def test_unknown_parameters_are_refused(client: Client, address: str, unknown: str, known: str) -> None:
    mark = "&" if "?" in address else "?"
    for value in ("=2014-07-09", "=") if not unknown else ("=2014-07-09", "=", ""):
        found = problem(client, f"{address}{mark}{unknown}{value}", 400)
        assert found["code"] == "E-WEB-PARAMETER"
        assert found["detail"] == f"this address has no parameter '{unknown}'; it has {known}"


def test_odd_parameters_are_quoted(client: Client) -> None:
    for name in ("%00%1B[31m", "%E2%80%AE", "x" * 10_000, "<script>"):
        found = problem(client, f"/v1/ports/443?{name}=1", 400)
        assert found["code"] == "E-WEB-PARAMETER"
        assert found["detail"].isprintable()
        assert len(found["detail"]) < 200
    assert problem(client, "/v1/ports/443?" + "a=1&" * 5000, 400)["code"] == "E-WEB-REQUEST"


def test_unknown_service_suggests(client: Client) -> None:
    assert "http" in problem(client, "/v1/services/htp", 404)["suggestions"]


def test_wrong_method_and_host(client: Client) -> None:
    response = client.post("/v1/ports/443", data="{}", content_type="application/json")
    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
    assert response["Allow"] == "GET, HEAD"
    assert problem(client, "/v1/ports/443", 400, host="evil.example")["code"] == "E-WEB-HOST"


def test_a_fault_of_ours(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(answers, "port_answer", broken)
    found = problem(client, "/v1/ports/443", 500)
    assert found["code"] == "E-WEB-FAULT"
    assert len(found["id"]) == 16
    assert "secret" not in json.dumps(found)


# -- the editions


def test_the_editions(client: Client) -> None:
    found = answer(client, "/v1/editions")
    assert found["edition"] == "2023-03-13"
    told = {file.id: (file.sha256, file.records, file.format) for file in embedded()}
    listed = {each["id"]: (each["sha256"], each["records"], each["format"]) for each in found["editions"]}
    assert listed == told
    assert [each["id"] for each in found["editions"]] == sorted(told, reverse=True)
    for each in found["editions"]:
        assert answer(client, f"/v1{each['href']}") == each
        assert answer(client, f"{each['href']}/v1/ports/443")["edition"] == each["id"]
    assert answer(client, "/v1/editions/2018") == answer(client, "/v1/editions/2018-10-04")


def test_an_edition_that_comes_is_listed_at_once(client: Client) -> None:
    before = client.get("/v1/editions")
    assert client.get("/v1/editions", headers={"if-none-match": before["ETag"]}).status_code == 304
    EditionStore().add(invented.FILE.read_bytes())
    after = client.get("/v1/editions", headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert len(after.json()["editions"]) == len(before.json()["editions"]) + 1


def test_editions_that_are_not_there(client: Client) -> None:
    assert problem(client, "/v1/editions/2019-01-01", 404)["code"] == "E-EDITION-UNKNOWN"
    assert problem(client, "/v1/editions?limit=1", 400)["code"] == "E-WEB-PARAMETER"


# -- the index and the description


@pytest.mark.parametrize("address", ["/v1", "/v1/"])
def test_the_index_names_every_address(client: Client, address: str) -> None:
    found = answer(client, address)
    assert found["edition"] == "2023-03-13"
    paths = set(answer(client, found["openapi"])["paths"]) - {"/v1/"}
    assert {resource["href"].partition("{?")[0] for resource in found["resources"]} == paths
    assert all(resource["description"] for resource in found["resources"])
    assert client.get(address, headers={"if-none-match": client.get(address)["ETag"]}).status_code == 304
    assert client.post(address).status_code == 405


def test_parameters_are_described(client: Client) -> None:
    described = {}
    for path, methods in answer(client, "/v1/openapi.json")["paths"].items():
        for parameter in methods["get"]["parameters"]:
            assert parameter["description"], path
            described[parameter["name"]] = parameter
        assert "400" in methods["get"]["responses"]
    in_addresses, in_queries = (
        {"port", "transport", "name", "contact", "label", "edition"},
        {"q", "from", "to"},
    )
    assert set(described) == in_addresses | in_queries | {"limit", "offset"}
    assert all(described[end]["required"] and described[end]["in"] == "query" for end in ("from", "to"))
    limit = described["limit"]
    assert (limit["in"], limit["required"], limit["schema"]["type"]) == ("query", False, "integer")
    assert [limit["schema"][key] for key in ("minimum", "maximum", "default")] == [1, MAX_HITS, 20]
    assert described["q"]["schema"]["maxLength"] == MAX_QUERY
    assert described["port"]["schema"]["maximum"] == 65535
    assert described["port"]["required"]


def test_the_limits_of_rows_are_described(client: Client) -> None:
    paths = answer(client, "/v1/openapi.json")["paths"]
    for address in MANY:
        path = next(path for path in paths if path.startswith(f"{address.rpartition('/')[0]}/{{"))
        described = {each["name"]: each for each in paths[path]["get"]["parameters"]}
        limit, offset = described["limit"]["schema"], described["offset"]["schema"]
        assert [limit[key] for key in ("minimum", "maximum", "default")] == [1, MAX_ROWS, ROWS]
        assert [offset[key] for key in ("minimum", "maximum", "default")] == [0, MAX_OFFSET, 0]
        assert not described["limit"]["required"]


def test_the_description_names_every_address(client: Client) -> None:
    description = answer(client, "/v1/openapi.json")
    assert set(description["paths"]) == {
        "/v1/",
        "/v1/ports/{port}",
        "/v1/ports/{port}/{transport}",
        "/v1/ports",
        "/v1/services/{name}",
        "/v1/contacts/{contact}",
        "/v1/references/{label}",
        "/v1/search",
        "/v1/editions",
        "/v1/editions/{edition}",
    }
    schemas = description["components"]["schemas"]
    assert list(schemas["RecordAnswer"]["properties"]) == RECORD_FIELDS
    assert schemas["RecordAnswer"]["properties"]["port"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]
    assert "404" in description["paths"]["/v1/ports/{port}"]["get"]["responses"]
    assert "://" not in json.dumps(description)
