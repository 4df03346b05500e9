"""The command at another time: `python clocked.py INSTANT ARGUMENTS...`, for stories in which days pass."""

from __future__ import annotations

import sys

from portbook import cli
from portbook.cli import clock

if __name__ == "__main__":
    now = sys.argv[1]
    clock.instant = lambda: now
    sys.exit(cli.main(sys.argv[2:]))
