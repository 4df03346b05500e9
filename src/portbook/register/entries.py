"""Entries: rows of the registry to be, as columns of their table and back.

The record with its layout is kept whole, as JSON; what is asked for by an index is computed from it here, and
nowhere else.  Contacts are kept in the same way.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from portbook.edition import Reason, row_state
from portbook.errors import Problem, RuleError, shown
from portbook.formats.edition_json.rows import RowReader, row_texts
from portbook.names import fold
from portbook.records import Contact, PublishedDate, Record
from portbook.register import tables
from portbook.register.limits import MAX_NAME
from portbook.register.models import Entry
from portbook.register.tables import Values

_SOURCE = "docs/register.md"
_COLUMNS = tables.table_of(Entry).columns


class Held(NamedTuple):
    """An entry that was read: its row, and what the register knows beyond the published columns."""

    identity: int
    position: int
    record: Record
    reason: Reason | None
    expires: PublishedDate | None
    values: Values  # its columns, without the identity


def entry_values(
    record: Record, reason: Reason | None = None, expires: PublishedDate | None = None
) -> Values:
    """Return the columns of an entry for *record*, but identity, position and version."""
    row, layout = row_texts(record)
    ports = record.ports
    name = fold(record.service_name or "")
    _check(name, record)
    return {
        "row": row,
        "layout": layout,
        "low": ports.low if ports else None,
        "high": ports.high if ports else None,
        "transport": fold(record.transport or ""),
        "fold": name,
        "code": record.service_code or "",
        "state": row_state(record)[0].value,
        "reason": reason.value if reason else "",
        "expires": str(expires or ""),
    }


def contact_values(contact: Contact) -> Values:
    """Return the columns of the row for *contact*, but identity, position, version and what is withheld."""
    row, layout = row_texts(contact)
    _check_size(contact.id, f"contact id {shown(contact.id)}")
    return {"contact_id": contact.id, "row": row, "layout": layout}


def _check(name: str, record: Record) -> None:
    if not name.isascii():
        message = f"service name {shown(name)} is not ASCII; a register cannot hold it"
        raise RuleError(Problem("E-REGISTER-TEXT", message, _SOURCE))
    for text, what in (
        (name, "service name"),
        (record.transport, "transport"),
        (record.service_code, "code"),
    ):
        _check_size(text or "", f"{what} {shown(text or '')}")


def _check_size(text: str, what: str) -> None:
    if len(text) > MAX_NAME:
        message = f"{what} has {len(text)} characters; at most {MAX_NAME} are kept"
        raise RuleError(Problem("E-REGISTER-TEXT", message, "docs/limits.md"))


@lru_cache(maxsize=1_000)  # by its whole text; acts and lists read the same rows again and again
def _read(row: str, layout: str) -> Record:
    return RowReader().record(row, layout)


class Reader:
    """Reads entries and contacts of one transaction; equal parts of rows are shared."""

    def __init__(self) -> None:
        self._rows = RowReader()

    def held(self, row: Iterable[Any]) -> Held:
        """Return the entry that all columns of its table say."""
        values = dict(zip(_COLUMNS, row, strict=True))
        identity = values.pop("identity")
        return Held(
            identity,
            values["position"],
            _read(values["row"], values["layout"]),
            Reason(values["reason"]) if values["reason"] else None,
            PublishedDate(values["expires"]) if values["expires"] else None,
            values,
        )

    def select(self, end: str, parameters: Iterable[Any] = ()) -> list[Held]:
        """Return the entries that *end* of a statement chooses."""
        return [self.held(row) for row in tables.select(Entry, end, parameters)]

    def record(self, row: str, layout: str) -> Record:
        """Return the record that an entry keeps."""
        return self._rows.record(row, layout)

    def contact(self, row: str, layout: str) -> Contact:
        """Return the contact that a row keeps."""
        return self._rows.contact(row, layout)
