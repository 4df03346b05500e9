"""Ways through the site as people go them: with script and without, with the mouse and by keys alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tabs import FOCUS, Watched, tab_to

if TYPE_CHECKING:
    from conftest import Site

pytestmark = pytest.mark.needs("chromium")

LIGHT = 60_000  # bytes of a port page with everything that it needs


class Way(NamedTuple):
    """What a visitor of one edition looks for, and finds."""

    text: str
    service: str
    port: str
    answer: str
    contact: str
    reference: str
    substring: str  # finds that row in the table


WAYS = {
    "embedded": Way(
        "jmap", "https", "443", "443 is assigned to https on tcp, udp and sctp; it is reserved on dccp.",
        "IESG", "RFC9110", "9110",
    ),
    "invented": Way(
        "almanac", "almanac", "4031", "4031 is assigned to almanac on tcp and udp; it is reserved on sctp and dccp.",
        "Ned_Almanac", "RFC6335", "almanac",
    ),
}  # fmt: skip


@pytest.mark.parametrize("script", [True, False])
def test_search_service_port(browser: Browser, site: Site, script: bool) -> None:
    way = WAYS[site.name]
    with Watched(browser, site.address, java_script_enabled=script) as tab:
        page = tab.show("/")
        expect(page).to_have_title(re.compile("Portbook"))
        page.get_by_role("searchbox").fill(way.service)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{site.address}/search?q={way.service}")
        page.get_by_role("main").get_by_role("link", name=way.service, exact=True).first.click()
        expect(page).to_have_url(f"{site.address}/services/{way.service}")
        expect(page.get_by_role("heading", level=1)).to_have_text(way.service)
        expect(page.get_by_text(f"_{way.service}._tcp", exact=True).first).to_be_visible()
        page.locator(".answer").get_by_role("link", name=way.port).click()
        expect(page).to_have_url(f"{site.address}/ports/{way.port}")
        expect(page.locator(".answer")).to_have_text(way.answer)
        following = str(int(way.port) + 1)
        page.get_by_role("link", name=following).first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(following)


def test_an_odd_name_by_the_keyboard_alone(browser: Browser, embedded: Site) -> None:
    with Watched(browser, embedded.address, java_script_enabled=False) as tab:
        page = tab.show("/")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("Skip to the page")
        assert page.evaluate(FOCUS) == ""
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("searchbox"))
        page.keyboard.type("whois++")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{embedded.address}/search?q=whois%2B%2B")
        tab_to(page, page.get_by_role("main").get_by_role("link", name="whois++", exact=True).first)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{embedded.address}/services/whois%2B%2B")
        expect(page.locator(".answer")).to_have_text("whois++ is a historic name. Use whoispp.")


def test_an_error_page_is_a_page(browser: Browser, embedded: Site) -> None:
    with Watched(browser, embedded.address) as tab:
        page = tab.show("/services/htp", 404)
        expect(page.get_by_role("heading", level=1)).to_have_text("Not Found")
        page.get_by_role("main").get_by_role("link", name="http", exact=True).click()
        expect(page).to_have_url(f"{embedded.address}/services/http")


# -- how it feels


def test_a_port_page_is_light_with_all_that_it_needs(browser: Browser, site: Site) -> None:
    for path in (f"/ports/{WAYS[site.name].port}", f"/ports/{WAYS[site.name].port}/tcp"):
        with Watched(browser, site.address) as tab:  # a new context has nothing in its cache
            assert transferred(tab.page, path) <= LIGHT, path


def transferred(page: Page, path: str) -> int:
    """The bytes that come over the wire, headers and all, until the page is whole."""
    sizes: list[float] = []
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    assert len(sizes) >= 2, "the page and its style sheet"
    return int(sum(sizes))
