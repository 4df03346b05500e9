"""Records and contacts as cells of the plain text: words parted by single blanks, lines by line feeds.

What is left when a cell is read is its words: where a line ended because it was full, and where because the
text has a break there, cannot be told.
"""

import re
from collections.abc import Iterable, Sequence

from portbook.formats.fragments import once_each
from portbook.records import Break, Contact, Paragraph, Part, Record, Reference, RichText

_BLANKS = re.compile(r"[ \t\r\n]+")


def columns_of_records(records: Sequence[Record]) -> list[list[str]]:
    """Return the twelve columns of cells."""
    contacts = [record.contact for record in records]
    assignees = [record.contact if record.assignee is None else record.assignee for record in records]
    return [
        once_each([record.service_name for record in records], _plain),
        once_each([record.port_number for record in records], _plain),
        once_each([record.transport for record in records], _plain),
        once_each([record.description.parts for record in records], _broken),
        once_each(assignees, bracketed),
        once_each(contacts, bracketed),
        once_each([record.registration_date for record in records], _plain),
        once_each([record.modification_date for record in records], _plain),
        once_each([record.reference for record in records], bracketed),
        once_each([record.service_code for record in records], _plain),
        once_each([record.unauthorized_use_reported for record in records], _text),
        once_each([record.assignment_notes for record in records], _text),
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


def _plain(text: str | None) -> str:
    return one_line(text) if text else ""


def _text(text: RichText | None) -> str:
    return _broken(text.parts) if text else ""


def _broken(parts: tuple[Part, ...]) -> str:
    """Rich text as a cell: a new line at each break, an empty one between paragraphs."""
    if not parts:
        return ""
    if len(parts) == 1 and isinstance(parts[0], str):
        return one_line(parts[0])
    pieces = [""]
    for part in parts:
        piece = _shown(part)
        if isinstance(part, Paragraph):
            pieces += [piece, ""]
        else:
            pieces[-1] += piece
    kept = [piece for i, piece in enumerate(pieces) if i % 2 or one_line(piece)]
    return "\n".join(map(one_line, "\n\n".join(kept).split("\n")))
