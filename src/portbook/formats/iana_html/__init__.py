"""IANA's page, XHTML, both ways (docs/formats.md; R-PUB-5).

Written is one page with all records, all contacts and the footnotes; read are such a page and a page of a
hundred rows as IANA serves them.  `tokens` says what of rich text a page can show, `writer` writes it,
`page` and `reader` read it, `layout` knows the skeleton.  More than a table's text: links keep what
references lead to, line breaks and paragraphs are elements, and white space is as it was.
"""

from collections.abc import Sequence

from portbook.collecting import paused
from portbook.edition import Edition
from portbook.errors import FormatError, Problem, shown
from portbook.formats.columns import header_of, labels_of, titles, value_remarks
from portbook.formats.fragments import Fragments
from portbook.formats.iana_html import writer
from portbook.formats.iana_html.held import Held
from portbook.formats.iana_html.layout import layout_of
from portbook.formats.iana_html.page import read_units
from portbook.formats.iana_html.reader import PageReader
from portbook.formats.iana_html.tokens import Labels, text_of_label
from portbook.formats.limits import MAX_BYTES, MAX_REFERENCES, checked_counts, checked_references, too_large
from portbook.records import PublishedDate, Record

__all__ = ["LOSSES", "project", "read", "write"]

LOSSES = (
    "category", "extras", "extras of records", "extras of contacts", "unknown columns",
    "assignee written out",  # an assignee equal to the contact looks like none (R-PUB-7)
    "attributes of references",
    "references without a link",  # types that lead nowhere, links that a page may not have (T-31)
    "labels with ][ and no link",  # read as two
    "markup inside text",
    "white space around paragraphs",
    "note titles that say Note",
    "empty elements", "empty lists",
    "layout",
)  # fmt: skip

_SOURCE = "docs/formats.md"
_LABELS = Labels(labels_of, text_of_label)


def write(edition: Edition, *, layout: str | None = None, fragments: Fragments | None = None) -> bytes:
    """Return *edition* as IANA's page, in the layout of its date, or of the date *layout*.

    With the *fragments* of another writing, rows that are the same objects are not written anew.  Raises
    `FormatError`: E-HTML-CHARACTER for what XML has no way to write, E-HTML-OPTION, limits of `read`.
    """
    checked_counts(len(edition.records), len(edition.contacts or ()))
    if layout is not None and not PublishedDate(layout).is_valid:
        message = f"layout {shown(layout)} is no date, written YYYY-MM-DD or YYYY-MM"
        raise FormatError(Problem("E-HTML-OPTION", message, _SOURCE))
    date = layout or edition.updated
    form = layout_of(date)

    def check(records: Sequence[Record]) -> None:
        _check_references(records, form.go, edition)

    with paused():
        data = writer.write(edition, titles(header_of(date)), form, check, fragments or Fragments())
    if len(data) > MAX_BYTES:
        raise too_large("E-FILE-SIZE", f"the file would have {len(data)} bytes", MAX_BYTES, "bytes")
    return data


def read(data: bytes) -> Edition:
    """Return the edition that IANA's page shows; of a page among several its own rows, which is remarked.

    Raises `FormatError`: E-FILE-* and E-FIELD-SIZE for limits; E-HTML-DOCTYPE, -SYNTAX, -DEPTH, -PAGE, -HEAD,
    -HEADER, -ROW, -FOOTNOTE with line and column.
    """
    reader = PageReader((titles("new"), titles("old")), _LABELS)
    with paused():
        text = read_units(data, reader.take)
        if not reader.has_records:
            raise FormatError(Problem("E-HTML-PAGE", "the page has no table of IANA's", _SOURCE), 1, 1)
        remarks = [*reader.remarks, *value_remarks(reader.records)]
    if '<div class="pagination">' in text and "page=" in text:
        message = "the page is one of several; the rows, contacts and footnotes of the others are not here"
        remarks.insert(0, Problem("F-HTML-PAGES", message, _SOURCE))
    if text.startswith("\ufeff"):
        remarks.insert(0, Problem("F-BOM", "the file starts with a byte order mark", _SOURCE))
    return Edition(
        tuple(reader.records),
        title=reader.title or None,
        updated=reader.updated,
        reference=reader.reference,
        experts=reader.experts,
        notes=tuple(reader.notes) or None,
        contacts=tuple(reader.contacts) or None,
        footnotes=tuple(reader.footnotes) or None,
        remarks=tuple(remarks),
    )


def project(edition: Edition, layout: str | None = None) -> Edition:
    """Return *edition* without what its page cannot show (`LOSSES`)."""
    held = Held(layout_of(layout or edition.updated).go, _LABELS)
    return Edition(
        tuple(map(held.record, edition.records)),
        title=edition.title or None,
        updated=edition.updated or None,
        reference=held.references(edition.reference or ()) or None,
        experts=held.text(edition.experts),
        notes=tuple(map(held.note, edition.notes or ())) or None,
        contacts=tuple(map(held.contact, edition.contacts or ())) or None,
        footnotes=tuple(map(held.footnote, edition.footnotes or ())) or None,
    )


def _check_references(records: Sequence[Record], go: str, edition: Edition) -> None:
    """Raise E-RECORD-REFERENCES for a record that `read` would refuse; of a label with ][ it makes two."""
    lists = {r.contact for r in records} | {r.reference for r in records}
    lists |= {r.assignee for r in records if r.assignee}
    most = max([len(found) + sum([x.label.count("][") for x in found]) for found in lists], default=0)
    if 2 * most <= MAX_REFERENCES:
        return
    held = Held(go, _LABELS)
    for record in records:
        row = held.record(record)
        count = max(len(row.shown_assignee), len(row.contact) + len(row.reference))
        if count > MAX_REFERENCES:
            position = next(i for i, one in enumerate(edition.records, 1) if one is record)
            checked_references(count, f"record {position}")
