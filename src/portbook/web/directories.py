"""Directories: the contacts, organisations and references of an edition as lists to search and to page.

A search is plain text anywhere in what a line shows, case ignored, as in the table.  What a page shows of a
line is made by `people` and `citations`.  A value in, values out; no request is known here.
"""

from collections.abc import Callable, Iterable
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
    """Items in the order to show them; *name* is what each is called, *text* what a search looks at."""

    def __init__(
        self, items: Iterable[Item], name: Callable[[Item], str], text: Callable[[Item], str] | None = None
    ) -> None:
        self.items = tuple(items)
        self._name = name
        self._text = text or name

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
            found += [name for name in self._names if needle in folded(name.replace("_", " "))][:NEAR]
        return tuple(dict.fromkeys(found))[:NEAR]

    @cached_property
    def _folded(self) -> tuple[str, ...]:
        return tuple(folded(self._text(item)) for item in self.items)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(map(self._name, self.items))

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self._names)


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
        lines: dict[str, list[Contact]] = {}
        for contact in self._contacts:
            lines.setdefault(contact.id, []).append(contact)
        found = [Listed("", contact, 0) for contact in lines.get("", ())]  # before all others
        found += [
            Listed(person.id, contact, len(person.records))
            for person in self._people
            for contact in lines.get(person.id) or (None,)
        ]
        return Directory(found, _id, _searched)

    @cached_property
    def organisations(self) -> Directory[Organisation] | None:
        """By name; None where the edition carries no contacts."""
        if self._organisations is None:
            return None
        return Directory(self._organisations, lambda found: found.name)

    @cached_property
    def references(self) -> Directory[Cited]:
        """RFCs by number, then the others by label."""
        return Directory(self._references, lambda cited: cited.label)


_MADE: WeakKeyDictionary[Mentions, Directories] = WeakKeyDictionary()


def directories_of(mentions: Mentions) -> Directories:
    """Return the directories of an edition, the same ones at every call."""
    made = _MADE.get(mentions)
    if made is None:
        made = _MADE.setdefault(mentions, Directories(mentions))
    return made


def _id(listed: Listed) -> str:
    return listed.id


def _searched(listed: Listed) -> str:
    contact = listed.contact
    return f"{listed.id}\n{contact.name or ''}\n{contact.organization or ''}" if contact else listed.id
