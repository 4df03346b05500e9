"""Applying in a real browser: what is typed is kept while it is typed; with script and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

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
        expect(tab.page.locator("#steps li").first).to_contain_text("answered")


def test_questions_come_and_go_with_what_is_chosen(browser: Browser, address: str) -> None:
    with AtDesk(browser, address, "tia") as tab:
        begin(tab.page, "port")
        codes = tab.page.locator("#q-codes")
        expect(codes).to_be_hidden()
        tab.page.check("[name=transports][value=dccp]")
        expect(codes).to_be_visible()
        expect(tab.page.locator("#steps")).to_contain_text("DCCP: which service codes? needed")
        tab.page.uncheck("[name=transports][value=dccp]")
        expect(codes).to_be_hidden()
        tab.page.check("[name=transports][value=udp]")
        expect(tab.page.locator("#steps")).to_contain_text("UDP: is it only for finding hosts or services?")


def test_an_address_opens_what_is_folded(browser: Browser, address: str) -> None:
    with AtDesk(browser, address, "tia") as tab:
        draft = begin(tab.page, "port")
        expect(tab.page.locator("[name=notes]")).to_be_hidden()
        tab.page.locator("#steps a", has_text="beside the entry").click()
        expect(tab.page.locator("[name=notes]")).to_be_visible()
        tab.show("/desk")
        tab.show(f"{draft}?step=what#q-notes")
        expect(tab.page.locator("[name=notes]")).to_be_visible()


def test_enter_goes_on_and_does_no_other_thing(browser: Browser, address: str) -> None:
    with AtDesk(browser, address, "tia") as tab:
        draft = begin(tab.page, "port")
        tab.show(f"{draft}?step=ports&to=review")
        tab.page.fill("[name='ports.0.number']", "28201")
        tab.page.press("[name='ports.0.number']", "Enter")
        tab.page.wait_for_url("**/review")
        expect(tab.page.locator(".asks")).to_contain_text("28201")
        tab.show(f"{draft}?step=assignee&to=review")
        tab.page.fill("[name='assignee.name']", "Gull Works")
        tab.page.press("[name='assignee.name']", "Enter")
        expect(tab.page.locator("#told-head")).to_be_visible()
        expect(tab.page.locator("[name='assignee.name']")).to_have_value("Gull Works")
        told = "status of 422"  # the browser's own words: the e-mail address is missing
        tab.noted = [each for each in tab.noted if told not in each]


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


class Pressing:
    """Somebody who presses buttons, links and boxes, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, role: Literal["button", "link", "checkbox", "radio"], name: str) -> None:
        self.page.get_by_role(role, name=name, exact=True).first.click()
        self.page.wait_for_load_state()
        self.count += 1

    def choose(self, name: str, value: str) -> None:
        """A choice that drops down takes two presses."""
        self.page.locator(f"select[name='{name}']").select_option(value)
        self.count += 2


NAME = {
    "service_name": "gull-count",
    "description": "Counting of gulls",
    "reference": "Proprietary; one message a gull",
}
PORT_ANSWERS = {
    "versions": "The first octet of each message is the version.",
    "security": "TLS 1.3 from the first octet, with no way around it.",
    "why_not_dynamic": "Gulls call in before anybody could configure them.",
    "distinction": "The gull opens the connection and sleeps in between.",
}


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "bare"])
def test_a_name_is_sent_with_eight_presses(browser: Browser, address: str, has_script: bool) -> None:
    with AtDesk(browser, address, "tia", java_script_enabled=has_script) as tab:
        name = "tern-count" if has_script else "auk-count"
        pressing = Pressing(tab.page)
        pressing.press("link", "Apply")
        pressing.press("button", "Begin A name is enough")
        fill(tab.page, NAME | {"service_name": name})
        pressing.press("checkbox", "TCP")
        pressing.press("button", "None of the three")
        pressing.press("button", "Go on")
        pressing.press("button", "I do, and I answer questions too")
        pressing.press("button", "Look at it as a whole")
        expect(tab.page.locator(".answer").first).to_contain_text("Nothing stands against it.")
        pressing.press("button", "Send the application")
        assert re.search(r"/desk/applications/\d+\?done=\d+$", tab.page.url)
        assert pressing.count == 8
        tab.show("/desk/apply")
        assert tab.page.get_by_role("link", name=name).count() == 0


def test_a_port_is_sent_with_twelve_presses(browser: Browser, address: str) -> None:
    with AtDesk(browser, address, "gus") as tab:
        pressing = Pressing(tab.page)
        pressing.press("link", "Apply")
        pressing.press("button", "Begin It needs a port of its own")
        fill(tab.page, NAME | {"service_name": "gull-watch"})
        pressing.press("checkbox", "TCP")
        pressing.press("button", "Let the registry choose among the User Ports")
        pressing.press("button", "None of the three")
        pressing.press("button", "Go on")
        pressing.press("button", "I do, and I answer questions too")
        pressing.press("button", "Go on")
        fill(tab.page, {f"answers.{name}": words for name, words in PORT_ANSWERS.items()})
        pressing.choose("development", "prototype")
        pressing.press("button", "Look at it as a whole")
        expect(tab.page.locator(".answer").first).to_contain_text("Nothing stands against it.")
        pressing.press("button", "Send the application")
        assert re.search(r"/desk/applications/\d+\?done=\d+$", tab.page.url)
        assert pressing.count == 12


def fill(page: Page, answers: dict[str, str]) -> None:
    for field, text in answers.items():
        page.fill(f"[name='{field}']", text)


def test_one_question_at_a_time_without_script(browser: Browser, address: str) -> None:
    answers = NAME | {"service_name": "coot-count"}
    with AtDesk(browser, address, "tia", java_script_enabled=False) as tab:
        begin(tab.page, "name")
        tab.page.get_by_role("link", name="One question at a time").click()
        titles = []
        while not tab.page.url.endswith("/review"):
            titles.append(tab.page.locator("h1").inner_text())
            for field, text in answers.items():
                if tab.page.locator(f"[name={field}]").count():
                    tab.page.fill(f"[name={field}]", text)
            for button in ("I do", "None of the three"):
                if tab.page.get_by_role("button", name=re.compile(button)).count():
                    tab.page.get_by_role("button", name=re.compile(button)).first.click()
            for box in tab.page.locator("[name=transports][value=tcp]").all():
                box.check()
            tab.page.locator(".acts button").first.click()
            assert len(titles) < 20
        assert titles[0] == "What is the service called?"
        assert titles[-1] == "Is there more to say?"  # on which TXT keys, since nobody was asked yet
        assert len(titles) == 8
        expect(tab.page.locator(".answer").first).to_contain_text("Nothing stands against it.")


def test_from_sent_to_returned_to_mended_to_assigned(browser: Browser, address: str) -> None:
    with AtDesk(browser, address, "tia") as tab:
        begin(tab.page, "name")
        fill(tab.page, NAME | {"service_name": "skua-count"})
        tab.page.check("[name=transports][value=tcp]")
        tab.page.get_by_role("button", name="None of the three").click()
        tab.page.get_by_role("button", name="Go on", exact=True).click()
        tab.page.get_by_role("button", name="Look at it as a whole").click()
        expect(tab.page.locator("#told-head")).to_have_text("This is still missing")
        tab.page.get_by_role("button", name="Leave it open for now").click()
        tab.page.get_by_role("button", name="Send it all the same").click()
        number = re.findall(r"/desk/applications/(\d+)", tab.page.url)[0]
        checks_it(tab, number)
        tab.become("tia")
        tab.page.get_by_role("link", name="skua-count").first.click()
        expect(tab.page.locator(".answer").first).to_contain_text("With you since")
        tab.page.get_by_role("link", name=re.compile("Mend it ?: the Assignee")).click()
        tab.page.get_by_role("button", name="I do hold it").click()
        tab.page.get_by_role("button", name="Keep it, back to the whole").click()
        tab.page.get_by_role("button", name=re.compile("Go there ?: the Contact")).click()
        tab.page.get_by_role("button", name="Whoever holds it answers questions").click()
        expect(tab.page.locator("[name='contact.email']")).to_have_value("tia@tide.example")
        tab.page.get_by_role("button", name="Keep it, back to the whole").click()
        tab.page.get_by_role("button", name="Send the answer").click()
        checks_it(tab, number)
        tab.page.get_by_role("link", name="Assign it").click()
        tab.page.get_by_role("button", name="Assign it").click()
        tab.become("tia")
        tab.show(f"/desk/applications/{number}")
        expect(tab.page.locator("main")).to_contain_text("_skua-count._tcp")
        told = "status of 422"  # the browser's own words
        tab.noted = [each for each in tab.noted if told not in each]


def checks_it(tab: AtDesk, number: str) -> None:
    """A registrar looks at it, and has it checked by all rules."""
    tab.become("ada")
    tab.show(f"/desk/applications/{number}")
    begins = tab.page.get_by_role("button", name="Begin to look at it")
    if begins.count():
        begins.click()
    tab.page.get_by_role("link", name="Check it by all rules and send it on").click()
    tab.page.get_by_role("button", name="Check it by all rules and send it on").click()
    expect(tab.page.locator(".done").first).to_contain_text("Done.")
