"""The edition that the command answers from, and the files that it is given.

`--data FILE` before `--edition ID` before the newest edition kept.  An error in a file is told with the
file's name before its line and column.
"""

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portbook.cli.progress import long_work
from portbook.edition import Edition
from portbook.errors import FormatError
from portbook.formats.limits import MAX_BYTES
from portbook.store import EditionFile, EditionStore, edition_file, published_bytes

MARK = "-"  # standard input


def chosen_file(arguments: Namespace) -> EditionFile:
    """Return the edition that *arguments* ask for, or the current one; one of the store is not read yet.

    Raises `DataMissing`, `StoreError` or `FormatError`.
    """
    if arguments.data is not None:
        with reading(arguments.data):
            return edition_file(Path(arguments.data))
    store = EditionStore()
    return store.get(arguments.edition) if arguments.edition is not None else store.current()


def input_bytes(name: str) -> bytes:
    """Return the content of the file *name*, or of standard input for "-", as far as readers take it.

    Raises `DataMissing` E-FILE-READ or `FormatError` E-FILE-SIZE.
    """
    return sys.stdin.buffer.read(MAX_BYTES + 1) if name == MARK else published_bytes(Path(name))


def read_edition(data: bytes, form: str | None, name: str) -> Edition:
    """Return the edition in *data*, which came from the file *name*; *form* is its format, if known."""
    from portbook import formats

    with reading("standard input" if name == MARK else name):
        return formats.read(data, form)


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Show that *what* is being read, and let an error in it tell so."""
    with long_work(f"Reading {what}"), _named(what):
        yield


@contextmanager
def _named(what: str) -> Iterator[None]:
    """Let an error in a file tell which one."""
    try:
        yield
    except FormatError as error:
        error.add_note(what)
        raise
