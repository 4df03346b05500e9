"""Accounts of a provider of OpenID Connect: a real `portbook serve --desk`, a provider on loopback."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from subprocess import PIPE, Popen
from typing import NamedTuple
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from . import oidc_provider


class Site(NamedTuple):
    address: str
    provider: oidc_provider.Provider


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with oidc_provider.running() as provider:
        file = tmp_path / "oidc.json"
        file.write_text(json.dumps(provider.setting()))
        file.chmod(0o600)
        home = str(tmp_path / "home")
        variables = {**os.environ, "PORTBOOK_HOME": home, "PORTBOOK_OIDC": str(file)}
        command = [sys.executable, "-m", "portbook.cli", "serve", "--desk", "--bind", "127.0.0.1:0"]
        with Popen(command, env=variables, stdout=PIPE, text=True) as process:
            assert process.stdout
            yield Site(process.stdout.readline().strip().rpartition(" on ")[2], provider)
            process.terminate()
            assert process.wait(20) == 0


class Visitor:
    """Goes where links and forms lead, with the cookies of a browser."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def go(self, path: str, form: dict[str, str] | None = None) -> tuple[str, str]:
        """Return the path that it ends at, and the page."""
        data = urlencode(form).encode() if form is not None else None
        with self.opener.open(f"{self.address}{path}", data, timeout=20) as answer:
            return answer.url.removeprefix(self.address), answer.read().decode()

    def enter(self) -> tuple[str, str]:
        """Sign in with the account elsewhere."""
        _, page = self.go("/accounts/login/?next=/desk")
        found = re.search(r'href="(/accounts/oidc/office/login/[^"]*)">Office<', page)
        assert found
        return self.go(found[1].replace("&amp;", "&"))


def test_who_is_known_elsewhere_gets_in_and_takes_nobodys_account(site: Site) -> None:
    visitor = Visitor(site.address)
    path, page = visitor.enter()
    assert path == "/desk"
    assert "ona@harbour.example" in page
    assert "Accounts elsewhere" in visitor.go("/desk/account")[1]
    assert "You can sign in with" in visitor.go("/accounts/3rdparty/")[1]
    assert Visitor(site.address).enter()[0] == "/desk", "the same person again"

    site.provider.subject = "mallory-2"  # who has the same address, says the provider
    mallory = Visitor(site.address)
    assert mallory.enter()[0] == "/accounts/confirm-email/", "as if the address had no account"
    assert mallory.go("/desk")[0] != "/desk"

    site.provider.subject, site.provider.email = "nobody-3", ""
    path, page = Visitor(site.address).enter()
    assert path.startswith("/accounts/3rdparty/signup/")
    assert "Say which address" in page

    site.provider.subject, site.provider.email, site.provider.is_verified = (
        "new-4",
        "new@harbour.example",
        False,
    )
    assert Visitor(site.address).enter()[0].startswith("/accounts/confirm-email/"), "shown by a code first"
