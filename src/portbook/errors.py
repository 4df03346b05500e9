"""What can go wrong, as data first and as exceptions second.

A `Problem` is a broken rule that a page, a JSON answer, a mail and a terminal can show in the same
words.  The exceptions carry one each.  Every code that the package uses is in `docs/errors.md`;
a test compares the two.  Knows nothing of ports, files or requests.
"""

from dataclasses import dataclass


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
    """Return *text* quoted for a message: control characters as escapes, never longer than *limit* + 3."""
    return repr(text if len(text) <= limit else text[:limit] + "...")
