"""The command's own errors, and the exit status of every error (docs/errors.md)."""

from portbook.errors import DataMissing, FormatError, PortbookError, Problem, RuleError, StoreError

FOUND = 0
NOT_FOUND = 1  # also: findings
USAGE = 2
NO_DATA = 3  # missing, unreadable, or not to be written


class UsageError(PortbookError):
    """The command was called in a way that it does not understand."""


STATUSES: tuple[tuple[type[PortbookError], int], ...] = (
    (UsageError, USAGE),
    (RuleError, USAGE),
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


def _position(error: PortbookError) -> tuple[int, ...]:
    if not isinstance(error, FormatError) or error.line is None:
        return ()
    return (error.line,) if error.column is None else (error.line, error.column)
