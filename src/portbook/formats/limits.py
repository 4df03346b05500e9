"""The limits of every reader, and the one way from bytes to text (T-03 to T-06, I-9)."""

from collections.abc import Iterable

from portbook.errors import FormatError, Problem

MAX_BYTES = 32 * 1024 * 1024  # a file; the real ones have 4 MB
MAX_RECORDS = 300_000
MAX_CONTACTS = 100_000
MAX_RANGED = 2_000_000  # ports that the ranges of all rows cover together; those of a real edition 44,000
MAX_REFERENCES = 64  # assignees, contacts and references of one record together
MAX_FIELD = 16 * 1024  # characters of one field; the longest real one has 1,374
MAX_DEPTH = 16  # nested elements or JSON values; the real files have 5


def checked_size(data: bytes) -> bytes:
    """Return *data* if it is not too large, else raise `FormatError` E-FILE-SIZE."""
    if len(data) > MAX_BYTES:
        raise too_large("E-FILE-SIZE", f"the file has {len(data)} bytes", MAX_BYTES, "bytes")
    return data


def decoded(data: bytes) -> str:
    """Return *data* as text: strict UTF-8, a byte order mark at the start kept as U+FEFF.

    Raises `FormatError` E-FILE-SIZE above `MAX_BYTES` and E-FILE-ENCODING with line and column.
    """
    try:
        return checked_size(data).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        bad = data[error.start : error.start + 4].hex(" ")
        message = f"bytes {bad} at line {line}, byte {column} are not UTF-8"
        raise FormatError(Problem("E-FILE-ENCODING", message, "docs/formats.md"), line, column) from None


def too_large(code: str, what: str, limit: int, unit: str) -> FormatError:
    """Return the error for something beyond a limit."""
    return FormatError(Problem(code, f"{what}; at most {limit} {unit} are read", "docs/limits.md"))


def checked_counts(records: int, contacts: int = 0) -> None:
    """Raise `FormatError` E-FILE-RECORDS or E-FILE-CONTACTS above the limits."""
    if records > MAX_RECORDS:
        raise too_large("E-FILE-RECORDS", f"the file has {records} records", MAX_RECORDS, "records")
    if contacts > MAX_CONTACTS:
        raise too_large("E-FILE-CONTACTS", f"the file has {contacts} contacts", MAX_CONTACTS, "contacts")


def checked_ranges(sizes: Iterable[int]) -> None:
    """Raise `FormatError` E-FILE-RANGES when ranges of these sizes cover more than `MAX_RANGED` ports."""
    total = sum(sizes)
    if total > MAX_RANGED:
        raise too_large("E-FILE-RANGES", f"the ranges of the file cover {total} ports", MAX_RANGED, "ports")


def checked_field(text: str, where: str) -> str:
    """Return *text* if a field may be so long, else raise `FormatError` E-FIELD-SIZE."""
    if len(text) > MAX_FIELD:
        raise too_large("E-FIELD-SIZE", f"{where} has {len(text)} characters", MAX_FIELD, "characters")
    return text


def checked_references(count: int, where: str) -> None:
    """Raise `FormatError` E-RECORD-REFERENCES when one record has more than `MAX_REFERENCES`."""
    if count > MAX_REFERENCES:
        raise too_large(
            "E-RECORD-REFERENCES", f"{where} has {count} references", MAX_REFERENCES, "references"
        )
