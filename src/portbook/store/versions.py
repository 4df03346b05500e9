"""The version of the store's own files: what is refused, and how an older store becomes one of today.

Older code refuses a newer store.  Newer code never changes an older one in place: it upgrades a copy beside,
flushes it, and renames; the older one stays as "editions.version-1".  An upgrade that was cut short is
finished, or begun again, by the next who opens the store.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from portbook.errors import Problem, StoreError, shown
from portbook.store import durable
from portbook.store.edition_files import corrupt

VERSION = 1
FILE = "store.json"
MAX_FILE = 100  # bytes; today's has 13

# Version n -> what makes a copy of such a store one of version n + 1, but for its version file.
UPGRADES: dict[int, Callable[[Path], None]] = {}


def version_of(directory: Path) -> int | None:
    """Return the version of the store in *directory*, or None where there is no version file.

    Raises `StoreError`: E-STORE-VERSION for a newer one, E-STORE-CORRUPT for a file that says none.
    """
    path = directory / FILE
    try:
        text = durable.read(path, MAX_FILE, within=directory)
        if len(text) > MAX_FILE:
            raise ValueError(f"it has more than {MAX_FILE} bytes")
        version = json.loads(text.decode("ascii"))["store"]
        if type(version) is not int or version < 1 or _content(version) != text:
            raise ValueError("it says no version")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError) as error:
        advice = f"put back the line {_content(VERSION).decode().strip()!r}, or move the folder away"
        raise corrupt(path, f"cannot be used: {getattr(error, 'strerror', None) or error}", advice) from error
    if version > VERSION:
        message = f"store {shown(str(directory), 200)} is of version {version}; this Portbook knows {VERSION}"
        raise StoreError(Problem("E-STORE-VERSION", f"{message}; use a newer Portbook", "docs/store.md"))
    return version


def write(directory: Path) -> None:
    """Say durably that *directory* is a store of today's version."""
    durable.write(directory / FILE, _content(VERSION))


def upgrade(directory: Path, lock: Path) -> None:
    """Bring the store to today's version, if it is older.  Raises `StoreError` E-STORE-WRITE."""
    copy = directory.with_name(f"{directory.name}.upgraded")
    if directory.exists() and version_of(directory) in (None, VERSION):
        return
    if not directory.exists() and not copy.exists():
        return
    with durable.locked(lock):
        if directory.exists():
            version = version_of(directory)
            if version in (None, VERSION):
                return  # another process was quicker
            _upgraded_copy(directory, copy)
            durable.rename(directory, directory.with_name(f"{directory.name}.version-{version}"))
        if copy.exists():
            durable.rename(copy, directory)


def _upgraded_copy(directory: Path, copy: Path) -> None:
    durable.discard(copy)
    with durable.told(copy):
        shutil.copytree(directory, copy, symlinks=True)
        for version in range(version_of(directory) or VERSION, VERSION):
            UPGRADES[version](copy)
        write(copy)
        durable.flush_tree(copy)


def _content(version: int) -> bytes:
    return f'{{"store": {version}}}\n'.encode()
