"""The clock of the site.  Of it a public page depends on the date of today alone."""

from datetime import UTC, date, datetime


def today() -> date:
    return datetime.now(UTC).date()


def instant() -> str:
    """Return now in UTC by the second, as Events are dated."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
