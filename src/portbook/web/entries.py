"""Entries: rows of the registry as lines of a small table, those that differ by transport alone in one.

For pages about something that rows mention or speak of: a person, an organisation, a document, a range.  All
that a row says stands on the page that its line leads to.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from portbook.edition import row_state
from portbook.records import Record, Reference, RichText
from portbook.web.editions import Served
from portbook.web.sentences import listed, shown_ports
from portbook.web.texts import Piece, page_text

Entry = tuple[Record, ...]  # rows that differ by transport alone, or by dates
Naming = Callable[[Reference], bool]  # whether a reference names the thing that a page is about


class Line(NamedTuple):
    """An entry, ready for the template."""

    name: str  # "" for a row without a name
    href: str
    state: str
    mark: str
    ports: str
    ports_href: str
    transports: str
    summary: str
    role: tuple[Piece, ...]  # in which columns it names what the page is about


def entries_of(records: Iterable[Record]) -> tuple[Entry, ...]:
    """Return *records* as entries by port, those without a port after them by name."""
    entries: dict[tuple[object, ...], list[Record]] = {}
    for record in sorted(records, key=_by_port):
        alike = (
            record.service_name,
            record.port_number,
            record.description,
            record.assignee,
            record.contact,
            record.reference,
            record.unauthorized_use_reported,
            record.assignment_notes,
        )
        entries.setdefault(alike, []).append(record)
    return tuple(map(tuple, entries.values()))


def line_of(entry: Entry, here: Served, role: tuple[Piece, ...] = ()) -> Line:
    """Return *entry* as a page shows it."""
    record = entry[0]
    name, ports = record.service_name or "", record.ports
    state = row_state(record)[0].value
    transports = dict.fromkeys(record.transport or "no particular transport" for record in entry)
    return Line(
        name=page_text(name),
        href=here.links.service(name) if name else "",
        state=state,
        mark=state.lower(),
        ports=shown_ports(ports) if ports else page_text(record.port_number or ""),
        ports_href=here.links.ports(ports) if ports else "",
        transports=page_text(", ".join(transports)),
        summary=page_text(str(record.description)),
        role=role,
    )


def columns_naming(record: Record, names: Naming) -> str:
    """Return the columns of *record* with a reference that *names* is true of: "assignee and contact"."""
    columns = (
        ("assignee", record.shown_assignee),
        ("contact", record.contact),
        ("reference", record.reference),
        ("description", _inside(record.description)),
        ("unauthorized use", _inside(record.unauthorized_use_reported)),
        ("notes", _inside(record.assignment_notes)),
    )
    return listed(column for column, references in columns if any(map(names, references)))


def _inside(text: RichText | None) -> tuple[Reference, ...]:
    return text.references if text else ()


def _by_port(record: Record) -> tuple[int, str]:
    return (record.ports.low, "") if record.ports else (1 << 16, (record.service_name or "").lower())
