"""Which edition answers: the one that is shown now, or the one that a dated address names.

A file (PORTBOOK_DATA) comes before a stored edition (PORTBOOK_EDITION) before the newest one.  When the
newest changes, it is read aside while the old one goes on answering, and then takes its place: no restart,
no half (I-4, I-10).
"""

import logging
import os
import threading
import time
from collections import OrderedDict
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from portbook.errors import DataMissing, PortbookError, Problem
from portbook.store import EditionFile, EditionStore, edition_file
from portbook.web.editions import Opened, Served

LOOK_SECONDS = 1.0  # between two looks at the store's folder
READ_SECONDS = 20.0  # that whoever published an edition waits for this process to show it
RETRY_SECONDS = 60.0  # before an edition that could not be read is tried again
MAX_DATED = 3  # dated editions kept open, about 60 MB each

_log = logging.getLogger("portbook.web")


def chosen(data: str | Path | None, edition_id: str | None) -> EditionFile:
    """Return the file *data*, else the stored edition of that id, else the newest one.

    Raises `DataMissing`, `StoreError` or `FormatError` when it is not there or cannot be read.
    """
    if data:
        return edition_file(Path(data))
    store = EditionStore()
    return store.get(edition_id) if edition_id else store.current()


class Shown:
    """The edition that a process shows, and the dated ones that were asked for last."""

    def __init__(self, data: str | None, edition_id: str | None) -> None:
        self._follows = not (data or edition_id)
        self._seen = _trace() if self._follows else None  # before reading: a later edition is not missed
        self._current = _served(Opened(chosen(data, edition_id)))
        self._dated: OrderedDict[str, Served] = OrderedDict()
        self._lock = threading.Lock()
        self._next_look = 0.0
        self._reader: threading.Thread | None = None

    def current(self) -> Served:
        """Return the edition shown now; see to it that a newer one will be, soon."""
        if self._follows and time.monotonic() >= self._next_look:
            self._look()
        return self._current

    def look_now(self) -> None:
        """Look at once, and return when the newest edition is shown, or could not be read in time."""
        if self._follows:
            self._look()
            if self._reader:
                self._reader.join(READ_SECONDS)

    def dated(self, wanted: str) -> Served:
        """Return the kept edition that *wanted* names, under its dated addresses.

        Raises `RuleError`, `DataMissing` or `StoreError` as `EditionStore.get` does.
        """
        if self._current.file.origin == "file":
            problem = Problem("E-WEB-DATED", "a file is shown here, and it has no dated addresses", "--data")
            raise DataMissing(problem)
        with self._lock:
            if wanted in self._dated:
                self._dated.move_to_end(wanted)
                return self._dated[wanted]
            file = EditionStore().get(wanted)
            if file.id not in self._dated:
                self._dated[file.id] = Served(self._opened(file), dated=True)
            while len(self._dated) > MAX_DATED:
                self._dated.popitem(last=False)
            return self._dated[file.id]

    def _opened(self, file: EditionFile) -> Opened:
        return self._current.opened if file.sha256 == self._current.file.sha256 else Opened(file)

    def _look(self) -> None:
        self._next_look = time.monotonic() + LOOK_SECONDS
        trace = _trace()
        if trace != self._seen and not (self._reader and self._reader.is_alive()):
            before, self._seen = self._seen, trace
            self._reader = threading.Thread(target=self._read, daemon=True)
            try:
                self._reader.start()
            except RuntimeError:  # no thread is to be had now; the next look tries again
                self._seen = before

    def _read(self) -> None:
        """Read the newest edition and show it; what goes wrong is logged, and the old one goes on."""
        try:
            file = EditionStore().current()
            if file.sha256 == self._current.file.sha256:
                self._current = _served(self._current.opened)  # others came or went
            else:
                self._current = _served(Opened(file).prepare())
                _log.info("edition %s is shown now", file.id)
        except (PortbookError, OSError, MemoryError) as error:
            _log.error("edition %s is still shown: %s", self._current.id, error)
            self._seen = None
            self._next_look = time.monotonic() + RETRY_SECONDS


def _served(opened: Opened) -> Served:
    """*opened* as what is shown now, with the ids of the other editions here."""
    if opened.file.origin == "file":
        return Served(opened)
    kept = (file for file in reversed(EditionStore().all()) if file.sha256 != opened.file.sha256)
    return Served(opened, others=tuple(file.id for file in kept))


def _trace() -> tuple[int, int] | None:
    """What changes when an edition comes or goes: an edition is one rename into this folder."""
    try:
        status = os.stat(EditionStore().directory)
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


_shown: Shown | None = None


def shown() -> Shown:
    """Return what this process shows, read at the first call."""
    global _shown
    if _shown is None:
        _shown = Shown(settings.PORTBOOK_DATA, settings.PORTBOOK_EDITION)
    return _shown


def choose(request: HttpRequest, here: Served) -> None:
    """Let *here* answer *request*."""
    request.edition = here  # type: ignore[attr-defined]


def edition_of(request: HttpRequest) -> Served:
    """Return the edition that answers *request*: the one shown when it was first asked for, to its end."""
    here: Served | None = getattr(request, "edition", None)
    if here is None:
        here = shown().current()
        choose(request, here)
    return here


def forget() -> None:
    """Let the next call read again what the settings say."""
    global _shown
    _shown = None
