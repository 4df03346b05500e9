"""The words of a query marked in what was found: text in parts, each marked or not, for a template to show."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from portbook.search import PART
from portbook.search.queries import Query, search_fold

_WORD = re.compile(r"([^\W_]+)")


class Part(NamedTuple):
    """A stretch of text, and whether the query has it."""

    text: str
    is_marked: bool


def marked(text: str, query: Query) -> tuple[Part, ...]:
    """Return *text* in parts, those marked that *query* asks for, compared as a search compares.

    A word that the query has whole or as a beginning; also inside of a word, from `PART` characters on.
    """
    parts: list[Part] = []
    for part in _parts(text, query):
        if parts and parts[-1].is_marked == part.is_marked:
            parts[-1] = Part(parts[-1].text + part.text, part.is_marked)
        elif part.text:
            parts.append(part)
    return tuple(parts)


def _parts(text: str, query: Query) -> Iterator[Part]:
    for number, piece in enumerate(_WORD.split(text)):
        place = _place(search_fold(piece), query) if number % 2 else None
        if not place:
            yield Part(piece, False)
        elif len(search_fold(piece)) != len(piece):  # places do not tell, where folding made it longer
            yield Part(piece, True)
        else:
            start, end = place
            yield from (Part(piece[:start], False), Part(piece[start:end], True), Part(piece[end:], False))


def _place(word: str, query: Query) -> tuple[int, int] | None:
    """Where *word* has a word of the query, the longest first."""
    for wanted in sorted(query.words, key=len, reverse=True):
        beginning = query.prefixes[query.words.index(wanted)]
        if word == wanted or (beginning and word.startswith(wanted)):
            return 0, len(wanted)
        if len(wanted) >= PART and (at := word.find(wanted)) >= 0:
            return at, at + len(wanted)
    return None
