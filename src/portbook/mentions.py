"""Mentions: the people, organisations and references of an edition, and the rows that mention each.

Columns and rich text count alike (R-PUB-6 to 8).  A reference is known by the document that it names, so
"RFC8765, Section 6.1" is RFC8765; a pointer to one of the registry's own footnotes is no reference.  In
editions without a contact table an id is only what was published as label.  Opens nothing.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from portbook.collecting import paused
from portbook.edition import Edition
from portbook.records import Contact, Record, Reference
from portbook.search.postings import cited

_SECTION = r"(?:,? [Ss]ections? .+)?"
_RFC = re.compile(rf"[Rr][Ff][Cc][ -]?0*([1-9][0-9]{{0,5}}){_SECTION}", re.ASCII)
_DRAFT = re.compile(rf"(draft-[A-Za-z0-9._-]+){_SECTION}", re.ASCII)
_VERSIONED = re.compile(r"(?:draft|RFC)-(.+?)(?:-[0-9]{2})?", re.ASCII)  # "RFC-ietf-..." once approved

Value = TypeVar("Value")


class Person(NamedTuple):
    """Somebody of the contact table, or an id that rows mention; `contact` is None where no table has it."""

    id: str
    contact: Contact | None
    records: tuple[Record, ...]


class Organisation(NamedTuple):
    """The contacts of one organisation, and the rows that mention any of them."""

    name: str  # as first spelt
    contacts: tuple[Contact, ...]
    records: tuple[Record, ...]


class Cited(NamedTuple):
    """A document or other thing that rows cite; `label` is unique in its edition."""

    label: str  # on one line: "RFC8620", "draft-herbert-gue-02", or as published
    reference: Reference
    records: tuple[Record, ...]


class Mentions:
    """Who and what the rows of one edition mention.  Made in one pass; never changes after that.

    `people` are in the order of their ids, case ignored; `organisations` by name, None where the edition
    carries no contacts; `references` RFCs by number first, then the others by label.  Records are in
    registry order, each once.
    """

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        with paused():
            rows: dict[Reference, list[int]] = {}
            for number, record in enumerate(edition.records):
                for reference in _mentioned(record):
                    rows.setdefault(reference, []).append(number)
            persons = _rows_of_people(rows)
            self.people = self._people(persons)
            self.organisations = self._organisations(persons)
            self.references, self._cited = self._references(rows)
        self._person = {person.id: person for person in self.people}
        self._folded_person = _first((folded(person.id), person) for person in self.people)
        self._organisation = {folded(found.name): found for found in self.organisations or ()}

    def person(self, person_id: str) -> Person | None:
        """Return the person with that id, else the first whose id differs in case alone, or None."""
        return self._person.get(person_id) or self._folded_person.get(folded(person_id))

    def organisation(self, name: str) -> Organisation | None:
        """Return the organisation of that name, case and white space ignored, or None."""
        return self._organisation.get(folded(name))

    def reference(self, text: str) -> Cited | None:
        """Return what *text* names, or None: "RFC8620", "rfc 08620", "[RFC8620]", a draft, a URI, a label."""
        texts = [text, text.strip()[1:-1]] if text.strip()[:1] == "[" and text.strip()[-1:] == "]" else [text]
        names = [_document(_joined(each)) for each in texts]
        keys = (*names, *map(folded, names))
        return next((found for found in map(self._cited.get, keys) if found), None)

    # -- made once

    def _people(self, persons: dict[str, set[int]]) -> tuple[Person, ...]:
        ids = {*persons, *(contact.id for contact in self.edition.contacts or () if contact.id)}
        contact = self.edition.contact
        return tuple(
            Person(person_id, contact(person_id), self._records(persons.get(person_id, ())))
            for person_id in sorted(ids, key=_by_text)
        )

    def _organisations(self, persons: dict[str, set[int]]) -> tuple[Organisation, ...] | None:
        if self.edition.contacts is None:
            return None
        grouped: dict[str, list[Contact]] = {}
        for contact in self.edition.contacts:
            if name := folded(contact.organization or ""):
                grouped.setdefault(name, []).append(contact)
        found = []
        for name in sorted(grouped):
            contacts = tuple(grouped[name])
            rows = set().union(*(persons.get(contact.id, ()) for contact in contacts))
            found.append(Organisation(_joined(contacts[0].organization or ""), contacts, self._records(rows)))
        return tuple(found)

    def _references(self, rows: dict[Reference, list[int]]) -> tuple[tuple[Cited, ...], dict[str, Cited]]:
        """The references in order, and each under every text that names it: the better text counts first."""
        grouped: dict[str, list[Reference]] = {}
        for reference in rows:
            if reference.type not in ("person", "note") and (label := _label(reference)):
                grouped.setdefault(label, []).append(reference)
        found = []
        for label in sorted(grouped, key=_by_number):
            numbers = {number for reference in grouped[label] for number in rows[reference]}
            found.append(Cited(label, _cited_as(label, grouped[label]), self._records(numbers)))
        named = {item.label: item for item in found}
        named = _first((folded(item.label), item) for item in found) | named
        others = ((text, named[label]) for label in grouped for text in _other_texts(grouped[label]))
        return tuple(found), _first(others) | named

    def _records(self, numbers: Iterable[int]) -> tuple[Record, ...]:
        records = self.edition.records
        return tuple(records[number] for number in sorted(numbers))


def folded(text: str) -> str:
    """Return *text* as ids, names of organisations and labels are looked up: case and white space ignored."""
    return _joined(text).casefold()


def _mentioned(record: Record) -> Iterator[Reference]:
    yield from record.assignee or ()
    yield from record.contact
    yield from cited(record)


def _rows_of_people(rows: dict[Reference, list[int]]) -> dict[str, set[int]]:
    """Every id of a person -> the numbers of the rows that mention it; an empty id names nobody."""
    found: dict[str, set[int]] = {}
    for reference, numbers in rows.items():
        if reference.type == "person" and reference.data:
            found.setdefault(reference.data, set()).update(numbers)
    return found


def _label(reference: Reference) -> str:
    """What a reference is known by: the document that it names, else what is shown of it."""
    data = _joined(reference.data or "")
    if reference.type == "rfc" and data:
        return _document(data.upper())
    if reference.type == "draft" and data:
        return _document(data)
    return _document(_joined(reference.label))


def _document(text: str) -> str:
    """*text* without the section, if it names a section of an RFC or draft; RFCs in one spelling."""
    if match := _RFC.fullmatch(text):
        return f"RFC{match[1]}"
    if match := _DRAFT.fullmatch(text):
        return match[1]
    return text


def _cited_as(label: str, references: list[Reference]) -> Reference:
    """The reference that stands for all *references*: to the whole document, where there is one."""
    if match := _RFC.fullmatch(label):
        return Reference("rfc", f"rfc{match[1]}")
    return next((found for found in references if found.label == label), references[0])


def _other_texts(references: list[Reference]) -> Iterator[str]:
    """Texts, folded, that name what *references* cite, besides its label."""
    for reference in references:
        yield from (folded(text) for text in (reference.label, reference.data, reference.text) if text)
        if reference.type == "draft" and (match := _VERSIONED.fullmatch(reference.data or "")):
            yield folded(f"draft-{match[1]}")


def _by_number(label: str) -> tuple[int, str, str]:
    match = _RFC.fullmatch(label)
    return (int(match[1]), "", "") if match else (1_000_000, *_by_text(label))


def _by_text(text: str) -> tuple[str, str]:
    return text.casefold(), text


def _joined(text: str) -> str:
    return " ".join(text.split())


def _first(pairs: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    """*pairs* as a dictionary; of equal keys the first counts."""
    found: dict[str, Value] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found
