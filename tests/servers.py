"""`portbook serve` for tests that need a real server: started as a user starts it, stopped at the end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def environment(home: Path) -> dict[str, str]:
    """The variables of this process, with Portbook's files in *home*."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PORTBOOK_")}
    return {**kept, "PORTBOOK_HOME": str(home)}


@contextmanager
def serving(home: Path, *arguments: str, log: Path | None = None) -> Iterator[str]:
    """Host and port of a server with these arguments; what it says on standard error goes to *log*."""
    errors = log.open("wb") if log else None
    process = subprocess.Popen(
        [sys.executable, "-m", "portbook.cli", "serve", "--bind", "127.0.0.1:0", *arguments],
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env=environment(home),
    )
    try:
        assert process.stdout
        yield process.stdout.readline().strip().rpartition("://")[2]
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0
        if errors:
            errors.close()
