"""The command's own errors, and the exit status of every error (docs/errors.md).

The numbers themselves are `plain`'s, which must not load this module to know them.
"""

from collections.abc import Iterator

from portbook.cli.plain import FOUND, NO_DATA, NOT_FOUND, USAGE
from portbook.errors import DataMissing, FormatError, PortbookError, Problem, RuleError, StoreError

__all__ = [
    "FOUND",
    "NOT_FOUND",
    "NO_DATA",
    "USAGE",
    "UnwrittenError",
    "UsageError",
    "sentence",
    "sentences",
    "status_of",
    "usage",
]


class UsageError(PortbookError):
    """The command was called in a way that it does not understand."""


class UnwrittenError(PortbookError):
    """A file that the user named cannot be written."""


STATUSES: tuple[tuple[type[PortbookError], int], ...] = (
    (UsageError, USAGE),
    (RuleError, USAGE),
    (UnwrittenError, NO_DATA),
    (FormatError, NO_DATA),
    (DataMissing, NO_DATA),
    (StoreError, NO_DATA),
)


def status_of(error: PortbookError) -> int:
    """Return the exit status that *error* ends the command with."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), NO_DATA)


def usage(message: str, verb: str | None = None) -> UsageError:
    """Return the error for a wrong call; *message* says what is wrong."""
    return UsageError(Problem("E-USAGE", message, f"portbook {verb} --help" if verb else "portbook --help"))


def sentence(error: PortbookError) -> str:
    """Return what standard error says of *error*: the file and the place in it, message, code and source."""
    place = ":".join(map(str, [*getattr(error, "__notes__", ()), *_position(error)]))
    return f"portbook: {place}: {error.problem}" if place else f"portbook: {error.problem}"


def sentences(error: PortbookError) -> Iterator[str]:
    """Yield what standard error says of each problem of *error*: most have one."""
    yield sentence(error)
    place = ":".join(getattr(error, "__notes__", ()))
    for problem in getattr(error, "problems", ())[1:]:
        yield f"portbook: {place}: {problem}" if place else f"portbook: {problem}"


def _position(error: PortbookError) -> tuple[int, ...]:
    if not isinstance(error, FormatError) or error.line is None:
        return ()
    return (error.line,) if error.column is None else (error.line, error.column)
