"""The folder of publications: whose it is, the numbers in it, which one is served, and the one switch.

    portbook-publications.json   says that the folder is one of ours, and its version
    lock                         held by whoever publishes
    publications/000007/         a whole publication, never changed
    current                      a symbolic link to the one that is served

A rename replaces no folder that has files, but it replaces a link: so readers see one publication or the
next, whole (T-37).  What a publisher that was killed left is recognised by its name.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from portbook.errors import FormatError, StoreError, shown
from portbook.publication import manifest as manifests
from portbook.publication.failures import refused, told
from portbook.publication.manifest import MAX_MANIFEST, MAX_NUMBER, Manifest
from portbook.publication.paths import MANIFEST
from portbook.store import durable

MARK = "portbook-publications.json"
VERSION = 1
LOCK = "lock"
PUBLICATIONS = "publications"
CURRENT = "current"
KEEP = 10  # publications that stay, for readers that began before the switch
LEAST_KEPT = 2

_MARK = f'{{"publications": {VERSION}}}\n'.encode()
_NUMBER = re.compile(r"[0-9]{6}|[1-9][0-9]{6,8}", re.ASCII)  # each number in one spelling
_OF_NOBODY = (LOCK, "lost+found")  # a folder that holds these alone counts as empty


def aside_of(target: Path) -> Path:
    """Return a new name beside *target* that `durable.is_aside` knows."""
    return target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")


class Earlier(NamedTuple):
    """A publication that was made before."""

    folder: Path
    manifest: Manifest
    data: bytes  # of the manifest


class Tree:
    """A folder of publications, there or not yet."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self.publications = self.directory / PUBLICATIONS
        self.current = self.directory / CURRENT
        self._lock = self.directory / LOCK

    def check(self) -> None:
        """Raise `StoreError` E-PUBLISH-DIR unless the folder is one of ours, empty, or not there."""
        if self.directory.is_symlink():
            raise self._foreign("is a symbolic link, and none is followed")
        with told(self.directory):
            try:
                names = set(os.listdir(self.directory))
            except FileNotFoundError:
                return
            except NotADirectoryError:
                raise self._foreign("is no folder") from None
        if MARK in names:
            self._check_mark()
        elif foreign := sorted(name for name in names - {*_OF_NOBODY} if not durable.is_aside(name)):
            raise self._foreign(
                f"is neither empty nor a folder of publications: {shown(foreign[0])} is there"
            )
        if self.publications.is_symlink():
            raise self._foreign(f"holds a symbolic link called {PUBLICATIONS}")

    @contextmanager
    def alone(self, seconds: float, waits: Callable[[], None]) -> Iterator[None]:
        """Hold the lock.  Raises `StoreError` E-PUBLISH-BUSY when another keeps it longer than *seconds*."""
        try:
            with told(self.directory), durable.locked(self._lock, seconds=seconds, waits=waits):
                yield
        except StoreError as error:
            if error.problem.code != "E-STORE-BUSY":
                raise
            message = (
                f"another publisher is at work in {shown(str(self.directory), 200)}; nothing was published"
            )
            raise refused("E-PUBLISH-BUSY", message) from error

    def begin(self) -> None:
        """Make the folder one of ours, and take away what killed publishers left.  Under the lock."""
        self.check()
        with told(self.directory):
            if not (self.directory / MARK).exists():
                durable.write(self.directory / MARK, _MARK)
            durable.make_folder(self.publications)
            for folder in (self.directory, self.publications):
                for name in filter(durable.is_aside, os.listdir(folder)):
                    durable.discard(folder / name)

    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of the publications that are there, in order."""
        try:
            names = os.listdir(self.publications)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._damaged(f"{PUBLICATIONS} cannot be read: {error.strerror}") from error
        return tuple(sorted(int(name) for name in names if _NUMBER.fullmatch(name) and int(name)))

    def next_number(self) -> int:
        """Return the number after the highest.  Raises `StoreError` E-PUBLISH-DAMAGED when there is none."""
        number = max(self.numbers(), default=0) + 1
        if number > MAX_NUMBER:
            raise self._damaged(f"{PUBLICATIONS} holds the number {MAX_NUMBER}, and none comes after it")
        return number

    def served(self) -> int | None:
        """Return the number of the publication that is served, None while there is none.

        Raises `StoreError` E-PUBLISH-DAMAGED when the link leads to none.
        """
        if not os.path.lexists(self.current):
            return None
        target = os.readlink(self.current) if self.current.is_symlink() else ""
        folder, _, name = target.partition("/")
        if folder != PUBLICATIONS or not _NUMBER.fullmatch(name) or int(name) not in self.numbers():
            raise self._damaged(f"{CURRENT} is no link to a publication in {PUBLICATIONS}")
        return int(name)

    def folder(self, number: int) -> Path:
        """Return the folder of a publication."""
        return self.publications / f"{number:06}"

    def earlier(self, number: int) -> Earlier:
        """Return a publication that was made before.  Raises `StoreError` E-PUBLISH-DAMAGED."""
        folder = self.folder(number)
        try:
            data = durable.read(folder / MANIFEST, MAX_MANIFEST, within=self.publications)
            manifest = manifests.read(data)
        except (OSError, FormatError) as error:
            reason = error.problem.message if isinstance(error, FormatError) else error.strerror
            raise self._damaged(f"publication {number} is damaged: {reason}") from error
        if manifest.number != number:
            raise self._damaged(f"publication {number} says that it is number {manifest.number}")
        return Earlier(folder, manifest, data)

    def place(self, aside: Path, number: int) -> None:
        """Give what was built *aside* its own name; it is there then, and not served yet."""
        with told(self.publications):
            durable.commit(aside, self.folder(number))

    def switch(self, number: int) -> None:
        """Serve the publication *number* from now on: one rename, and durable when this returns."""
        aside = aside_of(self.current)
        with told(self.current):
            try:
                os.symlink(f"{PUBLICATIONS}/{self.folder(number).name}", aside)
                os.replace(aside, self.current)
            except BaseException:
                durable.discard(aside)
                raise
        try:
            durable.flush_folder(self.directory)
        except OSError as error:
            message = (
                f"publication {number} is served, but a power cut may undo that: {error.strerror or error}"
            )
            raise refused("E-PUBLISH-WRITE", f"{message}; publish again") from error

    def prune(self, keep: int, spared: int | None) -> tuple[int, ...]:
        """Take away all but the newest *keep* and *spared*; return the numbers of those.

        Each goes by one rename first: no reader finds half of one under its number.  What cannot be taken
        away waits for the next publisher.
        """
        gone = []
        for number in self.numbers()[:-keep]:
            if number == spared:
                continue
            aside = aside_of(self.folder(number))
            try:
                os.replace(self.folder(number), aside)
            except OSError:
                break
            durable.discard(aside)
            gone.append(number)
        return tuple(gone)

    def _check_mark(self) -> None:
        try:
            mark = durable.read(self.directory / MARK, len(_MARK) + 20)
        except OSError as error:
            raise self._damaged(f"{MARK} cannot be read: {error.strerror}") from error
        if mark == _MARK:
            return
        if re.fullmatch(rb'\{"publications": [1-9][0-9]{0,8}\}\n', mark):
            version = mark.decode().strip("\n")
            raise refused(
                "E-PUBLISH-VERSION", f"{self._name} is of a newer version, {version}; use a newer Portbook"
            )
        raise self._damaged(f"{MARK} does not say what it should")

    @property
    def _name(self) -> str:
        return shown(str(self.directory), 200)

    def _foreign(self, what: str) -> StoreError:
        return refused("E-PUBLISH-DIR", f"{self._name} {what}; nothing was published")

    def _damaged(self, what: str) -> StoreError:
        return refused("E-PUBLISH-DAMAGED", f"in {self._name} {what}; nothing was published")
