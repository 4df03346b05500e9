"""Texts from outside in messages, pages and terminals: quoted, cut, and nothing sent that cannot be seen."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portbook.cli import plain
from portbook.errors import shown, visible
from portbook.web.texts import page_text

EVERY = [chr(code) for code in range(sys.maxunicode + 1)]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("x" * 60, repr("x" * 60)),
        ("x" * 61, repr("x" * 60 + "...")),
        ("\x1b" * 15, repr("\x1b" * 15)),
        ("\x1b" * 16, repr("\x1b" * 15 + "...")),
        ("x" * 57 + "\x1b", repr("x" * 57 + "...")),  # no escape is cut in two
        ("\U000e0001" * 60, repr("\U000e0001" * 6 + "...")),
        ("", "''"),
    ],
)
def test_length_of_a_text_in_a_message(text: str, expected: str) -> None:
    assert shown(text) == expected


@given(st.text() | st.text("\x00\\'\"\u202e", max_size=80), st.integers(0, 80))
def test_a_text_in_a_message_is_never_longer_than_said(text: str, limit: int) -> None:
    quoted = shown(text, limit)
    assert len(quoted) <= limit + len("'...'")
    assert quoted.isprintable()
    assert (quoted == repr(text)) == (len(repr(text)) <= limit + 2) or text.endswith("...")


def test_what_is_never_sent() -> None:
    changed = {character for character in EVERY if visible(character) != character}
    kinds = {c for c in EVERY if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")}
    marks = {c for c in EVERY if "VARIATION SELECTOR" in unicodedata.name(c, "")}
    blank = {*"\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0"}  # letters without a shape
    known = kinds | marks | blank
    assert changed >= known
    assert {unicodedata.category(c) for c in changed - known} <= {"Cn"}  # formats of a later Unicode


def test_marks_upon_marks_are_shown() -> None:
    assert visible("e" + 4 * "\u0301") == "e" + 4 * "\u0301"
    assert visible("e" + 6 * "\u0301") == "e" + 4 * "\u0301" + r"\u0301\u0301"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("a\tb\n", r"a\x09b\x0a"),
        ("\u202e\ud800", r"\u202e\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("é ", "é "),
    ],
)
def test_what_is_sent_instead(text: str, expected: str) -> None:
    assert visible(text) == expected
    assert visible(expected) == expected


def test_what_a_page_keeps() -> None:
    text = "x".join(EVERY)
    assert page_text("a\tb\nc\rd") == "a\tb\nc\\x0dd"
    assert page_text(text) == text.translate({ord(c): visible(c) for c in EVERY if c not in "\t\n"})


def test_the_plain_command_sends_the_same() -> None:
    """It looks at most texts without the pattern, for speed."""
    assert [c for c in EVERY[:0x10000] if plain._shown(c) != visible(c)] == []
