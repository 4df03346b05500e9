"""What templates of the desk say in words: days, spans of time."""

from datetime import date, timedelta

from django import template

register = template.Library()

_SPANS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@register.filter
def day(instant: str) -> str:
    """Return the day of an instant or date as "3 May 2026"; what is none stays."""
    try:
        found = date.fromisoformat(instant[:10])
    except ValueError:
        return instant
    return f"{found.day} {found:%B %Y}"


@register.filter
def span(seconds: int) -> str:
    """Return seconds as "3 days", in the greatest unit that fits."""
    for unit, word in _SPANS:
        if seconds >= unit:
            number = seconds // unit
            return f"{number} {word}{'' if number == 1 else 's'}"
    return str(timedelta(seconds=seconds).seconds) + " seconds"
