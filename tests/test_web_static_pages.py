"""Pages as files: every link leads somewhere, every port is told of, names are safe, bytes stay the same."""

from __future__ import annotations

import hashlib
import random
import re
import subprocess
import sys
import unicodedata
import urllib.request
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.test import override_settings
from hypothesis import example, given
from hypothesis import strategies as st

import export_hostile
import invented
from portbook import formats
from portbook.edition import Edition
from portbook.errors import visible
from portbook.numbers import MAX_PORT
from portbook.records import PublishedDate, Record, rich
from portbook.store import EditionFile, EditionStore, edition_file
from portbook.web import clock
from portbook.web.editions import Opened
from portbook.web.static_addresses import (
    INDEX,
    MAX_BYTES,
    MAX_WIDTH,
    address_of,
    file_of,
    hundred,
    place,
    ports_with_a_row,
    set_apart,
)
from portbook.web.static_pages import StaticServed, pages
from servers import environment
from sites import Page, site
from static_trees import (
    dead_links,
    edition_of_names,
    file_at,
    file_server,
    html_files,
    kept_as_file,
    links_of,
    reached,
    tree_of,
    written_beside,
)

LONG = "x" * MAX_BYTES
NAMES = (
    *(
        "..",
        ".",
        "...",
        "../..",
        "../../etc/passwd",
        ".git",
        "a/../b",
        "a/./b",
        "/",
        "//",
        "/a",
        "a/",
        "a//b",
    ),
    *(
        "index.html",
        "INDEX.HTML",
        "a/index.html",
        "a/index.html.gz",
        "a/Index.html.br",
        "a",
        "cl/1",
        "cl",
        "A/B/C",
        "\\",
        "a\\b",
        "~",
        "~2f",
        "~~x",
    ),
    *("a~2fb", "%2f", "%", "100%", "?", "x?y=1", "#x", "&amp;", '"', "'", "<script>", "{{ root }}", "*", ":"),
    *(
        "sql*net",
        "Signal Flags (North Pier)",
        "é",
        "e\u0301",
        "名前",
        "\u202ex",
        "x\u00a0y",
        "page",
        "page/2",
        "2",
    ),
    *(LONG, LONG + "y", LONG + "z", "é" * 200, "a/" * 300 + "b", "~" * 300, "x" * 5_000),
)


@pytest.fixture(scope="module")
def edition() -> EditionFile:
    return edition_file(invented.FILE)


@pytest.fixture(scope="module")
def tree(edition: EditionFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tree_of(edition, tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="module")
def of_names(tmp_path_factory: pytest.TempPathFactory) -> tuple[EditionFile, Path]:
    """An edition of hostile names, and its tree."""
    folder = tmp_path_factory.mktemp("names")
    more = tuple(name for name in export_hostile.NAMES if is_kept(name))
    names = tuple({name.strip().casefold(): name for name in (*NAMES, *more)}.values())
    file = kept_as_file(formats.write(edition_of_names(names), "xml"), folder)
    return file, tree_of(file, folder / "tree")


def is_kept(name: str) -> bool:
    """Whether XML holds *name*, and a row with it counts as one of a service."""
    try:
        data = formats.write(edition_of_names((name,)), "xml")
        return formats.read(data).service_names == (name,)
    except ValueError:
        return False


def digest(file: EditionFile) -> str:
    found = hashlib.sha256()
    for path, data in pages(file):
        found.update(f"{path}\n{len(data)}\n".encode() + data)
    return found.hexdigest()


# -- links


def test_no_link_is_dead_but_to_files_that_are_written_beside(edition: EditionFile, tree: Path) -> None:
    assert len(links_of(tree)) > 900
    assert set(dead_links(tree)) == written_beside(edition)


def test_every_page_is_reached_from_the_first(tree: Path) -> None:
    every = {str(path.relative_to(tree)) for path in html_files(tree)}
    assert every - reached(tree) == {"404.html"}


def test_every_port_has_a_page_or_stands_on_that_of_its_hundred(edition: EditionFile, tree: Path) -> None:
    own = ports_with_a_row(edition.edition)
    assert 4031 in own
    assert 28207 not in own
    told = {int(path.parent.name) for path in tree.glob("ports/*/index.html") if path.parent.name.isdigit()}
    assert told == own
    for port in range(MAX_PORT + 1):
        span = hundred(port)
        assert span.low <= port <= span.high
        assert (tree / "ports" / str(span) / INDEX).is_file()
        if any(record.service_name for record in edition.edition.at(port)):
            assert port in own


def test_what_only_a_program_answers_is_no_dead_end(tree: Path) -> None:
    for path in html_files(tree):
        html = path.read_text(encoding="utf-8")
        assert "<form" not in html, path
        assert "<input" not in html.replace('<input type="checkbox">', ""), path  # the switch of the keys
        assert "hx-" not in html, path
        assert 'href="/about#static"' in html, path
        assert not re.search(r'href="/(v1|search)', html), path
        assert not [
            link for link in Page(html).links if "?" in link and link.startswith("/") and "file" not in link
        ]


def test_the_addresses_are_those_of_the_live_site(tree: Path, tmp_path: Path) -> None:
    """Each answers there too, with the same heading; further pages of a list alone are elsewhere."""
    chosen = random.Random(1).sample(sorted(tree.rglob(INDEX)), 120)
    with site(tmp_path, file=invented.FILE) as client:
        for path in chosen:
            name = str(path.parent.relative_to(tree))
            if name.startswith(("page/", "editions/")):
                continue
            answer = client.get(address_of(f"/{name}".replace("/.", "/")), follow=True)
            assert answer.status_code == 200, name
            headings = [
                re.findall("(?s)<h1.*?</h1>", text)
                for text in (answer.content.decode(), path.read_text(encoding="utf-8"))
            ]
            assert headings[0] == headings[1], name


@pytest.mark.parametrize(
    "asked, status, leads",
    [
        ("/ports/28200-28299", 301, "/ports?from=28200&to=28299"),
        ("/ports/443-443", 301, "/ports?from=443&to=443"),
        ("/ports/0-65535", 301, "/ports?from=0&to=65535"),
        ("/ports/300-200", 400, ""),
        ("/ports/1-65536", 400, ""),
        ("/ports/1-" + "9" * 400, 400, ""),
        ("/ports/1-2-3", 404, ""),
        ("/ports/-1-2", 404, ""),
    ],
)
def test_the_address_of_a_hundred_leads_to_the_range_on_the_live_site(
    tmp_path: Path, asked: str, status: int, leads: str
) -> None:
    with site(tmp_path, file=invented.FILE) as client:
        answer = client.get(asked)
        assert answer.status_code == status
        assert answer.get("Location", "") == leads


def test_a_plain_file_server_finds_each_address(tree: Path) -> None:
    with file_server(tree) as address:
        for link in random.Random(2).sample(sorted(links_of(tree)), 150):
            if link.startswith("/") and file_at(tree, link):
                with urllib.request.urlopen(address + link, timeout=10) as answer:  # it follows redirects
                    assert answer.read() == (file_at(tree, link) or Path()).read_bytes(), link


def test_a_whole_publication_has_no_dead_link(tmp_path: Path) -> None:
    """With the edition's files and the exports, as the command writes it."""
    command = [sys.executable, "-m", "portbook.cli", "publish", str(tmp_path / "tree")]
    ran = subprocess.run(
        [*command, "--data", str(invented.FILE)],
        env=environment(tmp_path / "home"),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    assert dead_links(tmp_path / "tree" / "current") == {}


# -- names


@pytest.mark.parametrize(
    "name, expected",
    [
        ("https", "/services/https"),
        ("cl/1", "/services/cl/1"),
        ("sql*net", "/services/sql*net"),
        ("Signal Flags (North Pier)", "/services/Signal Flags (North Pier)"),
        ("..", "/services/~2e."),
        (".", "/services/~2e"),
        ("a/../b", "/services/a/~2e./b"),
        ("/a", "/services/~2fa"),
        ("a//b", "/services/a~2f~2fb"),
        ("index.html", "/services/~69ndex.html"),
        ("a/Index.HTML", "/services/a/~49ndex.HTML"),
        ("a/index.html.gz", "/services/a/~69ndex.html.gz"),
        ("~2f", "/services/~7e2f"),
        ("a\\b", "/services/a~5cb"),
        ("x\ny", "/services/x~0ay"),
        ("\u202ex", "/services/~e2~80~aex"),
        ("\ud800", "/services/~ed~a0~80"),
        (LONG, f"/services/{LONG}"),
    ],
)
def test_the_path_of_a_name(name: str, expected: str) -> None:
    assert place("/services", name) == expected


@given(st.lists(st.one_of(st.text(), st.text("./~\\a2fx", max_size=12), st.sampled_from(NAMES)), max_size=30))
def test_paths_are_safe_and_no_two_names_share_one(names: list[str]) -> None:
    different = {name for name in names if name}
    places = {place("/x", name) for name in different}
    assert len(places) == len(different)
    for path in places:
        assert visible(path) == path
        assert unquote(address_of(path)) == path
        parts = path.removeprefix("/x/").split("/")
        assert sum(len(part.encode()) + 1 for part in parts) <= MAX_BYTES + 1
        for part in parts:
            assert part
            assert part[0] != "."
            assert not part.lower().startswith(INDEX)
            assert "\\" not in part


@given(st.lists(st.one_of(st.text("aAsSßéE\u0301kK\u212a/", min_size=1, max_size=6), st.sampled_from(NAMES))))
@example(["x\u00e9", "xe\u0301", "X\u00c9", "ss", "\u00df", "k", "\u212a"])
def test_no_disk_takes_two_names_for_one(names: list[str]) -> None:
    different = tuple(dict.fromkeys(names))
    apart = set_apart("/x", different)
    paths = [place("/x", name) for name in different]
    moved = [apart.get(path, path) for path in paths]
    assert len({as_a_disk_compares(path) for path in moved}) == len(different)
    assert all(re.fullmatch(r"/x/.+~~[0-9a-f]{32}", path) for path in apart.values())
    first = {as_a_disk_compares(path): path for path in reversed(paths)}
    assert set(first.values()) == set(paths) - set(apart)  # the first of each keeps its own


def as_a_disk_compares(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def test_contacts_that_differ_in_case_alone_have_a_page_each(tmp_path: Path) -> None:
    names = ("EXAMPLE_Corp", "Example_Corp", "example_corp")
    file = kept_as_file(formats.write(edition_of_names(names), "xml"), tmp_path)
    root = tree_of(file, tmp_path / "tree")
    folders = [path.name for path in (root / "contacts").iterdir() if path.is_dir()]
    assert len({name.casefold() for name in folders}) == len(names)
    assert set(dead_links(root)) == written_beside(file)
    links = StaticServed(Opened(file)).links
    for name in names:
        page = file_at(root, links.contact(name))
        assert page
        assert f"<bdi>{name}</bdi>" in page.read_text(encoding="utf-8")


def test_hostile_names_have_pages_and_links_that_agree(of_names: tuple[EditionFile, Path]) -> None:
    file, root = of_names
    here = StaticServed(Opened(file))
    assert len(here.edition.service_names) > 60
    assert set(dead_links(root)) == written_beside(file)
    for path in root.rglob("*"):
        assert root in path.resolve().parents
    for name in here.edition.service_names:
        page = root / file_of(here.links.place("/services", name))
        heading = re.search('(?s)<h1 class="title"><bdi>(.*?)</bdi>', page.read_text(encoding="utf-8"))
        assert heading
        assert unescape(heading[1]) == visible(name, keep="\t\n")
        assert file_at(root, here.links.service(name)) == page
    assert len(list((root / "contacts").rglob(INDEX))) == 1 + len(here.opened.mentions.people)
    assert len(list((root / "references").rglob(INDEX))) == 1 + len(here.opened.mentions.references)


def test_a_file_server_finds_hostile_names(of_names: tuple[EditionFile, Path]) -> None:
    file, root = of_names
    links = StaticServed(Opened(file)).links
    with file_server(root) as address:
        for name in file.edition.service_names:
            for link in (links.service(name), links.contact(name), links.reference(name)):
                with urllib.request.urlopen(address + link, timeout=10) as answer:
                    assert answer.status == 200


# -- which ports have a page


@pytest.mark.parametrize(
    "number, name, expected",
    [
        ("7", "echo", {7}),
        ("7", None, {7}),
        ("10-12", "x", {10, 11, 12}),
        ("10-12", None, set()),  # a row that says Unassigned of a range
        (f"1-{MAX_WIDTH}", "x", set(range(1, MAX_WIDTH + 1))),
        (f"1-{MAX_WIDTH + 1}", "x", set()),
        ("x", "x", set()),
        (None, "x", set()),
    ],
)
def test_ports_with_a_page(number: str | None, name: str | None, expected: set[int]) -> None:
    row = Record(service_name=name, port_number=number, transport="tcp", description=rich("Unassigned"))
    assert ports_with_a_row(Edition((row,))) == expected


def test_an_edition_without_rows(tmp_path: Path) -> None:
    empty = Edition((), title="Nothing", updated=PublishedDate("2031-05-01"))
    file = kept_as_file(formats.write(empty, "xml"), tmp_path)
    root = tree_of(file, tmp_path / "tree")
    assert set(dead_links(root)) == written_beside(file)


# -- bytes


def test_the_same_bytes_on_another_day(
    edition: EditionFile, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = clock.today() + timedelta(days=4_000)
    monkeypatch.setattr(clock, "today", lambda: later)
    for path, data in pages(edition):
        assert (tree / path).read_bytes() == data, path


def test_the_same_bytes_however_the_edition_came(
    edition: EditionFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a file, and kept beside others: added at two instants from two sources."""
    found = {digest(edition)}
    for number, instant in enumerate(("2030-01-01T00:00:00Z", "2031-12-31T23:59:59Z")):
        monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / str(number)))
        data = invented.FILE.read_bytes()
        file = EditionStore().add(data, source=f"https://example.com/{number}", now=instant)
        found.add(digest(file))
    assert len(found) == 1


def test_the_names_that_the_site_answers_to_do_not_matter(edition: EditionFile) -> None:
    found = set()
    for hosts in (["localhost"], ["ports.example.com"], [".example.com"], ["*"]):
        with override_settings(ALLOWED_HOSTS=hosts):
            found.add(next(data for path, data in pages(edition) if path == "ports/4031/index.html"))
    assert len(found) == 1


@pytest.fixture
def embedded() -> dict[str, bytes]:
    """The first pages of the newest embedded edition, up to those of ports."""
    found: dict[str, bytes] = {}
    for path, data in pages(EditionStore().current()):
        found[path] = data
        if path == "ports/443/index.html":
            break
    return found


def test_the_embedded_edition(embedded: dict[str, bytes]) -> None:
    """It came as CSV: what it lacks is said on static pages too, and offered by none."""
    page = Page(embedded["ports/443/index.html"].decode())
    assert "443 is assigned to https on tcp, udp and sctp; it is reserved on dccp." in page.text
    assert "/ports/442" in page.links
    assert not [link for link in page.links if link.endswith(("/tcp", "/udp"))]
    first = Page(embedded["index.html"].decode())
    assert "not in this edition" in first.text
    assert not [link for link in first.links if link.endswith((".xml", ".txt"))]
    assert "days ago" not in first.text
    assert [path for path in embedded if path.startswith("page/")][-1] == "page/144/table/index.html"
    assert len([path for path in embedded if re.fullmatch(r"ports/\d+-\d+/index.html", path)]) == 656 + 3
