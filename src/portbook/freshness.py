"""Freshness: how old the data are, and from when on that is to be said aloud (T-17).

A registry that nobody brings up to date looks no different from one that is: so every place that shows data
shows their age, in the same steps.  Pure: the date of today is passed in, no clock is read here.
"""

import re
from datetime import date as calendar_date
from typing import Literal, NamedTuple

AGING_AFTER = 7  # days; IANA publishes every few days
OLD_AFTER = 21  # days

Level = Literal["fresh", "aging", "old"]


class Age(NamedTuple):
    """How old something is; `days` is negative for a date that is still to come."""

    days: int
    level: Level

    @property
    def is_fresh(self) -> bool:
        """Whether nothing has to be said of it."""
        return self.level == "fresh"


def age_of(date: str, today: calendar_date) -> Age | None:
    """Return the age on *today* of what is of *date*, or None when that is no day written YYYY-MM-DD."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", date, re.ASCII):
        return None
    try:
        days = (today - calendar_date.fromisoformat(date)).days
    except ValueError:
        return None
    return Age(days, level_of(days))


def level_of(days: int) -> Level:
    """Return how an age of so many days is to be told: "aging" and "old" begin a day after the limits."""
    if days > OLD_AFTER:
        return "old"
    return "aging" if days > AGING_AFTER else "fresh"
