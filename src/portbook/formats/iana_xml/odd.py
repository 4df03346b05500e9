"""Which editions hold parts that XML could say as something else: writing them asks for a second look.

Editions that were read from XML, and all that is made of plain values, hold none; those from JSON may.
"""

from collections.abc import Iterable

from portbook.edition import Edition
from portbook.records import Contact, Markup, Paragraph, Part, Record, Reference, RichText

_EXPECTED = ("section", "lastupdated")


def holds_odd_parts(edition: Edition, as_read: dict[int, bytes]) -> bool:
    """Whether *edition* holds XML of others, or values that no XML reads as; rows in *as_read* are plain."""
    head = [edition.experts, *(note.text for note in edition.notes or ())]
    head += [footnote.text for footnote in edition.footnotes or ()]
    return bool(
        edition.extras
        or () in (edition.reference, edition.notes, edition.footnotes)
        or any(map(_odd_text, head))
        or any(map(_odd_reference, edition.reference or ()))
        or any(_odd_record(record) for record in edition.records if id(record) not in as_read)
        or any(_odd_contact(contact) for contact in edition.contacts or () if id(contact) not in as_read)
    )


def _odd_record(record: Record) -> bool:
    if record.extras:
        return True
    if any(r.type != "person" for r in record.contact) or any(r.type == "person" for r in record.reference):
        return True
    if any(map(_odd_reference, (*(record.assignee or ()), *record.contact, *record.reference))):
        return True
    texts = (record.description, record.unauthorized_use_reported, record.assignment_notes)
    return any(map(_odd_text, texts))


def _odd_contact(contact: Contact) -> bool:
    return bool(contact.extras)


def _odd_reference(reference: Reference) -> bool:
    return reference.text == "" or any(name not in _EXPECTED for name, _ in reference.attributes)


def _odd_text(text: RichText | None) -> bool:
    return text is not None and _odd(text.parts)


def _odd(parts: Iterable[Part]) -> bool:
    """Whether the parts hold markup, an odd reference, or texts that are not in normal form."""
    before: Part | None = None
    for part in parts:
        if isinstance(part, Markup) or part == "" or (isinstance(part, str) and isinstance(before, str)):
            return True
        if isinstance(part, Reference) and _odd_reference(part):
            return True
        if isinstance(part, Paragraph) and _odd(part.parts):
            return True
        before = part
    return False
