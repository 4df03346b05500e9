"""Addresses: of the site's own pages and files, of the JSON behind a page, and of documents outside.

Every page has two: in the edition that is shown now ("/ports/443"), and dated, for ever
("/editions/2018-10-04/ports/443").  An address that comes from data is followed only in the schemes listed
here (T-31, T-32).
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from django.utils.encoding import iri_to_uri

from portbook.answers import port_address, service_address
from portbook.errors import visible
from portbook.numbers import Ports, Transport
from portbook.records import Reference

API = "/v1"
EDITIONS = "/editions"
CONTACTS = "/contacts"
ORGANISATIONS = "/organisations"
REFERENCES = "/references"
FILES = (
    "/assignments/service-names-port-numbers/service-names-port-numbers"  # IANA's own path, without suffix
)
FOLLOWED = frozenset({"http", "https"})  # schemes of links from data

_RFC = re.compile(r"(rfc|bcp|std)0*([1-9][0-9]{0,5})", re.ASCII)
_ERRATA = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
_DRAFT = re.compile(r"(?:RFC-|draft-)?([A-Za-z0-9][A-Za-z0-9._-]{2,99})", re.ASCII)
_REGISTRY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of the pages of one edition; `root` is "", or "/editions/ID" for the dated ones."""

    root: str = ""

    def to(self, path: str) -> str:
        """The address of the page at *path*, which begins with a slash."""
        return self.root + path

    def port(self, port: int, transport: Transport | None = None) -> str:
        return self.root + port_address(port, transport)

    def ports(self, ports: Ports) -> str:
        """The address of a port, or of the page of a range."""
        return self.port(ports.low) if ports.low == ports.high else self.span(ports)

    def span(self, ports: Ports) -> str:
        """The address of the page of a range, be it of one port."""
        return self.asked(self.to("/ports"), f"from={ports.low}&to={ports.high}")

    def paged(self, ports: Ports) -> Ports:
        """The range that the page at `span` of *ports* is about: they themselves, where any can be asked."""
        return ports

    def asked(self, base: str, query: str) -> str:
        """The address of the page at *base* with a *query*; "" where nobody answers it."""
        return f"{base}?{query}" if query else base

    def service(self, name: str) -> str:
        return self.root + service_address(name)

    def contact(self, contact_id: str) -> str:
        return f"{self.root}{CONTACTS}/{_segment(contact_id)}"

    def footnote(self, anchor: str) -> str:
        return f"{self.root}{CONTACTS}#{footnote_id(anchor)}"

    def organisation(self, name: str) -> str:
        return f"{self.root}{ORGANISATIONS}/{_segment(name)}"

    def reference(self, label: str) -> str:
        return f"{self.root}{REFERENCES}/{_segment(label)}"

    def search(self, text: str) -> str:
        return f"{self.root}/search?{urlencode({'q': text})}"

    def json(self, path: str) -> str:
        """The address of the JSON that says the same as the page at *path*, which has no root."""
        return self.root + API + path

    def file(self, suffix: str) -> str:
        """The address of the edition as a file, under IANA's name for it."""
        return f"{self.root}{FILES}{suffix}"


def footnote_id(anchor: str) -> str:
    """Return the id that a footnote has on the page of contacts, safe in an address for any anchor."""
    return "footnote-" + re.sub(r"[^A-Za-z0-9]", lambda match: f"-{ord(match[0]):x}-", anchor)


def of_edition(edition_id: str) -> str:
    """The address of the page about an edition; its own pages lie below it."""
    return f"{EDITIONS}/{_segment(edition_id)}"


def of_document(reference: Reference) -> str:
    """Return the address outside that a published reference stands for, or "" when it has none to follow."""
    data = reference.data or ""
    match reference.type:
        case "rfc" if match := _RFC.fullmatch(data.lower()):
            return f"https://www.rfc-editor.org/info/{match[1]}{match[2]}"
        case "rfc-errata" if _ERRATA.fullmatch(data):
            return f"https://www.rfc-editor.org/errata/eid{data}"
        case "draft" if match := _DRAFT.fullmatch(data):
            return f"https://datatracker.ietf.org/doc/draft-{match[1]}/"
        case "registry" if _REGISTRY.fullmatch(data):
            return f"https://www.iana.org/assignments/{data}"
        case "uri":
            return iri_to_uri(data) if is_followed(data) else ""
    return ""


def is_followed(address: str) -> bool:
    """Say whether a link from data may be followed: http or https, a host, no blank, nothing unseen."""
    if re.search(r"[\s\\]", address) or visible(address) != address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme.lower() in FOLLOWED and bool(parts.netloc)


def _segment(text: str) -> str:
    """*text* as one part of an address, slashes escaped; a file's name may hold bytes that are no UTF-8."""
    return quote(text, safe="", errors="surrogateescape")
