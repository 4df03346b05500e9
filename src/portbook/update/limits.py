"""The limits of an update: bytes, time, speed, attempts, and how much may change unseen (T-20 to T-22).

`Limits` is passed in as one value, so that a test has seconds where a user has minutes.
"""

from dataclasses import dataclass

from portbook.formats.limits import MAX_BYTES

MAX_SECONDS = 120  # for everything, pauses and all attempts included
MIN_RATE = 1024  # bytes a second, over each WINDOW
WINDOW = 30  # seconds
CONNECT_SECONDS = 15  # for one address
MAX_ATTEMPTS = 5
BACKOFF = 1.0  # seconds before the second attempt; doubled before each further one
MAX_REDIRECTS = 5
MAX_HEAD = 32 * 1024  # bytes of a status line and the fields after it; trailers of a body too
MAX_FIELDS = 100
MAX_CHUNKS = 100_000  # pieces of a chunked body
MAX_URL = 1_000  # characters

MAX_ROWS_CHANGED = 200  # without a person's word
MAX_PERCENT_CHANGED = 2  # of the rows, and of the contacts
MAX_PORTS_COME = 1_024  # in ranges of new rows, all together
MAX_ROWS_MORE = 2  # times the rows of the edition that is here
MAX_MARKS = 500_000  # "<" and "=" in a document: they cost most in reading.  IANA's has 240,000
DAYS_AHEAD = 1  # that a date may lie in the future: it is tomorrow elsewhere


@dataclass(frozen=True, slots=True)
class Limits:
    """What an update may take; the constants are a user's."""

    size: int = MAX_BYTES
    seconds: float = MAX_SECONDS
    rate: int = MIN_RATE
    window: float = WINDOW
    connect_seconds: float = CONNECT_SECONDS
    attempts: int = MAX_ATTEMPTS
    backoff: float = BACKOFF
    redirects: int = MAX_REDIRECTS
    head: int = MAX_HEAD
    fields: int = MAX_FIELDS
    chunks: int = MAX_CHUNKS
    rows: int = MAX_ROWS_CHANGED
    percent: int = MAX_PERCENT_CHANGED
    ports: int = MAX_PORTS_COME
