"""/ports?from=&to=: counts that agree with the library at every port, free blocks, limits, and bad ends."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

import invented
from portbook.blocks import free_blocks, rows_in
from portbook.census import runs_of_any, totals
from portbook.edition import Edition, State
from portbook.numbers import MAX_PORT, Ports, Transport
from portbook.records import PublishedDate, Record, rich
from portbook.store import EditionStore
from portbook.web.ranges import MAX_BLOCKS, MAX_JSON, MAX_ROWS, MAX_RUNS
from sites import site
from test_web_people import lines, shown

WHOLE = Ports(0, MAX_PORT)


@pytest.fixture
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    with site(tmp_path) as client:
        yield client


# -- the census


@pytest.fixture(params=["embedded", "invented", "odd"])
def edition(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Edition:
    if request.param == "embedded":
        monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
        return EditionStore().get("2023-03-13").edition
    if request.param == "invented":
        return invented.edition()
    odd = (
        Record(None, "1022-1025", None, rich("Unassigned")),
        Record("quick", "2000-2010", "quic", rich("An odd transport")),
        Record(None, "2005", "tcp", rich("any private thing")),
        Record(None, "49150-49160", "udp", rich("Unassigned")),
        Record("high", "60000", "tcp", rich("In the Dynamic range")),
        Record(None, "60001", None, rich("Unassigned")),
    )
    return Edition(odd)


def test_the_census_agrees_with_the_library_at_every_port(edition: Edition) -> None:
    runs = runs_of_any(edition, WHOLE)
    assert [run.ports.low for run in runs] == [0, *(run.ports.high + 1 for run in runs[:-1])]
    assert runs[-1].ports.high == MAX_PORT
    assert tuple(run.ports for run in runs if run.state is State.UNASSIGNED) == free_blocks(edition)
    for run in runs:
        for port in {run.ports.low, run.ports.high, random.Random(run.ports.low).randint(*run.ports)}:
            states = {edition.port(port, transport).state for transport in Transport}
            assert (run.state is State.ASSIGNED) == (State.ASSIGNED in states)
            assert (run.state is State.UNASSIGNED) == (states == {State.UNASSIGNED})
            assert (run.state is State.RESERVED) == (
                State.RESERVED in states and State.ASSIGNED not in states
            )
    assert sum(totals(runs).values()) == MAX_PORT + 1


def by_port(edition: Edition, ports: Ports) -> dict[int, State]:
    runs = runs_of_any(edition, ports)
    return {port: run.state for run in runs for port in range(run.ports.low, run.ports.high + 1)}


def test_parts_of_the_census_are_the_census(edition: Edition) -> None:
    whole = by_port(edition, WHOLE)
    for low, high in ((0, 0), (1020, 1030), (49140, 49160), (2003, 2007), (60000, 60001), (65535, 65535)):
        assert by_port(edition, Ports(low, high)) == {port: whole[port] for port in range(low, high + 1)}


# -- a range


def test_a_range(embedded: Client) -> None:
    page = shown(embedded, "/ports?from=28200&to=28300")
    assert "28200–28300" in page.text
    assert "of these 101 ports are free on all four transports" in page.text
    assert {"/ports?from=28099&to=28199", "/ports?from=28301&to=28401"} <= set(page.links)
    assert "/ports?from=28201&to=28239" in page.links
    assert "/v1/ports?from=28200&to=28300" in page.links
    assert ["voxelstorm", "28200", "tcp, udp", "VoxelStorm game server"] in lines(
        embedded, "/ports?from=28200&to=28300"
    )
    [strip] = page.all("svg")
    assert strip["aria-hidden"] == "true"
    assert len(page.all("rect")) == 4
    assert sum(int(bar["width"] or 0) for bar in page.all("rect")) == 101


def test_one_port_as_a_range(embedded: Client) -> None:
    page = shown(embedded, "/ports?from=443&to=443")
    assert {"/ports/443", "/ports/442", "/ports/444"} <= set(page.links)
    assert "None of these ports is free" in page.text
    assert page.all("svg") == []


@pytest.mark.parametrize(
    "low, high, before, after",
    [
        (0, 0, None, "/ports/1"),
        (65535, 65535, "/ports/65534", None),
        (0, 65535, None, None),
        (10, 19, "/ports?from=0&to=9", "/ports?from=20&to=29"),
        (5, 14, "/ports?from=0&to=4", "/ports?from=15&to=24"),
        (65530, 65534, "/ports?from=65525&to=65529", "/ports/65535"),
    ],
)
def test_neighbouring_ranges(
    embedded: Client, low: int, high: int, before: str | None, after: str | None
) -> None:
    page = shown(embedded, f"/ports?from={low}&to={high}")
    beside = {str(link["rel"]): link["href"] for link in page.all("a") if link.get("rel") in ("prev", "next")}
    assert (beside.get("prev"), beside.get("next")) == (before, after)


def test_the_whole_space_is_cut_to_what_can_be_read(embedded: Client) -> None:
    edition = EditionStore().get("2023-03-13").edition
    response = embedded.get("/ports?from=0&to=65535")
    assert len(response.content) < 400_000
    page = shown(embedded, "/ports?from=0&to=65535")
    free = free_blocks(edition)
    assert (
        f"The largest {MAX_BLOCKS}, largest first; {len(free) - MAX_BLOCKS:,} smaller ones not shown"
        in page.text
    )
    largest = max(free, key=lambda block: block.high - block.low)
    assert f"/ports?from={largest.low}&to={largest.high}" in page.links
    assert f"The first {MAX_ROWS:,} of {len(rows_in(edition, WHOLE)):,} rows" in page.text
    assert "/table?ports=yes&skey=port" in page.links
    assert embedded.get("/table?ports=yes&skey=port").status_code == 200
    assert page.all("svg") == []
    assert not [link for link in page.links if link.startswith("/v1/ports")]
    assert "/table?range=user&ports=yes&skey=port" in shown(embedded, "/ports?from=1024&to=49151").links


def ported(count: int, low: int = 2000, step: int = 1) -> Edition:
    """An edition with a row for each of so many ports."""
    rows = [Record(f"n-{n}", str(low + n * step), "tcp", rich("Foo")) for n in range(count)]
    return Edition(tuple(rows), updated=PublishedDate("2024-01-02"))


@pytest.mark.parametrize("more", [0, 1])
def test_rows_have_a_limit(tmp_path: Path, more: int) -> None:
    with site(tmp_path, ported(MAX_ROWS + more)) as client:
        assert len(lines(client, "/ports?from=2000&to=4000")) == MAX_ROWS
        text = shown(client, "/ports?from=2000&to=4000").text
        assert ("The first 1,000 of 1,001 rows" in text) == bool(more)


@pytest.mark.parametrize("more", [0, 1])
def test_free_blocks_have_a_limit(tmp_path: Path, more: int) -> None:
    taken = MAX_BLOCKS - 1 + more
    with site(tmp_path, ported(taken, 2001, 2)) as client:
        page = shown(client, f"/ports?from=2000&to={2000 + 2 * taken}")
        assert ("1 smaller one not shown" in page.text) == bool(more)
        listed = [link for link in page.links if link.startswith("/ports/2")]
        assert len([link for link in listed if int(link.rpartition("/")[2]) % 2 == 0]) == MAX_BLOCKS


@pytest.mark.parametrize("more", [0, 1])
def test_the_picture_has_a_limit(tmp_path: Path, more: int) -> None:
    with site(tmp_path, ported(300, 2001, 2)) as client:
        page = shown(client, f"/ports?from=2000&to={2000 + MAX_RUNS - 1 + more}")
        assert len(page.all("rect")) == (0 if more else MAX_RUNS)


@pytest.mark.parametrize("more", [0, 1])
def test_the_json_is_linked_where_it_answers(embedded: Client, more: int) -> None:
    page = shown(embedded, f"/ports?from=50000&to={50000 + MAX_JSON - 1 + more}")
    linked = [link for link in page.links if link.startswith("/v1/ports")]
    assert len(linked) == (0 if more else 1)
    assert [embedded.get(link).status_code for link in linked] == [200] * len(linked)


def test_a_range_without_rows(embedded: Client) -> None:
    page = shown(embedded, "/ports?from=50000&to=50010")
    assert "No row of the edition of 2023-03-13 speaks of these ports" in page.text
    assert "16,384" in shown(embedded, "/ports").text


def test_an_empty_edition(tmp_path: Path) -> None:
    with site(tmp_path, Edition((), updated=PublishedDate("2024-01-02"))) as client:
        page = shown(client, "/ports?from=100&to=199")
        assert "All 100 of these ports are free" in page.text
        assert "This port is free" in shown(client, "/ports?from=100&to=100").text
        assert "48,126" in shown(client, "/ports").text  # User Ports but 1024 and 49151


# -- without a question, and with a bad one


def test_the_three_ranges(embedded: Client) -> None:
    page = shown(embedded, "/ports")
    assert {"/ports?from=0&to=1023", "/ports?from=1024&to=49151", "/ports?from=49152&to=65535"} <= set(
        page.links
    )
    [form] = [form for form in page.all("form") if form["action"] == "/ports"]
    assert "method" not in form
    for link in page.links:
        if link.startswith("/ports?"):
            assert {"from", "to"} == set(parse_qs(urlsplit(link).query))
            assert embedded.get(link).status_code == 200


@pytest.mark.parametrize(
    "query, code, words",
    [
        ("from=5&to=3", "E-PORT-FORMAT", "Port range '5-3' runs downwards"),
        ("from=x&to=3", "E-PORT-FORMAT", "Port 'x' is not decimal ASCII digits alone"),
        ("from=70000&to=80000", "E-PORT-RANGE", "Port '70000' is above 65535"),
        ("from=0&to=65536", "E-PORT-RANGE", "Port '65536' is above 65535"),
        ("from=-1&to=3", "E-PORT-RANGE", "Port '-1' is not in 0 to 65535"),
        ("from=007&to=9", "E-PORT-FORMAT", "has a leading zero"),
        ("from=%EF%BC%91&to=9", "E-PORT-FORMAT", "not decimal ASCII digits"),
        ("from=1-5&to=9", "E-PORT-FORMAT", "not decimal ASCII digits"),
        ("from=x", "E-PORT-FORMAT", "Port 'x' is not decimal ASCII digits alone"),
        ("from=65536&to=", "E-PORT-RANGE", "Port '65536' is above 65535"),
        ("to=5", "E-WEB-PORTS", "The parameter from, the first port of the range, is absent or empty"),
        ("from=%00&to=%E2%80%AE", "E-PORT-FORMAT", "not decimal ASCII digits"),
        ("from=1&to=" + "9" * 10_000, "E-PORT-RANGE", "is far too long"),
        ("from=<script>&to=1", "E-PORT-FORMAT", "'<script>'"),
    ],
)
def test_ends_that_are_none(embedded: Client, query: str, code: str, words: str) -> None:
    page = shown(embedded, f"/ports?{query}", 400)
    assert code in page.text
    assert words in page.text
    assert len(page.text) < 3_000
    assert [form for form in page.all("form") if form["action"] == "/ports"]
    response = embedded.get(f"/ports?{query}", headers={"accept": "application/json"})
    assert response.status_code == 400
    assert response.json()["code"] == code
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "first, shown_range",
    [("28200", "28200–28299"), ("65500", "65500–65535"), ("65535", "65535"), ("0", "0–99")],
)
def test_a_first_port_alone_shows_a_hundred(embedded: Client, first: str, shown_range: str) -> None:
    for query in (f"from={first}", f"from={first}&to="):
        page = shown(embedded, f"/ports?{query}")
        assert f"Ports {shown_range}" in page.text
    assert not [box for box in page.all("input") if box.get("name") == "to" and "required" in box]


@pytest.mark.parametrize(
    "query, href",
    [("from=300&to=200", "/ports?from=200&to=300"), ("from=x&to=3", ""), ("from=9&to=70000", "")],
)
def test_a_range_that_runs_downwards_leads_to_the_right_order(
    embedded: Client, query: str, href: str
) -> None:
    for root in ("", "/editions/2018-10-04"):
        page = shown(embedded, f"{root}/ports?{query}", 400)
        assert (root + href in page.links) == bool(href) or not href
        assert ("Did you mean 200–300?" in page.text) == bool(href)


def test_blanks_around_a_number_are_forgiven_and_other_parameters_ignored(embedded: Client) -> None:
    assert "28200–28300" in shown(embedded, "/ports?from=+28200+&to=28300&x=y").text
    assert embedded.get("/ports?from=&to=").status_code == 200


def test_dated_ranges_keep_their_links_in_their_edition(embedded: Client) -> None:
    root = "/editions/2018-10-04"
    for path in ("/ports", "/ports?from=28200&to=28300", "/ports?from=443&to=443"):
        page = shown(embedded, root + path)
        inside = [link for link in page.links if link.startswith("/") and not link.startswith("/editions")]
        assert set(inside) <= {"/v1/openapi.json", path}, inside
        assert {form["action"] for form in page.all("form")} == {f"{root}/search", f"{root}/ports"}
