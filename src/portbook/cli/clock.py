"""The clock of the commands that act on the register: UTC, by the second."""

from datetime import UTC, datetime


def instant() -> str:
    """Return now, as every Event is dated."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
