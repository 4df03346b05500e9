"""What the settings of the desk read from the environment and from Portbook's own folder."""

import json
import os
import re
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.http.request import validate_host

from portbook.errors import Problem, StoreError, shown
from portbook.register import pages
from portbook.store import home
from portbook.store.durable import make_folder

SECRET_FILE = "PORTBOOK_SECRET_FILE"  # the name of a variable
OIDC_FILE = "PORTBOOK_OIDC"
SMTP = "PORTBOOK_SMTP"
PROXIES = "PORTBOOK_PROXIES"
SECRET = "desk.secret"  # the name of a file in Portbook's own folder
MIN_SECRET = 32  # characters

_SOURCE = "docs/desk.md"


def secret_key() -> str:
    """Return the key that signs sessions; one for this process alone while none was made.

    Raises `StoreError` E-DESK-SECRET for one that others can read, or that is too short (T-94).
    """
    path = _secret_path()
    if path == home() / SECRET and not path.exists():
        return secrets.token_urlsafe(50)
    try:
        mode, text = path.stat().st_mode, path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _no_secret(path, str(error)) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise _no_secret(path, "can be read by others; chmod 600 makes it its owner's alone")
    if len(text) < MIN_SECRET:
        raise _no_secret(path, f"holds {len(text)} characters; at least {MIN_SECRET} are a key")
    return text


def make_secret() -> None:
    """Make the key in Portbook's own folder, readable by its owner alone, where there is none."""
    path = _secret_path()
    if path != home() / SECRET:
        return
    make_folder(home())
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return
    with open(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))


def _secret_path() -> Path:
    given = os.environ.get(SECRET_FILE)
    return Path(given) if given else home() / SECRET


def _no_secret(path: Path, reason: str) -> StoreError:
    return StoreError(Problem("E-DESK-SECRET", f"the key {shown(str(path), 200)} {reason}", _SOURCE))


def oidc_providers() -> dict[str, Any]:
    """Return allauth's setting for the providers of OpenID Connect that the operator names, or {}.

    Raises `StoreError` E-DESK-OIDC for a file that does not name them so.
    """
    given = os.environ.get(OIDC_FILE)
    if not given:
        return {}
    try:
        mode, apps = Path(given).stat().st_mode, json.loads(Path(given).read_text())
        addresses = [_server_of(app) for app in apps]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _no_providers(given, f"is no list of providers: {type(error).__name__}: {error}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise _no_providers(given, "can be read by others; chmod 600 makes it its owner's alone")
    for address in addresses:
        if not _is_secure(address):
            raise _no_providers(given, f"names {shown(address)}, which is reached without TLS")
    return {"openid_connect": {"APPS": apps, "OAUTH_PKCE_ENABLED": True}}


def _server_of(app: dict[str, Any]) -> str:
    """The address of a provider; raises KeyError or TypeError for one that lacks anything."""
    _ = app["provider_id"], app["name"], app["client_id"], app["secret"]
    return str(app["settings"]["server_url"])


def _is_secure(address: str) -> bool:
    """What a provider says is believed because of its TLS; on this machine none is needed."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    )


def _no_providers(given: str, reason: str) -> StoreError:
    return StoreError(Problem("E-DESK-OIDC", f"{OIDC_FILE} {shown(given, 200)} {reason}", _SOURCE))


def check_address(address: str, hosts: Sequence[str]) -> None:
    """See that *address*, with which links of letters begin, is one that a site of *hosts* answers to (T-79).

    Raises `StoreError` E-REGISTER-ADDRESS.  A command answers to no host, and is not asked for them.
    """
    host = urlsplit(address).netloc.rpartition("@")[2]
    name = host if host.endswith("]") else re.sub(r":[0-9]+$", "", host)
    if address and not validate_host(name.lower(), hosts):
        message = f"{pages.VARIABLE} {shown(address)} names a host that PORTBOOK_HOSTS does not"
        raise StoreError(Problem("E-REGISTER-ADDRESS", message, _SOURCE))


def proxies() -> int:
    """Return how many proxies stand before the site and say who the client is (T-84)."""
    given = os.environ.get(PROXIES, "0")
    if not re.fullmatch(r"[0-9]", given, re.ASCII):
        raise StoreError(
            Problem("E-DESK-PROXIES", f"{PROXIES} {shown(given)} is no number from 0 to 9", _SOURCE)
        )
    return int(given)


def mail() -> tuple[str, str, int]:
    """Return how letters with codes are sent: Django's back end, and the server's host and port."""
    server = os.environ.get(SMTP, "")
    if not server:
        return "portbook.desk.accounts.letters_to_log.Backend", "", 0
    host, _, port = server.rpartition(":")
    if not host or not port.isdigit():
        raise StoreError(Problem("E-DESK-SMTP", f"{SMTP} {shown(server)} is not HOST:PORT", _SOURCE))
    return "django.core.mail.backends.smtp.EmailBackend", host, int(port)
