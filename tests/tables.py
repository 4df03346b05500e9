"""Editions and their look-up tables for the tests of `lookup`, `lookup_table` and the plain command."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import lzma
import re
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

from portbook import formats
from portbook.edition import Edition
from portbook.lookup_table import compile_table
from portbook.records import PublishedDate, Record, rich
from portbook.store.edition_files import EMBEDDED

DIGEST = "00" * 32
NAMESPACE = "{http://www.iana.org/assignments}"

Scan = list[tuple[str, int, int, str]]  # name, lowest and highest port, transport; in registry order


def row(
    name: str | None, number: str | None, transport: str | None, text: str = "x", note: str = ""
) -> Record:
    return Record(name, number, transport, rich(text), assignment_notes=rich(note) if note else None)


SMALL = Edition(
    (
        row("ftp-data", "20", "tcp", "File Transfer"),
        row("web", "80", "tcp"),
        row("web", "80", "udp"),
        row("www", "80", "tcp", note='This is a duplicate of the "web" service'),
        row("www-web", "80", "tcp"),
        row(None, "81", "tcp", "Unassigned"),
        row("cl-1", "172", "tcp"),
        row("cl/1", "172", "tcp", note='This entry is an alias to "cl-1".'),
        row("any", "3322-3325", None),
        row("x11", "6000-6003", "tcp"),
        row("x11", "6000-6003", "udp"),
        row("inner", "6002", "tcp"),
        row(None, "7000-7009", None, "Unassigned"),
        row(None, "49151", None, "IANA Reserved"),
        row("no-port", None, "tcp"),
    ),
    updated=PublishedDate("2099-02-03"),
)


def small_table() -> bytes:
    return compile_table(SMALL, "2099-02-03", DIGEST)


@cache
def newest_embedded() -> tuple[Edition, bytes, Scan]:
    """The newest embedded edition, its table, and a plain reading of its bytes by the csv module."""
    listed = json.loads((EMBEDDED / "editions.json").read_text(encoding="utf-8"))["editions"]
    newest = max(listed, key=lambda item: item["date"])
    data = lzma.decompress((EMBEDDED / newest["file"]).read_bytes())
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    found = [scanned(r["Service Name"], r["Port Number"], r["Transport Protocol"]) for r in rows]
    edition = formats.read(data, newest["format"])
    return edition, compile_table(edition, newest["id"], hashlib.sha256(data).hexdigest()), found


@cache
def published(path: Path) -> tuple[Edition, bytes, Scan]:
    """A published XML, its table, and a plain reading of its bytes by ElementTree."""
    data = lzma.decompress(path.read_bytes())
    found = [
        scanned(*(record.findtext(NAMESPACE + tag) or "" for tag in ("name", "number", "protocol")))
        for record in ET.fromstring(data).iter(NAMESPACE + "record")
    ]
    edition = formats.read(data, "xml")
    return edition, compile_table(edition, path.name[:10], hashlib.sha256(data).hexdigest()), found


def scanned(name: str, number: str, transport: str) -> tuple[str, int, int, str]:
    ends = re.fullmatch(r"([0-9]+)(?:-([0-9]+))?", number)
    low, high = (int(ends[1]), int(ends[2] or ends[1])) if ends else (1, 0)
    return name, low, high, transport
