"""What is wrong with a store: every digest, every file that does not belong, the look-up table (I-13).

Reports and never repairs.  What an interrupted write left aside is nothing wrong: it is never read, and the
next edition that is added takes it away.
"""

from collections.abc import Iterator
from pathlib import Path

from portbook import lookup
from portbook.errors import PortbookError, Problem, StoreError, shown
from portbook.store import durable, versions
from portbook.store.edition_files import EditionFile
from portbook.store.shelf import Shelf, edition_folders, names_in


def problems(directory: Path, shelf: Shelf, table: Path | None) -> Iterator[Problem]:
    """Yield all that is wrong with the editions of *shelf*, its folder, and the look-up *table*."""
    yield from (error.problem for error in shelf.damaged.values())
    yield from _strays(directory, shelf)
    first: dict[str, str] = {}
    for file in shelf.files:
        try:
            file.data()
        except StoreError as error:
            yield error.problem
        if (other := first.setdefault(file.sha256, file.id)) != file.id:
            message = f"editions {other} and {file.id} have the same bytes; move one of them away"
            yield Problem("E-STORE-TWICE", message, "docs/store.md")
    if table:
        yield from _table_problems(shelf, table)


def table_of(file: EditionFile) -> bytes:
    """Return the look-up table of an edition."""
    from portbook.lookup_table import compile_table  # here, for only writing and verifying need it

    return compile_table(file.edition, file.id, file.sha256)


def is_table_of(file: EditionFile, table: Path) -> bool:
    """Say whether the file *table* is the look-up table of an edition, to the byte."""
    try:
        return durable.read(table, lookup.MAX_TABLE) == table_of(file)
    except OSError:
        return False


def _strays(directory: Path, shelf: Shelf) -> Iterator[Problem]:
    """What is in the folder and does not belong there, symbolic links included."""
    known = {directory / versions.FILE} | {file.path for file in shelf.files}
    found = [directory / name for name in names_in(directory)]
    for identity in edition_folders(directory):
        folder = directory / identity
        known |= {folder, folder / "edition.json"}
        if identity not in shelf.damaged:  # else the edition is reported as a whole
            found += [folder / name for name in names_in(folder)]
    for path in found:
        if path not in known and not durable.is_aside(path.name):
            message = f"{shown(str(path), 200)} is no file of the store; move it away"
            yield Problem("E-STORE-STRAY", message, "docs/store.md")


def _table_problems(shelf: Shelf, table: Path) -> Iterator[Problem]:
    try:
        newest = shelf.current()
        newest.data()
    except PortbookError:
        return  # reported already, and there is nothing to compare with
    if newest.origin == "store" and not is_table_of(newest, table):
        message = f"{shown(str(table), 200)} is not of edition {newest.id}, the newest; add that again"
        yield Problem("E-STORE-TABLE", message, "docs/store.md")
    elif newest.origin == "embedded" and table.exists():
        message = f"{shown(str(table), 200)} is older than edition {newest.id}, which is embedded; remove it"
        yield Problem("E-STORE-TABLE", message, "docs/store.md")
