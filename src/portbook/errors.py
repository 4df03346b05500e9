"""What can go wrong, as data first and as exceptions second.

A `Problem` is a broken rule that a page, a JSON answer, a mail and a terminal can show in the same
words.  The exceptions carry one each.  Every code that the package uses is in `docs/errors.md`;
a test compares the two.  Knows nothing of ports, files or requests.
"""

import re
from dataclasses import dataclass

# What is never sent to a page or a terminal, because it cannot be seen there, would be obeyed, or covers its
# neighbours (T-35, T-36): controls, formats, separators of lines, halves of pairs (file names that are not
# UTF-8; no encoding has them), letters that look like nothing, and marks upon marks.
_MARK = "[\u0300-\u034e\u0350-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACK = 4  # marks upon one letter; no script of people's names needs more
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
    f"|(?<={_MARK * _STACK}){_MARK}"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that a text, a file or a request breaks."""

    code: str  # "E-NAME-CHAR": stable; programs and documents key on it
    message: str  # for people: quotes the offending text, then the reason
    source: str  # "RFC 6335 section 5.1", or the limit or format that says so

    def __str__(self) -> str:
        return f"{self.message} ({self.code}, {self.source})"

    def as_json(self) -> dict[str, str]:
        """Return the problem as answers in JSON have it."""
        return {"code": self.code, "message": self.message, "source": self.source}


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
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(lambda match: match[0] if match[0] in keep else _escape(ord(match[0])), text)


def _escape(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
