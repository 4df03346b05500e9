"""Lines of printable ASCII, for grammars in which a line is an entry and a comment ends with its line.

Published text is put into a comment only: line feeds and tabs as blanks, every other character that is no
printable ASCII as "?" (T-25, T-36).  A comment is cut where the line would be too long, an entry never
(T-26).
"""

import re
from collections.abc import Sequence

MAX_LINE = 127  # bytes with the line feed: musl reads lines of 128 bytes, a NUL included (D-4)
LEAST_COMMENT = 12  # characters: a shorter rest of a comment tells nothing

_BLANKS = re.compile(r"[\t-\r ]+")
_STRANGE = re.compile(r"[^ -~]")
_CUT = "..."
_AROUND = len("\t# \n")  # characters of a line that has a comment, beside the entry and the comment


def printable(text: str, limit: int) -> str:
    """Return *text* on one line of at most *limit* characters of printable ASCII, "..." where it was cut."""
    line = text
    if not (text.isascii() and text.isprintable()):
        line = _STRANGE.sub("?", _BLANKS.sub(" ", text).strip(" "))
    return line if len(line) <= limit else line[: limit - len(_CUT)].rstrip(" ") + _CUT


def with_comment(entry: str, comment: str, limit: int = MAX_LINE) -> str:
    """Return *entry*, then *comment* as far as it fits, as a line of at most *limit* bytes."""
    room = limit - len(entry) - _AROUND
    if not comment or (room < LEAST_COMMENT and room < len(comment)):
        return f"{entry}\n"
    told = printable(comment, room)
    return f"{entry}\t# {told}\n" if told else f"{entry}\n"


def with_comments(entries: Sequence[str], comments: Sequence[str], limit: int = MAX_LINE) -> list[str]:
    """Return `with_comment` of each of *entries*; nearly all comments stand in their line as they are."""
    others = {text for text in set(comments) if not (text and text.isascii() and text.isprintable())}
    room = limit - _AROUND
    return [
        f"{entry}\t# {comment}\n"
        if len(entry) + len(comment) <= room and comment not in others
        else with_comment(entry, comment, limit)
        for entry, comment in zip(entries, comments, strict=True)
    ]
