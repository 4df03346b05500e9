"""Which addresses of contacts answered when: for the letters that ask them again (T-48).  Reads only."""

from typing import NamedTuple

from portbook.register import tables
from portbook.register.entries import Reader
from portbook.register.limits import MAX_INQUIRIES
from portbook.register.operations.notices import months_later
from portbook.register.reading.holdings import addresses_of

PAGE = 50  # contacts
MAIL = "%mailto:%"  # what the row of a contact with an address has in it


class Answered(NamedTuple):
    """A contact with its addresses, and when one of them answered last."""

    contact: str
    name: str
    addresses: tuple[str, ...]
    verified: str  # a day; "" for never
    asked: str  # the day of the last letter; "" for none


class Progress(NamedTuple):
    """What became of the letters of one day."""

    asked: str
    letters: int
    answered: int
    ends: str


_CONTACTS = (
    "SELECT c.contact_id, c.row, c.layout, "
    "COALESCE((SELECT MAX(v.verified) FROM register_verification v WHERE v.contact = c.contact_id), '') "
    "AS last, "
    "COALESCE((SELECT MAX(i.asked) FROM register_inquiry i WHERE i.contact = c.contact_id), '') AS asked "
    "FROM register_contact c WHERE c.row LIKE %s"
)


def by_age(today: str, months: int, *, skips_asked: bool = False, limit: int = PAGE) -> tuple[Answered, ...]:
    """Return contacts of which no address answered for *months*, those that never did first.

    With *skips_asked* those alone that have no letter of that time either.
    """
    oldest = months_later(today, -months)
    conditions, values = "last < %s", [MAIL, oldest]
    if skips_asked:
        conditions, values = f"{conditions} AND asked < %s", [*values, oldest]
    statement = (
        f"SELECT contact_id, row, layout, last, asked FROM ({_CONTACTS}) AS found "  # noqa: S608
        f"WHERE {conditions} ORDER BY last, contact_id LIMIT {limit}"
    )
    reader = Reader()
    return tuple(_answered(reader, *row) for row in tables.rows(statement, values))


def _answered(reader: Reader, contact_id: str, row: str, layout: str, last: str, asked: str) -> Answered:
    contact = reader.contact(row, layout)
    name = contact.name or contact.organization or ""
    return Answered(contact_id, name, tuple(addresses_of(contact)), last, asked)


def to_ask(today: str, months: int) -> tuple[tuple[str, str], ...]:
    """Return contacts and addresses for the next letters, as many as one act may ask."""
    pairs: list[tuple[str, str]] = []
    for each in by_age(today, months, skips_asked=True, limit=MAX_INQUIRIES):
        own = [(each.contact, address) for address in dict.fromkeys(each.addresses)]
        if len(pairs) + len(own) > MAX_INQUIRIES:  # a contact is asked at all its addresses, or later
            break
        pairs += own
    return tuple(pairs)


def progress() -> tuple[Progress, ...]:
    """Return what became of the letters, by their day, the newest first."""
    statement = (
        "SELECT asked, COUNT(*), SUM(CASE WHEN answered <> '' THEN 1 ELSE 0 END), MAX(ends) "
        "FROM register_inquiry GROUP BY asked ORDER BY asked DESC LIMIT 24"
    )
    return tuple(Progress(*row) for row in tables.rows(statement))
