"""Write the look-up table that `portbook.lookup` reads, from the newest embedded edition.

Called by the build hook (hatch_build.py), so that every wheel carries the table, and by tools/bootstrap.py
when the sources of the table have changed.  Needs the standard library alone.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "src" / "portbook" / "data" / "lookup.table"


def main() -> int:
    sys.path.insert(0, str(ROOT / "src"))
    from portbook.store.packaged import compile_embedded

    compile_embedded(TABLE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
