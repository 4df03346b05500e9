"""Every page of the desk that is reached by links, in every role: axe-core, narrow windows, focus, paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from desks import PEOPLE, AtDesk, kinds_of_pages, practising
from playwright.sync_api import Browser
from tabs import FOCUS, violations, wider_than_the_window

pytestmark = pytest.mark.needs("chromium")

MAX_STOPS = 12  # links and fields of a page that Tab is tried on


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with practising(tmp_path_factory.mktemp("home")) as address:
        yield address


LISTS = ("", "/applications", "/entries", "/cases", "/contacts", "/people", "/registry", "/events")
WIDE, PHONE = 1500, 360  # points of a window
HEAD = 220  # points that the head of a page may take on a phone, without what banners say


def test_pages_of_one_kind_have_one_width_and_a_short_head_on_a_phone(browser: Browser, address: str) -> None:
    widths: dict[str, float] = {}
    with AtDesk(browser, address, "ada", width=WIDE) as tab:
        for path in LISTS:
            box = tab.show(f"/desk{path}").locator("main").bounding_box()
            assert box, path
            widths[path] = box["width"]
        assert len({*widths.values()}) == 1, widths
        tab.page.set_viewport_size({"width": PHONE, "height": 800})
        parts = tab.page.locator("header.top > :not(.banner):visible")
        boxes = [part.bounding_box() for part in parts.all()]
        assert max(box["y"] + box["height"] for box in boxes if box) <= HEAD


def test_a_row_that_changes_is_a_small_list_on_a_phone(browser: Browser, address: str) -> None:
    """Three columns side by side would break "Before" and "Assignee" in two."""
    with AtDesk(browser, address, "ada", width=PHONE) as tab:
        tab.show("/desk/applications?text=tide-read").locator("tbody th a").first.click()
        tab.page.get_by_role("link", name="Check it by all rules").click()
        tab.page.locator(".shown summary").click()
        rows = [row for row in tab.page.locator(".change tbody tr").all() if row.is_visible()]
        assert rows
        for row in rows:
            boxes = [cell.bounding_box() for cell in row.locator("th, td").all()]
            stands_below = len({box["x"] for box in boxes if box}) == 1
            assert stands_below or len(boxes) == 2, row.inner_text()  # a name beside what is new
            assert all(not box or box["width"] > PHONE / 3 for box in boxes), row.inner_text()


def test_every_page_in_every_role(browser: Browser, address: str) -> None:
    """A page that somebody else saw with the same elements is not looked at twice."""
    found: list[str] = []
    seen: set[tuple[str, ...]] = set()
    for member in PEOPLE:
        with AtDesk(browser, address, member) as tab:
            kinds, dead = kinds_of_pages(tab)
            assert len(kinds) > 5, kinds
            found += [f"{member}: {link}" for link in dead]
            for kind, (path, skeleton) in kinds.items():
                if skeleton in seen:
                    continue
                seen.add(skeleton)
                found += [f"{member} {kind}: {fault}" for fault in faults(tab, path)]
    assert found == []


def faults(tab: AtDesk, path: str) -> list[str]:
    """What is wrong with a page: for axe, at widths from 320 to 1200 points, at night, on paper."""
    page = tab.page
    page.set_viewport_size({"width": 320, "height": 800})
    page.emulate_media(color_scheme="light", media="screen")
    tab.show(path)
    found = violations(page) + [f"wide at 320: {element}" for element in wider_than_the_window(page)]
    page.set_viewport_size({"width": 1200, "height": 800})
    found += violations(page)
    page.emulate_media(color_scheme="dark")
    found += violations(page, colours_alone=True)
    for _ in range(MAX_STOPS):
        page.keyboard.press("Tab")
        where = page.evaluate(FOCUS)
        if where not in ("", "nothing"):
            found.append(where)
    page.set_viewport_size({"width": 660, "height": 800})
    page.emulate_media(media="print")
    found += [f"wide on paper: {element}" for element in wider_than_the_window(page)]
    if page.locator("h1").count() != 1:
        found.append("not one h1")
    return found
