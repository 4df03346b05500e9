"""Shelf: what a store's folder and the embedded editions hold together at one moment, and finding in it.

Damaged editions stand aside by id: they answer with their error, keep their number, and stop no other.
"""

import os
from bisect import bisect
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from portbook.errors import DataMissing, Problem, StoreError, shown
from portbook.store import versions
from portbook.store.edition_files import EditionFile, corrupt, embedded, stored
from portbook.store.ids import Order, checked_wanted, edition_id, id_order

NEWEST = ("current", "latest")


@dataclass(frozen=True)
class Shelf:
    """Editions, oldest first, and the errors of those that are damaged, by id."""

    files: tuple[EditionFile, ...]
    damaged: dict[str, StoreError]

    @property
    def orders(self) -> set[Order]:
        """Date and arrival of everything that is there, damaged or whole."""
        ids = (*self.damaged, *(file.id for file in self.files))
        return {order for order in map(id_order, ids) if order}

    def is_newest(self, file: EditionFile) -> bool:
        """Say whether nothing here is newer than *file*."""
        return all(order <= file.order for order in self.orders)

    def with_digest(self, digest: str) -> EditionFile | None:
        """Return the edition whose published bytes have that SHA-256, or None."""
        return next((file for file in self.files if file.sha256 == digest), None)

    def current(self) -> EditionFile:
        """Return the newest edition; see `EditionStore.current`."""
        if not self.files:
            raise _unknown("there is no edition at all")
        newest = self.files[-1]
        if not self.is_newest(newest):
            error = self.damaged[max(self.damaged, key=lambda identity: id_order(identity) or ("", 0))]
            message = f"{error.problem.message}; until then say --edition {newest.id}"
            raise StoreError(replace(error.problem, message=message))
        return newest

    def get(self, wanted: str) -> EditionFile:
        """Return the edition called *wanted*; see `EditionStore.get`."""
        if wanted in NEWEST:
            return self.current()
        if checked_wanted(wanted) in self.damaged:
            raise self.damaged[wanted]
        beginnings = f"{wanted}-", f"{wanted}."
        exact = [file for file in self.files if file.id == wanted]
        found = exact or [file for file in self.files if file.id.startswith(beginnings)]
        if len(found) == 1:
            return found[0]
        if found:
            which = ", ".join(file.id for file in found[:5]) + (", ..." if len(found) > 5 else "")
            raise _unknown(f"edition {shown(wanted)} may be {which}")
        ids = [file.id for file in self.files]
        at = bisect(ids, wanted)
        near = ", ".join(ids[max(at - 2, 0) : at + 2])
        raise _unknown(f"edition {shown(wanted)} is not here; near are {near}")


def shelf_of(directory: Path) -> Shelf:
    """Return what is in the folder *directory*, which need not be there, and the embedded editions.

    Raises `StoreError`: E-STORE-VERSION, E-STORE-CORRUPT where the folder as a whole cannot be used.
    """
    folders = edition_folders(directory)
    if versions.version_of(directory) is None and folders:
        advice = "restore it from a copy, or move the folder away"
        raise corrupt(directory / versions.FILE, "is missing, and editions are there", advice)
    whole, damaged = [], {}
    for identity in folders:
        try:
            whole.append(stored(directory / identity))
        except StoreError as error:
            damaged[identity] = error
    taken, digests = {*folders}, {file.sha256 for file in whole}
    whole += [_with_free_id(file, taken) for file in embedded() if file.sha256 not in digests]
    return Shelf(tuple(sorted(whole, key=lambda file: file.order)), damaged)


def edition_folders(directory: Path) -> tuple[str, ...]:
    """Return the ids of the editions in *directory*, by their folders' names, damaged ones too."""
    paths = (directory / name for name in names_in(directory) if id_order(name))
    return tuple(path.name for path in paths if path.is_dir() and not path.is_symlink())


def names_in(folder: Path) -> list[str]:
    """Return the names in *folder*, in order; none where it is not there.

    Raises `StoreError` E-STORE-CORRUPT when it cannot be read.
    """
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise corrupt(
            folder, f"cannot be read: {error.strerror}", "see what it is and who may read it"
        ) from error


def _with_free_id(file: EditionFile, taken: set[str]) -> EditionFile:
    """*file*, embedded; under the first free number where the store has other bytes under its id (I-4)."""
    arrival = next(number for number in count(1) if edition_id(file.date, number) not in taken)
    return replace(file, id=edition_id(file.date, arrival), arrival=arrival)


def _unknown(message: str) -> DataMissing:
    return DataMissing(Problem("E-EDITION-UNKNOWN", f"{message} (portbook editions list)", "the store"))
