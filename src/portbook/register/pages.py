"""Pages: where the desk of this register shows what an act is about, and the address at which it stands.

Only paths and one setting: the register runs without a desk, and its letters name pages only where
PORTBOOK_ADDRESS says where they are.  No secret is ever part of such an address (I-11).
"""

import os
import re
from urllib.parse import quote, urlsplit

from django.conf import settings

from portbook.errors import Problem, StoreError, shown
from portbook.numbers import MAX_PORT
from portbook.register.limits import MAX_ADDRESS

VARIABLE = "PORTBOOK_ADDRESS"
HOME = "/desk"

_ADDRESS = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PATHS = {  # by the first word of what an act is about
    "application": "/desk/applications/{}",
    "service": "/desk/entries/{}",
    "port": "/desk/entries/{}",
    "contact": "/desk/contacts/{}",
    "case": "/desk/cases/{}",
    "takeover": "/desk/takeovers/{}",
    "appeal": "/desk/cases?kind=appeals",
    "event": "/desk/events/{}",
    "member": "/desk/people?name={}",
    "term": "/desk/people",
    "registry": "/desk/registry",
    "publication": "/desk/registry",
}
_APPEAL = "/desk/do/file-appeal?decision={}"
_OF_A_LETTER = ("application", "service", "port", "contact", "case", "takeover")  # what holders may see
_PORT = re.compile(r"port ([0-9]{1,5})(?: \([a-z, ]+\))?(?: of (.+))?", re.ASCII | re.DOTALL)


def configured() -> str:
    """Return the address of the site, as "https://ports.example", or "" where none is named.

    Raises `StoreError` E-REGISTER-ADDRESS for one that no letter may name: without TLS, but for this machine.
    """
    given = os.environ.get(VARIABLE, "").removesuffix("/")
    if not given:
        return ""
    if len(given) > MAX_ADDRESS or not _ADDRESS.fullmatch(given):
        raise _no_address(given, "is not written as https://HOST or https://HOST:PORT")
    parts = urlsplit(given)
    if int(parts.netloc.rpartition("]")[2].partition(":")[2] or 443) > MAX_PORT:
        raise _no_address(given, f"names a port above {MAX_PORT}")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise _no_address(given, "is reached without TLS: links of letters need https")
    return given


def site() -> str:
    """Return the address that the settings of this process name, or ""."""
    return str(getattr(settings, VARIABLE, ""))  # the public half has no such setting


def path_of(what: str) -> str:
    """Return the page of *what* an act was about: "application 17", "port 80 of http"; "" for none."""
    kind, _, name = what.partition(" ")
    if port := _PORT.fullmatch(what):
        name = port[2] or port[1]
    return _PATHS.get(kind, "").format(quote(name, safe=""))


def page_of_letter(what: str) -> str:
    """Return the address that a letter about *what* leads to; "" where none is configured."""
    if not site() or not what:
        return ""
    kind = what.partition(" ")[0]
    return f"{site()}{path_of(what) if kind in _OF_A_LETTER else HOME}"


def appeal_against(event: int) -> str:
    """Return the address at which an appeal against the decision of *event* is filed; "" as above."""
    return f"{site()}{_APPEAL.format(event)}" if site() else ""


def _no_address(given: str, reason: str) -> StoreError:
    return StoreError(Problem("E-REGISTER-ADDRESS", f"{VARIABLE} {shown(given)} {reason}", "docs/desk.md"))
