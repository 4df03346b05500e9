"""What the exports of whole records ask first: text that is Unicode, and a package that may not be there."""

from collections.abc import Iterator
from contextlib import contextmanager

from portbook.errors import DataMissing, FormatError, Problem, shown


@contextmanager
def whole_characters() -> Iterator[None]:
    """Turn Python's refusal of half a surrogate pair into `FormatError` E-EXPORT-TEXT; no file holds one."""
    try:
        yield
    except UnicodeEncodeError as error:
        place = str(error.object)[max(0, error.start - 20) : error.end]
        message = f"text {shown(place)} holds half of a surrogate pair"
        raise FormatError(Problem("E-EXPORT-TEXT", message, "docs/exports.md")) from None


def lacking(package: str, remedy: str = "install portbook[tables]") -> DataMissing:
    """Return the error for an export whose *package* is not installed."""
    return DataMissing(
        Problem("E-EXPORT-PACKAGE", f"this export needs {package}: {remedy}", "docs/exports.md")
    )
