"""The edition that the site shows: chosen once, read once a process, with its search index and its counts.

A file (PORTBOOK_DATA) comes before a stored edition (PORTBOOK_EDITION) before the newest one.  Everything
that answers a request asks `served`; nothing here knows a request.
"""

from functools import cache, cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from portbook.edition import Edition, State, row_state
from portbook.numbers import Transport
from portbook.search import SearchIndex
from portbook.store import EditionFile, EditionStore, edition_file

PARTS_OF_THE_CODE = (".py", ".html", ".css", ".svg")  # what an answer is made of besides the edition


class Counts(NamedTuple):
    """How much an edition holds."""

    records: int
    service_names: int
    ports: tuple[tuple[str, int], ...]  # transport, ports Assigned on it
    contacts: int | None  # None: the edition carries none


class Served:
    """An edition with all that answering from it needs."""

    def __init__(self, file: EditionFile) -> None:
        self.file = file
        self.edition: Edition = file.edition

    @property
    def id(self) -> str:
        return self.file.id

    @property
    def date(self) -> str:
        """The date as text; a file of the user's may carry none."""
        return self.file.date or "unknown date"

    @property
    def label(self) -> str:
        """What the header of every page says: the id of a stored edition, else the date of the file."""
        return f"{self.date}, a file" if self.file.origin == "file" else self.id

    @cached_property
    def index(self) -> SearchIndex:
        return SearchIndex(self.edition)

    def prepare(self) -> "Served":
        """Make at the start what the first visitor would else wait for, and return this."""
        _ = self.index.complete(), self.counts, self.edition.at(0), self.edition.service_names
        return self

    @cached_property
    def counts(self) -> Counts:
        edition = self.edition
        assigned: dict[str, set[int]] = {transport.value: set() for transport in Transport}
        for record in edition.records:
            if record.ports and record.transport in assigned and row_state(record)[0] is State.ASSIGNED:
                assigned[record.transport].update(range(record.ports.low, record.ports.high + 1))
        contacts = None if edition.contacts is None else len(edition.contacts)
        ports = tuple((transport, len(numbers)) for transport, numbers in assigned.items())
        return Counts(len(edition.records), len(edition.service_names), ports, contacts)

    def etag(self, representation: str) -> str:
        """Return the strong validator of an answer from this edition in that representation.

        The edition and the code decide an answer to the byte, together with its address.
        """
        return f'"{self.file.sha256[:16]}-{code_digest()}-{representation}"'


@cache
def served() -> Served:
    """Return the edition that this process shows.

    Raises `DataMissing`, `StoreError` or `FormatError` when it is not there or cannot be read.
    """
    return Served(chosen(settings.PORTBOOK_DATA, settings.PORTBOOK_EDITION))


def chosen(data: str | Path | None, edition_id: str | None) -> EditionFile:
    """Return the file *data*, else the stored edition of that id, else the newest one."""
    if data:
        return edition_file(Path(data))
    store = EditionStore()
    return store.get(edition_id) if edition_id else store.current()


@cache
def code_digest() -> str:
    """Return a short digest of the code and the packages that make answers."""
    digest = sha256()
    for package in ("django", "django-ninja"):
        digest.update(f"{package} {version(package)}\n".encode())
    root = Path(__file__).resolve().parent.parent
    for path in sorted(path for path in root.rglob("*") if path.suffix in PARTS_OF_THE_CODE):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:8]
