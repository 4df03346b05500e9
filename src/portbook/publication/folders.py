"""A publication in a folder here, and the chain of those beside it.

Given is the folder of one publication, or the tree of all: then the one that is served is looked at, and
the manifests of the others, whether each names the one before it.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from portbook.errors import DataMissing, FormatError, StoreError, shown
from portbook.publication import manifest as manifests
from portbook.publication.digests import Digests, Entry, digests_of
from portbook.publication.manifest import Link
from portbook.publication.paths import MANIFEST
from portbook.publication.tree import CURRENT, MARK, PUBLICATIONS, Tree
from portbook.publication.verification import Finding, Listing, Since, Unreadable, nothing
from portbook.store import durable, published_bytes


class FolderSource:
    """The publication in one folder; no symbolic link in it is followed (T-39)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def small(self, path: str, limit: int) -> bytes | None:
        try:
            return durable.read(self.folder / path, limit, within=self.folder)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise nothing(
                f"{shown(str(self.folder / path), 200)} cannot be read: {error.strerror}"
            ) from error

    def digests(self, entry: Entry) -> Digests | None:
        try:
            data = durable.read(self.folder / entry.path, entry.digests.size, within=self.folder)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unreadable(error.strerror or str(error)) from error
        return digests_of([data])

    def listing(self) -> Listing:
        paths: set[str] = set()
        closed: dict[str, str] = {}
        coming = [""]
        while coming:
            inside = coming.pop()
            try:
                with os.scandir(self.folder / inside) as entries:
                    for entry in entries:
                        path = f"{inside}/{entry.name}".lstrip("/")
                        if entry.is_dir(follow_symlinks=False):
                            coming.append(path)
                        else:
                            paths.add(path)
            except OSError as error:
                closed[inside] = error.strerror or str(error)
        return Listing(frozenset(paths), closed)


def opened(path: Path) -> tuple[FolderSource, tuple[Finding, ...]]:
    """Return the publication at *path*, and what is wrong with the tree that it is served from.

    Raises `DataMissing` E-VERIFY-NOTHING when no publication is there.
    """
    if not (path / MARK).is_file():
        if not path.is_dir():
            raise nothing(f"{shown(str(path), 200)} is no folder")
        return FolderSource(path.resolve()), ()  # once: what it leads to may be switched meanwhile
    tree = Tree(path)
    if tree.publications.is_symlink():
        raise nothing(f"{PUBLICATIONS} in {shown(str(path), 200)} is a symbolic link, and none is followed")
    try:
        served = tree.served()
    except StoreError as error:
        raise nothing(error.problem.message.partition(";")[0]) from error
    if served is None:
        raise nothing(f"{shown(str(path), 200)} has no publication that is served yet")
    return FolderSource(tree.folder(served)), tuple(_chain_findings(tree, served))


def seen_in(path: Path) -> Since:
    """Return what the manifest in the file *path* is.  Raises `DataMissing` E-VERIFY-NOTHING."""
    try:
        data = published_bytes(path)
        return Since(manifests.read(data).number, hashlib.sha256(data).hexdigest())
    except (DataMissing, FormatError) as error:
        raise nothing(f"{shown(str(path), 200)} is no manifest: {error}") from error


def _chain_findings(tree: Tree, served: int) -> Iterator[Finding]:
    numbers = tree.numbers()
    if numbers[-1] > served:
        yield Finding("E-VERIFY-OLDER", CURRENT, f"serves publication {served}, and {numbers[-1]} is there")
    seen: dict[int, Link] = {}
    for number in numbers:
        try:
            earlier = tree.earlier(number)
        except StoreError as error:
            yield Finding("E-VERIFY-CHAIN", _name(tree, number), error.problem.message.partition(";")[0])
            continue
        before = earlier.manifest.previous
        if before and seen.get(before.number, before) != before:
            message = f"names another manifest as number {before.number} than the one that is there"
            yield Finding("E-VERIFY-CHAIN", _name(tree, number), message)
        seen[number] = Link(number, hashlib.sha256(earlier.data).hexdigest())


def _name(tree: Tree, number: int) -> str:
    return f"{tree.folder(number).name}/{MANIFEST}"
