"""What an act would change, or an Event changed, for people: rows old beside new, and files they are in."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from portbook import formats
from portbook.desk.acting import row_words, whither
from portbook.desk.acting.row_words import Cell
from portbook.formats import columns
from portbook.register.acts import Done
from portbook.register.entries import Reader

ENTRY, CONTACT = "entry", "contact"
HEAD = "head"  # a column of the registry: all that is published before the rows
HIDDEN = frozenset({"row", "layout", "content", "digest", "version", "position"})  # for machines


class Row(NamedTuple):
    """One row that changes."""

    table: str
    identity: int
    what: str  # "new", "changed", "gone"
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        """How it is called."""
        return row_words.title(self.table, self.identity, self.cells)

    @property
    def lines(self) -> tuple[Cell, ...]:
        """Its columns in words."""
        return row_words.lines(self.table, self.cells)


class Shown(NamedTuple):
    """What a dry run showed: rows of the registry first; how many persons it needs; what it would answer."""

    rows: tuple[Row, ...]  # of the registry itself
    others: tuple[Row, ...]  # of the register's own books
    files: tuple[str, ...]
    needs: int
    digest: str
    findings: tuple[Mapping[str, str], ...]
    advice: tuple[str, ...]
    goes: str  # where an application goes, in a sentence; "" for what sends none


def shown(done: Done) -> Shown:
    """Return what a dry run showed."""
    rows = rows_of(done.changes)
    answer = done.answer
    return Shown(
        tuple(row for row in rows if row.table in (ENTRY, CONTACT)),
        tuple(row for row in rows if row.table not in (ENTRY, CONTACT)),
        files_of(done.changes),
        answer.get("needs", 1),
        answer.get("digest", ""),
        tuple(answer.get("findings", ())),
        tuple(answer.get("advice", ())),
        whither.goes(done),
    )


def rows_of(changes: Iterable[Mapping[str, Any]]) -> tuple[Row, ...]:
    """Return the changes of an Event or a dry run, those of entries as the columns that are published."""
    reader = Reader()
    return tuple(filter(None, (_row(change, reader) for change in changes)))


def _row(change: Mapping[str, Any], reader: Reader) -> Row | None:
    before, after = change["before"], change["after"]
    what = "new" if before is None else "gone" if after is None else "changed"
    cells = tuple(_cells(change["table"], before, after, reader))
    return Row(change["table"], change["identity"], what, cells) if cells or what != "changed" else None


def _cells(table: str, before: Any, after: Any, reader: Reader) -> Iterable[Cell]:
    if table in _PUBLISHED and any(side and "row" in side for side in (before, after)):
        old, new = (_published(table, side, reader) for side in (before, after))
        for name in dict.fromkeys([*(old or ()), *(new or ())]):
            if (old and old[name]) or (new and new[name]):
                yield Cell(name, old[name] if old else None, new[name] if new else None)
        if table == ENTRY:
            return
    names = dict.fromkeys([*(before or ()), *(after or ())])
    for name in names:
        if name in HIDDEN or (before is not None and after is not None and name not in after):
            continue
        yield Cell(name, _text(before, name), _text(after, name))


def _published(table: str, side: Mapping[str, Any] | None, reader: Reader) -> dict[str, str] | None:
    """What is published of one side of a change, by the names of its columns."""
    if not side or "row" not in side:
        return None
    return _PUBLISHED[table](reader, side["row"], side.get("layout", ""))


def _entry(reader: Reader, row: str, layout: str) -> dict[str, str]:
    return dict(zip(columns.COLUMNS, columns.row(reader.record(row, layout)), strict=True))


def _contact(reader: Reader, row: str, layout: str) -> dict[str, str]:
    contact = reader.contact(row, layout)
    return {
        "Name": contact.name or "",
        "Organization": contact.organization or "",
        "URI": " ".join(contact.uris),
        "Last Updated": str(contact.updated or ""),
    }


_PUBLISHED = {ENTRY: _entry, CONTACT: _contact}


def _text(side: Mapping[str, Any] | None, name: str) -> str | None:
    if side is None or name not in side:
        return None
    value = _experts(side[name]) if name == HEAD else side[name]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def files_of(changes: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return which published files and pages the next edition changes because of *changes*."""
    places = pages_of(changes)
    return ("every format and export of the whole registry", *places) if places else ()


def pages_of(changes: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the addresses of the published pages that *changes* change."""
    places: dict[str, None] = {}
    for change in changes:
        for side in (change["before"], change["after"]):
            if change["table"] == ENTRY and side and "row" in side:
                row = json.loads(side["row"])
                for address in _addresses(row):
                    places[address] = None
    return tuple(places)


def _addresses(row: Mapping[str, Any]) -> Iterable[str]:
    if number := row.get("port_number"):
        yield f"/ports/{number}"
    if name := row.get("service_name"):
        yield f"/services/{name}"


def _experts(head: str) -> str:
    """The list of experts: what can change of the head of the registry."""
    return str(formats.read(head.encode(), "json").experts or "") if head else ""
