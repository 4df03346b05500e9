"""EditionStore: a folder of editions, checked by digest, and the embedded ones, which are only read.

Each edition is a folder named by its id that holds the bytes as published and `edition.json`; it comes by
one rename and is never rewritten (I-2, I-4, D-3).  Damage is reported, never repaired; what is whole goes on
working.  `ids` names and orders, `edition_files` reads, `shelf` finds, `durable` writes, `verification` and
`versions` do what they say.  No clock is read here: instants and dates are passed in.
"""

import hashlib
from pathlib import Path

from portbook import formats, lookup
from portbook.errors import Problem, StoreError
from portbook.formats.limits import checked_size
from portbook.store import durable, verification, versions
from portbook.store.edition_files import (
    EMBEDDED,
    EditionFile,
    checked_instant,
    checked_source,
    edition_file,
    embedded,
    keep,
    metadata,
    published_bytes,
)
from portbook.store.ids import check_same_date, date_of, edition_id, next_arrival
from portbook.store.shelf import Shelf, edition_folders, names_in, shelf_of

__all__ = ["EditionFile", "EditionStore", "edition_file", "every_file", "home", "published_bytes"]

UPDATE_FOLDER = "update"  # in `home`: what `portbook update` remembers
REGISTER = "register.sqlite3"  # in `home`
WORKER_LOCK = "worker.lock"  # in `home`


def home() -> Path:
    """Return the folder of Portbook's own files: PORTBOOK_HOME, or one in the platform's folder of user data.

    Raises `StoreError` E-STORE-HOME when the system knows no home folder.
    """
    if folder := lookup.home_folder():
        return Path(folder).absolute()
    message = "no folder for Portbook's files: the system names no home folder; set PORTBOOK_HOME"
    raise StoreError(Problem("E-STORE-HOME", message, "PORTBOOK_HOME"))


def every_file() -> tuple[tuple[Path, str], ...]:
    """Return every file and folder of its own that Portbook uses, there or not yet, each with what it is."""
    store = EditionStore()
    found = [
        (home(), "Portbook's own files (PORTBOOK_HOME)"),
        (home() / lookup.FILE_NAME, "look-up table of the newest edition, once one was added"),
        (home() / REGISTER, "the register, where PORTBOOK_DATABASE names no other database"),
        (home() / WORKER_LOCK, "lock, held by the worker that sends letters"),
        (store.lock, "lock, held while an edition is added"),
        (store.directory, "the editions that were added"),
        (store.directory / versions.FILE, "version of the store"),
    ]
    for identity in edition_folders(store.directory):
        folder = store.directory / identity
        found += [(folder / name, f"edition {identity}") for name in names_in(folder)]
    updates = home() / UPDATE_FOLDER
    found += [(updates, "what `portbook update` remembers")]
    found += [(updates / name, "of `portbook update`") for name in names_in(updates)]
    found += [(EMBEDDED / "editions.json", "list of the embedded editions")]
    found += [(file.path, f"edition {file.id}, embedded") for file in embedded()]
    found += [(EMBEDDED / lookup.FILE_NAME, "look-up table of the newest embedded edition")]
    return tuple(found)


class EditionStore:
    """The editions in a folder and the embedded ones, in one order: by date, then by arrival.

    Without *directory*: the folder in `home`, and the look-up table beside it follows the newest edition.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = home() / "editions" if directory is None else directory.absolute()
        self.lock = self.directory.with_name(f"{self.directory.name}.lock")
        self.table = home() / lookup.FILE_NAME if directory is None else None

    def all(self) -> tuple[EditionFile, ...]:
        """Return the editions whose metadata is whole, oldest first; `verify` names the others."""
        return self._shelf().files

    def get(self, wanted: str) -> EditionFile:
        """Return the edition called *wanted*: an id, a year, month or day of which there is one, "current".

        Raises `RuleError` E-EDITION-ID for a text that can be none, `DataMissing` E-EDITION-UNKNOWN with what
        is near, `StoreError` E-STORE-CORRUPT when it is there and damaged.
        """
        return self._shelf().get(wanted)

    def current(self) -> EditionFile:
        """Return the newest edition.

        Raises `StoreError` E-STORE-CORRUPT when that is damaged: no older one passes for it (I-5).
        """
        return self._shelf().current()

    def verify(self) -> tuple[Problem, ...]:
        """Return everything that is wrong with the store and the embedded editions; nothing is changed."""
        try:
            return tuple(verification.problems(self.directory, self._shelf(), self.table))
        except StoreError as error:
            return (error.problem,)

    def add(
        self,
        data: bytes,
        *,
        format: str | None = None,  # noqa: A002
        date: str | None = None,
        source: str = "",
        now: str | None = None,
    ) -> EditionFile:
        """Keep *data*, a file as published, as an edition; when this returns, it is durable.

        The same bytes again give the edition that is there, and nothing is written.  *date* is needed where
        the format carries none; *now* is the instant to note, UTC.  Raises `FormatError` for what cannot be
        read and for a date that is missing or contradicts the file (E-EDITION-DATE), `StoreError`
        E-STORE-WRITE when the disk is full or refuses.
        """
        source, now = checked_source(source), checked_instant(now)
        digest = hashlib.sha256(checked_size(data)).hexdigest()
        if known := self._shelf().with_digest(digest):
            return self._again(known, date)
        name = format or formats.detect(data)
        edition = formats.read(data, name)
        day = date_of(edition, date, name)
        with durable.locked(self.lock):
            self._begin()
            shelf = shelf_of(self.directory)
            if known := shelf.with_digest(digest):  # another process was quicker
                check_same_date(known.id, known.date, date)
                return known
            arrival = next_arrival(day, shelf.orders)
            identity = edition_id(day, arrival)
            path = self.directory / identity / f"published{formats.named(name).suffix}"
            size, records = len(data), len(edition.records)
            file = EditionFile(
                identity, day, arrival, digest, name, size, records, "store", source, now, path
            )
            keep(file, edition)
            self._store(file, data, shelf)
        return file

    def _shelf(self) -> Shelf:
        versions.upgrade(self.directory, self.lock)
        return shelf_of(self.directory)

    def _again(self, file: EditionFile, date: str | None) -> EditionFile:
        """Answer for bytes that are there already: whole, of that date, and durable."""
        check_same_date(file.id, file.date, date)
        file.data()
        if file.origin == "store":
            with durable.locked(self.lock), durable.told(self.directory):
                durable.flush_folder(self.directory)  # whoever wrote it may have died before it did
                self._renew_table(file)
        return file

    def _renew_table(self, file: EditionFile) -> None:
        """Write the look-up table again when it should be that of *file* and is not."""
        if self.table is None or not shelf_of(self.directory).is_newest(file):
            return
        if not verification.is_table_of(file, self.table):
            durable.write(self.table, verification.table_of(file))

    def _begin(self) -> None:
        """Make the folder a store, and take away what interrupted writes left.  Under the lock."""
        durable.make_folder(self.directory)
        for name in filter(durable.is_aside, names_in(self.directory)):
            durable.discard(self.directory / name)
        if self.table:
            for name in names_in(self.table.parent):
                if durable.is_aside(name, self.table.name):
                    durable.discard(self.table.parent / name)
        if versions.version_of(self.directory) is None and not edition_folders(self.directory):
            versions.write(self.directory)

    def _store(self, file: EditionFile, data: bytes, shelf: Shelf) -> None:
        """Write the edition, and the look-up table if it is the newest: first both aside, then rename."""
        wanted: list[tuple[Path, durable.Content]] = [
            (file.path.parent, {file.path.name: data, "edition.json": metadata(file)})
        ]
        if self.table and shelf.is_newest(file):
            wanted.append((self.table, verification.table_of(file)))
        aside: list[tuple[Path, Path]] = []
        try:
            for target, content in wanted:
                aside.append((durable.prepare(target, content), target))
            for prepared, target in aside:
                durable.commit(prepared, target)
        except BaseException:
            for prepared, _ in aside:
                durable.discard(prepared)
            raise
