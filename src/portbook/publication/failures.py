"""Why a publication ends with nothing new; what was served before is served on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portbook.errors import DataMissing, Problem, StoreError, shown

SOURCE = "docs/publication.md"


def refused(code: str, message: str) -> StoreError:
    """Return the error for a publication that is not made."""
    return StoreError(Problem(code, message, SOURCE))


def lacking(package: str, remedy: str = "portbook[publish]") -> DataMissing:
    """Return the error for work that needs a *package* which is not installed."""
    return DataMissing(Problem("E-PUBLISH-PACKAGE", f"this needs {package}: install {remedy}", SOURCE))


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn the system's error, and the store's words for it, into `StoreError` E-PUBLISH-WRITE."""
    try:
        yield
    except OSError as error:
        system = error
        if isinstance(error, StoreError):
            if error.problem.code != "E-STORE-WRITE" or not isinstance(error.__cause__, OSError):
                raise
            system = error.__cause__
        reason = system.strerror or system
        message = (
            f"{shown(str(path), 200)} cannot be written: {reason}; what was published before is served on"
        )
        raise refused("E-PUBLISH-WRITE", message) from error
