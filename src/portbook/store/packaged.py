"""The look-up table that comes with the package: that of the newest embedded edition.

Made when a wheel is built and by `make run`; `python -m portbook.store.packaged [FILE]` makes it again.
"""

import sys
from pathlib import Path

from portbook.lookup import FILE_NAME
from portbook.lookup_table import checked_table
from portbook.store import durable
from portbook.store.edition_files import EMBEDDED, embedded
from portbook.store.verification import table_of


def compile_embedded(target: Path = EMBEDDED / FILE_NAME) -> None:
    """Write the table of the newest embedded edition to *target*, whole or not at all.

    Raises `StoreError`: E-STORE-CORRUPT for a damaged edition, E-STORE-WRITE when the disk refuses.
    """
    newest = max(embedded(), key=lambda file: file.order)
    durable.write(target, checked_table(table_of(newest)))


if __name__ == "__main__":
    compile_embedded(*map(Path, sys.argv[1:2]))
