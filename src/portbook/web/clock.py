"""The date of today: the one thing that a page depends on besides its address, the edition and the code."""

from datetime import UTC, date, datetime


def today() -> date:
    return datetime.now(UTC).date()
