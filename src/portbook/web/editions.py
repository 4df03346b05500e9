"""An edition as the site shows it: the edition, what is made of it once, its addresses, its validators.

`Opened` is shared by all that show the same bytes; `Served` is one set of addresses over it, that of the
edition shown now or a dated one.  Which of them answers a request is `shown`'s; nothing here knows a request.
"""

from functools import cache, cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from portbook.blocks import free_near
from portbook.edition import Edition, State, row_state
from portbook.freshness import Age, age_of
from portbook.mentions import Mentions
from portbook.numbers import Ports, Transport
from portbook.search import SearchIndex
from portbook.store import EditionFile
from portbook.web import clock
from portbook.web.addresses import Links, of_edition
from portbook.web.edition_words import is_of_a_register
from portbook.web.memory import Memory
from portbook.web.rows import RowTable, TableQuestion

PARTS_OF_THE_CODE = (".py", ".html", ".css", ".js", ".svg")  # what an answer is made of besides the edition


class Counts(NamedTuple):
    """How much an edition holds."""

    records: int
    service_names: int
    ports: tuple[tuple[str, int], ...]  # transport, ports Assigned on it
    contacts: int | None  # None: the edition carries none


class Opened:
    """An edition that has been read, with all that answering from it needs."""

    def __init__(self, file: EditionFile) -> None:
        self.file = file
        self.edition: Edition = file.edition

    @cached_property
    def index(self) -> SearchIndex:
        return SearchIndex(self.edition)

    @cached_property
    def mentions(self) -> Mentions:
        return Mentions(self.edition)

    @cached_property
    def table(self) -> RowTable:
        return RowTable(self.edition)

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

    def prepare(self) -> "Opened":
        """Make at the start what the first visitor would else wait for, and return this."""
        _ = self.index.complete(), self.counts, self.edition.at(0), self.edition.service_names
        _ = self.table.page(TableQuestion("x")), self.mentions, free_near(self.edition, 0)
        return self


class Served:
    """An edition under one set of addresses: those of the site, or the dated ones that never change."""

    is_static = False  # whether the pages are files, which answer no question (`static_pages`)
    spans: tuple[Ports, ...] = ()  # ranges to choose from, where none can be asked for
    links: Links

    def __init__(self, opened: Opened, *, dated: bool = False, others: tuple[str, ...] = ()) -> None:
        self.opened = opened
        self.is_dated = dated
        self.others = others  # ids of the other editions kept here, newest first
        self.links = Links(of_edition(opened.file.id) if dated else "")
        self.memory = Memory()

    @property
    def file(self) -> EditionFile:
        return self.opened.file

    @property
    def edition(self) -> Edition:
        return self.opened.edition

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

    @property
    def is_own(self) -> bool:
        """Whether the register of this place published it, not IANA."""
        return is_of_a_register(self.file)

    @property
    def about(self) -> str:
        """The address of the page about the edition."""
        return of_edition(self.id)

    @property
    def age(self) -> Age | None:
        """How old the edition is today; None without a date, and on dated pages, which never change."""
        return None if self.is_dated else age_of(self.file.date, clock.today())

    @property
    def content(self) -> str:
        """What decides, with the address, every byte of an answer but a page's: the edition and the code."""
        practice = "-practice" if settings.PORTBOOK_PRACTICE else ""  # whose pages say so
        return f"{self.file.sha256[:16]}-{code_digest()}{practice}"

    @property
    def state(self) -> str:
        """The same for a page, which also tells how old the edition is."""
        age = self.age
        return f"{self.content}-{age.days}" if age and age.level != "fresh" else self.content


@cache
def code_digest() -> str:
    """Return a short digest of the code and the packages that make answers."""
    digest = sha256()
    for package in ("django", "django-htmx", "django-ninja"):
        digest.update(f"{package} {version(package)}\n".encode())
    root = Path(__file__).resolve().parent.parent
    for path in sorted(path for path in root.rglob("*") if path.suffix in PARTS_OF_THE_CODE):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:8]
