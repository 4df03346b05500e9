"""The one way in which a file of Portbook's own comes to a disk, and how it is read from there.

Written aside in the same folder, flushed, renamed, the folder flushed (D-3, F-01 to F-07): after a kill or a
power cut there is the old file or the new one, never a part.  A write that fails is told at once and never
tried again (after a failed fsync nobody knows what the disk holds).  Reading follows no symbolic
link (T-39).  Knows nothing of editions.
"""

import errno
import os
import re
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from portbook.errors import Problem, StoreError, shown

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

Content = bytes | Mapping[str, bytes]  # of a file, or of the files of a folder

LOCK_SECONDS = 180.0  # that a lock is waited for; an update takes at most 120, and then reads
LOCK_PAUSE = 0.05  # seconds between two tries: no system waits for a lock until a time

_ASIDE = re.compile(r"\.(.+)\.[0-9a-f]{16}\.tmp", re.ASCII)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def write(target: Path, data: bytes) -> None:
    """Put *data* at *target*, durably and in one step.  Raises `StoreError` E-STORE-WRITE."""
    commit(prepare(target, data), target)


def prepare(target: Path, content: Content) -> Path:
    """Write *content* aside, beside *target*, and flush it; return where it is, for `commit` or `discard`."""
    aside = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
    with told(target):
        try:
            if isinstance(content, bytes):
                _write_new(aside, content)
            else:
                aside.mkdir()
                for name, data in content.items():
                    _write_new(aside / name, data)
                flush_folder(aside)
        except BaseException:
            discard(aside)
            raise
    return aside


def commit(aside: Path, target: Path) -> None:
    """Rename what `prepare` wrote to *target*, and flush the folder.

    When that flush fails, what is new is taken away again: a thing that a power cut may take is not there.
    """
    is_new = not os.path.lexists(target)
    with told(target):
        try:
            os.replace(aside, target)
        except BaseException:
            discard(aside)
            raise
        try:
            flush_folder(target.parent)
        except BaseException:
            if is_new:
                discard(target)
            raise


def rename(source: Path, target: Path) -> None:
    """Rename *source*, and flush the folder of *target*; nothing is taken away when that fails."""
    with told(target):
        os.replace(source, target)
        flush_folder(target.parent)


def discard(path: Path) -> None:
    """Take away a file or folder of ours, as far as that goes."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            pass  # it is recognised by its name later


def is_aside(name: str, target: str | None = None) -> bool:
    """Say whether a file called *name* is what an interrupted write (of *target*) left."""
    match = _ASIDE.fullmatch(name)
    return match is not None and target in (None, match[1])


def make_folder(path: Path) -> None:
    """Make the folder *path* and those above it that are missing, each durably."""
    with told(path):
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            flush_folder(folder.parent)


def flush_folder(path: Path) -> None:
    """Make what was renamed in the folder *path* durable, where the platform can (not on Windows)."""
    if sys.platform != "win32":
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _flush(descriptor)
        finally:
            os.close(descriptor)


def flush_tree(path: Path) -> None:
    """Flush every file and folder under the folder *path*, and itself."""
    for folder, _, files in os.walk(path, topdown=False):
        for name in files:
            with open(Path(folder, name), "rb+") as file:
                _flush(file.fileno())
        flush_folder(Path(folder))


def read(path: Path, limit: int, within: Path | None = None) -> bytes:
    """Return the bytes of the regular file *path*: all of them, or the first *limit* + 1.

    Raises OSError, also when *path*, or a folder between it and *within*, is a symbolic link.
    """
    folders = path.parents[: len(path.relative_to(within).parts) - 1] if within else ()
    for part in (path, *folders):
        if part.is_symlink():
            raise OSError(errno.ELOOP, "is a symbolic link, and none is followed", str(part))
    descriptor = os.open(path, os.O_RDONLY | _NO_LINKS)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "is not a regular file", str(path))
        return file.read(limit + 1)


def nobody_waits() -> None:
    """What `locked` calls when nobody wants to know."""


@contextmanager
def locked(
    path: Path, *, seconds: float = LOCK_SECONDS, waits: Callable[[], None] = nobody_waits
) -> Iterator[None]:
    """Hold the lock file *path*; whoever else wants it waits.  The system lets go of it when a process dies.

    Only its owner may open it: whoever can, can hold it.  *waits* is called once when there is somebody to
    wait for; after *seconds* `StoreError` E-STORE-BUSY.  The file stays: to remove it would let two in.
    """
    make_folder(path.parent)
    with told(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _NO_LINKS, 0o600)
    try:
        with told(path):
            _keep_to_owner(descriptor)
            _wait_for(descriptor, path, seconds, waits)
        yield
    finally:
        os.close(descriptor)


def _keep_to_owner(descriptor: int) -> None:
    """Mend the mode of a lock that an earlier version made for everybody."""
    if sys.platform != "win32":
        about = os.fstat(descriptor)
        if about.st_uid == os.geteuid() and stat.S_ISREG(about.st_mode) and about.st_mode & 0o077:
            os.fchmod(descriptor, 0o600)


def _wait_for(descriptor: int, path: Path, seconds: float, waits: Callable[[], None]) -> None:
    end = time.monotonic() + seconds
    is_first = True
    while not _took(descriptor):
        if is_first:
            waits()
            is_first = False
        if time.monotonic() >= end:
            message = f"{shown(str(path), 200)} is held by another process, for {seconds:.0f} seconds now"
            raise StoreError(Problem("E-STORE-BUSY", f"{message}; nothing was written", "docs/store.md"))
        time.sleep(LOCK_PAUSE)


def _took(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK):
            return False
        raise
    return True


def _write_new(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINKS, 0o666)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        _flush(descriptor)


def _flush(descriptor: int) -> None:
    if sys.platform == "darwin":  # there fsync leaves the data in the drive's own memory
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn the system's error into `StoreError` E-STORE-WRITE."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        reason = error.strerror or error
        message = f"{shown(str(path), 200)} cannot be written: {reason}; what was stored before is untouched"
        raise StoreError(Problem("E-STORE-WRITE", message, "docs/store.md")) from error
