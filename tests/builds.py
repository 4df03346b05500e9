"""Builds for tests: every file that an edition can be written as, in a process of its own.

Run as a script it prints a digest a line: of each format and export, or of each page.  It runs under Pythons
that have no packages, so nothing but the standard library is imported at its head.
"""

from __future__ import annotations

import hashlib
import locale
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from portbook.store import EditionFile

ROOT = Path(__file__).resolve().parent.parent
INVENTED = ROOT / "tests" / "editions" / "invented.xml"
BINARY = ("sqlite", "xlsx", "firewalld", "parquet", "arrow")  # by name or its end: of a library's own making
SECONDS = 200


class Machine(NamedTuple):
    """What differs from one machine to the next."""

    seed: str
    zone: str
    locale: str
    umask: int
    folder: str  # the current one
    more: tuple[tuple[str, str], ...] = ()

    @property
    def variables(self) -> dict[str, str]:
        names = {"PYTHONHASHSEED": self.seed, "TZ": self.zone, "LC_ALL": self.locale, "LANG": self.locale}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTBOOK_")}
        return {**kept, **names, **dict(self.more)}


def digests(
    python: str, machine: Machine, home: Path, what: str, *, with_packages: bool = False
) -> dict[str, str]:
    """The digests that *python* finds on *machine* of "text", "binary" or "pages"; *home* is empty."""
    paths = os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests")))
    command = [python, *([] if with_packages else ["-S"]), str(Path(__file__)), what]
    ran = subprocess.run(
        command,
        env={**machine.variables, "PYTHONPATH": paths, "PORTBOOK_HOME": str(home)},
        cwd=machine.folder,
        umask=machine.umask,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")
    lines = ran.stdout.decode().removesuffix("\n").split("\n")
    return dict(line.rsplit(" ", 1) for line in lines)


def _files(what: str) -> Iterator[tuple[str, bytes]]:
    from portbook.store import EditionStore, edition_file

    small = edition_file(INVENTED)
    if what == "pages":
        from portbook.web.static_pages import pages

        yield from pages(small)
        return
    for label, file in (("invented", small), ("embedded", EditionStore().current())):
        for name, data in _written(file, binary=what == "binary"):
            yield f"{label} {name}", data


def _written(file: EditionFile, *, binary: bool) -> Iterator[tuple[str, bytes]]:
    """Each file that the edition can be had as; what it cannot fill is an error of the library."""
    from portbook import exports, formats

    for name, form in formats.FORMATS.items():
        if form.writable and not binary:
            yield name, formats.write(file.edition, name)
    known = exports.Provenance(file.id, file.date, file.sha256, "1.0")
    for name in exports.EXPORTS:
        if name != "zone" and name.endswith(BINARY) == binary:
            yield f"export {name}", exports.write(file.edition, name, known).data


def _settle() -> None:
    """Let the locale count, as a program does that shows numbers its own way; an absent one is C."""
    try:
        locale.setlocale(locale.LC_ALL, "")
    except locale.Error:
        locale.setlocale(locale.LC_ALL, "C")


if __name__ == "__main__":
    _settle()
    for name, data in _files(sys.argv[1]):
        sys.stdout.buffer.write(f"{name} {hashlib.sha256(data).hexdigest()}\n".encode())
