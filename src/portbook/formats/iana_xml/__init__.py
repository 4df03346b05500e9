"""IANA's XML, both ways, to the byte (docs/formats.md; R-PUB-5 to R-PUB-8).

`canonical` reads by pattern the nine records in ten that stand in IANA's canonical form; what is left, with
an empty element in place of each of those, goes through expat and `elements`.  Every piece that a pattern
takes is a whole, well-formed element, so the document is well formed exactly when the rest is.  `layout`
is what both keep of the form, `writer` writes it back.  Any DOCTYPE is refused; nothing is opened.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

from portbook.collecting import paused
from portbook.edition import Edition
from portbook.errors import FormatError, Problem, shown
from portbook.formats.fragments import Fragments
from portbook.formats.iana_xml import writer
from portbook.formats.iana_xml.canonical import PLACEHOLDER, Canonical
from portbook.formats.iana_xml.elements import ElementReader
from portbook.formats.iana_xml.layout import NAMESPACE, REGISTRY_ID, HeadLayout
from portbook.formats.iana_xml.odd import holds_odd_parts
from portbook.formats.iana_xml.parts import SOURCE, local_name
from portbook.formats.limits import checked_size, decoded
from portbook.records import Contact, Record

__all__ = ["LOSSES", "project", "read", "write"]

LOSSES = ("unknown columns",)
FEW = 100  # rows that are written anew sooner than the bytes that they were read from are looked up
_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']*)[\"']")


def project(edition: Edition) -> Edition:
    """Return *edition* as this format can hold it: without columns that a table had beyond the twelve."""
    if not any(extra.kind == "column" for row in edition.records for extra in row.extras):
        return edition
    records = [
        replace(row, extras=tuple(extra for extra in row.extras if extra.kind != "column"))
        for row in edition.records
    ]
    return replace(edition, records=tuple(records))


def write(edition: Edition, *, fragments: Fragments | None = None) -> bytes:
    """Return *edition* as IANA's XML; reading it back gives `project(edition)`.

    With the *fragments* of another writing, rows that are the same objects are not written anew.  Raises
    `FormatError` E-XML-CHARACTER for a character that XML cannot hold, E-XML-EXTRA for parts that would read
    back as something else: XML of others, kept as it was, can look like the registry's own.
    """
    kept = edition.layout.as_read if isinstance(edition.layout, HeadLayout) else None
    fragments = fragments or Fragments()
    fresh: list[Record | Contact] = []  # rows that nothing was kept of
    as_read: dict[int, bytes] = {}

    def as_read_of(rows: list[Record | Contact]) -> dict[int, bytes]:
        fresh.extend(rows)
        if kept and not as_read and len(rows) > FEW:
            as_read.update(kept.bytes_of())
        return as_read

    data = writer.write(edition, fragments, as_read_of)
    all_fresh = len(fresh) == len(edition.records) + len(edition.contacts or ())
    if holds_odd_parts(edition if all_fresh else _with_rows(edition, fresh), as_read):
        try:
            same = read(data) == project(edition)
        except FormatError:
            same = False
        if not same:
            fragments.forget()
            message = "the edition holds elements or attributes that would read back as something else"
            raise FormatError(Problem("E-XML-EXTRA", message, "docs/formats.md"))
    return data


def _with_rows(edition: Edition, rows: list[Record | Contact]) -> Edition:
    """*edition* with these records and contacts alone."""
    records = tuple([row for row in rows if isinstance(row, Record)])
    return replace(edition, records=records, contacts=tuple([r for r in rows if isinstance(r, Contact)]))


def read(data: bytes) -> Edition:
    """Return the edition that IANA's XML holds; `layout` keeps how it was written.

    Raises `FormatError`: E-FILE-* and E-FIELD-SIZE for limits, E-XML-DOCTYPE, E-XML-SYNTAX with line and
    column, E-XML-ROOT for another kind of document, E-XML-DEPTH.
    """
    _refuse_declarations(data)
    with paused():
        return _edition(data)


def read_by_elements(data: bytes) -> Edition:
    """Return what `read` returns, without patterns: every element through expat.  The measure of `read`."""
    _refuse_declarations(data)
    decoded(data)
    return ElementReader(data).edition(_root(data), Canonical())


def _edition(data: bytes) -> Edition:
    if (
        b"<!" in data or PLACEHOLDER.encode() in data
    ):  # comments and the like could hold what looks like a record
        return read_by_elements(data)
    canonical = Canonical()
    try:
        root = _root(canonical.taken_from(data))
    except (FormatError, UnicodeDecodeError):
        return read_by_elements(data)  # raises again, with the true line and column
    if not canonical.all_stand_in(root):
        return read_by_elements(data)
    return ElementReader(data).edition(root, canonical)


def _refuse_declarations(data: bytes) -> None:
    checked_size(data)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:64]:
        raise FormatError(
            Problem("E-FILE-ENCODING", "the file is UTF-16 or UTF-32; only UTF-8 is read", SOURCE), 1, 1
        )
    declared = _ENCODING.match(data)
    if declared and declared[1].upper() not in (b"UTF-8", b"UTF8", b"US-ASCII"):
        message = f"the file says that it is written in {declared[1]!r}; only UTF-8 is read"
        raise FormatError(Problem("E-FILE-ENCODING", message, SOURCE), 1, 1)
    if (at := data.find(b"<!DOCTYPE")) >= 0:
        line = data.count(b"\n", 0, at) + 1
        message = f"line {line} has a DOCTYPE; the registry has none, and one can name other files"
        raise FormatError(
            Problem("E-XML-DOCTYPE", message, "docs/formats.md"), line, at - data.rfind(b"\n", 0, at)
        )


def _root(data: bytes) -> ET.Element:
    parser = ET.XMLParser(encoding="utf-8")
    try:
        parser.feed(data)
        root = parser.close()
    except ET.ParseError as error:
        line, column = error.position
        message = f"not well formed at line {line}, column {column + 1}: {str(error).partition(':')[0]}"
        raise FormatError(Problem("E-XML-SYNTAX", message, "XML 1.0"), line, column + 1) from None
    except (ValueError, LookupError) as error:
        raise FormatError(Problem("E-XML-SYNTAX", f"not well formed: {error}", "XML 1.0")) from None
    if root.tag != f"{{{NAMESPACE}}}registry" or root.get("id") != REGISTRY_ID:
        message = (
            f"the document is a {shown(local_name(root))} with id {root.get('id')!r:.80}, not the registry"
        )
        raise FormatError(Problem("E-XML-ROOT", f"{message} {REGISTRY_ID!r}", SOURCE))
    return root
