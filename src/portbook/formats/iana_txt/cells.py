"""Records and contacts as cells of the plain text: words parted by single blanks, lines by line feeds.

What is left when a cell is read is its words: where a line ended because it was full, and where because the
text has a break there, cannot be told.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from portbook.records import Break, Contact, Paragraph, Part, Record, Reference, RichText

_BLANKS = re.compile(r"[ \t\r\n]+")


def columns_of_records(records: Sequence[Record]) -> list[list[str]]:
    """Return the twelve columns of cells."""
    texts, plain, labels = cache(_broken), cache(one_line), cache(bracketed)
    contacts = [labels(record.contact) for record in records]
    return [
        [plain(record.service_name or "") for record in records],
        [plain(record.port_number or "") for record in records],
        [plain(record.transport or "") for record in records],
        [texts(record.description) for record in records],
        [
            contact if record.assignee is None else labels(record.assignee)
            for record, contact in zip(records, contacts, strict=True)
        ],
        contacts,
        [plain(record.registration_date or "") for record in records],
        [plain(record.modification_date or "") for record in records],
        [labels(record.reference) for record in records],
        [plain(record.service_code or "") for record in records],
        [texts(record.unauthorized_use_reported) for record in records],
        [texts(record.assignment_notes) for record in records],
    ]


def columns_of_contacts(contacts: Sequence[Contact]) -> list[list[str]]:
    """Return the five columns of the contact table; of several URIs each has a line."""
    return [
        [one_line(f"[{contact.id}]") for contact in contacts],
        [one_line(contact.name or "") for contact in contacts],
        [one_line(contact.organization or "") for contact in contacts],
        ["\n".join(filter(None, map(one_line, contact.uris))) for contact in contacts],
        [one_line(contact.updated or "") for contact in contacts],
    ]


def one_line(text: str) -> str:
    """Return *text* with single blanks for all white space, none at its ends."""
    if " " in text or "\n" in text or "\t" in text or "\r" in text:
        return _BLANKS.sub(" ", text).strip(" ")
    return text


def bracketed(references: Iterable[Reference]) -> str:
    """Return the labels of *references*, each in square brackets."""
    return one_line("".join([f"[{reference.label}]" for reference in references]))


def _shown(part: Part) -> str:
    match part:
        case str():
            return _BLANKS.sub(" ", part)
        case Break():
            return "\n"
        case Reference():
            return _BLANKS.sub(" ", f"[{part.label}]")
        case Paragraph():
            return "".join(map(_shown, part.parts))
        case _:
            return _BLANKS.sub(" ", part.text)


def _broken(text: RichText | None) -> str:
    """Rich text as a cell: a new line at each break, an empty one between paragraphs."""
    if text is None or not text.parts:
        return ""
    if len(text.parts) == 1 and isinstance(text.parts[0], str):
        return one_line(text.parts[0])
    pieces = [""]
    for part in text.parts:
        piece = _shown(part)
        if isinstance(part, Paragraph):
            pieces += [piece, ""]
        else:
            pieces[-1] += piece
    kept = [piece for i, piece in enumerate(pieces) if i % 2 or one_line(piece)]
    return "\n".join(map(one_line, "\n\n".join(kept).split("\n")))
