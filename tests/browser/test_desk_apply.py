"""Applying in a real browser: what is typed is kept while it is typed; with script and without."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from desks import AtDesk, practising
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with practising(tmp_path_factory.mktemp("home")) as address:
        yield address


def begin(page: Page, choice: str) -> str:
    """Begin a draft; return its address."""
    page.goto("/desk/apply")
    page.locator(f"button[name=choice][value={choice}]").click()
    found = re.search(r"/desk/apply/\d+", page.url)
    assert found
    return found[0]


def test_what_is_typed_is_saved_and_checked_without_a_button(browser: Browser, address: str) -> None:
    with AtDesk(browser, address, "tia") as tab:
        draft = begin(tab.page, "port")
        tab.page.fill("[name=service_name]", "htt-p")
        expect(tab.page.locator("#check")).to_contain_text("Saved.")
        expect(tab.page.locator("#check")).to_contain_text("Easily taken for http")
        tab.page.fill("[name=service_name]", "gull-count")
        expect(tab.page.locator("#check")).not_to_contain_text("Easily taken for")
        tab.show(draft)
        expect(tab.page.locator("[name=service_name]")).to_have_value("gull-count")
        tab.page.get_by_role("button", name="Go on", exact=True).click()
        expect(tab.page.locator("h1")).to_have_text("Over which transports does it run today?")


def test_a_good_number_is_taken_by_a_press(browser: Browser, address: str) -> None:
    with AtDesk(browser, address, "tia") as tab:
        draft = begin(tab.page, "port")
        tab.show(f"{draft}?step=ports")
        tab.page.fill("[name='ports.0.number']", "443")
        good = tab.page.locator(".good-numbers button").first
        expect(good).to_be_visible()
        number = good.inner_text()
        good.click()
        expect(tab.page.locator("[name='ports.0.number']")).to_have_value(number)
        expect(tab.page.locator(".port-map rect.here")).to_have_count(1)


def test_what_cannot_be_saved_is_said(browser: Browser, address: str) -> None:
    with AtDesk(browser, address, "tia") as tab:
        begin(tab.page, "name")
        tab.page.wait_for_load_state()  # with its scripts
        tab.context.set_offline(True)
        tab.page.fill("[name=service_name]", "gull-count")
        expect(tab.page.locator("#check")).to_contain_text("Not saved")
        tab.context.set_offline(False)
        told = ("ERR_INTERNET_DISCONNECTED", "htmx:")  # the browser's own words, and htmx's
        tab.noted = [each for each in tab.noted if not any(word in each for word in told)]
        tab.page.fill("[name=service_name]", "gull-counts")
        expect(tab.page.locator("#check")).to_contain_text("Saved.")


def test_from_the_first_question_to_the_last_without_script(browser: Browser, address: str) -> None:
    answers = {
        "[name=service_name]": "gull-count",
        "[name=description]": "Counting of gulls",
        "[name=reference]": "Proprietary; one message a gull",
        "[name='assignee.name']": "Gull Works",
        "[name='assignee.email']": "ports@gull.example",
        "[name='contact.name']": "Tia Dale",
        "[name='contact.email']": "tia@gull.example",
    }
    with AtDesk(browser, address, "tia", java_script_enabled=False) as tab:
        draft = begin(tab.page, "name")
        while not tab.page.url.endswith("/review"):
            for field, text in answers.items():
                if tab.page.locator(field).count():
                    tab.page.fill(field, text)
            for box in ("[name=transports][value=tcp]", "[name^='casts.'][value=no]"):
                for each in tab.page.locator(box).all():
                    each.check()
            tab.page.get_by_role("button", name="Go on", exact=True).click()
        expect(tab.page.locator(".answer").first).to_contain_text("Nothing stands against it.")
        tab.page.get_by_role("button", name="Send the application").click()
        assert re.search(r"/desk/applications/\d+\?done=\d+$", tab.page.url)
        tab.show("/desk/apply")
        assert tab.page.locator(f"a[href='{draft}']").count() == 0
