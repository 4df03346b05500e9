"""Which rows of a hit are those that tell what was asked, and in which of their columns.

Rows of one service on one port often differ by transport and by whom they name: a person who holds a port on
tcp need not hold it on udp.
"""

from collections.abc import Iterable
from typing import NamedTuple

from portbook.edition import Edition
from portbook.records import Record, Reference
from portbook.search.postings import Match, reference_words
from portbook.search.queries import search_fold, words_of

IN_ROWS = frozenset({Match.DESCRIPTION, Match.ASSIGNEE, Match.CONTACT, Match.REFERENCE})
PEOPLE = frozenset({Match.ASSIGNEE, Match.CONTACT})


class Asked(NamedTuple):
    """A word of a query, whether it may be a beginning, and where a hit has it at its best."""

    word: str
    beginning: bool
    match: Match


def telling(
    records: tuple[Record, ...], asked: Iterable[Asked], edition: Edition
) -> tuple[tuple[Record, ...], tuple[Match, ...]]:
    """Return the rows that have every word *asked*, else those that have any, and who of them is named so.

    The second is () when no word is that of a person: else assignee, contact or both.
    """
    wanted = [each for each in asked if each.match in IN_ROWS]
    people = [each for each in wanted if each.match in PEOPLE]
    kept = records
    if any(_told(record) != _told(records[0]) for record in records[1:]):  # most twins say the very same
        held = [sum(_has(_words(record, edition), each) for each in wanted) for record in records]
        kept = tuple(record for record, count in zip(records, held, strict=True) if count == max(held))
    columns = (
        (Match.ASSIGNEE, [record.assignee or () for record in kept]),
        (Match.CONTACT, [record.contact for record in kept]),
    )
    named = (match for match, cells in columns if _any_names(cells, people, edition))
    return kept, tuple(named) if people else ()


def _told(record: Record) -> tuple[object, ...]:
    return record.description.parts, record.assignee, record.contact, record.reference


def _any_names(cells: Iterable[tuple[Reference, ...]], people: list[Asked], edition: Edition) -> bool:
    words = {
        word for cell in dict.fromkeys(cells) for each in cell for word in reference_words(edition, each)
    }
    return any(_has(words, each) for each in people)


def _words(record: Record, edition: Edition) -> set[str]:
    """The words of a row that a search looks at, but for its name."""
    found = set(words_of(search_fold(str(record.description))))
    for reference in (*(record.assignee or ()), *record.contact, *record.reference):
        found.update(reference_words(edition, reference))
    return found


def _has(words: set[str], asked: Asked) -> bool:
    return asked.word in words or (asked.beginning and any(word.startswith(asked.word) for word in words))
