"""The site in a real browser, with script and without; nothing else is asked for, nothing is run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from portbook import formats
from portbook.edition import Edition
from test_web_pages import PAYLOADS, hostile

pytestmark = pytest.mark.needs("chromium")

SWITCHES = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
PAGES = [
    "/",
    "/search?q=http",
    "/search?q=qqqq+zzzz",
    "/ports/443",
    "/ports/50000/tcp",
    "/services/http",
    "/services/x11",
]


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    from parts import browser as path_of_the_browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path_of_the_browser(), args=SWITCHES.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """The address of a site over the newest embedded edition."""
    with_server = serving(home)
    yield next(with_server)
    with_server.close()


def serving(home: Path, *arguments: str) -> Generator[str, None, None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "portbook.cli", "serve", "--bind", "127.0.0.1:0", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PORTBOOK_HOME": str(home)},
    )
    try:
        assert process.stdout
        yield process.stdout.readline().strip().rpartition(" on ")[2]
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0


class Watched:
    """A tab of the browser that notes what a calm page never does."""

    def __init__(self, browser: Browser, address: str, *, script: bool = True, width: int = 1200) -> None:
        self.address = address
        self.context = browser.new_context(
            base_url=address, java_script_enabled=script, viewport={"width": width, "height": 800}
        )
        self.page: Page = self.context.new_page()
        self.noted: list[str] = []
        self.page.on("console", lambda message: self.noted.append(message.text))
        self.page.on("pageerror", lambda error: self.noted.append(str(error)))
        self.page.on("dialog", lambda dialog: self.noted.append(dialog.message))
        self.page.on("request", lambda request: self.check(request.url))

    def check(self, url: str) -> None:
        if not url.startswith(f"{self.address}/"):
            self.noted.append(url)

    def close(self) -> None:
        assert self.context.cookies() == []
        self.context.close()
        assert self.noted == []


@pytest.mark.parametrize("script", [True, False])
def test_search_service_port(browser: Browser, address: str, script: bool) -> None:
    tab = Watched(browser, address, script=script)
    page = tab.page
    page.goto("/")
    expect(page).to_have_title("Portbook")
    page.get_by_role("searchbox").fill("https")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/search?q=https")
    page.get_by_role("main").get_by_role("link", name="https", exact=True).first.click()
    expect(page).to_have_url(f"{address}/services/https")
    expect(page.get_by_role("heading", level=1)).to_have_text("https")
    expect(page.get_by_text("_https._tcp", exact=True)).to_be_visible()
    page.locator(".answer").get_by_role("link", name="443").click()
    expect(page).to_have_url(f"{address}/ports/443")
    expect(page.locator(".answer")).to_have_text(
        "443 is assigned to https on tcp, udp and sctp; it is reserved on dccp."
    )
    page.get_by_role("link", name="444").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("444")
    expect(page.locator(".chip")).to_have_text("2023-03-13")
    tab.close()


def test_an_odd_name_by_the_keyboard_alone(browser: Browser, address: str) -> None:
    tab = Watched(browser, address, script=False)
    page = tab.page
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the page")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("whois++")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/search?q=whois%2B%2B")
    link = page.get_by_role("link", name="whois++", exact=True).first
    link.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/services/whois%2B%2B")
    expect(page.locator(".answer")).to_have_text("whois++ is a historic name. Use whoispp.")
    tab.close()


@pytest.mark.parametrize("width", [320, 360, 1200, 3840])
def test_nothing_is_wider_than_the_window(browser: Browser, address: str, width: int) -> None:
    tab = Watched(browser, address, width=width)
    for path in PAGES:
        tab.page.goto(path)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width, path
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_are_told_apart(browser: Browser, address: str, scheme: str) -> None:
    """Text and the colours of the states against the paper: WCAG 2.2, 1.4.3 and 1.4.11."""
    tab = Watched(browser, address)
    tab.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    tab.page.goto("/")
    names = ["ink", "quiet", "accent", "assigned", "reserved", "unassigned", "dynamic"]
    colours = tab.page.evaluate(
        "names => names.map(n => getComputedStyle(document.documentElement).getPropertyValue('--' + n))",
        ["paper", "sheet", *names],
    )
    paper, sheet, *others = [luminance(colour.strip()) for colour in colours]
    for name, other in zip(names, others, strict=True):
        for ground in (paper, sheet):
            lighter, darker = max(other, ground), min(other, ground)
            assert (lighter + 0.05) / (darker + 0.05) >= 4.5, name
    tab.close()


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2.2)."""
    assert re.fullmatch("#[0-9a-f]{6}", colour), colour
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_an_error_page_is_a_page(browser: Browser, address: str) -> None:
    tab = Watched(browser, address)
    tab.page.goto("/services/htp")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Not Found")
    assert [text for text in tab.noted if "404" not in text] == []
    tab.noted.clear()  # the browser itself notes a status of 404
    tab.page.get_by_role("main").get_by_role("link", name="http", exact=True).click()
    expect(tab.page).to_have_url(f"{address}/services/http")
    tab.close()


def test_markup_in_an_edition_never_runs(browser: Browser, tmp_path: Path) -> None:
    rows = tuple(record for payload in PAYLOADS for record in hostile(payload).records)
    contacts = tuple(contact for payload in PAYLOADS for contact in hostile(payload).contacts or ())
    file = tmp_path / "all.xml"
    file.write_bytes(formats.write(Edition(rows, "<b>title</b>", contacts=contacts), "xml"))
    server = serving(tmp_path / "home", "--data", str(file))
    tab = Watched(browser, next(server))
    tab.page.add_init_script("window.hits = 0; window.hit = () => { window.hits += 1 }")
    paths = [
        "/ports/4000",
        "/ports/4000/tcp",
        "/ports/4001",
        "/services/odd",
        "/search?q=odd",
        "/search?q=script",
    ]
    for path in [
        *paths,
        *(f"/services/{quote(payload, safe='')}" for payload in PAYLOADS if "\n" not in payload),
    ]:
        response = tab.page.goto(path)
        assert response
        assert response.status == 200, path
        assert tab.page.evaluate("window.hits") == 0
        assert (
            tab.page.locator("main script, main img, main svg, main iframe, main style, main form").count()
            == 0
        )
    tab.close()
    server.close()
