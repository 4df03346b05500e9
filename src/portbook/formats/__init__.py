"""The formats: one table of them, and read, write, detect, losses, project over it.

Each is a module (or package) of its own with `read(bytes) -> Edition`, `write(edition) -> bytes` (unless it
is only read), `LOSSES` (the parts that it cannot hold, by name) and `project(edition)`, which drops exactly
those, so that `read(write(e)) == project(e)`.  Loaded on first use.
"""

import os
import re
from importlib import import_module
from types import ModuleType
from typing import NamedTuple, cast

from portbook.edition import Edition
from portbook.errors import FormatError, Problem, shown
from portbook.formats.limits import MAX_BYTES, MAX_FIELD, checked_ranges, checked_size


class Format(NamedTuple):
    """A format that editions are published in."""

    name: str  # as on the command line
    module: str
    suffix: str
    media_type: str
    writable: bool
    title: str


FORMATS = {
    form.name: form
    for form in (
        Format("xml", "iana_xml", ".xml", "application/xml", True, "IANA's XML"),
        Format("csv", "iana_csv", ".csv", "text/csv; charset=utf-8", True, "IANA's CSV"),
        Format("txt", "iana_txt", ".txt", "text/plain; charset=utf-8", True, "IANA's plain text"),
        Format("html", "iana_html", ".xhtml", "application/xhtml+xml", True, "IANA's page"),
        Format("json", "edition_json", ".json", "application/json", True, "Portbook's lossless JSON"),
        Format("json2015", "json2015", ".json", "application/json", False, "the 2015 package's JSON"),
    )
}
_PAGE = re.compile(rb"(<\?xml[^>]*>\s*)?(<!DOCTYPE html|<html)", re.IGNORECASE)
_PACKED = {  # what other programs put first
    b"\xfd7zXZ\0": "xz",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"PK\x03\x04": "zip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf": "7-Zip",
}
_PLAIN_TEXT = (
    b"Service Name and Transport",
    b"Internet Assigned Numbers Authority",
)  # or by its first heading


def named(name: str) -> Format:
    """Return the format called *name*; raise `FormatError` E-FORMAT-UNKNOWN for any other name."""
    if form := FORMATS.get(name):
        return form
    message = f"format {shown(name)} is none of {', '.join(FORMATS)}"
    raise FormatError(Problem("E-FORMAT-UNKNOWN", message, "docs/formats.md"))


def detect(data: bytes) -> str:
    """Return the name of the format that *data* shows to be in; raise `FormatError` E-FORMAT-UNKNOWN."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if _PAGE.match(head):
        return "html"
    if head.startswith(b"<") and re.search(rb"<registry[ \t\r\n>]|<\?xml", head):
        return "xml"
    if head.startswith(b"{"):
        return "json"
    if re.match(rb"\[\s*(\{|\]|\Z)", head):
        return "json2015"
    if head.startswith(_PLAIN_TEXT):
        return "txt"
    if head[:12].lower() == b"service name":
        return "csv"
    if re.search(rb"\r?\n\r?\n   Last Updated\r?\n", data[:MAX_FIELD]):  # of another title
        return "txt"
    start = head[:40].decode("utf-8", "backslashreplace")
    what = f"a file that begins {shown(start)}" if head else "an empty file"
    message = f"{what} is none of {', '.join(FORMATS)}"
    if packer := next((name for magic, name in _PACKED.items() if data.startswith(magic)), ""):
        message = f"the file is packed by {packer}; unpack it first"
    raise FormatError(Problem("E-FORMAT-UNKNOWN", message, "docs/formats.md"))


def read(source: bytes | str | os.PathLike[str], name: str | None = None) -> Edition:
    """Return the edition that *source* holds: the bytes of a file, or the path of one.

    The format is the one called *name*, or what the content shows.  Raises `FormatError` for a file that is
    not what it claims, is not well formed, or is beyond the limits, OSError for one that cannot be opened.
    """
    data = source if isinstance(source, bytes) else _bytes_of(source)
    edition = cast(Edition, _module(named(name or detect(data))).read(data))
    ranges = (record.ports for record in edition.records if record.port_number and "-" in record.port_number)
    checked_ranges(ports.high - ports.low + 1 for ports in ranges if ports)
    return edition


def write(edition: Edition, name: str, **options: object) -> bytes:
    """Return *edition* written in the format called *name*; *options* are those of its module.

    Raises `FormatError` E-FORMAT-READONLY for a format that is only read, and the format's own errors.
    """
    form = named(name)
    if not form.writable:
        message = f"format {form.name!r} is read, not written"
        raise FormatError(Problem("E-FORMAT-READONLY", message, "docs/formats.md"))
    return cast(bytes, _module(form).write(edition, **options))


def losses(name: str) -> tuple[str, ...]:
    """Return the names of the parts of an edition that the format cannot hold."""
    return cast("tuple[str, ...]", _module(named(name)).LOSSES)


def project(edition: Edition, name: str) -> Edition:
    """Return *edition* without what the format cannot hold (`losses`)."""
    return cast(Edition, _module(named(name)).project(edition))


def _bytes_of(path: str | os.PathLike[str]) -> bytes:
    with open(path, "rb") as file:
        return checked_size(file.read(MAX_BYTES + 1))


def _module(form: Format) -> ModuleType:
    return import_module(f"portbook.formats.{form.module}")
