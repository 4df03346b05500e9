"""Lines of printable ASCII, for grammars in which a line is an entry and a comment ends with its line.

Published text is put into a comment only: line feeds and tabs as blanks, every other character that is no
printable ASCII as "?" (T-25, T-36).  A comment is cut where the line would be too long, an entry never
(T-26).
"""

import re

MAX_LINE = 127  # bytes with the line feed: musl reads lines of 128 bytes, a NUL included (D-4)
LEAST_COMMENT = 12  # characters: a shorter rest of a comment tells nothing

_BLANKS = re.compile(r"[\t-\r ]+")
_STRANGE = re.compile(r"[^ -~]")
_CUT = "..."


def printable(text: str, limit: int) -> str:
    """Return *text* on one line of at most *limit* characters of printable ASCII, "..." where it was cut."""
    line = text
    if not (text.isascii() and text.isprintable()):
        line = _STRANGE.sub("?", _BLANKS.sub(" ", text).strip(" "))
    return line if len(line) <= limit else line[: limit - len(_CUT)].rstrip(" ") + _CUT


def with_comment(entry: str, comment: str, limit: int = MAX_LINE) -> str:
    """Return *entry*, then *comment* as far as it fits, as a line of at most *limit* bytes."""
    room = limit - len(entry) - len("\t# \n")
    if 0 < len(comment) <= room and comment.isascii() and comment.isprintable():  # nearly all
        return f"{entry}\t# {comment}\n"
    if not comment or (room < LEAST_COMMENT and room < len(comment)):
        return f"{entry}\n"
    told = printable(comment, room)
    return f"{entry}\t# {told}\n" if told else f"{entry}\n"
