"""EditionFile: an edition as a file that was published, with what is known of it: stored, embedded, or given.

The SHA-256 of the published bytes is its identity, checked whenever they are read (I-4).  Reads files, writes
none; what the store writes beside them is made here as bytes.
"""

import functools
import hashlib
import json
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portbook import formats
from portbook.edition import Edition
from portbook.errors import DataMissing, Problem, RuleError, StoreError, shown, visible
from portbook.formats.limits import MAX_BYTES, checked_size
from portbook.store import durable
from portbook.store.ids import Order, id_order, is_day

MAX_SOURCE = 1_000  # characters
MAX_METADATA = 64 * 1024  # bytes
MAX_OPEN = 3  # editions kept read in one process, about 60 MB each
EMBEDDED = Path(__file__).resolve().parent.parent / "data"

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("id", "date", "sha256", "format", "source"), (str,)),
    **dict.fromkeys(("arrival", "size", "records"), (int,)),
    "added": (str, type(None)),
}


@dataclass(frozen=True, slots=True)
class EditionFile:
    """An edition of the store, an embedded one, or one in a file of the user's.

    `date` is empty only where a file of the user's carries none.
    """

    id: str  # "2017-05-18", "2017-05-18.2", "file:NAME"
    date: str
    arrival: int  # the order within the date, from 1
    sha256: str  # of the published bytes
    format: str
    size: int  # bytes
    records: int
    origin: str  # "embedded", "store", "file"
    source: str  # where it came from, in words
    added: str | None  # the instant, UTC, RFC 3339
    path: Path

    @property
    def order(self) -> Order:
        """What editions are ordered by."""
        return self.date, self.arrival

    def data(self) -> bytes:
        """Return the bytes as published.  Raises `StoreError` E-STORE-CORRUPT when they are others now."""
        try:
            data = _unpacked(self) if self.origin == "embedded" else self._read()
        except (OSError, ValueError) as error:
            raise self._corrupt(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
        if len(data) != self.size or hashlib.sha256(data).hexdigest() != self.sha256:
            raise self._corrupt(f"does not have the {self.size} bytes with SHA-256 {self.sha256}")
        return data

    @property
    def edition(self) -> Edition:
        """The edition itself, read once in a process; the last few stay."""
        return _opened.get(self)

    @property
    def remarks(self) -> tuple[Problem, ...]:
        """What the reader found that was not expected."""
        return self.edition.remarks

    def _read(self) -> bytes:
        if self.origin == "file":
            return published_bytes(self.path)
        return durable.read(self.path, min(self.size, MAX_BYTES), within=self.path.parent.parent)

    def _corrupt(self, what: str) -> StoreError:
        match self.origin:
            case "embedded":
                advice = "install Portbook again"
            case "file":
                advice = "give the file again"
            case _:
                advice = _advice(self.path.parent)
        return corrupt(self.path, what, advice)


class _Opened:
    """The editions that were read last, by digest."""

    def __init__(self) -> None:
        self._editions: OrderedDict[tuple[str, str], Edition] = OrderedDict()
        self._lock = threading.RLock()

    def get(self, file: EditionFile) -> Edition:
        with self._lock:
            key = file.sha256, file.format
            if key not in self._editions:
                self.keep(file, formats.read(file.data(), file.format))
            self._editions.move_to_end(key)
            return self._editions[key]

    def keep(self, file: EditionFile, edition: Edition) -> None:
        with self._lock:
            self._editions[file.sha256, file.format] = edition
            while len(self._editions) > MAX_OPEN:
                self._editions.popitem(last=False)


_opened = _Opened()
keep = _opened.keep


def corrupt(path: Path, what: str, advice: str) -> StoreError:
    """Return the error for a damaged file, with what to do."""
    return StoreError(
        Problem("E-STORE-CORRUPT", f"{shown(str(path), 200)} {what}; {advice}", "docs/store.md")
    )


def _advice(folder: Path) -> str:
    return f"move {shown(str(folder), 200)} away and add the published file again"


# -- what the store writes beside the published bytes


def metadata(file: EditionFile) -> bytes:
    """Return what is known of *file* as JSON, with a digest of itself, so that every changed byte shows."""
    facts: dict[str, Any] = {name: getattr(file, name) for name in _TYPES}
    check = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    return json.dumps({**facts, "check": check}, indent=1).encode() + b"\n"


def stored(folder: Path) -> EditionFile:
    """Return the edition in *folder* of the store.  Raises `StoreError` E-STORE-CORRUPT."""
    path = folder / "edition.json"
    try:
        text = durable.read(path, MAX_METADATA, within=folder.parent)
        facts = json.loads(text.decode("ascii"))
        known = {name: facts[name] for name in _TYPES}
        if not all(type(known[name]) in kinds for name, kinds in _TYPES.items()):
            raise ValueError("a value is of the wrong kind")
        published = folder / f"published{formats.named(known['format']).suffix}"
        file = EditionFile(**known, origin="store", path=published)
        if metadata(file) != text or folder.name != file.id or id_order(file.id) != file.order:
            raise ValueError("it is not what was written")
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise corrupt(path, f"cannot be used: {str(reason)[:200]}", _advice(folder)) from error
    return file


def checked_source(text: str) -> str:
    """Return *text*, fit to be kept.  Raises `RuleError` E-EDITION-SOURCE above `MAX_SOURCE` characters."""
    if len(text) > MAX_SOURCE:
        message = f"source {shown(text)} has {len(text)} characters; at most {MAX_SOURCE} are kept"
        raise RuleError(Problem("E-EDITION-SOURCE", message, "docs/limits.md"))
    return text.encode("utf-8", "backslashreplace").decode()


def checked_instant(text: str | None) -> str | None:
    """Return *text*.  Raises `RuleError` E-EDITION-INSTANT when it is not YYYY-MM-DDTHH:MM:SSZ."""
    if text is not None and not _INSTANT.fullmatch(text):
        message = f"instant {shown(text)} is not written YYYY-MM-DDTHH:MM:SSZ"
        raise RuleError(Problem("E-EDITION-INSTANT", message, "RFC 3339"))
    return text


# -- embedded editions


@functools.cache
def embedded() -> tuple[EditionFile, ...]:
    """Return the editions that come with Portbook, oldest first."""
    catalogue = EMBEDDED / "editions.json"
    try:
        entries = json.loads(catalogue.read_bytes())["editions"]
        return tuple(sorted(map(_embedded, entries), key=lambda file: file.order))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise corrupt(catalogue, f"cannot be used: {error}", "install Portbook again") from error


def _embedded(entry: dict[str, Any]) -> EditionFile:
    source = entry["source"]
    return EditionFile(
        id=entry["id"],
        date=entry["date"],
        arrival=1,
        sha256=entry["sha256"],
        format=entry["format"],
        size=entry["bytes"],
        records=entry["rows"],
        origin="embedded",
        source=f"{source['kind']} package {source['package']} {source['version']}: {source['member']}",
        added=None,
        path=EMBEDDED / entry["file"],
    )


def _unpacked(file: EditionFile) -> bytes:
    import lzma  # here, for only embedded editions need it

    unpacker = lzma.LZMADecompressor()
    try:
        data = unpacker.decompress(durable.read(file.path, MAX_BYTES), max_length=file.size + 1)
    except (lzma.LZMAError, EOFError) as error:
        raise ValueError(str(error)) from error
    return data


# -- files of the user's


def published_bytes(path: Path) -> bytes:
    """Return the bytes of a file of the user's, whatever kind of file it is.

    Raises `DataMissing` E-FILE-READ when it cannot be read, `FormatError` E-FILE-SIZE when it is too large.
    """
    try:
        with open(path, "rb") as file:
            return checked_size(file.read(MAX_BYTES + 1))
    except OSError as error:
        message = f"file {shown(str(path), 200)} cannot be read: {error.strerror or error}"
        raise DataMissing(Problem("E-FILE-READ", message, "docs/errors.md")) from error


def edition_file(path: Path, *, format: str | None = None) -> EditionFile:  # noqa: A002
    """Return the edition in a file of the user's, read whole (`--data FILE`); the store is not touched."""
    data = published_bytes(path)
    name = format or formats.detect(data)
    edition = formats.read(data, name)
    own = edition.updated
    file = EditionFile(
        id=f"file:{visible(path.name)}",  # a name may hold bytes that are no UTF-8
        date=str(own) if own and is_day(own) else "",
        arrival=1,
        sha256=hashlib.sha256(data).hexdigest(),
        format=name,
        size=len(data),
        records=len(edition.records),
        origin="file",
        source=str(path),
        added=None,
        path=path,
    )
    keep(file, edition)
    return file
