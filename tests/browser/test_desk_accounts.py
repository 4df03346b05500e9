"""Accounts in a real browser, before a real `portbook serve --desk` and a mail server on loopback."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from subprocess import PIPE, Popen
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect
from tabs import Watched, violations, wider_than_the_window

from desk.signing import PASSWORD, code_of
from register import smtp_server

pytestmark = pytest.mark.needs("chromium")

HINTS = "autocomplete"  # what Chromium says of forms to their authors


class Desk(NamedTuple):
    """A desk that runs, its first link, and the letters that it sends."""

    address: str
    first: str
    mail: smtp_server.MailServer


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with smtp_server.running() as mail:
        host, port = mail.place
        home = tmp_path_factory.mktemp("home")
        environment = {**os.environ, "PORTBOOK_HOME": str(home), "PORTBOOK_SMTP": f"{host}:{port}"}
        command = [sys.executable, "-m", "portbook.cli", "serve", "--desk", "--bind", "127.0.0.1:0"]
        with Popen(command, stdout=PIPE, text=True, env=environment) as process:
            assert process.stdout
            port = process.stdout.readline().strip().rpartition(":")[2]
            found = re.match(
                r"First account \(administrator\): (http://localhost:\d+)(/\S+) works once",
                process.stdout.readline(),
            )
            assert found
            assert found[1].endswith(f":{port}")
            assert (home / "desk.secret").stat().st_mode & 0o777 == 0o600
            yield Desk(found[1], found[2], mail)
            process.terminate()
            assert process.wait(timeout=20) == 0


class Tab(Watched):
    """A tab with an authenticator in it, that checks each page that it comes to."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        super().__init__(browser, address, **options)
        self.has_script = options.get("java_script_enabled", True)
        session = self.context.new_cdp_session(self.page)
        session.send("WebAuthn.enable")
        kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
        always = {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
        session.send("WebAuthn.addVirtualAuthenticator", {"options": kind | always})

    def fill(self, button: str, **fields: str) -> None:
        """Check the page, as far as it runs scripts; fill its fields by name and press the button."""
        if self.has_script:
            assert violations(self.page) == [], self.page.url
            assert wider_than_the_window(self.page) == [], self.page.url
        for name, value in fields.items():
            self.page.locator(f"[name={name}]:visible").fill(value)
        self.page.get_by_role("button", name=button, exact=True).click()

    def comes_to(self, path: str) -> None:
        self.page.wait_for_url(f"{self.address}{path}")

    def __exit__(self, kind: Any, *rest: Any) -> None:
        self.context.close()
        if kind is None:
            assert [note for note in self.noted if HINTS not in note and "username fields" not in note] == []


def code_of_letter(desk: Desk, email: str, page: Page) -> str:
    """The code in the newest letter to *email*."""
    for _ in range(50):
        bodies = [letter.get_content() for to, letter in desk.mail.mails if to == email]
        codes = re.findall(r"^ {4}([A-Z0-9-]{6,})\s*$", "\n".join(bodies), re.MULTILINE)
        if codes:
            return str(codes[-1])
        page.wait_for_timeout(100)
    raise AssertionError("no letter came")


def sign_out(tab: Tab) -> None:
    tab.page.get_by_role("button", name="Sign out").click()
    tab.comes_to("/accounts/login/")


def test_the_first_administrator(browser: Browser, desk: Desk) -> None:
    """The link of the console, an authenticator app, a passkey, and in again by either."""
    with Tab(browser, desk.address) as tab:
        page = tab.show(desk.first)
        tab.fill("Begin", email="max@office.example", name="Max", password1=PASSWORD, password2=PASSWORD)
        tab.comes_to("/accounts/2fa/")
        page.goto("/desk")
        tab.comes_to("/accounts/2fa/")
        page.get_by_role("link", name="Set up an app").click()
        expect(page.locator("img.qr")).to_have_js_property("complete", True)
        assert page.locator("img.qr").evaluate("picture => picture.naturalWidth") > 100
        key = page.locator(".secret").inner_text()
        tab.fill("Set it up", code=code_of(key))
        tab.comes_to("/accounts/2fa/recovery-codes/")
        assert page.locator(".codes li").count() == 10
        page.get_by_role("link", name="Go on to your work").click()
        tab.comes_to("/desk")
        page.goto("/accounts/2fa/webauthn/add/")
        tab.fill("Add it", name="laptop")
        tab.comes_to("/accounts/2fa/")
        page.goto("/accounts/2fa/webauthn/")
        assert "signs in alone" in page.locator(".keys tr", has_text="laptop").inner_text()
        sign_out(tab)
        tab.fill("Sign in with a passkey")
        tab.comes_to("/desk")
        sign_out(tab)
        tab.fill("Sign in", login="max@office.example", password=PASSWORD)
        tab.comes_to("/accounts/2fa/authenticate/")
        tab.fill("Use the passkey")
        tab.comes_to("/desk")
        page.goto("/accounts/sessions/")
        assert violations(page) == []
        assert tab.context.request.get(f"{desk.address}{desk.first}").status == 404
    subjects = [letter["Subject"] for to, letter in desk.mail.mails if to == "max@office.example"]
    assert "[Portbook] A passkey was added" in subjects


def test_an_applicant_with_and_without_script(browser: Browser, desk: Desk) -> None:
    for email, has_script in (("ona@harbour.example", True), ("una@harbour.example", False)):
        with Tab(browser, desk.address, java_script_enabled=has_script, width=360) as tab:
            page = tab.page
            page.goto("/desk")
            page.get_by_role("link", name="Make one").click()
            tab.fill("Make an account", email=email, password1=PASSWORD, password2=PASSWORD)
            tab.comes_to("/accounts/confirm-email/")
            tab.fill("Go on", code=code_of_letter(desk, email, page))
            page.wait_for_url("**/desk**")
            page.goto("/desk/account")
            assert email in page.locator("main").inner_text()
            if not has_script:
                page.goto("/accounts/2fa/webauthn/add/")
                tab.fill("Go on", password=PASSWORD)
                assert "needs JavaScript" in page.locator("main").inner_text()
            sign_out(tab)
            tab.fill("Sign in", login=email, password=PASSWORD)
            tab.comes_to("/desk")
