"""What is told of kept editions, on pages and as data: fields, counts, and whether they are whole.

`editions` lists them, `facts` reads one.  What an edition holds never changes, so it is remembered; that its
bytes are the published ones is looked at again whenever its file looks another one on the disk (I-13).
"""

import threading
from collections import Counter, OrderedDict
from typing import Any, NamedTuple

from portbook import formats
from portbook.errors import StoreError
from portbook.store import EditionFile, EditionStore
from portbook.store.shelf import edition_folders
from portbook.web import edition_words
from portbook.web.addresses import of_edition
from portbook.web.edition_words import Losses
from portbook.web.editions import Counts, Served
from portbook.web.files import offered

MAX_COMPARED = 8  # files of which one request compares every byte; each takes some hundredths of a second
MAX_FACTS = 256  # editions of which the facts are remembered, a few kB each

Trace = tuple[int, int, int]  # what changes when a file is written: its number, time and size


class Remarks(NamedTuple):
    """What a reader found that was not expected: a code, how often, the first of them."""

    code: str
    times: int
    example: str


class Facts(NamedTuple):
    """What an edition holds."""

    counts: Counts
    absent: tuple[str, ...]  # parts that it did not carry, in words
    had_place: bool  # whether the format that it came in could have carried those
    remarks: tuple[Remarks, ...]
    says_its_date: bool  # else the date was given, or is the newest in the rows
    losses: dict[str, Losses]  # what a format cannot hold of it, by the format's name


class Kept(NamedTuple):
    """The editions that can be asked for, newest first, and the ids of those that are damaged."""

    files: tuple[EditionFile, ...]
    damaged: frozenset[str]  # among `files` or not: of some even the metadata cannot be used
    not_compared: int  # of how many the bytes were not compared with the digest yet

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(file.id for file in self.files)


def edition_fields(file: EditionFile) -> dict[str, Any]:
    """Return what is known of an edition, for the API."""
    return {
        "id": file.id,
        "date": file.date or None,
        "records": file.records,
        "format": file.format,
        "format_title": formats.named(file.format).title,
        "size": file.size,
        "sha256": file.sha256,
        "origin": file.origin,
        "source": edition_words.source(file) or None,
        "added": file.added,
        "href": of_edition(file.id),
    }


def editions(shown: Served) -> Kept:
    """Return the editions that have addresses here: those of the store, or the one file that is shown.

    Raises `StoreError` when the store as a whole cannot be used.
    """
    if shown.file.origin == "file" or shown.is_static:
        return Kept((shown.file,), frozenset(), 0)
    store = EditionStore()
    files = tuple(reversed(store.all()))
    damaged = {*edition_folders(store.directory)} - {file.id for file in files}
    budget = MAX_COMPARED
    not_compared = 0
    for file in files:
        known = _comparisons.known(file)
        if known is None and budget:
            budget -= 1
            known = _comparisons.whole(file)
        if known is None:
            not_compared += 1
        elif not known:
            damaged.add(file.id)
    return Kept(files, frozenset(damaged), not_compared)


def is_whole(file: EditionFile) -> bool:
    """Say whether the published bytes of a kept edition are what they were."""
    known = _comparisons.known(file)
    return _comparisons.whole(file) if known is None else known


def facts(here: Served) -> Facts:
    """Return what the edition holds; it is read when it was not yet."""
    key = here.file.sha256, here.file.format
    with _lock:
        if found := _facts.get(key):
            _facts.move_to_end(key)
            return found
    edition = here.edition
    counted = Counter(remark.code for remark in edition.remarks)
    first: dict[str, str] = {}
    for remark in edition.remarks:
        first.setdefault(remark.code, remark.message)
    remarks = tuple(Remarks(code, counted[code], first[code]) for code in sorted(first))
    found = Facts(
        here.opened.counts,
        edition_words.parts(edition.absent),
        not {*edition.absent} <= {*formats.losses(here.file.format)},
        remarks,
        edition.updated is not None,
        {
            entry.format: edition_words.losses(edition, entry.format)
            for entry in offered(here)
            if not entry.is_published
        },
    )
    with _lock:
        _facts[key] = found
        while len(_facts) > MAX_FACTS:
            _facts.popitem(last=False)
    return found


class _Comparisons:
    """Which files had the bytes with their digest, for as long as they look the same on the disk."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[Trace, bool]] = {}

    def known(self, file: EditionFile) -> bool | None:
        """Return whether *file* was found whole, or None when it is another one or was not looked at."""
        trace = _trace(file)
        if trace is None:
            return False
        then, whole = self._found.get((str(file.path), file.sha256), (None, None))
        return whole if then == trace else None

    def whole(self, file: EditionFile) -> bool:
        """Compare every byte of *file*, and remember."""
        trace = _trace(file)
        if trace is None:
            return False
        try:
            file.data()
            found = True
        except StoreError:
            found = False
        self._found[str(file.path), file.sha256] = trace, found
        return found


def _trace(file: EditionFile) -> Trace | None:
    try:
        status = file.path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


_comparisons = _Comparisons()
_facts: OrderedDict[tuple[str, str], Facts] = OrderedDict()
_lock = threading.Lock()
