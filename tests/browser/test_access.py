"""Every kind of page for everybody: axe-core, narrow windows, colours, paper, less motion."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import Browser

from tabs import Watched, violations, wider_than_the_window

if TYPE_CHECKING:
    from conftest import Site

pytestmark = pytest.mark.needs("chromium")

MAY_MOVE = ("auto", "0s", "0.01ms", "1e-05s")  # "auto" is how Chromium says none


@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser, site: Site, scheme: Literal["light", "dark"], width: int
) -> None:
    with Watched(browser, site.address, width=width, color_scheme=scheme) as tab:
        found = {path: violations(tab.show(path, status)) for path, status in site.places}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize("width", [320, 390, 1200, 3840])
def test_nothing_is_wider_than_the_window(browser: Browser, site: Site, width: int) -> None:
    with Watched(browser, site.address, width=width) as tab:
        found = {path: wider_than_the_window(tab.show(path, status)) for path, status in site.places}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_text_may_be_twice_as_large(browser: Browser, site: Site) -> None:
    """WCAG 2.2, 1.4.4 and 1.4.12: at 200 % and with wider spacing nothing is cut or wider than the window."""
    with Watched(browser, site.address, width=640) as tab:
        for path, status in site.places:
            page = tab.show(path, status)
            page.evaluate(
                """() => { const root = document.documentElement.style
                   root.fontSize = '200%'; root.lineHeight = '1.5'; root.letterSpacing = '0.12em'
                   root.wordSpacing = '0.16em' }"""
            )
            assert wider_than_the_window(page) == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_are_told_apart(
    browser: Browser, embedded: Site, scheme: Literal["light", "dark"]
) -> None:
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


def test_paper_is_white_and_holds_every_column(browser: Browser, site: Site) -> None:
    """In print nothing is asked for, dark mode has no say, and the page is as wide as A4 within margins."""
    with Watched(browser, site.address, width=660, color_scheme="dark") as tab:
        tab.page.emulate_media(media="print")
        for path, status in site.places:
            page = tab.show(path, status)
            assert wider_than_the_window(page) == [], path
            assert not page.get_by_role("searchbox").first.is_visible(), path
            colours = page.evaluate(
                "['backgroundColor', 'color'].map(name => getComputedStyle(document.body)[name])"
            )
            assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"], path


def test_nothing_moves_when_less_motion_is_asked_for(browser: Browser, site: Site) -> None:
    with Watched(browser, site.address, reduced_motion="reduce") as tab:
        for path, status in site.places:
            durations = tab.show(path, status).evaluate(
                """() => [...document.querySelectorAll('*')].flatMap(e => {
                  const style = getComputedStyle(e)
                  return [...style.animationDuration.split(', '), ...style.transitionDuration.split(', ')]
                })"""
            )
            assert set(durations) <= set(MAY_MOVE), path
