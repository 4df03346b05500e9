"""Postings: the words of an edition, and which rows have them, as `search` ranks them.

A posting is one number: how good a match a word is for a group of rows in its high bits, the number of the
group in its low bits.  Groups are numbered in the order of preference (names to use, then aliases, then
rows without a name; each in registry order), so sorting postings ranks answers.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from enum import IntEnum
from operator import attrgetter
from typing import NamedTuple

from portbook.edition import Edition
from portbook.names import fold
from portbook.numbers import Ports
from portbook.records import Record, Reference
from portbook.search.queries import search_fold, words_of

GROUP = (1 << 20) - 1  # the low bits: the number of the group; more groups than an edition may have rows
LENGTH = 20  # where the length of a name stands in the posting of its beginning: shorter names first
MATCH = 28  # from here on, the Match
BEGINNING = 1 << MATCH  # added for a word that only begins so: one step worse


class Match(IntEnum):
    """How a group matched, the best first; odd numbers from NAME_WORD on are for words that begin so."""

    NAME = 0
    NAME_PREFIX = 1
    NAME_WORD = 2
    ALIAS = 4
    DESCRIPTION = 6
    NAME_PART = 8
    ASSIGNEE = 10
    CONTACT = 12
    REFERENCE = 14
    SPELLING = 16


_REFERENCES = (
    (Match.ASSIGNEE, attrgetter("assignee")),
    (Match.CONTACT, attrgetter("contact")),
    (Match.REFERENCE, attrgetter("reference")),
)


class Group(NamedTuple):
    """The rows of one service on one port, or of one text without a name on one port or range."""

    name: str | None
    folded: str  # the name as search compares it
    canonical: str | None  # the name to use; another one when `name` is an alias
    port_number: str | None
    ports: Ports | None
    transports: tuple[str, ...]
    records: tuple[Record, ...]


def groups_of(edition: Edition) -> tuple[Group, ...]:
    """Return the rows of *edition* in groups, in order of preference."""
    rows: dict[tuple[str, str | None, str], list[Record]] = defaultdict(list)
    for record in edition.records:
        name = record.service_name or ""
        text = "" if name else str(record.description)
        rows[fold(name), record.port_number, text].append(record)
    groups = [_group(edition, tuple(records)) for records in rows.values()]
    groups.sort(key=lambda group: 2 if group.name is None else int(group.name != group.canonical))
    return tuple(groups)


def _group(edition: Edition, records: tuple[Record, ...]) -> Group:
    first = records[0]
    name = first.service_name or None
    canonical = edition.canonical(name) if name else None
    transports = tuple(dict.fromkeys(record.transport for record in records if record.transport))
    return Group(
        name, search_fold(name or ""), canonical, first.port_number, first.ports, transports, records
    )


def names_of(groups: tuple[Group, ...]) -> list[tuple[str, int]]:
    """Return every name, folded, with the number of its group, sorted; an alias leads to its target too.

    Where that name stands on several ports, an alias leads to the one on its own port (A-13).
    """
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        if group.name:
            numbers[group.folded].append(number)
    found = [(name, number) for name, named in numbers.items() for number in named]
    return sorted({*found, *_aliases(groups, numbers)})


class Words:
    """Words and their postings, to be asked for by a whole word or its beginning."""

    def __init__(self) -> None:
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._sorted: list[str] = []

    def add(self, words: tuple[str, ...], match: Match, number: int) -> None:
        posting = (match << MATCH) | number
        for word in words:
            self._postings[word].append(posting)

    def close(self) -> None:
        """Make ready for questions: no more words are added."""
        self._sorted = sorted(self._postings)

    def find(self, word: str, *, beginning: bool) -> list[int]:
        """Return the postings of *word*, and if it is a *beginning*, those of longer words, a step worse."""
        found = list(self._postings.get(word, ()))
        if beginning:
            start = bisect_left(self._sorted, word)
            end = bisect_left(self._sorted, word + "\U0010ffff", start)
            for longer in self._sorted[start:end]:
                if longer != word:
                    found += [posting + BEGINNING for posting in self._postings[longer]]
        return found


def name_words(groups: tuple[Group, ...]) -> Words:
    """Return the words of every name, and of the aliases that lead to it."""
    words = Words()
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        if group.name:
            numbers[group.folded].append(number)
            words.add(words_of(group.folded), Match.NAME_WORD, number)
    for alias, canonical in _aliases(groups, numbers):
        words.add(words_of(alias), Match.ALIAS, canonical)
    words.close()
    return words


def text_words(edition: Edition, groups: tuple[Group, ...]) -> Words:
    """Return the words of descriptions, assignees, contacts and references."""
    words = Words()
    known: dict[Reference, tuple[str, ...]] = {}
    for number, group in enumerate(groups):
        before: Record | None = None
        for record in group.records:
            if before is None or record.description.parts != before.description.parts:
                words.add(words_of(search_fold(str(record.description))), Match.DESCRIPTION, number)
            for match, column in _REFERENCES:
                references = column(record) or ()
                if before and references == column(before):  # most twins have the very same
                    continue
                for reference in references:
                    if reference not in known:
                        known[reference] = reference_words(edition, reference)
                    words.add(known[reference], match, number)
            before = record
    words.close()
    return words


def cited(record: Record) -> Iterator[Reference]:
    """Yield the references of *record*, those inside its texts too."""
    yield from record.reference
    for text in (record.description, record.assignment_notes, record.unauthorized_use_reported):
        if text is not None:
            yield from text.references


def reference_words(edition: Edition, reference: Reference) -> tuple[str, ...]:
    """The words of a reference: of a person also name and organisation, of an address not its scheme."""
    text = reference.label
    contact = edition.contact(reference.data or "") if reference.type == "person" else None
    if contact:
        text = f"{text} {contact.name or ''} {contact.organization or ''}"
    if reference.type == "uri":
        text = text.partition("://")[2] or text
    return tuple(dict.fromkeys(words_of(search_fold(text))))


def _aliases(groups: tuple[Group, ...], numbers: dict[str, list[int]]) -> Iterator[tuple[str, int]]:
    """Each alias, folded, with the groups of the name to use."""
    for group in groups:
        if group.name and group.canonical and group.name != group.canonical:
            targets = numbers.get(search_fold(group.canonical), [])
            same_port = [target for target in targets if groups[target].port_number == group.port_number]
            for target in same_port or targets:
                yield group.folded, target


def cited_key(reference: Reference) -> str:
    """An RFC or a draft as a query names it: "rfc8620", "draft-..."; "" for anything else."""
    if reference.type not in ("rfc", "draft"):
        return ""
    key = search_fold(reference.data or reference.label)
    if reference.type == "draft":  # approved ones are called "RFC-ietf-..."
        key = "draft-" + key.removeprefix("rfc-").removeprefix("draft-")
    return key


def cites(record: Record, reference: str) -> bool:
    keys = map(cited_key, cited(record))
    return any(
        key.startswith(reference) if reference.startswith("draft-") else key == reference for key in keys
    )
