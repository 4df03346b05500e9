"""Letters: nothing from outside adds a header, hides a character or makes one too long (T-32, T-64)."""

from __future__ import annotations

import re

import pytest

from portbook.register import letters
from portbook.register.models import MAX_NAME, MAX_TEXT
from portbook.states import ApplicationState

HOSTILE = "x\r\nBcc: all@tide.example\r\n\r\nHello\u202e\x00\x1b[2J"


def facts(kind: str, text: str) -> dict[str, str]:
    """Every fact that a letter names, each *text*."""
    return dict.fromkeys(re.findall(r"\{(\w+)\}", "".join(letters.LETTERS[kind])), text)


@pytest.mark.parametrize("kind", letters.LETTERS)
def test_no_letter_takes_a_header_from_its_facts(kind: str) -> None:
    letter = letters.written(kind, facts(kind, HOSTILE))
    assert letter.subject.isprintable()
    assert not set(letter.body) & {"\r", "\x00", "\x1b", "\u202e"}


@pytest.mark.parametrize("kind", letters.LETTERS)
@pytest.mark.parametrize("text", ["y" * 50_000, "\x1b" * 50_000, "y\n" * 50_000])
def test_a_letter_fits_the_outbox(kind: str, text: str) -> None:
    letter = letters.written(kind, facts(kind, text))
    assert len(letter.subject) <= letters.MAX_SUBJECT < MAX_NAME
    assert len(letter.body) < MAX_TEXT


@pytest.mark.parametrize("kind", letters.LETTERS)
def test_each_letter_reads_as_sentences(kind: str) -> None:
    """Whatever fact is missing, no paragraph stands empty or for nothing, and none ends without its stop."""
    given = {**facts(kind, "Something"), **dict.fromkeys(("words", "findings", "reason"), "")}
    letter = letters.written(kind, given)
    assert "operator" not in letter.subject + letter.body
    for part in letter.body.strip().split("\n\n"):
        assert part.strip(" \n-")
        assert part.endswith((".", "?", ":", "Something")), part
    steps = {"what": "A", "word": "new", "next": letters.NEXT[ApplicationState.NEW]}
    moved = letters.written("moved on", steps)
    assert "Next: the registry looks at it.\n" in moved.body


def test_every_state_says_what_follows() -> None:
    assert set(letters.NEXT) == set(ApplicationState)
