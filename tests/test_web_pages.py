"""The pages of the public site: what they say, what they refuse; text stays text (T-31, T-36, T-78)."""

from __future__ import annotations

import json
import logging
import random
import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from django.test import Client

from portbook.edition import Edition
from portbook.records import Break, Contact, Markup, PublishedDate, Record, Reference, rich
from portbook.search.queries import MAX_QUERY
from portbook.web.loglines import Lines
from sites import Page, site

HISTORIC = ["cl/1", "EtherNet/IP-2", "z39.50", "whois++", "sql*net", "914c/g"]
PAYLOADS = [
    "<script>hit()</script>",
    '"><img src=x onerror=hit()>',
    "'><svg onload=hit()>",
    "</title><script>hit()</script>",
    "</bdi></dd></dl><iframe srcdoc='<script>hit()</script>'>",
    "<!--<img src=x onerror=hit()>-->",
    "{{ served.file.path }}{% load x %}",
    "javascript:hit()",
    "<a href=javascript:hit()>x</a>",
    "&lt;script&gt;hit()&lt;/script&gt;",
    "<style>@import '//h.example/x'</style>",
    "<base href=//h.example/>",
    "<form action=//h.example><button>x",
    "\u202egnirts\u202c <b>\u200b\ufeff",
]


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    with site(tmp_path) as client:
        yield client


def shown(client: Client, address: str, status: int = 200) -> Page:
    response = client.get(address)
    assert response.status_code == status, response.content[:300]
    assert response["Content-Type"] == "text/html; charset=utf-8"
    return Page(response.content.decode())


# -- what the pages say


def test_first_page_says_date_counts_and_disclaimer(client: Client) -> None:
    page = shown(client, "/")
    assert "edition 2023-03-13" in page.text
    assert "Rows14,400" in page.text.replace(" ", "")
    assert "contact details: not in this edition" in page.text
    assert "A registration endorses nothing" in page.text
    assert page.all("form")[0]["action"] == "/search"
    assert "method" not in page.all("form")[0]


@pytest.mark.parametrize(
    "address", ["/", "/ports/443", "/ports/7/udp", "/services/https", "/search?q=mail", "/x"]
)
def test_every_page_shows_the_date_and_the_disclaimer(client: Client, address: str) -> None:
    page = shown(client, address, 404 if address == "/x" else 200)
    assert "2023-03-13" in page.text
    assert "not what runs on it" in page.text
    assert page.links[0] == "#page"
    assert {"id": "page", "tabindex": "-1"} in page.all("main")
    assert len(page.all("h1")) == 1
    assert page.all("html") == [{"lang": "en"}]


@pytest.mark.parametrize(
    "address, sentence",
    [
        ("/ports/443", "443 is assigned to https on tcp, udp and sctp; it is reserved on dccp."),
        ("/ports/80/tcp", "80 is assigned to http, www and www-http on tcp."),
        ("/ports/28205", "28205 is unassigned on all four transports."),
        ("/ports/28205/tcp", "28205/tcp is inside the unassigned block 28201–28239."),
        ("/ports/50000", "50000 is a Dynamic Port: the registry never assigns it."),
        ("/ports/65535", "Ports 49152–65535 are never assigned"),
        ("/ports/0", "0 is reserved on"),
        ("/ports/1024/sctp", "1024 is reserved on sctp."),
        (
            "/ports/2376/dccp",
            "docker-s on tcp, so the number is kept for the same service on dccp too.",
        ),
        (
            "/ports/2376/dccp",
            "2376 is reserved on dccp: it is kept for the same service as on tcp, docker-s.",
        ),
        ("/ports/6010/tcp", "6010/tcp is inside the row for 6000–6063."),
        ("/ports/3478/udp", "3478 is assigned to stun, turn and stun-behavior on udp."),
        ("/ports/443/UDPLITE", "443 is assigned to https on udp."),
        ("/services/https", "https is assigned 443 on tcp, udp and sctp."),
        ("/services/HTTPS", "https is assigned 443 on tcp, udp and sctp."),
        ("/services/x11", "x11 is assigned 6000–6063 on tcp and udp."),
        ("/services/cl%2F1", "cl/1 is a historic name. Use cl-1."),
        ("/services/www", "www is an alias. Use http."),
        ("/services/http", "Use http. An alias"),
        ("/ports/6010", "It lies inside the row for 6000–6063."),
        ("/services/https", "_https._tcp"),
        ("/services/https", "_https._sctp"),
    ],
)
def test_sentences(client: Client, address: str, sentence: str) -> None:
    assert sentence in shown(client, address).text


@pytest.mark.parametrize("name", HISTORIC)
def test_odd_names_have_addresses_that_lead_back_to_them(client: Client, name: str) -> None:
    results = shown(client, f"/search?q={quote(name.lower(), safe='')}")
    address = f"/services/{quote(name, safe='')}"
    assert address in results.links
    assert re.fullmatch(r"/services/[A-Za-z0-9.%-]+", address)
    page = shown(client, address)
    assert name in page.text
    assert "Use " in page.text
    assert not [text for text in page.words if text.startswith("_")], "an alias is not for discovery"


def test_rows_that_differ_by_transport_alone_share_a_card(client: Client) -> None:
    page = shown(client, "/ports/443")
    assert "The 3 rows as published" in page.text
    assert len(page.all("article")) == 2
    assert "Modification date2021-10-01" in page.text.replace("date ", "date")


def test_references_lead_to_the_rfc_editor(client: Client) -> None:
    page = shown(client, "/ports/443/tcp")
    link = next(a for a in page.all("a") if a["href"] == "https://www.rfc-editor.org/info/rfc9110")
    assert link["rel"] == "nofollow noopener noreferrer"


def test_a_description_of_several_lines_is_summed_up_whole(tmp_path: Path) -> None:
    rows = (
        Record("foo", "4000", "tcp", rich("Foo for the\nrest of us,", Break(), "as agreed")),
        Record("foo", "4000", "udp", rich("\n  Foo\n\nagain")),
    )
    with site(tmp_path, Edition(rows, updated=PublishedDate("2024-01-02"))) as client:
        port = shown(client, "/ports/4000").text
        assert "foo Foo for the rest of us, as agreed" in port
        assert "foo Foo again" in port
        assert "Foo for the rest of us, as agreed" in shown(client, "/search?q=foo").text


def test_why_is_said_where_no_row_speaks_for_just_that(client: Client, tmp_path: Path) -> None:
    [companion] = whys(client, "/ports/443")
    assert companion.startswith(
        "443/dccp has no row of its own: the registry prints none. "
        "Port 443 is assigned to https on tcp, udp and"
    )
    assert whys(client, "/ports/443/tcp") == []
    assert whys(client, "/ports/6010/tcp") == ["6010/tcp is inside the row for 6000–6063."]
    assert len(whys(client, "/ports/28205")) == len(whys(client, "/ports/50000")) == 4
    [row] = json.loads(client.get("/v1/ports/443/tcp").content)["records"]
    assert row["service_name"] == "https"
    assert json.loads(client.get("/v1/ports/443/tcp").content)["why"] == "a row says so"
    whole = tmp_path / "whole"
    whole.mkdir()
    any_transport = Record("foo", "4000", None, rich("Foo"))
    with site(whole, Edition((any_transport,), updated=PublishedDate("2024-01-02"))) as client:
        assert whys(client, "/ports/4000") == ["The row names no transport, so it speaks of each."] * 4


def whys(client: Client, address: str) -> list[str]:
    """What a port page says below the names at each transport."""
    html = client.get(address).content.decode()
    return [unescape(text) for text in re.findall(r'<p class="quiet">([^<]*)</p></div>\s*</li>', html)]


def test_neighbours(client: Client) -> None:
    assert "/ports/442" in shown(client, "/ports/443").links
    assert "/ports/444/udp" in shown(client, "/ports/443/udp").links
    assert "/ports/-1" not in shown(client, "/ports/0").links
    assert "/ports/65536" not in shown(client, "/ports/65535").links


def test_links_of_the_site_lead_somewhere(client: Client) -> None:
    """Two steps from the first page: every address of ours that a page names answers."""
    seen: dict[str, int] = {}
    layer = ["/", "/search?q=ethernet", "/services/whois%2B%2B"]
    for _ in range(2):
        following: list[str] = []
        for address in layer:
            response = client.get(address)
            seen[address] = response.status_code
            if response["Content-Type"].startswith("text/html"):
                page = Page(response.content.decode())
                linked = [*page.links, *(a["href"] or "" for a in page.all("link"))]
                following += [a for a in dict.fromkeys(linked) if a.startswith("/") and a not in seen]
        layer = following[:120]
    assert len(seen) > 40
    assert {address: status for address, status in seen.items() if status != 200} == {}


def test_each_of_many_ports_answers(client: Client) -> None:
    chosen = [0, 1, 1023, 1024, 49151, 49152, 65535, *random.Random(6335).sample(range(65536), 150)]
    for port in chosen:
        assert f"{port} is " in shown(client, f"/ports/{port}").text
        assert client.get(f"/v1/ports/{port}").status_code == 200


@pytest.mark.deep
def test_every_port_answers(client: Client) -> None:
    for port in range(65536):
        assert client.get(f"/ports/{port}").status_code == 200
        assert client.get(f"/v1/ports/{port}").status_code == 200


# -- search


@pytest.mark.parametrize(
    "query, link",
    [
        ("443", "/services/https"),
        ("%3A443", "/services/https"),
        ("tcp%2F80", "/services/http"),
        ("_http._tcp", "/services/http"),
        ("6000-6063", "/services/x11"),
        ("6005", "/services/x11"),
        ("RFC9110", "/services/https"),
        ("htps", "/services/https"),
        ("cl%2F1", "/services/cl%2F1"),
        ("50000", "/ports/50000"),
    ],
)
@pytest.mark.parametrize("form", ["/search?q=", "/?q="])
def test_search_finds(client: Client, form: str, query: str, link: str) -> None:
    assert link in shown(client, form + query).links


def test_search_without_a_question_is_the_first_page(client: Client) -> None:
    for address in ("/search", "/search?q=", "/search?q=%20%0A", "/search?x=1"):
        assert "What does the registry list?" in shown(client, address).text


def test_the_query_stands_in_the_box_again(client: Client) -> None:
    page = shown(client, '/search?q=a"><b>%26amp;')
    assert page.all("input")[0]["value"] == 'a"><b>&amp;'
    assert page.all("b") == []


def test_nothing_found_says_what_can_be_asked(client: Client) -> None:
    page = shown(client, "/search?q=qqqqzzzz+xxxyyy")
    assert "Nothing found for “qqqqzzzz xxxyyy”" in page.text
    assert "tcp/80" in page.text


@pytest.mark.parametrize(
    "query, words",
    [
        ("70000", "Port '70000' is above 65535. E-PORT-RANGE, RFC 6335 section 6"),
        (":70000/tcp", "Port '70000' is above 65535. E-PORT-RANGE"),
        ("4_43", "Port '4_43' is not decimal ASCII digits alone. E-PORT-FORMAT"),
        ("1-70000", "Port '70000' is above 65535. E-PORT-RANGE"),
    ],
)
def test_a_number_that_is_no_port_is_explained(client: Client, query: str, words: str) -> None:
    text = shown(client, f"/search?q={quote(query, safe='')}").text
    assert f"Nothing found for “{query}” {words}" in text


@pytest.mark.parametrize("query", ["qqqqzzzz 443x", "...", "%", "%E2%80%AE0443x"])
def test_words_are_not_taken_for_a_bad_port(client: Client, query: str) -> None:
    assert "E-PORT" not in shown(client, f"/search?q={quote(query, safe='%')}").text


@pytest.mark.parametrize("query", ["http", "protocol", "RFC9110", "whois++", "5%25 off"])
def test_the_json_of_a_search_has_what_the_page_shows(client: Client, query: str) -> None:
    address = f"/search?q={quote(query, safe='%')}"
    page, page_html = shown(client, address), client.get(address).content.decode()
    if page.all("ol"):
        [address] = [link for link in page.links if link.startswith("/v1/search")]
        found = json.loads(client.get(address).content)
        [listed] = re.findall(r'<ol class="found">.*?</ol>', page_html, re.S)
        assert len(found["hits"]) == len(Page(listed).all("li"))
        assert ("The first 50, best first" in page.text) == found["more"]
        assert all(hit["href"] in page.links for hit in found["hits"])
    else:
        assert "Nothing found" in page.text


def test_parameters_that_a_page_does_not_know_are_ignored(client: Client) -> None:
    for address in ("/ports/443", "/services/https", "/search?q=mail"):
        mark = "&" if "?" in address else "?"
        assert client.get(f"{address}{mark}utm_source=x&edition=1").content == client.get(address).content


def test_query_at_the_limit_and_above(client: Client) -> None:
    shown(client, "/search?q=" + "a" * MAX_QUERY)
    page = shown(client, "/search?q=" + "a" * (MAX_QUERY + 1), 400)
    assert "101 characters; 100 are allowed" in page.text
    assert "E-QUERY-LONG" in page.text
    assert len(client.get("/search?q=" + "é" * 10_000).content) < 4000


# -- a slash too many


@pytest.mark.parametrize(
    "address, place",
    [
        ("/ports/443/", "/ports/443"),
        ("/ports/443/tcp/", "/ports/443/tcp"),
        ("/services/https/", "/services/https"),
        ("/services/https//", "/services/https"),
        ("/services/cl%2F1/", "/services/cl%2F1"),
        ("/services/whois%2B%2B/?x=1", "/services/whois%2B%2B"),
    ],
)
def test_a_slash_at_the_end_leads_to_the_address_without_it(client: Client, address: str, place: str) -> None:
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (301, place)
    assert response["Cache-Control"] == "public, max-age=60, must-revalidate"
    assert response["Content-Security-Policy"]
    assert client.head(address)["Location"] == place
    assert client.get(place).status_code == 200
    assert client.post(address).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/",
        "//evil.example/ports/443/",
        "/\\evil.example/",
        "//ports/443/",
        "/ports//evil.example/",
        "/services//evil.example/",
        "/services///https/",
        "/services/\\evil.example/",
        "/v1//evil.example/",
        "/search/",
        "/https://evil.example/",
    ],
)
def test_a_slash_at_the_end_never_leads_out(client: Client, path: str) -> None:
    response = client.get("/", PATH_INFO=path)
    assert response.status_code == 404
    assert "Location" not in response


def test_a_name_that_ends_in_a_slash_is_a_name(tmp_path: Path) -> None:
    rows = (Record("foo/", "4000", "tcp", rich("A")), Record("/evil.example", "4001", "tcp", rich("B")))
    with site(tmp_path, Edition(rows, updated=PublishedDate("2024-01-02"))) as client:
        assert shown(client, "/services/foo%2F").all("h1")
        assert client.get("/services//evil.example/")["Location"] == "/services/%2Fevil.example"


# -- addresses that cannot be


@pytest.mark.parametrize(
    "address, code, words",
    [
        ("/ports/4_43", "E-PORT-FORMAT", "'4_43'"),
        ("/ports/0443", "E-PORT-FORMAT", "leading zero"),
        ("/ports/+443", "E-PORT-FORMAT", "'+443'"),
        ("/ports/%EF%BC%94%EF%BC%94%EF%BC%93", "E-PORT-FORMAT", "443"),
        ("/ports/70000", "E-PORT-RANGE", "above 65535"),
        ("/ports/-1", "E-PORT-RANGE", "not in 0 to 65535"),
        ("/ports/" + "9" * 5000, "E-PORT-RANGE", "far too long"),
        ("/ports/443%0A", "E-PORT-FORMAT", r"443\\n"),
        ("/ports/443/quic", "E-TRANS-UNKNOWN", "it runs over udp"),
        ("/ports/443/tcp/x", "E-WEB-ADDRESS", "/ports/443/tcp/x"),
        ("/ports/70000/", "E-PORT-RANGE", "above 65535"),
        ("/ports/443/quic/", "E-TRANS-UNKNOWN", "it runs over udp"),
        ("/ports/443//", "E-WEB-ADDRESS", "/ports/443//"),
        ("/ports//evil.example/", "E-WEB-ADDRESS", "evil.example"),
        ("/services//evil.example/", "E-WEB-SERVICE", "/evil.example/"),
        ("/services/nope/", "E-WEB-SERVICE", "'nope/'"),
        ("/ports/%FF", "E-PORT-FORMAT", "%FF"),
        ("/services/htp", "E-WEB-SERVICE", "Did you mean"),
        ("/services/a%0Ab", "E-WEB-SERVICE", r"a\\nb"),
        ("/services/%00", "E-WEB-SERVICE", r"\\x00"),
        ("/services/..%2F..%2Fetc", "E-WEB-SERVICE", "../../etc"),
        ("/services/" + "a" * 10_000, "E-WEB-SERVICE", "aaa"),
        ("/services/", "E-WEB-ADDRESS", "/services/"),
        ("/static/portbook.css", "E-WEB-ADDRESS", "portbook.css"),
        ("/nope", "E-WEB-ADDRESS", "/nope"),
    ],
)
def test_refused_addresses(client: Client, address: str, code: str, words: str) -> None:
    page = shown(client, address, 404)
    assert code in page.text
    assert re.search(words.replace("+", r"\+"), page.text)
    assert "Traceback" not in page.text
    assert client.get(address)["Cache-Control"] == "no-store"


def test_unknown_service_suggests_names(client: Client) -> None:
    assert "/services/http" in shown(client, "/services/htp", 404).links


@pytest.mark.parametrize(
    "accept, media_type",
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/html,application/json;q=0.9", "text/html"),
        ("application/json", "application/problem+json"),
        ("application/problem+json, text/html;q=0.1", "application/problem+json"),
        ("image/png", "text/html"),
        (";;q=x,/,*", "text/html"),
    ],
)
def test_errors_come_in_the_form_that_is_read(client: Client, accept: str, media_type: str) -> None:
    response = client.get("/ports/70000", headers={"accept": accept})
    assert response.status_code == 404
    assert response["Content-Type"].startswith(media_type)
    assert response["Vary"] == "Accept"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("address", ["/", "/ports/443", "/services/https", "/search?q=a", "/v1/ports/443"])
def test_only_reading_is_allowed(client: Client, method: str, address: str) -> None:
    response = client.generic(method, address)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    assert b"E-WEB-METHOD" in response.content
    assert client.generic(method, "/nope").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "[::1", "a b", "localhost@evil"])
def test_other_hosts_are_refused(client: Client, host: str) -> None:
    response = client.get("/ports/443", headers={"host": host})
    assert response.status_code == 400
    assert b"E-WEB-HOST" in response.content
    assert host.encode() not in response.content


@pytest.mark.parametrize("host", ["localhost", "localhost:8765", "127.0.0.1:1", "[::1]:8765"])
def test_loopback_hosts_answer(client: Client, host: str) -> None:
    assert client.get("/ports/443", headers={"host": host}).status_code == 200


def test_forwarded_headers_change_nothing(client: Client) -> None:
    plain = client.get("/ports/443").content
    forwarded = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        "forwarded": "host=evil.example",
    }
    assert client.get("/ports/443", headers=forwarded).content == plain


def test_too_many_parameters(client: Client) -> None:
    response = client.get("/search?" + "a=1&" * 5000)
    assert response.status_code == 400
    assert b"E-WEB-REQUEST" in response.content


def test_a_fault_of_ours_gets_a_number_and_no_trace(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    [handler] = [h for h in logging.getLogger("portbook").handlers if isinstance(h.formatter, Lines)]
    monkeypatch.setattr(handler, "emit", lambda record: lines.append(handler.format(record)))

    def broken(self: Edition, port: int) -> None:
        raise RuntimeError("the secret of the\nhouse")

    monkeypatch.setattr(Edition, "ports", broken)
    page = client.get("/ports/443?q=private", headers={"cookie": "private"})
    assert page.status_code == 500
    assert b"E-WEB-FAULT" in page.content
    assert b"secret" not in page.content
    assert b"Traceback" not in page.content
    [number] = re.findall(r"Number <code>([0-9a-f]{16})</code>", page.content.decode())
    assert page["Content-Security-Policy"]
    assert page["Cache-Control"] == "no-store"
    [line] = lines
    assert "\n" not in line
    assert "private" not in line
    entry = json.loads(line)
    assert (entry["id"], entry["path"], entry["level"]) == (number, "'/ports/443'", "ERROR")
    assert "the secret of the\nhouse" in entry["trace"]


# -- headers


@pytest.mark.parametrize("address", ["/", "/ports/443", "/v1/ports/443", "/nope", "/v1/nope", "/favicon.ico"])
def test_headers_of_every_answer(client: Client, address: str) -> None:
    response = client.get(address, headers={"cookie": "sessionid=x; csrftoken=y"})
    policy = response["Content-Security-Policy"]
    for part in ("default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Permissions-Policy"]
    assert response["Content-Length"] == str(len(response.content))
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert "Strict-Transport-Security" not in response
    assert "Strict-Transport-Security" in client.get(address, secure=True)


@pytest.mark.parametrize("address", ["/", "/ports/443", "/services/cl%2F1", "/search?q=x", "/v1/ports/443"])
def test_validators(client: Client, address: str) -> None:
    whole = client.get(address)
    tag = whole["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{16}-[0-9a-f]{8}(-[0-9]+)?-(html|json)"', tag)
    assert whole["Cache-Control"] == "public, max-age=60, must-revalidate"
    for header in (tag, f"W/{tag}", "*", f'"x", {tag}', f'"a,b",W/"y" , W/{tag}'):
        same = client.get(address, headers={"if-none-match": header})
        assert same.status_code == 304, header
        assert same.content == b""
        assert same["ETag"] == tag
        assert same["Cache-Control"] == whole["Cache-Control"]
    for header in ('"x"', "", tag.strip('"'), '"' + "a" * 5000, "**"):
        assert client.get(address, headers={"if-none-match": header}).status_code == 200, header
    assert client.get(address, headers={"if-match": '"x"'}).status_code == 412
    assert client.get(address, headers={"if-match": f'"x", {tag}'}).status_code == 200


def test_a_missing_page_is_missing_for_every_validator(client: Client) -> None:
    tag = client.get("/ports/443")["ETag"]
    for header in ("*", tag):
        assert client.get("/ports/70000", headers={"if-none-match": header}).status_code == 404
    assert "ETag" not in client.get("/ports/70000")


def test_validator_tells_representation_and_edition(client: Client, tmp_path: Path) -> None:
    page, document = client.get("/ports/443")["ETag"], client.get("/v1/ports/443")["ETag"]
    assert page != document
    other = tmp_path / "other"
    other.mkdir()
    with site(other, Edition(records=(), updated=PublishedDate("2024-01-02"))) as client:
        assert client.get("/ports/443")["ETag"] not in (page, document)


@pytest.mark.parametrize(
    "address", ["/", "/ports/443", "/ports/70000", "/v1/ports/443", "/v1/ports/x", "/nope"]
)
def test_head_is_get_without_the_body(client: Client, address: str) -> None:
    whole, head = client.get(address), client.head(address)
    assert head.content == b""
    assert head.status_code == whole.status_code
    assert dict(head.headers) == dict(whole.headers)
    if whole.status_code == 200:
        assert client.head(address, headers={"if-none-match": "*"}).status_code == 304


def test_stylesheet_and_icon(client: Client) -> None:
    page = shown(client, "/")
    [style] = [link["href"] for link in page.all("link") if link["rel"] == "stylesheet"]
    assert style
    response = client.get(style)
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get(style, headers={"if-none-match": response["ETag"]}).status_code == 304
    assert b"prefers-color-scheme: dark" in response.content
    assert b"url(" not in response.content
    assert client.get("/favicon.ico")["Content-Type"] == "image/svg+xml"


def test_no_inline_script_no_inline_style_no_other_host(client: Client) -> None:
    for address in ("/", "/ports/80", "/services/http", "/search?q=http", "/nope"):
        page = shown(client, address, 404 if address == "/nope" else 200)
        assert page.all("style") == page.all("img") == []
        assert all(re.match(r"/static/[a-z0-9.-]+\.js$", a["src"] or "") for a in page.all("script"))
        assert len(page.all("script")) == 2
        assert all("style" not in a and not any(n.startswith("on") for n in a) for _, a in page.elements)
        assert all((a["href"] or "").startswith("/") for a in page.all("link"))


# -- any WSGI server


@pytest.mark.parametrize(
    "address", ["/ports/443", "/services/cl/1", "/v1/services/cl/1", "/nope", "/services/\xff"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_application_keeps_the_contract_of_wsgi(client: Client, method: str, address: str) -> None:
    from portbook.web.wsgi import application

    environ: dict[str, object] = {"REQUEST_METHOD": method, "PATH_INFO": address, "HTTP_HOST": "localhost"}
    environ |= {"SCRIPT_NAME": "", "QUERY_STRING": ""}
    setup_testing_defaults(environ)
    started: list[str] = []

    def start(status: str, headers: object, fault: object = None) -> Callable[[bytes], object]:
        started.append(status)
        return lambda data: None

    answer = validator(application)(environ, start)
    body = b"".join(answer)
    answer.close()  # type: ignore[attr-defined]
    assert started == ["404 Not Found" if address in ("/nope", "/services/\xff") else "200 OK"]
    assert bool(body) == (method == "GET")


# -- text stays text


def hostile(payload: str) -> Edition:
    """An edition that holds *payload* wherever it can be published."""
    person = Reference("person", payload)
    references = (
        Reference("rfc", payload),
        Reference("uri", payload),
        Reference("uri", "https://h.example/" + payload),
        Reference("draft", payload, payload),
        Reference("text", None, payload),
        Reference("registry", payload),
        Reference("rfc-errata", payload),
        Reference("unicode", payload),
    )
    markup = Markup(f"<b>{escape(payload, quote=False)}</b>")
    text = rich(payload, Reference("uri", "javascript:hit()", payload), markup)
    row = Record(
        service_name=payload,
        port_number="4000",
        transport="tcp",
        description=text,
        assignee=(person,),
        contact=(person,),
        registration_date=PublishedDate(payload),
        modification_date=PublishedDate(payload),
        reference=references,
        service_code=payload,
        unauthorized_use_reported=text,
        assignment_notes=rich(f'This entry is an alias to "x{payload}". {payload}'),
    )
    odd = Record(service_name="odd", port_number=payload, transport=payload, description=rich(payload))
    nameless = Record(port_number="4001", description=rich(payload))
    contact = Contact(payload, payload, payload, (payload, "javascript:hit()"), PublishedDate(payload))
    return Edition((row, odd, nameless), payload, payload, PublishedDate("2024-01-02"), contacts=(contact,))


ELEMENTS = (
    "html head meta title link body a header form label input button span main div h1 h2 h3 p nav ul ol li "
    "bdi section article dl dt dd br code footer strong script mark table caption thead tbody tr th td "
    "blockquote"
)
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"  # at the foot of every page
ATTRIBUTES = (
    "lang charset name content rel href type class id action role for placeholder autocomplete "
    "autocapitalize spellcheck value tabindex aria-hidden aria-label aria-labelledby aria-live aria-current "
    "src defer scope maxlength data-copy data-hx-get data-hx-trigger data-hx-target data-hx-sync"
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_in_every_field_is_shown_not_run(tmp_path: Path, payload: str) -> None:
    with site(tmp_path, hostile(payload)) as client:
        name = quote(payload, safe="")
        addresses = ["/ports/4000", "/ports/4000/tcp", "/ports/4001", "/services/odd", f"/services/{name}"]
        for address in [
            *addresses,
            f"/search?q={name}",
            "/search?q=odd",
            f"/services/x{name}",
            f"/ports/{name}",
        ]:
            response = client.get(address)
            assert response.status_code in (200, 404), address
            page = Page(response.content.decode())
            assert {tag for tag, _ in page.elements} <= set(ELEMENTS.split())
            assert all((a["src"] or "").startswith("/static/") for a in page.all("script"))
            assert {key for _, attributes in page.elements for key in attributes} <= set(ATTRIBUTES.split())
            for link in page.links:
                assert link.startswith(
                    ("/", "#", "https://www.rfc-editor.org/", "https://h.example/", CC0)
                ) or re.match(r"https://(datatracker\.ietf|www\.iana)\.org/", link), link
            assert not re.search("[\u200b\u202a-\u202e\ufeff\x00-\x08]", page.text)
        if not re.search("[\u200b-\uffff]", payload):
            assert payload in shown(client, "/ports/4000").text


def test_a_complete_edition_shows_its_contacts(tmp_path: Path) -> None:
    contact = Contact("Ann_Example", "Ann Example", None, ("mailto:ann&h.example",))
    row = Record("foo", "4000", "tcp", rich("Foo"), None, (Reference("person", "Ann_Example"),))
    edition = Edition((row,), updated=PublishedDate("2024-01-02"), contacts=(contact,))
    with site(tmp_path, edition) as client:
        page = shown(client, "/services/foo")
        assert "Ann Example [Ann_Example]" in page.text
        assert "not in this edition" not in page.text.replace("changes are not in this edition", "")
        assert "2024-01-02" in page.text


@pytest.mark.parametrize(
    "address, status",
    [
        *(
            (address, 200)
            for address in ("/", "/ports/443", "/ports/443/tcp", "/services/http", "/services/jmap")
        ),
        *((address, 200) for address in ("/search?q=mail", "/table", "/contacts", "/references", "/about")),
        *((address, 200) for address in ("/contacts/Jon_Postel", "/references/RFC8620", "/ports")),
        *((address, 200) for address in ("/ports?from=1&to=9", "/editions", "/editions/2018-10-04")),
        ("/editions/2018-10-04/services/http", 200),
        ("/services/htp", 404),
        ("/nothing", 404),
    ],
)
def test_every_page_has_the_menu_and_no_empty_link(client: Client, address: str, status: int) -> None:
    html = client.get(address).content.decode()
    assert client.get(address).status_code == status
    menu = re.search(r'<nav class="places".*?</nav>', html, re.DOTALL)
    assert menu
    labels = ["Table", "Contacts", "References", "Ranges", "Editions", "About"]
    assert re.findall(r"<a [^>]*>([^<]+)</a>", menu[0]) == labels
    assert re.findall(r"<a [^>]*></a>", html) == []
