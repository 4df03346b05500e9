"""TXT keys of services: as tables where their notes are plain lists (R-TXT-1), else in the notes' words."""

from collections.abc import Iterable
from typing import NamedTuple

from portbook.discovery import TxtKey, stated_txt_keys, txt_keys
from portbook.names import fold, same_name
from portbook.records import Record
from portbook.web.editions import Served
from portbook.web.texts import page_text


class TxtTable(NamedTuple):
    """What the notes of a service say of its TXT keys; one of `keys`, `are_none` and `prose` holds it."""

    name: str
    keys: tuple[tuple[str, str], ...]  # key, meaning
    are_none: bool
    prose: tuple[str, ...]


def txt_tables(records: Iterable[Record], here: Served) -> tuple[TxtTable, ...]:
    """Return what *records* say of TXT keys, each statement once; an alias is not for discovery (R-LEG-6)."""
    found: dict[tuple[str, str], TxtTable] = {}
    for record in records:
        name = record.service_name
        if not name or record.assignment_notes is None or not same_name(here.edition.canonical(name), name):
            continue
        stated = stated_txt_keys(record)
        if stated and (fold(name), stated) not in found:
            found[fold(name), stated] = _table(name, stated, txt_keys(record))
    named: dict[str, int] = {}
    tables = []
    for (folded, _), table in found.items():
        number = named[folded] = named.get(folded, 0) + 1
        tables.append(table if number == 1 else table._replace(name=f"{table.name}, {number}"))
    return tuple(tables)


def _table(name: str, stated: str, keys: tuple[TxtKey, ...] | None) -> TxtTable:
    return TxtTable(
        page_text(name),
        tuple((page_text(key), page_text(meaning)) for key, meaning in keys or ()),
        keys == (),
        () if keys is not None else tuple(map(page_text, stated.split("\n"))),
    )
