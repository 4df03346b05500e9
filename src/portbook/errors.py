"""What can go wrong, as data first and as exceptions second.

A `Problem` is a broken rule that a page, a JSON answer, a mail and a terminal can show in the same
words.  The exceptions carry one each.  Every code that the package uses is in `docs/errors.md`;
a test compares the two.  Knows nothing of ports, files or requests.
"""

import re
from dataclasses import dataclass

# What is never sent to a page or a terminal, because it cannot be seen there or would be obeyed (T-35, T-36).
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069"  # direction of writing, zero width, separators of lines
    "\ufeff\ufff9-\ufffb"  # byte order mark, interlinear annotation
    "\ud800-\udfff]"  # halves of pairs: file names that are not UTF-8; no encoding has them
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that a text, a file or a request breaks."""

    code: str  # "E-NAME-CHAR": stable; programs and documents key on it
    message: str  # for people: quotes the offending text, then the reason
    source: str  # "RFC 6335 section 5.1", or the limit or format that says so

    def __str__(self) -> str:
        return f"{self.message} ({self.code}, {self.source})"


class PortbookError(Exception):
    """Anything that Portbook refuses; `problem` says what and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class RuleError(PortbookError, ValueError):
    """A value that the rules refuse, such as a port of 65536."""


class FormatError(PortbookError, ValueError):
    """A file that cannot be read as what it claims, or an edition that a format cannot hold.

    `line` and `column` count from 1; both are None where the fault has no place of its own.
    """

    def __init__(self, problem: Problem, line: int | None = None, column: int | None = None) -> None:
        super().__init__(problem)
        self.line = line
        self.column = column


class DataMissing(PortbookError, LookupError):
    """No edition, no look-up table, or not the one that was asked for."""


class StoreError(PortbookError, OSError):
    """The store or a file of it is damaged, too new, or cannot be written."""


def shown(text: str, limit: int = 60) -> str:
    """Return *text* quoted for a message, control characters as escapes.

    What stands between the quotes has at most *limit* characters, and "..." where more was cut off.
    """
    kept = text[:limit]
    while len(repr(kept)) > limit + 2:  # an escape is longer than its character; none is cut in two
        kept = kept[:-1]
    return repr(kept if len(kept) == len(text) else kept + "...")


def visible(text: str, keep: str = "") -> str:
    r"""Return *text* with each character that cannot be seen, but those in *keep*, as "\x1b" or "\u202e"."""
    if text.isprintable():
        return text
    return _UNSEEN.sub(lambda match: match[0] if match[0] in keep else _escape(ord(match[0])), text)


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
