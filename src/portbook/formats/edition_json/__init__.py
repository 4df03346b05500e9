"""Portbook's own JSON: an edition whole, its published layout included, both ways (docs/formats.md).

An object with "format", "version", "head", "records", "contacts", "footnotes", "extras" and "layout"; a
record, contact or footnote a line.  A part that is not there has no key.  Text is a string; rich text that
is more than text is an array of strings and objects with one key.  Since nothing may be lost, nothing is
passed over: what this version does not know is refused.  `values` reads, this module writes.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from portbook.edition import Edition
from portbook.errors import FormatError, Problem, shown
from portbook.formats.columns import value_remarks
from portbook.formats.edition_json.values import FORMAT, VERSION, Values
from portbook.formats.iana_xml.layout import HeadLayout, Layout
from portbook.formats.json_text import read_json
from portbook.formats.limits import MAX_BYTES, MAX_FIELD, checked_counts, checked_references, too_large
from portbook.records import (
    Break,
    Contact,
    Extra,
    Footnote,
    Markup,
    Note,
    Paragraph,
    Part,
    Record,
    Reference,
    RichText,
)

__all__ = ["LOSSES", "project", "read", "write"]

LOSSES: tuple[str, ...] = ()
_SOURCE = "docs/formats.md"


def project(edition: Edition) -> Edition:
    """Return *edition* as this format can hold it: whole."""
    return edition


def read(data: bytes) -> Edition:
    """Return the edition that *data* holds.

    Raises `FormatError`: E-JSON-FORMAT and -VERSION for another kind of file, E-JSON-KEY and -TYPE with the
    place in words, E-JSON-XML for markup that is no element, the limits, and what `read_json` raises.
    """
    edition = read_json(data, Values().edition)
    return replace(edition, remarks=(*edition.remarks, *value_remarks(edition.records)))


def write(edition: Edition) -> bytes:
    """Return *edition* in UTF-8; raise `FormatError` for what could not be read back: E-JSON-TEXT, limits."""
    checked_counts(len(edition.records), len(edition.contacts or ()))
    for position, record in enumerate(edition.records, 1):
        assignee, others = record.assignee or (), len(record.contact) + len(record.reference)
        checked_references(max(len(assignee), others), f"record {position}")
    members = [
        f'"format": "{FORMAT}"',
        f'"version": {VERSION}',
        f'"head": {_text(_head(edition), indent=2)}',
        f'"records": {_lines(map(_record, edition.records))}',
    ]
    if edition.contacts is not None:
        members.append(f'"contacts": {_lines(map(_contact, edition.contacts))}')
    if edition.footnotes is not None:
        members.append(f'"footnotes": {_lines(map(_footnote, edition.footnotes))}')
    if edition.extras:
        members.append(f'"extras": {_lines(map(_extra, edition.extras))}')
    if layout := _layout(edition):
        members.append(f'"layout": {layout}')
    return _checked("{\n" + ",\n".join(members) + "\n}\n")


def _checked(text: str) -> bytes:
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        place = shown(text[max(0, error.start - 20) : error.end])
        message = f"text {place} holds half of a surrogate pair"
        raise FormatError(Problem("E-JSON-TEXT", message, _SOURCE)) from None
    if len(data) > MAX_BYTES:
        raise too_large("E-FILE-SIZE", f"the file would have {len(data)} bytes", MAX_BYTES, "bytes")
    if max(map(len, text.split("\n"))) > MAX_FIELD:
        read(data)  # a field may be too long; the reader says which
    return data


def _text(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _lines(values: Iterable[Any]) -> str:
    """An array with one of *values* a line."""
    lines = ",\n".join(map(_text, values))
    return f"[\n{lines}\n]" if lines else "[]"


def _filled(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object of *pairs*, without those that are None."""
    return {key: value for key, value in pairs if value is not None}


def _head(edition: Edition) -> dict[str, Any]:
    return _filled(
        (
            ("title", edition.title),
            ("category", edition.category),
            ("updated", edition.updated),
            ("reference", None if edition.reference is None else _references(edition.reference)),
            ("experts", _rich_text(edition.experts)),
            ("notes", None if edition.notes is None else [_note(note) for note in edition.notes]),
        )
    )


def _record(record: Record) -> dict[str, Any]:
    return _filled(
        (
            ("service_name", record.service_name),
            ("port_number", record.port_number),
            ("transport", record.transport),
            ("description", _rich_text(record.description) or None),
            ("assignee", None if record.assignee is None else _references(record.assignee)),
            ("contact", _references(record.contact) or None),
            ("registration_date", record.registration_date),
            ("modification_date", record.modification_date),
            ("reference", _references(record.reference) or None),
            ("service_code", record.service_code),
            ("unauthorized_use_reported", _rich_text(record.unauthorized_use_reported)),
            ("assignment_notes", _rich_text(record.assignment_notes)),
            ("extras", [_extra(extra) for extra in record.extras] or None),
        )
    )


def _contact(contact: Contact) -> dict[str, Any]:
    return _filled(
        (
            ("id", contact.id),
            ("name", contact.name),
            ("organization", contact.organization),
            ("uris", list(contact.uris) or None),
            ("updated", contact.updated),
            ("extras", [_extra(extra) for extra in contact.extras] or None),
        )
    )


def _note(note: Note) -> dict[str, Any]:
    return _filled((("title", note.title), ("text", _rich_text(note.text))))


def _footnote(footnote: Footnote) -> dict[str, Any]:
    return {"anchor": footnote.anchor, "text": _rich_text(footnote.text)}


def _extra(extra: Extra) -> dict[str, Any]:
    return {"kind": extra.kind, "name": extra.name, "value": extra.value}


def _references(references: Iterable[Reference]) -> list[dict[str, Any]]:
    return [_reference(reference) for reference in references]


def _reference(reference: Reference) -> dict[str, Any]:
    attributes = [list(pair) for pair in reference.attributes] or None
    return _filled(
        (
            ("type", reference.type),
            ("data", reference.data),
            ("text", reference.text),
            ("attributes", attributes),
        )
    )


def _rich_text(text: RichText | None) -> str | list[Any] | None:
    """Plain text as a string, rich text as a list."""
    if text is None:
        return None
    if not text.parts:
        return ""
    if len(text.parts) == 1 and isinstance(text.parts[0], str):
        return text.parts[0]
    return [_part(part) for part in text.parts]


def _part(part: Part) -> Any:
    match part:
        case str():
            return part
        case Break():
            return {"break": True}
        case Reference():
            return {"reference": _reference(part)}
        case Paragraph():
            return {"paragraph": [_part(inner) for inner in part.parts]}
        case Markup():
            return {"markup": part.xml}


# -- the layout


def _layout(edition: Edition) -> str:
    """The published layout: that of the head, each distinct form of a row once, and the form of each row."""
    forms: dict[Layout, int] = {}
    records = _forms(edition.records, forms)
    contacts = _forms(edition.contacts or (), forms)
    members = []
    if isinstance(kept := edition.layout, HeadLayout):
        head = {"prolog": kept.prolog, "order": kept.order, "spaces": kept.spaces}
        members.append(f'"head": {_text(_filled((head | {"people": kept.people, "end": kept.end}).items()))}')
    if forms:
        listed = [_filled((("order", form.order), ("spaces", form.spaces))) for form in forms]
        members += [f'"forms": {_lines(listed)}', f'"records": {_text(records)}']
        members += [f'"contacts": {_text(contacts)}'] if edition.contacts is not None else []
    return "{\n" + ",\n".join(members) + "\n}" if members else ""


def _forms(rows: Sequence[Record | Contact], forms: dict[Layout, int]) -> list[int | None]:
    """The number of each row's form in *forms*, which grows; None for a row without a layout."""
    return [
        forms.setdefault(row.layout, len(forms)) if isinstance(row.layout, Layout) else None for row in rows
    ]
