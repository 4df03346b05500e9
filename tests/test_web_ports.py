"""Ports, services and results: all that their pages say; what is copied parses back (T-25, T-27)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client

import invented
from portbook.discovery import parse_service_label
from portbook.edition import Edition
from portbook.numbers import Transport, parse_port
from portbook.records import Contact, PublishedDate, Record, Reference, RichText, rich
from portbook.search.queries import parse_query
from portbook.web.doors import MAX_DOORS, MAX_NAMED
from portbook.web.lines import MAX_COUNTED, MAX_LINES, fits
from portbook.web.marking import Marker
from portbook.web.sentences import found_by
from sites import Page, site

SERVICES_LINE = re.compile(
    r"([A-Za-z0-9][!-\"$-~]*)\t([0-9]{1,5})/(tcp|udp|sctp|dccp)(?:\t([!-\"$-~]+(?: [!-\"$-~]+)*))?"
)
FILTER = re.compile(r"(tcp|udp|sctp) (?:port|portrange) ([0-9]{1,5})(?:-([0-9]{1,5}))?")
LISTENING = re.compile(r"ss -(?:t|u)lnp 'sport = :([0-9]{1,5})'")
DATE = PublishedDate("2024-01-02")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The site over the newest embedded edition."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTBOOK_HOME", str(tmp_path_factory.mktemp("home")))
        with site(tmp_path_factory.mktemp("site")) as client:
            yield client


def html(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def shown(client: Client, address: str) -> Page:
    return Page(html(client, address))


def copied(client: Client, address: str) -> list[str]:
    """The lines of a page that are made to be copied."""
    return [unescape(text) for text in re.findall(r"<code data-copy>([^<]*)</code>", html(client, address))]


def section(client: Client, address: str, title: str) -> str:
    """The text of the section of a page that has the id *title*."""
    match = re.search(
        rf'<section aria-labelledby="{title}">(.*?)</section>', html(client, address), re.DOTALL
    )
    assert match, title
    return Page(f"<section>{match[1]}</section>").text


def over(*rows: Record) -> Edition:
    return Edition(rows, updated=DATE)


# -- a port


@pytest.mark.parametrize(
    "address, words",
    [
        ("/ports/443", ["System Port (0–1023)", "https on tcp, udp", "443/dccp has no row of its own"]),
        ("/ports/80", ["TXT keys of http", "<path to document>", "The name to use; 2 other names lead"]),
        ("/ports/0", ["0 is reserved on", "The marks are for tcp"]),
        ("/ports/1023", ["1023 is reserved on", "It lies at the edge of a range"]),
        ("/ports/2376/udp", ["all transports of 2376", "The marks are for udp", "to docker-s on tcp"]),
        ("/ports/28205", ["It lies inside the unassigned block 28201–28239.", "(this port is in it)"]),
        ("/ports/6010", ["It lies inside the row for 6000–6063.", "5995–5998 (12 below)"]),
        ("/ports/50000", ["Dynamic Port (49152–65535)", "49002–49149 (851 below)"]),
        ("/ports/49151", ["User Port (1024–49151)", "It lies at the edge of a range"]),
        ("/ports/1301", ["1301 is reserved on", "It was assigned once and has been de-assigned."]),
        ("/ports/172", ["cl/1", "Use cl-1. A historic name with a character that names may no longer have"]),
        ("/ports/4444", ["Unauthorized use of 4444 is reported", "A service of its own on the same port."]),
    ],
)  # fmt: skip
def test_what_a_port_page_says(client: Client, address: str, words: list[str]) -> None:
    text = shown(client, address).text
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("port", [0, 5, 443, 6010, 49151, 50000, 65535])
def test_the_ports_near_are_links_with_their_state(client: Client, port: int) -> None:
    page = shown(client, f"/ports/{port}")
    near = [f"/ports/{number}" for number in range(max(0, port - 10), min(65535, port + 10) + 1)]
    assert [link for link in near if link not in page.links] == []
    [current] = [a for a in page.all("a") if a.get("aria-current")]
    assert current["href"] == f"/ports/{port}"
    assert [nav["aria-label"] for nav in page.all("nav")][-1] == f"Ports near {port}, on tcp"


def test_the_ports_near_keep_the_transport(client: Client) -> None:
    assert {"/ports/442/sctp", "/ports/453/sctp"} <= set(shown(client, "/ports/443/sctp").links)


def test_states_near_are_words_too(client: Client) -> None:
    text = section(client, "/ports/4444", "near")
    assert "Unassigned: 4434 4435 4436 4437 4438 4439 4440 Reserved: 4441 Assigned: 4442 4443" in text


def test_a_block_leads_to_the_page_of_the_range(client: Client) -> None:
    assert "/ports?from=6000&to=6063" in shown(client, "/ports/6010").links
    assert "/ports?from=28201&to=28239" in shown(client, "/ports/28205/tcp").links


def test_free_blocks_lead_to_their_pages_and_none_below_is_said(client: Client, tmp_path: Path) -> None:
    assert "/ports?from=334&to=343" in shown(client, "/ports/443").links
    assert "none below" not in shown(client, "/ports/443").text
    full = Record(None, "1-1022", None, rich("Reserved"))
    with site(tmp_path, over(full)) as other:
        page = shown(other, "/ports/443")
        assert "Free nearby: none below 1024; 1025–49150 (582 above)" in page.text
        assert "/ports?from=1025&to=49150" in page.links
        assert "none below" not in shown(other, "/ports/2000").text


@pytest.mark.parametrize(
    "port, text, rows",
    [
        (6003, "Known Unauthorized Use on port 6003", "6000–6063"),
        (79, "Unauthorized use by some mail users (see [RFC4146] for details)", ""),
        (7011, "Known Unauthorized Use on 7011", ""),
        (5152, "Unauthorized Use Known on ports 5151 and 5152", ""),
    ],
)
def test_unauthorized_use_is_said_of_the_port_that_the_report_names(
    client: Client, port: int, text: str, rows: str
) -> None:
    words = shown(client, f"/ports/{port}").text
    assert f"Unauthorized use of {port} is reported" in words
    assert f": “{text}”" in words
    assert rows in words
    assert ", in the row of " in words or not rows


def test_a_report_in_the_row_of_another_port_names_that_row(tmp_path: Path) -> None:
    report = rich("Known use on port 4100, see ", Reference("rfc", "rfc8620"))
    rows = (
        Record("foo", "4000-4010", "tcp", rich("Foo"), unauthorized_use_reported=report),
        Record("foo", "4000-4010", "udp", rich("Foo"), unauthorized_use_reported=report),
        Record("bar", "4020", "tcp", rich("Bar"), unauthorized_use_reported=rich("yes")),
        Record("baz", "4021-4022", "tcp", rich("Baz"), unauthorized_use_reported=rich("yes")),
        Record("none", "4030", "tcp", rich("None"), unauthorized_use_reported=rich(" ")),
    )
    with site(tmp_path, over(*rows)) as client:
        words = shown(client, "/ports/4100").text
        assert (
            "use of 4100 is reported, in the row of foo, 4000–4010: “Known use on port 4100, see RFC8620”"
            in words
        )
        assert words.count("is reported") == 1
        assert "use of 4020 is reported: “yes”" in shown(client, "/ports/4020").text
        assert (
            "use of 4022 is reported, in the row of baz, 4021–4022: “yes”"
            in shown(client, "/ports/4022").text
        )
        for port in (4005, 4019, 4030):
            assert "is reported" not in shown(client, f"/ports/{port}").text


@pytest.mark.parametrize("port", [6010, 7012, 443])
def test_unauthorized_use_is_not_said_of_other_ports(client: Client, port: int) -> None:
    assert "is reported" not in shown(client, f"/ports/{port}").text


def test_references_lead_to_the_document_and_to_all_that_cite_it(client: Client) -> None:
    page = shown(client, "/ports/443/tcp")
    assert {"https://www.rfc-editor.org/info/rfc9110", "/references/RFC9110", "/contacts/IESG"} <= set(
        page.links
    )
    assert page.text.count("all that cite it") == 1


def test_a_reference_without_a_document_has_one_link(tmp_path: Path) -> None:
    row = Record("foo", "4000", "tcp", rich("Foo"), reference=(Reference("text", None, "A book"),))
    with site(tmp_path, over(row)) as client:
        page = shown(client, "/ports/4000")
        assert "/references/A%20book" in page.links
        assert "all that cite it" not in page.text


def test_the_json_and_the_edition_stand_below(client: Client) -> None:
    assert {"/v1/ports/443/tcp", "/editions/2023-03-13"} <= set(shown(client, "/ports/443/tcp").links)
    assert {"/v1/services/https", "/editions/2023-03-13"} <= set(shown(client, "/services/https").links)


def test_dated_pages_lead_to_dated_pages(client: Client) -> None:
    root = "/editions/2023-03-13"
    for path in ("/ports/443", "/services/http", "/search?q=http", "/ports/28205"):
        page = shown(client, root + path)
        ours = [
            link for link in page.links if re.match(r"/(ports|services|contacts|references|search|v1)", link)
        ]
        assert [link for link in ours if link != "/v1/openapi.json" and not link.endswith(path)] == []


def test_a_port_page_is_small(client: Client) -> None:
    assert len(client.get("/ports/443").content) < 25_000
    assert len(client.get("/ports/80").content) < 60_000


def test_overlapping_ranges_are_all_named(tmp_path: Path) -> None:
    rows = (
        Record("wide", "4000-4100", "tcp", rich("Wide")),
        Record("narrow", "4040-4060", "tcp", rich("Narrow")),
        Record(None, "4050-4099", None, rich("Unassigned")),
        Record("one", "4050", "tcp", rich("One")),
    )
    with site(tmp_path, over(*rows)) as client:
        page = shown(client, "/ports/4050")
        assert "It lies inside the row for 4000–4100, and inside the row for 4040–4060, and" in page.text
        assert "and inside the unassigned block 4050–4099." in page.text
        assert "The 4 rows as published" in page.text
        assert "4050 is assigned to wide, narrow and one on tcp" in page.text


# -- copyable lines


ADDRESSES = [
    *(f"/ports/{port}" for port in (0, 80, 172, 443, 512, 1301, 2376, 3478, 4444, 6010, 28205, 50000, 65535)),
    *("/ports/443/tcp", "/ports/443/udp", "/ports/443/sctp", "/ports/2376/udp"),
    *("/services/http", "/services/x11", "/services/cl-1", "/services/cl%2F1", "/services/ftp-data"),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_line_parses_back(client: Client, address: str) -> None:
    from portbook.web.shown import shown as served

    edition = served().current().edition
    for line in copied(client, address):
        if match := SERVICES_LINE.fullmatch(line):
            names = edition.services(parse_port(match[2]), Transport(match[3]))
            assert {match[1], *(match[4] or "").split()} <= set(names)
            assert all(edition.canonical(alias) == match[1] for alias in (match[4] or "").split())
        elif label := parse_service_label(line):
            service = edition.service(label.name)
            assert service
            assert not service.is_alias
        elif match := FILTER.fullmatch(line):
            assert parse_port(match[2]) <= parse_port(match[3] or match[2])
        else:
            found = LISTENING.fullmatch(line)
            assert found, line
            assert address.split("/")[2] == found[1]


def test_the_lines_of_a_port(client: Client) -> None:
    assert copied(client, "/ports/443/tcp") == [
        "https\t443/tcp",
        "_https._tcp",
        "tcp port 443",
        "ss -tlnp 'sport = :443'",
    ]
    assert copied(client, "/ports/443/sctp") == [
        "https\t443/sctp",
        "_https._udp",
        "_https._sctp",
        "sctp port 443",
    ]
    assert "http\t80/tcp\twww www-http" in copied(client, "/ports/80")
    assert "cl-1\t172/tcp\tcl/1" in copied(client, "/ports/172")


@pytest.mark.parametrize("address", ["/ports/50000", "/ports/28205", "/ports/1301", "/ports/0"])
def test_a_port_that_nobody_holds_has_filters_alone(client: Client, address: str) -> None:
    port = address.rpartition("/")[2]
    filters = [f"{over} port {port}" for over in ("tcp", "udp")]
    assert copied(client, address) == [
        *filters,
        f"ss -tlnp 'sport = :{port}'",
        f"ss -ulnp 'sport = :{port}'",
    ]


@pytest.mark.parametrize(
    "address, transports",
    [
        ("/ports/443", ["tcp", "udp", "sctp"]),
        ("/ports/2376", ["tcp"]),
        ("/ports/2376/udp", ["udp"]),
        ("/ports/28205", ["tcp", "udp"]),
    ],
)
def test_what_goes_on_is_looked_at_where_the_port_is_assigned(
    client: Client, address: str, transports: list[str]
) -> None:
    text = section(client, address, "look")
    assert re.findall(r"(tcp|udp|sctp) port", text) == transports
    assert ("Use it" in shown(client, address).text) == (address in ("/ports/443", "/ports/2376"))


@pytest.mark.parametrize(
    "address, heading",
    [
        ("/ports/28200", "2 rows, alike on tcp and udp"),
        ("/ports/80", "The 7 rows as published, those that are alike together"),
        ("/ports/6010", "2 rows, alike on tcp and udp"),
        ("/ports/443/tcp", "The row as published"),
        ("/ports/65000", "No row"),
    ],
)
def test_the_rows_are_counted_as_they_stand(client: Client, address: str, heading: str) -> None:
    assert section(client, address, "rows").startswith(heading)


def test_free_ports_nearby_stand_right_below_the_answer(client: Client) -> None:
    text = shown(client, "/ports/28200").text
    below = text.partition("it is reserved on sctp and dccp.")[2]
    assert below.startswith(" Free nearby: 28120–28199 (1 below), 28201–28239 (1 above)")


def test_dccp_has_no_filter(client: Client) -> None:
    assert copied(client, "/ports/50000/dccp") == []
    text = shown(client, "/ports/50000/dccp").text
    assert "Use it" not in text
    assert "Look at it" not in text


def test_a_range_is_one_filter_and_a_line_for_each_port_up_to_the_limit(client: Client) -> None:
    lines = copied(client, "/services/x11")
    assert {"tcp portrange 6000-6063", "udp portrange 6000-6063"} <= set(lines)
    assert len([line for line in lines if SERVICES_LINE.fullmatch(line)]) == MAX_LINES
    assert f"and {128 - MAX_LINES} more of the kind" in shown(client, "/services/x11").text


@pytest.mark.parametrize("more", [0, 1])
def test_lines_at_the_limit_and_above(tmp_path: Path, more: int) -> None:
    rows = [Record(f"name-{n}", "4000", "tcp", rich("Foo")) for n in range(MAX_LINES + more)]
    with site(tmp_path, over(*rows)) as client:
        lines = copied(client, "/ports/4000/tcp")
        assert len([line for line in lines if SERVICES_LINE.fullmatch(line)]) == MAX_LINES
        assert ("and 1 more of the kind" in shown(client, "/ports/4000/tcp").text) == bool(more)


@pytest.mark.parametrize(
    "name", ["cl/1", "914c/g", "whois++", "z39.50", "sql*net", "https", "a", "802-11-iapp"]
)
def test_names_that_fit_a_line(name: str) -> None:
    assert fits(name)


@pytest.mark.parametrize(
    "name",
    ["", "+", "-", "+::0", "-x", "#x", "x#", "a b", "a\tb", "a\nroot", "x\x00", "x\u202e", "443", "*", "é",
     "$(x)", "x`y`", "x;y", "x|y", "'x'", '"x"', "x&y", "x>y", "x\\y", "x\u2028y", "x" * 64],
)  # fmt: skip
def test_names_that_would_plant_something_are_in_no_line(tmp_path: Path, name: str) -> None:
    assert not fits(name)
    if name and "\x00" not in name:
        row = Record(name, "4000", "tcp", rich("Foo"))
        with site(tmp_path, over(row)) as client:
            for address in ("/ports/4000", f"/services/{quote(name, safe='')}"):
                assert [line for line in copied(client, address) if "4000/tcp" in line] == []


# -- a service


@pytest.mark.parametrize(
    "address, words",
    [
        ("/services/https", ["443", "_https._tcp", "_https._sctp", "SRV alone", "The 4 rows"]),
        ("/services/http", ["Use http. An alias: its row calls it a duplicate", "TXT keys of http"]),
        ("/services/www", ["www is an alias. Use http.", "alias of http", "The name to use"]),
        ("/services/cl%2F1", ["alias of cl-1", "It stays listed because it was published once"]),
        ("/services/ipp", ["No plain list. The note’s own words:", "See BonjourPrinting.pdf."]),
        ("/services/x11", ["x11 is assigned 6000–6063 on tcp and udp."]),
    ],
)
def test_what_a_service_page_says(client: Client, address: str, words: list[str]) -> None:
    text = shown(client, address).text
    assert [word for word in words if word not in text] == []


def test_an_alias_has_no_lines(client: Client) -> None:
    assert copied(client, "/services/www") == copied(client, "/services/cl%2F1") == []


def test_a_service_without_a_port_says_how_it_is_found(tmp_path: Path) -> None:
    rows = (
        Record("over-tcp", None, "tcp", rich("Foo"), assignment_notes=rich("Defined TXT keys: None")),
        Record(
            "anyhow", None, None, rich("Foo"), assignment_notes=rich("Defined TXT keys: a=<one>, b=2, lone")
        ),
        Record("no_label", None, "tcp", rich("Foo")),
        Record("odd", None, "quic", rich("Foo")),
    )
    with site(tmp_path, over(*rows)) as client:
        text = shown(client, "/services/over-tcp").text
        assert "over-tcp is registered without a port, over tcp." in text
        assert "It is found by asking DNS for its label, not by a port" in text
        assert "None: its note says that it defines no TXT keys." in text
        assert copied(client, "/services/over-tcp") == ["_over-tcp._tcp"]
        assert copied(client, "/services/anyhow") == ["_anyhow._tcp", "_anyhow._udp"]
        page = shown(client, "/services/anyhow")
        assert "if it runs over TCP" in page.text
        keys = section(client, "/services/anyhow", "txt-1")
        assert "TXT keys of anyhow" in keys
        assert [keys.count(word) for word in ("<one>", "lone", "not said")] == [1, 1, 1]
        assert [cell["scope"] for cell in page.all("th")] == ["col", "col", "row", "row", "row"]
        for name in ("no_label", "odd"):
            assert copied(client, f"/services/{name}") == []
        assert "RFC 6335 section 5.1 has the syntax" in shown(client, "/services/no_label").text


def test_a_name_on_many_ports_and_transports_is_listed_compactly(client: Client) -> None:
    text = section(client, "/services/https", "ports")
    assert text == "Ports 443tcp udp sctp"
    assert {"/ports/443/tcp", "/ports/443/udp", "/ports/443/sctp"} <= set(
        shown(client, "/services/https").links
    )


def test_two_hundred_names_on_one_port(tmp_path: Path) -> None:
    rows = [Record(f"svc-{n}", "4000", over, rich("Foo")) for n in range(200) for over in ("tcp", "udp")]
    with site(tmp_path, over_all := over(*rows)) as client:
        page = shown(client, "/ports/4000")
        assert len(page.all("article")) == 200
        assert len(over_all.at(4000)) == 400
        assert "The 400 rows as published" in page.text
        assert f"and {400 - MAX_LINES} more of the kind" in page.text
        assert len(re.search("<title>(.*)</title>", html(client, "/ports/4000"))[1]) < 80  # type: ignore[index]


@pytest.mark.parametrize(
    "description",
    [
        rich("<script>hit()</script> \u202e\x85[31m"),
        rich("x" * 10_000),
        rich(*("a ", Reference("uri", "data:x"))),
        RichText(),
    ],
)
def test_odd_descriptions_stay_text(tmp_path: Path, description: RichText) -> None:
    row = Record("+", "4000", "tcp", description, unauthorized_use_reported=description)
    row2 = Record("914c/g", "4000", "tcp", description, assignment_notes=description)
    with site(tmp_path, over(row, row2)) as client:
        for address in (
            "/ports/4000",
            "/services/%2B",
            "/services/914c%2Fg",
            "/search?q=914c",
            "/search?q=script",
        ):
            page = shown(client, address)
            assert len(page.all("script")) == 2
            assert not re.search("[\u202a-\u202e\x00-\x08\x1b\x85]", page.text)
        if "script" in str(description):
            assert r"<script>hit()</script> \u202e\x85[31m" in shown(client, "/ports/4000").text
        assert copied(client, "/ports/4000/tcp")[0] == "914c/g\t4000/tcp"


# -- results


def doors(client: Client, query: str) -> list[str]:
    """What stands before the answers: the pages that the query names."""
    match = re.search(r'<ul class="goto">(.*?)</ul>', html(client, found(query)), re.DOTALL)
    return [Page(item).text for item in re.findall(r"<li>.*?</li>", match[1], re.DOTALL)] if match else []


def found(query: str) -> str:
    return f"/search?q={quote(query, safe='')}"


def hinted(client: Client, query: str) -> Page:
    return shown(client, f"/search/hints?q={quote(query, safe='')}")


@pytest.mark.parametrize(
    "query, text, link",
    [
        ("443", "Port 443 · assigned to https on tcp, udp and sctp; it is reserved on dccp", "/ports/443"),
        ("tcp/443", "Port 443/tcp · assigned to https on tcp", "/ports/443/tcp"),
        ("443 tcp", "Port 443/tcp · assigned to https on tcp", "/ports/443/tcp"),
        ("0443", "Port 443 · assigned to https", "/ports/443"),
        ("https://example.com:8443", "Port 8443 · assigned to pcsync-https", "/ports/8443"),
        ("2376/udp", "Port 2376/udp · reserved on udp: it is kept for the same service", "/ports/2376/udp"),
        ("65000", "Port 65000 · a Dynamic Port: the registry never assigns it", "/ports/65000"),
        ("6000-6063", "Ports 6000–6063 · 64 ports", "/ports?from=6000&to=6063"),
        ("80-90/udp", "the answers below are those on udp", "/ports?from=80&to=90"),
        ("HTTPS", "Service https · port 443", "/services/https"),
        ("https/udp", "Service https", "/services/https"),
        ("_http._tcp", "Service http", "/services/http"),
        ("whois++", "Service whois++ · port 63, an alias: use whoispp", "/services/whois%2B%2B"),
        ("ipps", "Service ipps · port 631", "/services/ipps"),
        ("RFC 9110", "Reference RFC9110 · 6 rows cite it", "/references/RFC9110"),
        ("iesg", "Contact IESG · 129 rows", "/contacts/IESG"),
        ("Postel", "Contact Jon_Postel · 46 rows", "/contacts/Jon_Postel"),
        ("jon postel", "Contact Jon_Postel · 46 rows", "/contacts/Jon_Postel"),
        ("28203-28202", "Ports 28202–28203", "/ports?from=28202&to=28203"),
    ],
)
def test_the_page_that_a_query_names_comes_first(client: Client, query: str, text: str, link: str) -> None:
    assert text in doors(client, query)[0]
    page = shown(client, found(query))
    assert page.links[page.links.index("/about#update") + 1] == link  # the first below the banner
    assert hinted(client, query).links[0] == link


def test_several_ports_have_a_door_each(client: Client) -> None:
    assert [door.partition(" ·")[0] for door in doors(client, "443, 80-90 22")] == [
        "Port 443",
        "Ports 80–90",
        "Port 22",
    ]
    many = " ".join(map(str, range(1, 2 + MAX_DOORS)))
    assert len(doors(client, many)) == MAX_DOORS
    assert len(doors(client, many.rpartition(" ")[0])) == MAX_DOORS


def test_people_and_organisations_are_found_by_their_words(tmp_path: Path) -> None:
    people = tuple(
        Contact(f"P_{number}", f"Ann Number{number}", "Harbour Board") for number in range(MAX_NAMED + 1)
    )
    others = tuple(Contact(f"Q_{number}", "Bo Other", "Elsewhere") for number in range(MAX_NAMED))
    held = Record("foo", "4000", "tcp", rich("Foo"), contact=(Reference("person", "Q_1"),))
    with site(tmp_path, Edition((held,), updated=DATE, contacts=people + others)) as client:
        assert doors(client, "number2") == ["Contact P_2 · 0 rows"]
        assert doors(client, "harbour") == ["Organisation Harbour Board · 0 rows"]
        assert doors(client, "elsewhere")[0] == "Organisation Elsewhere · 1 row"
        assert doors(client, "bo") == [
            f"Contact Q_{n} · {int(n == 1)} row{'s' * (n != 1)}" for n in (1, 0, 2)
        ]
        assert doors(client, "ann") == []  # they are too many
        page = shown(client, found("ann"))
        assert f"{MAX_NAMED + 1} contacts have it in name, organisation or id." in page.text
        assert "/contacts?search=ann" in page.links


def test_a_port_on_the_transport_asked_has_its_own_state(client: Client) -> None:
    """2376 is assigned on tcp alone: the answer for udp is not that for tcp."""
    text = html(client, "/search?q=2376%2Fudp")
    assert 'class="mark reserved"' in text
    assert 'class="mark assigned"' not in text
    assert "2376/udp Reserved Companion of docker-s: kept for the same service." in Page(text).text
    assert 'class="mark reserved"' in html(client, "/search/hints?q=2376%2Fudp")
    assert "1023/tcp" in shown(client, found("1023/tcp")).text


def test_the_hints_hold_each_page_once(client: Client) -> None:
    for query in ("443", "65000", "2376/udp", "https", "Postel", "_http._tcp"):
        links = hinted(client, query).links
        assert links.count(links[0]) == (2 if query == "https" else 1), query  # on 443, and without a port


def test_hints_say_why_where_the_name_does_not(client: Client) -> None:
    assert "Remote Job Entry · found by its contact: Jon_Postel" in hinted(client, "postel").text
    assert "found by" not in hinted(client, "https").text


def test_only_the_rows_that_name_a_person_count(tmp_path: Path) -> None:
    ann, bo = (Reference("person", "Ann_X"),), (Reference("person", "Bo_Y"),)
    rows = (
        Record("foo", "4000", "tcp", rich("Foo"), ann, ann),
        Record("foo", "4000", "udp", rich("Foo"), bo, ann),
        Record("foo", "4000", "sctp", rich("Foo"), bo, bo, reference=(Reference("rfc", "rfc8620"),)),
    )
    with site(tmp_path, over(*rows)) as client:
        assert "foo 4000 tcp, udp Foo Found by its assignee and its contact: Ann_X" in text_of(client, "ann")
        assert "foo 4000 udp, sctp Foo Found by its assignee and its contact: Bo_Y" in text_of(client, "bo")
        assert "foo 4000 udp Foo" in text_of(client, "ann bo")
        assert "foo 4000 sctp Foo Found by its references" in text_of(client, "RFC 8620")
        assert "foo 4000 tcp, udp, sctp Foo Found by its name" in text_of(client, "foo")


def text_of(client: Client, query: str) -> str:
    return shown(client, found(query)).text


@pytest.mark.parametrize(
    "query, words",
    [
        ("0443", "A port number is written without leading zeros: 443."),
        ("28300-28200", "A range is written from its lower to its higher end: 28200–28300."),
        ("9-3", "A range is written from its lower to its higher end: 3–9."),
    ],
)
def test_what_was_meant_is_said(client: Client, query: str, words: str) -> None:
    assert words in text_of(client, query)
    assert words in hinted(client, query).text


def test_names_at_one_slip_are_offered_beside_answers(client: Client) -> None:
    assert "Did you mean http" in text_of(client, "htp")
    assert "ehtp 1295" in text_of(client, "htp")
    assert "Did you mean http" in hinted(client, "htp").text
    for query in ("http", "postel", "443", "secure shell", "htpps"):
        assert "Did you mean" not in text_of(client, query), query


def test_the_table_is_counted(client: Client) -> None:
    assert "46 rows hold this text: the table." in text_of(client, "postel")
    assert "/table?search=postel" in shown(client, found("postel")).links
    with_one = text_of(client, "World Wide Web HTTP")
    assert re.search(r"[0-9]+ rows hold this text: the table\.", with_one)


def test_words_that_name_nothing_lead_nowhere(client: Client) -> None:
    assert doors(client, "http server") == []


@pytest.mark.parametrize(
    "query", ["https", "443", "tcp/443", "https/udp", "_http._tcp", "http server/sctp", "cl/1", "RFC9110"]
)
def test_the_same_search_by_transport(client: Client, query: str) -> None:
    html_text = html(client, f"/search?q={quote(query, safe='')}")
    match = re.search(r'<nav class="narrowed".*?</nav>', html_text, re.DOTALL)
    assert match
    links = [parse_qs(urlsplit(link).query)["q"][0] for link in Page(match[0]).links]
    asked = parse_query(query)
    assert [parse_query(link).transport for link in links] == [None, *Transport]
    assert {parse_query(link).text for link in links} == {asked.text}
    assert match[0].count("aria-current") == 1


@pytest.mark.parametrize("words, narrows", [(19, True), (20, False)])
def test_a_query_that_would_become_too_long_is_not_narrowed(
    client: Client, words: int, narrows: bool
) -> None:
    page = shown(client, "/search?q=" + "+".join(["http"] * words))  # 94 and 99 characters; 100 are allowed
    links = [link for link in page.links if link.startswith("/search?") and "limit" not in link]
    assert bool(links) == narrows
    assert [link for link in links if client.get(link).status_code != 200] == []


def test_more_is_shown_on_request(client: Client) -> None:
    page = shown(client, "/search?q=protocol")
    assert "The first 50, best first" in page.text
    [more] = [link for link in page.links if "limit=100" in link]
    assert more == "/search?q=protocol&limit=100"
    page = shown(client, more)
    assert "The first 100, best first" in page.text
    assert len(page.all("li")) - len(doors(client, "protocol")) == 100
    assert "There is more than 100." in page.text
    assert "/table?search=protocol" in page.links
    assert "/v1/search?q=protocol&limit=100" in page.links
    assert "The first 3, best first" in shown(client, "/search?q=protocol&limit=3").text


@pytest.mark.parametrize("limit", ["0", "101", "x", "", "-1", "1e2", "%D9%A1", "9999999999999"])
def test_a_limit_that_is_none_is_refused(client: Client, limit: str) -> None:
    text = html(client, f"/search?q=mail&limit={limit}", 400)
    assert "E-WEB-LIMIT" in text
    assert client.get(f"/v1/search?q=mail&limit={limit}").status_code == 400


def test_matched_words_are_marked(client: Client) -> None:
    marks = re.findall(r"<mark>([^<]*)</mark>", html(client, "/search?q=http+server"))
    assert {mark.lower() for mark in marks} == {"http", "server"}
    marks = re.findall(r"<mark>([^<]*)</mark>", html(client, "/search?q=RFC+9110"))
    assert set(marks) == {"RFC9110"}
    assert "<mark>IESG</mark>" in html(client, "/search?q=iesg")


def test_a_hit_names_the_person_that_was_found(tmp_path: Path) -> None:
    people = (Contact("Ann_X", "Ann Example", "Harbour Board"), Contact("Bo_Y", "Bo Example", "Elsewhere"))
    references = (Reference("person", "Bo_Y"), Reference("person", "Ann_X"))
    rows = (Record("foo", "4000", "tcp", rich("Foo"), None, references),)
    with site(tmp_path, Edition(rows, updated=DATE, contacts=people)) as client:
        for query in ("harbour", "ann example"):
            text = shown(client, f"/search?q={quote(query)}").text
            assert "Ann Example, Harbour Board [Ann_X]" in text
        assert "<mark>Harbour</mark>" in html(client, "/search?q=harbour")
        assert "Bo Example" not in shown(client, "/search?q=harbour").text


@pytest.mark.parametrize(
    "query, text, expected",
    [
        ("http", "HTTPS over http", "[HTTP]S over [http]"),
        ("sql", "mysql-im", "my[sql]-im"),
        ("my sql", "mysql my im", "my[sql] [my] im"),
        ("noren", "Norén and NORENS", "[Norén] and [NOREN]S"),
        ("fi", "ﬁne fine", "[ﬁne] [fi]ne"),  # a ligature, longer when folded
        ("a", "a b ab", "[a] b [a]b"),
        ("<b>", "<b>x</b>", "<[b]>x</[b]>"),
        ("...", "a...b", "a...b"),
        ("x", "", ""),
    ],
)
def test_marking(query: str, text: str, expected: str) -> None:
    parts = Marker(parse_query(query)).parts(text)
    assert "".join(part.text for part in parts) == text
    assert "".join(f"[{part.text}]" if part.is_marked else part.text for part in parts) == expected


@pytest.mark.parametrize(
    "why, words",
    [
        ("name", "its name"),
        ("alias www", "its alias www"),
        ("word of the name, description", "a word of its name and its description"),
        ("inside 6000-6063", "its range 6000–6063"),
        ("part of 6000-6063", "its port number, inside 6000–6063"),
        ("port number; no row speaks of it", "its number alone: no row speaks of it"),
    ],
)
def test_why_in_words(why: str, words: str) -> None:
    assert found_by(why) == words


def test_every_reason_of_a_search_has_words() -> None:
    from portbook.search import WHY

    assert [why for why in WHY.values() if why != "alias" and found_by(why) == why] == []


@pytest.mark.parametrize(
    "query, words, link",
    [
        ("qqqqzzzz", "A search looks at service names", "/table?search=qqqqzzzz"),
        ("qqqqzzzz/sctp", "This asked for one transport: ask on all.", "/search?q=qqqqzzzz"),
        ("28202-28203/dccp", "Ports 28202–28203", "/ports?from=28202&to=28203"),
        ("qqqqzzzz", "No row holds this text, in any column of the table.", "/search?q=RFC+9110"),
        ("qqqqzzzz", "a port, several, a range", "/search?q=22%2C+80"),
    ],
)
def test_nothing_found_helps(client: Client, query: str, words: str, link: str) -> None:
    page = shown(client, f"/search?q={quote(query, safe='')}")
    assert words in page.text
    assert link in page.links


def test_a_query_of_ten_thousand_characters(client: Client) -> None:
    assert "E-QUERY-LONG" in html(client, "/search?q=" + "a" * 10_000, 400)


def test_every_page_of_the_invented_edition_is_well_made(tmp_path: Path) -> None:
    edition = invented.edition()
    ports = {port for row in edition.records if row.ports for port in row.ports[:]}
    names = [f"/services/{quote(name, safe='')}" for name in edition.service_names]
    with site(tmp_path, edition) as client:
        for address in [*(f"/ports/{port}" for port in sorted(ports)), *names]:
            page = shown(client, address)  # well nested, or it is refused
            ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
            assert len(ids) == len(set(ids))
            assert len(page.all("h1")) == 1
            for line in copied(client, address):
                known = (SERVICES_LINE, FILTER, LISTENING)
                assert any(form.fullmatch(line) for form in known) or parse_service_label(line), line


def test_lines_of_a_service_on_every_user_port_are_counted_so_far(tmp_path: Path) -> None:
    rows = [Record(f"rogue-{n}", "1024-65535", "tcp", rich("x")) for n in range(25)]
    with site(tmp_path, Edition(tuple(rows))) as client:
        text = shown(client, "/services/rogue-1").text
    assert f"and at least {MAX_COUNTED - MAX_LINES} more of the kind" in text
