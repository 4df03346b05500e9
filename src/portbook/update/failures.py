"""Why an update ends without an edition; what was there before goes on serving."""

from portbook.errors import PortbookError, Problem

SOURCE = "docs/update.md"


class UpdateError(PortbookError):
    """Nothing was fetched, or what was fetched is refused."""


class InterruptedFetch(UpdateError):
    """A failure that may pass: the next attempt may do better."""


def refused(code: str, message: str) -> UpdateError:
    """Return the error for what no further attempt mends."""
    return UpdateError(Problem(code, message, SOURCE))


def interrupted(code: str, message: str) -> InterruptedFetch:
    """Return the error for what a further attempt may mend."""
    return InterruptedFetch(Problem(code, message, SOURCE))
