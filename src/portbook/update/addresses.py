"""Where an update may go: an https URL, its redirects, and the addresses of its host, looked up once (T-23).

Text in, values out, but for `looked_up`, which asks the system's resolver.
"""

import re
import socket
import threading
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from portbook.errors import Problem, RuleError, shown
from portbook.numbers import MAX_PORT
from portbook.update.failures import interrupted, refused
from portbook.update.limits import MAX_URL

DEFAULT_URL = (
    "https://www.iana.org/assignments/service-names-port-numbers/service-names-port-numbers.xml"  # R-PUB-5
)
HTTPS_PORT = 443

_URL = re.compile(r"[!-~]+", re.ASCII)  # visible ASCII: no blank, no line end, nothing to be encoded
_HOST = re.compile(r"[0-9a-z](?:[0-9a-z._-]{0,251}[0-9a-z])?|[0-9a-f:.]{2,45}", re.ASCII)
_PORT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)


class Address(NamedTuple):
    """An https URL, taken apart."""

    host: str  # lower case, an IPv6 address without brackets
    port: int
    target: str  # path and query, as they are sent

    @property
    def authority(self) -> str:
        """Host and port as the field `Host` has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS_PORT else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"https://{self.authority}{self.target}"


class Place(NamedTuple):
    """One address of a host, as a socket takes it."""

    family: int
    where: tuple[Any, ...]  # IP address, port, and what IPv6 adds

    @property
    def ip(self) -> str:
        return str(self.where[0])


Resolver = Callable[[str, int], list[Place]]


def checked_url(text: str) -> Address:
    """Return *text* taken apart.  Raises `RuleError` E-UPDATE-URL for all but a plain https URL."""
    if reason := _why_not(text):
        message = f"URL {shown(text, 200)} {reason}; nothing was asked"
        raise RuleError(Problem("E-UPDATE-URL", message, "portbook update --url"))
    return _taken_apart(text)


def redirected(address: Address, location: str | None) -> Address:
    """Return where *location*, from an answer of *address*, leads: to the same host and port, by https.

    Raises `UpdateError` E-UPDATE-REDIRECT for anything else.
    """
    if location is None:
        raise refused("E-UPDATE-REDIRECT", f"a redirect from {address.url} leads nowhere: it has no Location")
    target = urljoin(address.url, location) if _URL.fullmatch(location) else location
    reason = _why_not(target)
    if not reason:
        found = _taken_apart(target)
        if (found.host, found.port) == (address.host, address.port):
            return found
        reason = f"is not at {address.authority}"
    message = f"a redirect from {address.url} is not followed: {shown(location, 200)} {reason}"
    raise refused("E-UPDATE-REDIRECT", message)


def _why_not(text: str) -> str:
    """Why *text* is no URL that an update goes to, or ""."""
    if len(text) > MAX_URL:
        return f"has {len(text)} characters; at most {MAX_URL} are taken"
    if not _URL.fullmatch(text) or "\\" in text:
        return "holds a character that stands in no URL"
    try:
        parts = urlsplit(text)
        host, given = parts.hostname, parts.netloc.rpartition("]")[2].partition(":")[2]
    except ValueError as error:
        return f"cannot be read: {error}"
    if parts.scheme != "https":
        return "does not begin with https://"
    if "@" in parts.netloc:
        return "holds a user or password"
    if not host or not _HOST.fullmatch(host):
        return "names no host in ASCII"
    if parts.netloc.endswith(":") or (given and not (_PORT.fullmatch(given) and int(given) <= MAX_PORT)):
        return f"has no port from 1 to {MAX_PORT}"
    return ""


def _taken_apart(text: str) -> Address:
    parts = urlsplit(text)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.hostname or "", parts.port or HTTPS_PORT, target)


# -- the addresses of a host


def looked_up(host: str, port: int) -> list[Place]:
    """Return the addresses that the system's resolver gives.  Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(Place(family, where) for family, _, _, _, where in found))


def places_of(address: Address, resolver: Resolver, seconds: float, *, public: bool) -> list[Place]:
    """Return the addresses of the host, from one look-up that all attempts then use.

    With *public*, each must be one that the whole Internet can reach: who asks for IANA's site is never led
    into his own network.  Raises `UpdateError`: E-UPDATE-NAME, E-UPDATE-ADDRESS.
    """
    found = _within(seconds, resolver, address)
    if public and (inner := next((place.ip for place in found if not _is_public(place.ip)), None)):
        message = f"host {address.host} has the address {shown(inner)}, which is none of the public Internet"
        raise refused("E-UPDATE-ADDRESS", message)
    return found


def _within(seconds: float, resolver: Resolver, address: Address) -> list[Place]:
    """What *resolver* answers, unless it takes longer: the system's own knows no limit of time."""
    answers: list[list[Place]] = []
    errors: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            answers.append(resolver(address.host, address.port))
        except (OSError, UnicodeError) as error:
            errors.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if answers and answers[0]:
        return answers[0]
    reason = f"no answer in {seconds:g} seconds"
    if errors:
        reason = getattr(errors[0], "strerror", None) or str(errors[0])
    elif answers:
        reason = "it has no address"
    raise interrupted("E-UPDATE-NAME", f"host {shown(address.host)} cannot be found: {reason}")


def _is_public(text: str) -> bool:
    try:
        address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast
