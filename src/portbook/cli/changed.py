"""What a dry run says of rows: those of the registry as `-` and `+`, those of the register's books in words.

As `apply check` shows them; what the register keeps for itself only (places, digests, layouts) `--json` has.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from portbook.cli import apply_report
from portbook.errors import shown
from portbook.formats import columns
from portbook.records import Contact, Record

if TYPE_CHECKING:
    from portbook.register.entries import Reader

_ENTRY, _CONTACT = "entry", "contact"
_OWN = {"application_id", "digest", "fold", "head", "layout", "position", "row", "version"}
_LONGEST = 60  # characters of one value


def lines(changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what happens to each row; nothing of one that only makes room."""
    from portbook.register.entries import Reader

    reader = Reader()
    for change in sorted(changes, key=lambda each: each["table"] not in (_ENTRY, _CONTACT)):
        found = _row(change, reader) if change["table"] in (_ENTRY, _CONTACT) else None
        yield from _book(change) if found is None else found


def _row(change: Mapping[str, Any], reader: "Reader") -> Iterator[str] | None:
    """What happens to a row of the registry; None where what is published of it stays."""
    sides = [change["before"], change["after"]]
    if not any(side and "row" in side for side in sides):
        return None
    read = reader.record if change["table"] == _ENTRY else reader.contact
    old, new = (
        read(side["row"], side.get("layout", "")) if side and "row" in side else None for side in sides
    )
    return _pair(old, new)


def _said(kept: Record | Contact | None) -> str:
    if isinstance(kept, Record):
        place, text = apply_report.row_lines(kept)
        return f"{place}  {text}"
    return f"{kept.id}  {_person(kept)}" if kept else ""


def _cells(kept: Record | Contact | None) -> dict[str, str]:
    """The columns that the line of a row does not have; of a contact there are none."""
    if not isinstance(kept, Record):
        return {}
    told = ("Service Name", "Port Number", "Transport Protocol", "Description", "Assignee")
    cells = zip(columns.COLUMNS, columns.row(kept), strict=True)
    return {name: cell for name, cell in cells if name not in told}


def _person(contact: Contact) -> str:
    from portbook.register.operations.acting import mail_address

    addresses = " ".join(mail_address(uri) or uri for uri in contact.uris)
    return "; ".join(filter(None, (contact.name, contact.organization, addresses)))


def _pair(old: Record | Contact | None, new: Record | Contact | None) -> Iterator[str]:
    before, after = _said(old), _said(new)
    if before == after:
        yield f"  {before}"
    else:
        yield from (f"{sign} {text}" for sign, text in (("-", before), ("+", after)) if text)
    came = _cells(new)
    for name, was in _cells(old).items():
        if name in came and was != came[name]:
            yield f"    {name}: {shown(was)} becomes {shown(came[name])}"


def _book(change: Mapping[str, Any]) -> Iterator[str]:
    before, after = change["before"], change["after"]
    hidden = _OWN | ({"content"} if change["table"] == "version" else set())  # the whole application
    names = [name for name in (after or before) if name not in hidden]
    what = f"{change['table']} {change['identity']}"
    if before is not None and after is not None:
        told = [f"{name}: {_value(before[name])} becomes {_value(after[name])}" for name in names]
    else:
        side = after or before
        told = [f"{name} {_value(side[name])}" for name in names if side[name] not in ("", None)]
    if told:
        word = "" if before and after else "new: " if after else "goes: "
        yield f"{what}: {word}{'; '.join(told)}"


def _value(value: Any) -> str:
    return shown(value, _LONGEST) if isinstance(value, str) else repr(value)
