"""Every kind of page for everybody: axe-core, narrow windows, large text, paper, keys, less motion."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser
from tabs import FOCUS, SHIFTS, Watched, violations, wider_than_the_window

if TYPE_CHECKING:
    from conftest import Place, Site

pytestmark = pytest.mark.needs("chromium")

MAX_STOPS = 20  # links and fields of a page that Tab is tried on
LARGE_TEXT = """() => {
  const root = document.documentElement.style
  root.fontSize = '200%'; root.lineHeight = '1.5'; root.letterSpacing = '0.12em'; root.wordSpacing = '0.16em'
}"""
MOVING = """() => [...document.querySelectorAll('*')].filter(e => {
  const { animationDuration, transitionDuration } = getComputedStyle(e)
  return `${animationDuration}, ${transitionDuration}`.split(', ').some(d => parseFloat(d) > 0.001)
}).map(e => e.outerHTML.slice(0, 120))"""
SETTLED = "new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))"


def shifts(tab: Watched, place: Place) -> list[str]:
    """What moves while the page comes in, each of three times.

    On a busy machine a browser may draw a page that is read in part; what moves by itself moves always.
    """
    found: list[str] = []
    for _ in range(3):
        page = tab.show(place.path, place.status)
        page.evaluate(SETTLED)
        found = page.evaluate("window.shifts")
        if not found:
            break
    return found


def test_axe_finds_nothing_and_nothing_shifts(browser: Browser, place: Place) -> None:
    """On a phone and on a desk, by day and by night; at night only the colours differ."""
    found: list[str] = []
    with Watched(browser, place.address, width=320) as tab:
        tab.page.add_init_script(SHIFTS)
        assert shifts(tab, place) == []
        page = tab.page
        for width in (320, 1200):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme="light")
            found += violations(page)
            page.emulate_media(color_scheme="dark")
            found += violations(page, colours_alone=True)
    assert found == []


def test_nothing_is_wider_than_the_window_or_the_paper(browser: Browser, place: Place) -> None:
    """Nor with text of twice the size and more space between words (WCAG 2.2, 1.4.4, 1.4.10, 1.4.12).

    In print dark mode has no say, forms are gone, and the page is as wide as A4 within its margins.
    """
    with Watched(browser, place.address, color_scheme="dark") as tab:
        page = tab.show(place.path, place.status)
        for width in (320, 390, 1200, 3840):
            page.set_viewport_size({"width": width, "height": 800})
            assert wider_than_the_window(page) == [], width
        page.set_viewport_size({"width": 660, "height": 800})
        page.emulate_media(media="print")
        assert wider_than_the_window(page) == []
        assert page.locator("input:visible, button:visible").count() == 0
        colours = page.evaluate("['backgroundColor', 'color'].map(n => getComputedStyle(document.body)[n])")
        assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
        page.emulate_media(media="screen")
        page.evaluate(LARGE_TEXT)
        assert wider_than_the_window(page) == []


def test_the_focus_is_seen_and_nothing_moves(browser: Browser, kind_of_page: Place) -> None:
    """On a desk, where less motion is asked for: Tab walks the page, which stood still from its start."""
    with Watched(browser, kind_of_page.address, reduced_motion="reduce") as tab:
        tab.page.add_init_script(SHIFTS)
        assert shifts(tab, kind_of_page) == []
        page = tab.page
        assert page.evaluate(MOVING) == []
        stops = page.locator("a[href]:visible, input:visible, select:visible, button:visible").count()
        seen = set()
        for _ in range(min(stops, MAX_STOPS)):
            page.keyboard.press("Tab")
            assert page.evaluate(FOCUS) == ""
            seen.add(page.evaluate("document.activeElement.outerHTML"))
        assert len(seen) > min(stops, MAX_STOPS) / 2, "Tab is caught"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_are_told_apart(browser: Browser, embedded: Site, scheme: str) -> None:
    """Text and the colours of the states against the paper: WCAG 2.2, 1.4.3 and 1.4.11."""
    names = ["ink", "quiet", "accent", "assigned", "reserved", "unassigned", "dynamic"]
    with Watched(browser, embedded.address, color_scheme=scheme) as tab:
        colours = tab.show("/").evaluate(
            "names => names.map(n => getComputedStyle(document.documentElement).getPropertyValue('--' + n))",
            ["paper", "sheet", *names],
        )
    paper, sheet, *others = [luminance(colour.strip()) for colour in colours]
    for name, other in zip(names, others, strict=True):
        for ground in (paper, sheet):
            lighter, darker = max(other, ground), min(other, ground)
            assert (lighter + 0.05) / (darker + 0.05) >= 4.5, name


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2.2)."""
    assert re.fullmatch("#[0-9a-f]{6}", colour), colour
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
