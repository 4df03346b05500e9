"""What the benchmarks share: the edition to measure on, the words for a goal, a quiet end.

The edition is the newest .xml.xz in the folder PORTBOOK_PUBLISHED_EDITIONS, else the newest embedded one.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn

from portbook import formats
from portbook.edition import Edition
from portbook.lookup_table import compile_table
from portbook.store.edition_files import embedded

FOLDER = "PORTBOOK_PUBLISHED_EDITIONS"


class Source(NamedTuple):
    """A published edition: its id, its format, its bytes as published."""

    id: str
    format: str
    data: bytes

    def edition(self) -> Edition:
        """Read it."""
        return formats.read(self.data, self.format)

    def table(self, edition: Edition) -> bytes:
        """Return its look-up table."""
        return compile_table(edition, self.id, hashlib.sha256(self.data).hexdigest())


def source() -> Source:
    """Return the edition to measure on; say so and stop when the folder that is named has none."""
    folder = os.environ.get(FOLDER)
    if not folder:
        newest = embedded()[-1]
        return Source(newest.id, newest.format, newest.data())
    found = sorted(Path(folder).glob("*.xml.xz"))
    if not found:
        raise SystemExit(f"{FOLDER} names {folder!r}, where no file is called *.xml.xz")
    return Source(found[-1].name.removesuffix(".xml.xz"), "xml", lzma.decompress(found[-1].read_bytes()))


def goal(label: str, value: float, limit: float, unit: str = "", *, at_least: bool = False) -> None:
    """Print a figure beside its goal, and whether that is reached; `at_least`: the goal is a lower limit."""
    reached = value >= limit if at_least else value <= limit
    print(
        f"{label}: {_figure(value)}{unit} (goal {'>=' if at_least else '<='} {limit:,}{unit}: "
        f"{'reached' if reached else 'not reached'})"
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 20 else f"{value:.3g}"


def run(main: Callable[[], None]) -> NoReturn:
    """Run *main* and exit: 0 when all was measured; quietly when nobody reads the output any more."""
    if hasattr(signal, "SIGPIPE"):  # Python ignores it, and would print a traceback instead
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    main()
    sys.exit(0)
