"""Which versions made the packed and the binary files: their bytes are the same for these alone (T-38)."""

import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version

from portbook.publication.packing import codings

_PACKAGES = ("openpyxl", "pyarrow")  # of the exports xlsx, records-* and ports-*


def made_with() -> dict[str, str]:
    """Return name and version of each, in order; what is not installed made nothing."""
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for coding in codings():
        found |= coding.versions
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return dict(sorted(found.items()))
