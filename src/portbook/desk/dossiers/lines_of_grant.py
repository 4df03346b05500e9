"""Lines of a grant: what whoever was assigned something puts into systems, made from the rows as they stand.

The same lines as on the page of a service, and files for firewalld and Wireshark; before the next edition
shows the rows, so the edition here is made of them alone.
"""

from importlib.metadata import version
from typing import NamedTuple

from portbook.applications import Application
from portbook.edition import Edition
from portbook.errors import PortbookError
from portbook.exports import Provenance, firewalld, wireshark_services
from portbook.names import fold
from portbook.records import PublishedDate, Record
from portbook.register.entries import Reader
from portbook.web import lines

_BEFORE = "none yet: the entries of the register"


class Kept(NamedTuple):
    """A file, to be copied whole, and where it belongs."""

    label: str
    place: str
    text: str


class Lines(NamedTuple):
    """All that can be copied of one service."""

    service: str
    groups: tuple[lines.Lines, ...]
    files: tuple[Kept, ...]

    def __bool__(self) -> bool:
        return bool(self.groups or self.files)


def of(asks: Application, today: str) -> Lines:
    """Return the lines for what *asks* was assigned, as the register has it on the day *today*."""
    name = asks.service_name
    held = (
        Reader().select("WHERE fold = %s ORDER BY position", [fold(name)]) if name.isascii() and name else []
    )
    return of_rows(name, tuple(each.record for each in held), today)


def of_rows(name: str, rows: tuple[Record, ...], today: str) -> Lines:
    """Return the lines for the service *name*, of which *rows* are all."""
    edition = Edition(rows, updated=PublishedDate(today))
    service = edition.service(name) if rows else None
    if service is None:
        return Lines(name, (), ())
    labels = lines.Lines("In DNS", lines.labels_of_service(service))
    groups = (*lines.lines_of_service(service, edition), labels, *lines.looks_at_service(service))
    return Lines(
        name, tuple(group for group in groups if group.lines), tuple(_files(edition, service.name, today))
    )


def _files(edition: Edition, name: str, today: str) -> list[Kept]:
    if not any(row.ports for row in edition.records):
        return []
    whence = Provenance(_BEFORE, today, _BEFORE, version("portbook"))
    found = []
    try:
        text = firewalld.write(edition, whence, service=name).data.decode()
        found.append(
            Kept("firewalld", f"/etc/firewalld/services/{name}.xml", _without_head(text, "<service>"))
        )
    except PortbookError:  # firewalld takes fewer names than the registry
        pass
    written = wireshark_services.write(edition, whence).data.decode()
    told = "".join(line for line in written.splitlines(keepends=True) if not line.startswith("#"))
    return [*found, *([Kept("Wireshark", "services, in Wireshark's personal folder", told)] if told else [])]


def _without_head(text: str, begins: str) -> str:
    """The document without the comment that tells of an edition: there is none yet."""
    return '<?xml version="1.0" encoding="utf-8"?>\n' + text[text.index(begins) :]
