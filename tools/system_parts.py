"""Bring the Debian packages that some tests need: the browser, the instruction counter, readers of exports.

`make test` calls it.  It acts only where it may: as root, with apt-get, and only for programs that are
missing.  It never fails the run.  What it could not bring it writes, with the reason, to
.venv/parts-not-brought.tsv; the tests that need such a part are then named at the end of the run as not run
(tests/parts.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NOT_BROUGHT = Path(__file__).resolve().parent.parent / ".venv" / "parts-not-brought.tsv"
PROGRAMS = {  # program -> Debian package
    "chromium": "chromium",
    "valgrind": "valgrind",
    "nmap": "nmap",
    "tshark": "tshark",
    "musl-gcc": "musl-tools",
    "named-checkzone": "bind9-utils",
    "nft": "nftables",
    "sqlite3": "sqlite3",
    "openssl": "openssl",
    "soffice": "libreoffice-calc-nogui",
    "pg_ctlcluster": "postgresql",
}
LONGEST_WAIT = 600  # seconds for one apt-get


def main() -> int:
    reasons = {program: why for program in PROGRAMS if (why := why_missing(program))}
    NOT_BROUGHT.parent.mkdir(exist_ok=True)
    NOT_BROUGHT.write_text("".join(f"{name}\t{why}\n" for name, why in reasons.items()), encoding="utf-8")
    return 0


def why_missing(program: str) -> str:
    """Return "" when *program* is there, or was brought; else why not."""
    if shutil.which(program):
        return ""
    if not shutil.which("apt-get"):
        return "not installed, and there is no apt-get"
    if os.geteuid() != 0:
        return f"not installed; as root: apt-get install {PROGRAMS[program]}"
    print(f"system parts: {program} ...", file=sys.stderr, flush=True)
    return brought(PROGRAMS[program])


def brought(package: str) -> str:
    """Install *package*; with fresh package lists when the ones at hand do not do."""
    problem = apt_get("install", package)
    if problem:
        problem = apt_get("update") or apt_get("install", package)
    return f"apt-get: {problem}" if problem else ""


def apt_get(*arguments: str) -> str:
    """Run apt-get without questions; return "" or the last line that says what went wrong."""
    options = ["--yes", "--quiet", "--no-install-recommends", "--option", "Acquire::Retries=2"]
    try:
        result = subprocess.run(
            ["apt-get", *options, *arguments],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=LONGEST_WAIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        return " ".join(str(problem).split())
    if result.returncode == 0:
        return ""
    lines = result.stderr.decode(errors="replace").split("\n")
    return next(
        (line.strip() for line in reversed(lines) if line.startswith("E:")), f"status {result.returncode}"
    )


if __name__ == "__main__":
    sys.exit(main())
