"""A publication that is being built, aside: files written or linked, packed, flushed, read back.

What an earlier publication has with the same bytes is not written again but linked, with what was packed of
it; its bytes are read and compared first, so damage is never handed on.  What is new is compared after it
was flushed, and where the system can, after it was dropped from memory (D-3, F-06, F-07).
"""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from portbook.errors import Problem, RuleError, shown
from portbook.publication.digests import Digests, Entry, digests_of
from portbook.publication.failures import SOURCE, refused, told
from portbook.publication.manifest import MAX_FILE, MAX_FILES
from portbook.publication.packing import Coding, packed
from portbook.publication.paths import MANIFEST, SIGNATURE, SUMS, checked_path
from portbook.publication.tree import Earlier
from portbook.store import durable

FLUSHERS = 16  # at once: a disk flushes many files in hardly more time than one
PIECE = 1024 * 1024  # bytes read at once

_NO_LINK = (errno.EMLINK, errno.EPERM, errno.EXDEV, errno.ENOTSUP)
_OWN = (MANIFEST, SIGNATURE, SUMS)


class Built(NamedTuple):
    """What was built: how many files and bytes were written, and how many are links to earlier ones."""

    files: int
    bytes: int  # of all files
    written: int  # bytes that were not there before
    linked: int  # files


class Building:
    """The files of one publication, in the folder *aside*; `add` each, `finish`, then rename the folder."""

    def __init__(self, aside: Path, earlier: Earlier | None, codings: tuple[Coding, ...]) -> None:
        self.remarks: list[str] = []
        self._aside = aside
        self._known = {entry.path: entry.digests for entry in earlier.manifest.files} if earlier else {}
        self._before = earlier.folder if earlier else aside  # where those lie
        self._made_with = earlier.manifest.made_with if earlier else {}
        self._codings = codings
        self._entries: dict[str, Digests] = {}
        self._folders: set[Path] = {aside}
        self._new: list[tuple[Path, Digests]] = []
        self._linked = 0
        with told(aside):
            aside.mkdir()

    def entries(self) -> tuple[Entry, ...]:
        """Return the files so far, by path."""
        return tuple(Entry(path, self._entries[path]) for path in sorted(self._entries))

    def add(self, path: str, data: bytes) -> None:
        """Put a file at *path*, and beside it what it is packed.

        Raises `RuleError` E-PUBLISH-PATH for a path that is taken or none, `StoreError` E-PUBLISH-SIZE beyond
        the limits, E-PUBLISH-WRITE.
        """
        if path in _OWN:
            raise _not_there(path, "is a publication's own")
        is_old = self._put(path, data)
        for coding in self._codings:
            self._add_packed(path, data, coding, is_old=is_old)

    def add_dated(self, path: str, to: str) -> None:
        """Let *to* be the file at *path* too, with what is packed of it; what is at *to* already stays."""
        if self._entries.get(to, self._entries[path]) != self._entries[path]:
            self.remarks.append(f"{path} is written otherwise now than {to}, which stays as it was published")
            return
        for suffix in ("", *(coding.suffix for coding in self._codings)):
            found = self._entries.get(path + suffix)
            if found and to + suffix not in self._entries:
                self._link_own(path + suffix, to + suffix, found)

    def carry(self, is_carried: Callable[[str], bool]) -> None:
        """Link the files of the earlier publication whose path says so: they are frozen (I-4).

        Of these, which grow with every edition, only the size is looked at here; `verify` reads their bytes.
        """
        for path, digests in self._known.items():
            if is_carried(path) and self._link_unread(path, digests):
                self._register(path, digests)

    def add_sums(self) -> None:
        """Put in the list of digests that `sha256sum -c` reads."""
        lines = (f"{entry.digests.sha256}  {entry.path}\n" for entry in self.entries())
        self._put(SUMS, "".join(lines).encode())

    def seal(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write what stands in no list of files: the manifest and its signature."""
        for name, data in files:
            self._write(self._aside / name, data, digests_of([data]))

    def finish(self) -> Built:
        """Flush all that is new, then read it back from the disk and compare both digests.

        Raises `StoreError` E-PUBLISH-WRITE, or E-PUBLISH-READBACK when the disk holds other bytes.
        """
        with told(self._aside), ThreadPoolExecutor(FLUSHERS) as pool:
            for _ in pool.map(_flush, [path for path, _ in self._new]):
                pass
            for _ in pool.map(durable.flush_folder, self._folders):
                pass
            for path, digests in self._new:
                if digests_of(_from_disk(path)) != digests:
                    raise refused(
                        "E-PUBLISH-READBACK", f"{shown(str(path), 200)} does not hold what was written"
                    )
        sizes = [digests.size for digests in self._entries.values()]
        return Built(len(sizes), sum(sizes), sum(digests.size for _, digests in self._new), self._linked)

    # -- one file

    def _put(self, path: str, data: bytes) -> bool:
        """Link or write a file; say whether the earlier publication had it."""
        digests = digests_of([data])
        self._register(path, digests)
        if self._known.get(path) == digests and self._link_earlier(path, digests):
            return True
        self._write(self._aside / path, data, digests)
        return False

    def _add_packed(self, path: str, data: bytes, coding: Coding, *, is_old: bool) -> None:
        name = path + coding.suffix
        if is_old and self._same_coding(coding):
            if known := self._known.get(name):
                if self._link_earlier(name, known):
                    self._register(name, known)
                    return
            else:
                return  # it did not gain by it then, so it does not now
        if made := packed(data, coding):
            self._put(name, made)

    def _same_coding(self, coding: Coding) -> bool:
        return all(self._made_with.get(name) == version for name, version in coding.versions.items())

    def _register(self, path: str, digests: Digests) -> None:
        if checked_path(path) in self._entries:
            raise _not_there(path, "is that of two files")
        if digests.size > MAX_FILE or len(self._entries) >= MAX_FILES:
            message = (
                f"{shown(path, 200)} has {digests.size} bytes, and {len(self._entries)} files are before it"
            )
            limits = f"at most {MAX_FILES} files of {MAX_FILE} bytes are published"
            raise refused("E-PUBLISH-SIZE", f"{message}; {limits}")
        self._entries[path] = digests

    def _write(self, target: Path, data: bytes, digests: Digests) -> None:
        with told(target):
            self._make_folder(target.parent)
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            with open(descriptor, "wb") as file:
                file.write(data)
        self._new.append((target, digests))

    def _make_folder(self, folder: Path) -> None:
        missing = [folder]
        while missing[-1] not in self._folders:
            missing.append(missing[-1].parent)
        for path in reversed(missing[:-1]):
            path.mkdir(exist_ok=True)  # some disks take two names for one
            self._folders.add(path)

    def _link_earlier(self, path: str, digests: Digests) -> bool:
        """Link a file of the earlier publication if its bytes are whole; say whether that was done."""
        source = self._before / path
        try:
            data = durable.read(source, digests.size, within=self._before)
        except OSError as error:
            self._damaged(path, error.strerror or str(error))
            return False
        if digests_of([data]) != digests:
            self._damaged(path, "its bytes are others")
            return False
        self._link(source, path, digests)
        return True

    def _link_unread(self, path: str, digests: Digests) -> bool:
        """Link a file of the earlier publication if it is there and has its size; say whether so."""
        source = self._before / path
        try:
            found = source.lstat()
        except OSError as error:
            self._damaged(path, error.strerror or str(error))
            return False
        if not stat.S_ISREG(found.st_mode) or found.st_size != digests.size:
            self._damaged(path, "it is no file of its size")
            return False
        self._link(source, path, digests)
        return True

    def _link_own(self, path: str, to: str, digests: Digests) -> None:
        self._register(to, digests)
        self._link(self._aside / path, to, digests)

    def _link(self, source: Path, path: str, digests: Digests) -> None:
        """Let *path* be the file *source* too; where the file system has no links, or no more, a copy."""
        target = self._aside / path
        with told(target):
            self._make_folder(target.parent)
            try:
                os.link(source, target, follow_symlinks=False)
            except OSError as error:
                if error.errno not in _NO_LINK:
                    raise
                self._write(target, source.read_bytes(), digests)
            else:
                self._linked += 1

    def _damaged(self, path: str, what: str) -> None:
        where = f"{shown(path, 200)} of publication {self._before.name}"
        self.remarks.append(f"{where} is damaged and was not taken over: {what}")


def _not_there(path: str, what: str) -> RuleError:
    return RuleError(Problem("E-PUBLISH-PATH", f"path {shown(path, 200)} {what}", SOURCE))


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _from_disk(path: Path) -> Iterator[bytes]:
    """The bytes of a file that was just flushed; not those in memory, where the system can forget them."""
    with open(path, "rb", buffering=0) as file:
        if hasattr(os, "posix_fadvise"):
            with suppress(OSError):  # advice: a file system that takes none still reads
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while piece := file.read(PIECE):
            yield piece
