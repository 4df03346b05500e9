"""Ways through the site as people go them: with script and without, with the mouse and by keys alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from kinds import KINDS
from playwright.sync_api import Browser, Locator, Page, expect
from tabs import FOCUS, Watched, keep, serving, tab_to

from invented import FILE
from portbook.store import EditionStore
from portbook.web.clock import today

if TYPE_CHECKING:
    from conftest import Site

pytestmark = pytest.mark.needs("chromium")

FILE_NAME = "service-names-port-numbers"

TYPED_AT_ONCE = """text => {
  const field = document.getElementById('q')
  for (const letter of text) {
    field.value += letter
    field.dispatchEvent(new Event('input', {bubbles: true}))
  }
}"""


class Way(NamedTuple):
    """What a visitor of one edition looks for, and what is found."""

    service: str
    port: str
    answer: str
    contact: str  # as its address has it
    reference: str
    edition: str
    form: str  # of the file that was published


WAYS = {
    "embedded": Way(
        service="https",
        port="443",
        answer="443 is assigned to https on tcp, udp and sctp; it is reserved on dccp.",
        contact="IETF_Chair",
        reference="RFC9110",
        edition="2023-03-13",
        form="csv",
    ),
    "invented": Way(
        service="almanac",
        port="4031",
        answer="4031 is assigned to almanac on tcp and udp; it is reserved on sctp and dccp.",
        contact="Ned_Almanac",
        reference="RFC6335",
        edition="2026-02-28",
        form="xml",
    ),
}


def in_page(page: Page, address: str) -> Locator:
    """The first link of the page itself, header and footer aside, that leads to *address*."""
    return page.locator(f'main a[href="{address}"]').first


@pytest.mark.parametrize("script", [True, False])
def test_from_a_search_to_the_file_that_iana_published(browser: Browser, site: Site, script: bool) -> None:
    """Search, service, port, contact, reference, table, edition, download."""
    way = WAYS[site.name]
    with Watched(browser, site.address, java_script_enabled=script) as tab:
        page = tab.show("/")
        page.get_by_role("searchbox").fill(way.service)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{site.address}/search?q={way.service}")
        in_page(page, f"/services/{way.service}").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(way.service)
        expect(page.get_by_text(f"_{way.service}._tcp", exact=True).first).to_be_visible()
        in_page(page, f"/ports/{way.port}").click()
        expect(page.locator(".answer").first).to_have_text(way.answer)

        in_page(page, f"/contacts/{way.contact}").click()
        expect(page.get_by_text(f"[{way.contact}]").first).to_be_visible()
        in_page(page, f"/services/{way.service}").click()
        in_page(page, f"/references/{way.reference}").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(way.reference)
        expect(in_page(page, f"/services/{way.service}")).to_be_visible()

        page.get_by_role("link", name="Table", exact=True).click()
        page.get_by_label("Rows that hold").fill(way.reference)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"/table\\?search={way.reference}"))
        expect(in_page(page, f"/services/{way.service}")).to_be_visible()

        page.get_by_role("link", name="edition", exact=False).first.click()
        expect(page).to_have_url(f"{site.address}/editions/{way.edition}")
        with page.expect_download() as download:
            in_page(page, f"/editions/{way.edition}/assignments/{FILE_NAME}/{FILE_NAME}.{way.form}").click()
        data = Path(download.value.path()).read_bytes()
    published = FILE.read_bytes() if site.name == "invented" else EditionStore().get(way.edition).data()
    assert data == published


def test_by_the_keyboard_alone(browser: Browser, site: Site) -> None:
    """Skip link, search, result, port, contact, table; the focus is seen all the way."""
    way = WAYS[site.name]
    with Watched(browser, site.address, java_script_enabled=False) as tab:
        page = tab.show("/")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("Skip to the page")
        assert page.evaluate(FOCUS) == ""
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("searchbox"))
        page.keyboard.type(way.service)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{site.address}/search?q={way.service}")
        for address in (f"/services/{way.service}", f"/ports/{way.port}", f"/contacts/{way.contact}"):
            tab_to(page, in_page(page, address))
            page.keyboard.press("Enter")
            expect(page).to_have_url(f"{site.address}{address}")
        tab_to(page, page.get_by_role("link", name="Table", exact=True))
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{site.address}/table")
        tab_to(page, page.get_by_label("Rows that hold"))
        page.keyboard.type(way.service)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(f"/table\\?search={way.service}"))
        tab_to(page, in_page(page, f"/services/{way.service}"))


@pytest.mark.parametrize("script", [True, False])
def test_an_odd_name_is_found_and_leads_to_the_one_to_use(
    browser: Browser, embedded: Site, script: bool
) -> None:
    with Watched(browser, embedded.address, java_script_enabled=script) as tab:
        page = tab.show("/search?q=whois%2B%2B")
        in_page(page, "/services/whois%2B%2B").click()
        expect(page.locator(".answer").first).to_have_text("whois++ is a historic name. Use whoispp.")
        in_page(page, "/services/whoispp").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("whoispp")


def test_an_error_page_is_a_page(browser: Browser, embedded: Site) -> None:
    with Watched(browser, embedded.address) as tab:
        page = tab.show("/services/htp", 404)
        expect(page.get_by_role("heading", level=1)).to_have_text("Not Found")
        page.get_by_role("main").get_by_role("link", name="http", exact=True).click()
        expect(page).to_have_url(f"{embedded.address}/services/http")


# -- editions


def test_a_dated_page_stays_in_its_edition_and_leads_back(browser: Browser, embedded: Site) -> None:
    with Watched(browser, embedded.address) as tab:
        page = tab.show("/editions/2014-07-09/ports/443")
        expect(page.locator(".banner")).to_contain_text("The edition of 2014-07-09")
        in_page(page, "/editions/2014-07-09/services/https").click()
        expect(page.locator(".chip").first).to_have_text("2014-07-09")
        page.get_by_role("link", name="The same page in the edition shown now").click()
        expect(page).to_have_url(f"{embedded.address}/services/https")
        expect(page.locator(".chip").first).to_have_text("2023-03-13")


def test_a_running_site_shows_a_newer_edition_and_says_when_data_are_old(
    browser: Browser, tmp_path: Path
) -> None:
    """The embedded edition is old and says so; one of today comes, and the banner goes (T-17, T-20)."""
    newer = tmp_path / "newer.xml"
    newer.write_bytes(FILE.read_bytes().replace(b"2026-02-28", today().isoformat().encode()))
    with serving(tmp_path / "home") as address, Watched(browser, address) as tab:
        page = tab.show("/")
        expect(page.locator(".banner")).to_contain_text("days old")
        page.locator(".banner").get_by_role("link").click()
        expect(page).to_have_url(f"{address}/about#update")
        keep(tmp_path / "home", newer)
        tab.show("/")
        tab.reload_until(lambda page: page.locator(".chip").first.text_content() == today().isoformat())
        expect(page.locator(".banner")).to_have_count(0)


def test_no_link_of_ours_leads_nowhere(browser: Browser, site: Site) -> None:
    """Every link from every kind of page answers; of a long page the first links of each family are tried."""
    per_family = 12
    with Watched(browser, site.address) as tab:
        linked: dict[str, str] = {}
        for kind in KINDS:
            if path := getattr(kind, site.name):
                links = tab.show(path, kind.status).eval_on_selector_all(
                    "a[href^='/'], link[href^='/']", "all => all.map(e => e.getAttribute('href'))"
                )
                families: dict[str, int] = {}
                for link in links:
                    family = "/".join(link.split("/")[:3])
                    families[family] = families.get(family, 0) + 1
                    if families[family] <= per_family:
                        linked.setdefault(link.partition("#")[0], path)
        dead = {link: path for link, path in linked.items() if tab.context.request.head(link).status != 200}
    assert len(linked) > 150
    assert dead == {}


# -- with script


def test_hints_come_while_typing(browser: Browser, embedded: Site) -> None:
    with Watched(browser, embedded.address) as tab:
        page = tab.show("/ports/443")
        field, hints = page.get_by_role("searchbox"), page.locator("#hints a")
        page.keyboard.press("/")
        expect(field).to_be_focused()
        page.keyboard.type("modb", delay=20)
        expect(hints.first).to_contain_text("mbap")
        expect(page).to_have_url(f"{embedded.address}/ports/443")
        page.keyboard.press("ArrowDown")
        expect(hints.first).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(field).to_be_focused()
        page.keyboard.press("Escape")
        expect(hints).to_have_count(0)
        expect(field).to_have_value("modb")
        page.keyboard.press("Escape")
        expect(field).to_have_value("")
        page.keyboard.press("Escape")
        expect(field).not_to_be_focused()
        page.keyboard.press("/")
        page.keyboard.type("modbu", delay=20)
        expect(hints.first).to_be_visible()
        page.keyboard.press("ArrowDown")
        address = hints.first.get_attribute("href")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{embedded.address}{address}")


def test_hints_follow_the_last_letter_typed(browser: Browser, embedded: Site) -> None:
    """Answers that come late or not at all change nothing: what is shown is for what the field says."""
    with Watched(browser, embedded.address) as tab:
        page = tab.show("/")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.get_by_role("searchbox").focus()
        page.evaluate(TYPED_AT_ONCE, "https")
        expect(page.locator("#hints a").first).to_contain_text("https")
        questions = [url for url in asked if "/hints" in url]
        assert questions == [f"{embedded.address}/search/hints?q=https"], "one a pause, not one a letter"
        page.get_by_role("searchbox").fill("qqqqzzzz")
        expect(page.locator("#hints")).to_contain_text("Nothing found")
        page.get_by_role("searchbox").fill("")
        expect(page.locator("#hints")).to_be_hidden()


def test_keys_turn_pages_until_they_are_switched_off(browser: Browser, embedded: Site) -> None:
    with Watched(browser, embedded.address) as tab:
        page = tab.show("/ports/443")
        page.keyboard.press("]")
        expect(page).to_have_url(f"{embedded.address}/ports/444")
        page.keyboard.press("[")
        expect(page).to_have_url(f"{embedded.address}/ports/443")
        page.keyboard.press("?")
        expect(page).to_have_url(f"{embedded.address}/about#keys")
        page.get_by_label("Single keys").uncheck()
        tab.show("/ports/443")
        page.keyboard.press("]")
        page.keyboard.press("/")
        page.wait_for_timeout(300)
        expect(page).to_have_url(f"{embedded.address}/ports/443")
        expect(page.get_by_role("searchbox")).not_to_be_focused()


@pytest.mark.parametrize("allowed", [True, False])
def test_a_line_is_copied_or_marked(browser: Browser, embedded: Site, allowed: bool) -> None:
    permissions = ["clipboard-read", "clipboard-write"] if allowed else []
    with Watched(browser, embedded.address, permissions=permissions) as tab:
        if not allowed:
            tab.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        page = tab.show("/ports/443")
        button = page.get_by_role("button", name="copy").first
        line = page.locator("[data-copy]").first.text_content()
        button.click()
        expect(button).to_have_text("copied" if allowed else "marked")
        read = "navigator.clipboard.readText()" if allowed else "getSelection().toString()"
        assert page.evaluate(read) == line


def test_without_script_nothing_is_promised(browser: Browser, embedded: Site) -> None:
    """No button that does nothing, no hint that never comes."""
    with Watched(browser, embedded.address, java_script_enabled=False) as tab:
        page = tab.show("/ports/443")
        expect(page.get_by_role("button", name="copy")).to_have_count(0)
        page.get_by_role("searchbox").fill("http")
        page.wait_for_timeout(300)
        expect(page.locator("#hints")).to_be_hidden()
        tab.show("/about")
        expect(page.locator("#key-switch")).to_be_hidden()


# -- weight


@pytest.mark.parametrize("transport", ["", "/tcp"])
def test_a_port_page_is_light_with_all_that_it_needs(browser: Browser, site: Site, transport: str) -> None:
    limit = 60_000
    with Watched(browser, site.address) as tab:  # a new tab has nothing in its cache
        assert transferred(tab.page, f"/ports/{WAYS[site.name].port}{transport}") <= limit


def transferred(page: Page, path: str) -> int:
    """The bytes that come over the wire, headers and all, until the page is whole."""
    sizes: list[float] = []
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    assert len(sizes) >= 4, "the page, its style and its scripts"
    return int(sum(sizes))
