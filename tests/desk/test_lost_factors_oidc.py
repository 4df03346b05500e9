"""Lost second factors of somebody with an account elsewhere: it alone is no way back in (T-69)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from . import deeds, oidc_provider, people, signing

At = Callable[[str], Client]
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

ASKED = {"name": "eve", "evidence": "She came with her passport on 2031-06-01."}


@pytest.fixture
def provider(pages: None) -> Iterator[oidc_provider.Provider]:
    """A provider that the site names; it vouches for eve."""
    with oidc_provider.running() as found:
        found.subject, found.email = "eve-1", "eve@people.example"
        setting = {"openid_connect": {"APPS": found.setting(), "OAUTH_PKCE_ENABLED": True}}
        with override_settings(SOCIALACCOUNT_PROVIDERS=setting, ROOT_URLCONF=addresses()):
            yield found


def addresses() -> tuple[Any, ...]:
    """Those of the desk, and those that it has where a provider is named as it starts.

    Imported here: what they are, the settings say at their import.
    """
    known = import_module("portbook.desk.urls").urlpatterns
    of_providers = import_module("allauth.urls").build_provider_urlpatterns()
    others = [*of_providers, path("3rdparty/", include("allauth.socialaccount.urls"))]
    return (path("accounts/", include(others)), *known)


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Lead nowhere."""


def enter(client: Client) -> HttpResponse:
    """Sign in by the account elsewhere: there and back, as a browser is led."""
    there = client.get("/accounts/oidc/office/login/?next=/desk")["Location"]
    with pytest.raises(HTTPError) as led:
        build_opener(_Stay).open(there, timeout=20)
    back = urlsplit(led.value.headers["Location"])
    return client.get(f"{back.path}?{back.query}")


def test_the_account_elsewhere_alone_is_no_way_back(provider: oidc_provider.Provider, desk: At) -> None:
    user = people.account("eve").user
    SocialAccount.objects.create(user=user, provider="office", uid="eve-1")
    asked = enter(signing.visitor())
    assert asked["Location"].startswith("/accounts/2fa/authenticate/"), "a second factor, as of everybody"
    assert deeds.done(desk("max"), "reset-factors", **ASKED).status_code == 302

    with signing.by_letter() as letters:
        client = signing.visitor()
        assert enter(client)["Location"] == "/accounts/confirm-email/", "as somebody who is new"
        assert client.get("/desk")["Location"].startswith("/accounts/login/")
        assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/login/")
        assert not Authenticator.objects.filter(user=user).exists()
        assert EmailAddress.objects.filter(email="eve@people.example").count() == 1
        assert "account" in letters[-1].subject
