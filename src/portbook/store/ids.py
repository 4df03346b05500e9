"""Ids of editions, and which date an edition is of.

An id is the date and, from the second arrival under that date on, a number: "2017-05-18.2".  Order comes from
date and arrival, never from the text or a clock (I-5).  Text in, text out; opens nothing.
"""

import re
from datetime import date as calendar_date

from portbook.edition import Edition
from portbook.errors import FormatError, Problem, RuleError, StoreError, shown

MAX_ARRIVALS = 9_999  # under one date; IANA's most is two

_MONTH, _DAY = "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_ID = re.compile(rf"([0-9]{{4}}-{_MONTH}-{_DAY})(?:\.([2-9]|[1-9][0-9]{{1,3}}))?", re.ASCII)
_BEGINNING = re.compile(rf"[0-9]{{4}}(?:-{_MONTH})?", re.ASCII)

Order = tuple[str, int]  # date and arrival


def edition_id(date: str, arrival: int) -> str:
    """Return the id of the edition that came as number *arrival* under *date*."""
    return date if arrival == 1 else f"{date}.{arrival}"


def id_order(identity: str) -> Order | None:
    """Return date and arrival of an id, or None when the text is none."""
    match = _ID.fullmatch(identity)
    return (match[1], int(match[2] or 1)) if match else None


def checked_wanted(text: str) -> str:
    """Return *text* if it can be an id, a year or a month.  Raises `RuleError` E-EDITION-ID (T-39)."""
    if _ID.fullmatch(text) or _BEGINNING.fullmatch(text):
        return text
    message = f"{shown(text)} is no edition's id; one is a date (2023-03-13, 2017-05-18.2), or current"
    raise RuleError(Problem("E-EDITION-ID", message, "docs/store.md"))


def next_arrival(date: str, taken: set[Order]) -> int:
    """Return the number after all that came under *date*.  Raises `StoreError` E-EDITION-ARRIVALS."""
    arrival = 1 + max((number for day, number in taken if day == date), default=0)
    if arrival > MAX_ARRIVALS:
        message = f"date {date} has {MAX_ARRIVALS} arrivals; no more are kept"
        raise StoreError(Problem("E-EDITION-ARRIVALS", message, "docs/limits.md"))
    return arrival


def is_day(text: str) -> bool:
    """Say whether *text* is a day that exists, written YYYY-MM-DD."""
    try:
        return re.fullmatch(r"[0-9-]{10}", text) is not None and bool(calendar_date.fromisoformat(text))
    except ValueError:
        return False


def date_of(edition: Edition, date: str | None, form: str = "") -> str:
    """Return the date that *edition* carries, or *date* where it carries none or a month only.

    *form* is the format that it came in.  Raises `FormatError` E-EDITION-DATE when neither says a day, the
    two contradict each other, or a row of an edition that says no day itself is of a later date.
    """
    own = edition.updated if edition.updated and edition.updated.is_valid else None
    if date is None:
        if own and is_day(own):
            return str(own)
        what = "a CSV" if form == "csv" else "the file"
        found = f"carries no day, only {shown(edition.updated)}" if edition.updated else "carries no date"
        raise _date_error(f"{what} {found}; give --date YYYY-MM-DD")
    if not is_day(date):
        raise _date_error(f"date {shown(date)} is not a day that can exist, written YYYY-MM-DD")
    if own and not date.startswith(own):
        raise _date_error(f"date {shown(date)} contradicts the file, which is of {shown(own)}")
    newest = _newest_in(edition)
    if not (own and is_day(own)) and newest and _first_day(newest) > date:
        raise _date_error(f"date {shown(date)} is before {shown(newest)}, the newest date in the rows")
    return date


def _newest_in(edition: Edition) -> str | None:
    """The newest date of registration or modification in the rows; what is no date does not count."""
    found = (day for row in edition.records for day in (row.registration_date, row.modification_date))
    return max((day for day in found if day and day.is_valid), key=_first_day, default=None)


def _first_day(date: str) -> str:
    """*date* itself, or the first day of a month: no later day is known of it."""
    return date if len(date) == len("2023-03-13") else f"{date}-01"


def check_same_date(identity: str, known: str, date: str | None) -> None:
    """Raise `FormatError` E-EDITION-DATE when bytes that are kept as of *known* come with another date."""
    if date not in (None, known):
        raise _date_error(
            f"date {shown(date or '')} contradicts edition {identity}, which has the same bytes"
        )


def _date_error(message: str) -> FormatError:
    return FormatError(Problem("E-EDITION-DATE", message, "docs/store.md"))
