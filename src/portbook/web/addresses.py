"""Addresses: of a search, of the JSON behind a page, and of what references point to outside.

Those of ports, services and rows are `portbook.answers`'.  An address that comes from data is followed only
in the schemes listed here (T-31, T-32).
"""

import re
from urllib.parse import urlencode, urlsplit

from portbook.records import Reference

API = "/v1"
FOLLOWED = frozenset({"http", "https"})  # schemes of links from data

_RFC = re.compile(r"(rfc|bcp|std)0*([1-9][0-9]{0,5})", re.ASCII)
_ERRATA = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
_DRAFT = re.compile(r"(?:RFC-|draft-)?([A-Za-z0-9][A-Za-z0-9._-]{2,99})", re.ASCII)
_REGISTRY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)


def of_search(text: str, limit: int | None = None) -> str:
    """The address of a search; *limit* is the API's alone."""
    asked = {"q": text} if limit is None else {"q": text, "limit": str(limit)}
    return f"/search?{urlencode(asked)}"


def of_json(path: str) -> str:
    """The address of the JSON that says the same as the page at *path*."""
    return API + path


def of_reference(reference: Reference) -> str:
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
            return data if is_followed(data) else ""
    return ""


def is_followed(address: str) -> bool:
    """Say whether a link from data may be followed: http or https, a host, no blank, no control character."""
    if re.search(r"[\x00-\x20\x7f-\x9f\\]", address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme.lower() in FOLLOWED and bool(parts.netloc)
