"""The words of a query marked in what was found: text in parts, each marked or not."""

import re
from typing import NamedTuple

from portbook.search import PART
from portbook.search.queries import Query, search_fold

_WORD = re.compile(r"([^\W_]+)")


class Part(NamedTuple):
    """A stretch of text, and whether the query has it."""

    text: str
    is_marked: bool


class Marker:
    """Marks what a query asks for, compared as a search compares.

    A word that the query has whole or as a beginning; also inside of a word, from `PART` characters on.
    """

    def __init__(self, query: Query) -> None:
        words = zip(query.words, query.prefixes, strict=True)
        self._wanted = sorted(words, key=lambda word: -len(word[0]))  # of two that fit, the longer is marked

    def parts(self, text: str) -> tuple[Part, ...]:
        """Return *text* in parts."""
        whole = search_fold(text)
        if not any(word in whole for word, _ in self._wanted):
            return (Part(text, False),) if text else ()
        found: list[Part] = []
        for number, stretch in enumerate(_WORD.split(text)):
            for part in self._of_word(stretch) if number % 2 else (Part(stretch, False),):
                if found and found[-1].is_marked == part.is_marked:
                    found[-1] = Part(found[-1].text + part.text, part.is_marked)
                elif part.text:
                    found.append(part)
        return tuple(found)

    def _of_word(self, word: str) -> tuple[Part, ...]:
        folded = search_fold(word)
        for wanted, is_beginning in self._wanted:
            at = folded.find(wanted)
            if at < 0 or not (folded == wanted or (is_beginning and at == 0) or len(wanted) >= PART):
                continue
            if len(folded) != len(word):  # places do not tell, where folding made it longer
                return (Part(word, True),)
            end = at + len(wanted)
            return Part(word[:at], False), Part(word[at:end], True), Part(word[end:], False)
        return (Part(word, False),)
