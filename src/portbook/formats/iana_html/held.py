"""What a page can show of an edition: the same steps as writing and reading, without the markup between."""

from collections.abc import Iterable

from portbook.formats.iana_html.layout import NOTE
from portbook.formats.iana_html.tokens import (
    Labels,
    person_of_label,
    references_of,
    text_of_tokens,
    tokens_of,
)
from portbook.records import Contact, Footnote, Note, Record, Reference, RichText


class Held:
    """Values as they come back; *go* is what links to RFCs begin with."""

    def __init__(self, go: str, labels: Labels) -> None:
        self._go = go
        self._labels = labels
        self._people = Labels(labels.of, person_of_label)

    def record(self, record: Record) -> Record:
        """Return *record* as its row shows it."""
        contact = self._listed(record.contact, self._people)
        assignee = self._listed(record.shown_assignee, self._people)
        return Record(
            service_name=record.service_name or None,
            port_number=record.port_number or None,
            transport=record.transport or None,
            description=self.text(record.description) or RichText(),
            assignee=None if assignee == contact else assignee,
            contact=contact,
            registration_date=record.registration_date or None,
            modification_date=record.modification_date or None,
            reference=self.references(record.reference),
            service_code=record.service_code or None,
            unauthorized_use_reported=self.text(record.unauthorized_use_reported),
            assignment_notes=self.text(record.assignment_notes),
        )

    def contact(self, contact: Contact) -> Contact:
        """Return *contact* as its row shows it."""
        return Contact(
            contact.id,
            contact.name or None,
            contact.organization or None,
            tuple(filter(None, contact.uris)),
            contact.updated or None,
        )

    def note(self, note: Note) -> Note:
        """Return *note* as the head shows it."""
        title = note.title or NOTE
        return Note(self.text(note.text) or RichText(), None if title == NOTE else title)

    def footnote(self, footnote: Footnote) -> Footnote:
        """Return *footnote* as the page shows it."""
        return Footnote(footnote.anchor, self.text(footnote.text) or RichText())

    def references(self, references: Iterable[Reference]) -> tuple[Reference, ...]:
        """Return *references* as the page lists them."""
        return self._listed(references, self._labels)

    def text(self, text: RichText | None) -> RichText | None:
        """Return *text* as the page shows it; None when nothing is left."""
        if text is None:
            return None
        held = text_of_tokens(tokens_of(text.parts, self._go))
        return held if held.parts else None

    def _listed(self, references: Iterable[Reference], labels: Labels) -> tuple[Reference, ...]:
        return references_of(tokens_of(references, self._go), labels)
