"""Whether bytes can be the next edition at all: this registry, whole, of a day that can be, and not older.

What passes is still compared with the edition that is there (`plausibility`).
"""

from datetime import date as calendar_date
from datetime import timedelta

from portbook import formats
from portbook.edition import Edition
from portbook.errors import FormatError, shown
from portbook.store import EditionFile
from portbook.store.ids import is_day
from portbook.update.failures import refused
from portbook.update.limits import DAYS_AHEAD, MAX_MARKS, MAX_ROWS_MORE

_ROW = b"<record"


def checked_document(data: bytes, url: str, now: str) -> Edition:
    """Return the edition in *data*, which came from *url* at *now* ("2026-08-17T06:00:00Z").

    Raises `FormatError` for what is not the registry's XML, whole and within the limits; `UpdateError`
    E-UPDATE-DATE when it has no date of its own, two, or one that lies ahead.
    """
    try:
        edition = formats.read(data, "xml")
    except FormatError as error:
        error.add_note(url)
        raise
    date = edition.updated
    if date is None or not is_day(date):
        raise refused("E-UPDATE-DATE", f"the document tells no day it is of, only {shown(str(date or ''))}")
    if any(extra.name == "updated" for extra in edition.extras):
        raise refused("E-UPDATE-DATE", f"the document is of {date} and of another date too")
    latest = calendar_date.fromisoformat(now[:10]) + timedelta(days=DAYS_AHEAD)
    if str(date) > latest.isoformat():
        message = f"the document is of {date}, and today is {now[:10]}; is the clock of this machine right?"
        raise refused("E-UPDATE-DATE", message)
    return edition


def check_weight(data: bytes, newest: EditionFile) -> None:
    """Raise `UpdateError` E-UPDATE-COUNT for bytes that would take long to read: counted, not yet parsed.

    Well-made 32 MiB can hold millions of elements or attributes, which cost a minute and a gigabyte.
    """
    if (marks := data.count(b"<") + data.count(b"=")) > MAX_MARKS:
        message = f"the document has {marks} elements and attributes; at most {MAX_MARKS} are read"
        raise refused("E-UPDATE-COUNT", message)
    _check_not_many(data.count(_ROW), newest)


def _check_not_many(rows: int, newest: EditionFile) -> None:
    if rows > newest.records * MAX_ROWS_MORE:
        message = f"the document has {rows} records, more than {MAX_ROWS_MORE} times the {newest.records} of"
        raise refused("E-UPDATE-COUNT", f"{message} edition {newest.id}")


def check_not_older(edition: Edition, sha256: str, kept: tuple[EditionFile, ...]) -> None:
    """Raise `UpdateError` when *edition* is no successor of the newest of *kept* (T-16).

    E-UPDATE-OLDER: it is of an older date, or its bytes are those of an edition that has one after it.
    E-UPDATE-COUNT: it has less than half of the newest one's records, or more than twice as many.
    """
    newest = kept[-1]
    if again := next((file for file in kept if file.sha256 == sha256), None):
        message = f"the document is edition {again.id} again, and {newest.id} has come since"
        raise refused("E-UPDATE-OLDER", message)
    if str(edition.updated) < newest.date:
        message = f"the document is of {edition.updated}, and edition {newest.id} is here already"
        raise refused("E-UPDATE-OLDER", message)
    if len(edition.records) * 2 < newest.records:
        message = f"the document has {len(edition.records)} records, edition {newest.id} has {newest.records}"
        raise refused("E-UPDATE-COUNT", message)
    _check_not_many(len(edition.records), newest)
