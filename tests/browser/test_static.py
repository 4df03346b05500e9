"""Pages as files in a real browser, from a plain file server: a walk, calm pages, hostile text, access."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tabs import Watched, violations, wider_than_the_window
from test_hostile import INJECTED, SCRIPT, hostile

import invented
from portbook import formats
from portbook.store import edition_file
from static_trees import file_at, file_server, html_files, kept_as_file, links_of, tree_of

pytestmark = pytest.mark.needs("chromium")

# As there, but for the policy that a file server does not send, which stands in the head.
INJECTED_HERE = INJECTED.replace("meta[http-equiv], main link", "main link")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tree_of(edition_file(invented.FILE), tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="module")
def address(tree: Path) -> Iterator[str]:
    with file_server(tree) as address:
        yield address


def test_from_the_first_page_to_a_port_a_service_and_a_block(browser: Browser, address: str) -> None:
    with Watched(browser, address) as tab:
        page = tab.show("/")
        expect(page.get_by_role("searchbox")).to_have_count(0)
        page.get_by_role("link", name="Table").click()
        page.get_by_role("rowheader", name="almanac").first.get_by_role("link").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("almanac")
        page.get_by_role("link", name="4031", exact=True).first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("4031")
        page = tab.show("/ports/4100")
        page.keyboard.press("]")  # 4101 has no row: it stands on the page of its hundred
        expect(page.get_by_role("heading", level=1)).to_contain_text("4100–4199")
        page.keyboard.press("[")
        expect(page.get_by_role("heading", level=1)).to_contain_text("4000–4099")
        page.get_by_role("link", name="The three ranges, and every hundred ports").click()
        page.get_by_role("link", name="28200–28299", exact=True).click()
        expect(page.locator(".answer")).to_contain_text("ports are free")
        page.get_by_role("link", name="where there is one").click()
        expect(page.get_by_role("heading", name="What pages that are files cannot do")).to_be_visible()


def test_pages_are_calm_and_all_they_load_is_there(browser: Browser, address: str, tree: Path) -> None:
    links = sorted(link for link in links_of(tree) if (at := file_at(tree, link)) and at.suffix == ".html")
    with Watched(browser, address) as tab:
        tab.page.on("response", lambda answer: tab.noted.append(answer.url) if answer.status >= 400 else None)
        for link in random.Random(3).sample(links, 60):
            tab.page.goto(link)


@pytest.mark.parametrize("width", [1200, 320])
@pytest.mark.parametrize(
    "path",
    [
        "/", "/about", "/ports", "/ports/4031", "/ports/4000-4099", "/ports/0-1023", "/services/almanac",
        "/table", "/contacts", "/exports", "/editions", "/editions/2026-02-28", "/404.html",
    ],
)  # fmt: skip
def test_pages_can_be_used_by_all_and_fit(browser: Browser, address: str, path: str, width: int) -> None:
    with Watched(browser, address, width=width) as tab:
        page = tab.show(path)
        assert violations(page) == []
        assert wider_than_the_window(page) == []


def test_no_payload_is_run_or_becomes_an_element(browser: Browser, tmp_path: Path) -> None:
    edition, _ = hostile()
    root = tree_of(kept_as_file(formats.write(edition, "xml"), tmp_path), tmp_path / "tree")
    bare = {path for path in html_files(root) if path.parent.parent.name != "ports"}  # ranges have a picture
    links = sorted(link for link in links_of(root) if file_at(root, link) in bare)
    assert len(links) > 150
    with file_server(root) as address, Watched(browser, address) as tab:
        tab.page.add_init_script(SCRIPT)
        for link in [*random.Random(4).sample(links, 60), *(f"/ports/{port}" for port in range(4000, 4030))]:
            tab.page.goto(link)
            assert tab.page.evaluate("window.hits") == [], link
            assert tab.page.evaluate(INJECTED_HERE) == [], link
