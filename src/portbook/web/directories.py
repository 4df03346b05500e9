"""Directories: the contacts, organisations and references of an edition as lists to search and to page.

A search is plain text anywhere in what a line shows, case and white space ignored, as in the table.  What a page
shows of a line is made by `people` and `citations`.  A value in, values out; no request is known here.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from portbook.mentions import Cited, Mentions, Organisation
from portbook.records import Contact
from portbook.search.queries import MAX_QUERY
from portbook.search.spelling import Spelling
from portbook.web.rows import folded

NEAR = 5  # names offered in place of one that nothing has

Item = TypeVar("Item")


class Listed(NamedTuple):
    """A line of the contact table, or an id that rows mention and no table has."""

    id: str
    contact: Contact | None
    rows: int


class Directory(Generic[Item]):
    """Items in the order to show them; `names` are what each is called, `texts` what a search looks at."""

    def __init__(self, items: Iterable[tuple[Item, str, str]]) -> None:
        found = tuple(items)
        self.items = tuple(item for item, _, _ in found)
        self.names = tuple(name for _, name, _ in found)
        self._texts = tuple(text for _, _, text in found)

    def find(self, search: str) -> tuple[Item, ...]:
        """Return the items that hold *search*; all of them when it is empty."""
        needle = folded(search)
        if not needle:
            return self.items
        compact = needle.replace(" ", "")  # "RFC 8620" finds RFC8620, "Ann Example" Ann_Example
        shapes = {needle, needle.replace(" ", "_"), *({compact} if compact.startswith("rfc") else ())}
        return tuple(
            item
            for item, text in zip(self.items, self._folded, strict=True)
            if any(shape in text for shape in shapes)
        )

    def near(self, text: str) -> tuple[str, ...]:
        """Return a few names that are nearly *text*, or that hold it."""
        if len(text) > MAX_QUERY or not (needle := folded(text)):
            return ()
        found = [*self._spelling.near(text, NEAR), *self._spelling.near(needle.replace(" ", "_"), NEAR)]
        if len(found) < NEAR and len(needle) > 2:
            found += [name for name in self.names if needle in folded(name.replace("_", " "))][:NEAR]
        return tuple(dict.fromkeys(found))[:NEAR]

    @cached_property
    def _folded(self) -> tuple[str, ...]:
        return tuple(map(folded, self._texts))

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self.names)


class Directories:
    """The three directories of an edition, each made when it is first asked for."""

    def __init__(self, mentions: Mentions) -> None:
        self._contacts = mentions.edition.contacts or ()
        self._people = mentions.people
        self._organisations = mentions.organisations
        self._references = mentions.references

    @cached_property
    def people(self) -> Directory[Listed]:
        """Every line of the contact table, and every other id that rows mention, by id, case ignored."""
        rows = {person.id: len(person.records) for person in self._people}
        found = [Listed(contact.id, contact, rows.get(contact.id, 0)) for contact in self._contacts]
        found += [Listed(p.id, None, rows[p.id]) for p in self._people if p.contact is None]
        found.sort(key=lambda listed: (listed.id.casefold(), listed.id))
        return Directory((listed, listed.id, _searched(listed)) for listed in found)

    @cached_property
    def organisations(self) -> Directory[Organisation] | None:
        """By name; None where the edition carries no contacts."""
        if self._organisations is None:
            return None
        return Directory((found, found.name, found.name) for found in self._organisations)

    @cached_property
    def references(self) -> Directory[Cited]:
        """RFCs by number, then the others by label."""
        return Directory((cited, cited.label, cited.label) for cited in self._references)


_MADE: WeakKeyDictionary[Mentions, Directories] = WeakKeyDictionary()


def directories_of(mentions: Mentions) -> Directories:
    """Return the directories of an edition, the same ones at every call."""
    made = _MADE.get(mentions)
    if made is None:
        made = _MADE.setdefault(mentions, Directories(mentions))
    return made


def _searched(listed: Listed) -> str:
    contact = listed.contact
    return f"{listed.id}\n{contact.name or ''}\n{contact.organization or ''}" if contact else listed.id
