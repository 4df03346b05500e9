"""Small publications for the tests: invented editions, made quickly, looked at from outside."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from portbook.publication import Published, publish
from portbook.publication.folders import opened
from portbook.publication.keys import PublicKey
from portbook.publication.verification import Since, verify
from portbook.store import EditionFile, edition_file
from stores import small_xml

MADE = "2026-01-01T00:00:00Z"
NOW = "2026-01-02T00:00:00Z"
EXPIRES = "2026-01-31T00:00:00Z"  # 30 days after MADE
CSV = "assignments/service-names-port-numbers/service-names-port-numbers.csv"
XML = CSV.removesuffix(".csv") + ".xml"


@contextmanager
def without_extras(*packages: str) -> Iterator[None]:
    """As where `portbook[tables]` is not installed: a publication takes a tenth of the time."""
    hidden = packages or ("openpyxl", "pyarrow")
    before = {name: sys.modules[name] for name in hidden if name in sys.modules}
    sys.modules.update(dict.fromkeys(hidden))  # None: an import fails
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
        sys.modules.update(before)


def edition(
    folder: Path, label: str = "a", date: str | None = "2024-05-06", records: int = 200
) -> EditionFile:
    """An invented edition in a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{label}-{date}-{records}.xml"
    path.write_bytes(small_xml(label, date, records))
    return edition_file(path)


def published(tree: Path, file: EditionFile, **options: Any) -> Published:
    """Publish *file*, without what takes long."""
    with without_extras():
        return publish(tree, file, **{"made": MADE, **options})


def codes(
    path: Path, *, now: str = NOW, key: PublicKey | None = None, since: Since | None = None
) -> set[str]:
    """What `verify` finds in a folder."""
    source, beside = opened(path)
    return {finding.code for finding in (*beside, *verify(source, now=now, key=key, since=since).findings)}


def files_in(folder: Path) -> dict[str, Path]:
    """Every file of a publication by its path in it."""
    found = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return {path.relative_to(folder).as_posix(): path for path in found}


def state(tree: Path) -> dict[str, tuple[int, bytes | str]]:
    """Every file and link of a tree but the lock, with inode and content: to see that nothing changed."""
    found: dict[str, tuple[int, bytes | str]] = {}
    for path in tree.rglob("*"):
        if path.is_symlink():
            found[str(path.relative_to(tree))] = (0, os.readlink(path))
        elif path.is_file() and path.name != "lock":
            found[str(path.relative_to(tree))] = (path.stat().st_ino, path.read_bytes())
    return found
