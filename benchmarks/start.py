"""Start to answer of the whole command: `portbook 443/tcp` beside `python -c pass`, on a pipe and on a pty.

Each round runs both, one after the other; the ratio is the median of the rounds' ratios.  The command is the
installed script beside this Python, or, where none is installed, a script as pip writes it.  The table is
that of the edition that benchmarks/lookup.py measures on.
"""

from __future__ import annotations

import hashlib
import os
import pty
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lookup import edition_here

from portbook.lookup import FILE_NAME
from portbook.lookup_table import compile_table

ROUNDS = 41
GOAL_RATIO = 1.7
GOAL_INSTRUCTIONS = 58e6
SCRIPT = "import sys\nfrom portbook.cli import main\nif __name__ == '__main__':\n    sys.exit(main())\n"


def on_pipe(command: list[str], environment: dict[str, str]) -> tuple[float, bytes]:
    start = time.perf_counter()
    result = subprocess.run(command, capture_output=True, env=environment, check=True)
    return time.perf_counter() - start, result.stdout


def on_pty(command: list[str], environment: dict[str, str]) -> tuple[float, bytes]:
    """Run *command* with a terminal as its standard output and read what it writes."""
    ours, theirs = pty.openpty()
    start = time.perf_counter()
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        pieces = []
        try:
            while piece := os.read(ours, 65536):
                pieces.append(piece)
        except OSError:  # how Linux says that the other end is closed
            pass
        status = process.wait()
    taken = time.perf_counter() - start
    os.close(ours)
    if status:
        raise SystemExit(f"{command} gave {status}: {b''.join(pieces)!r}")
    return taken, b"".join(pieces)


def instructions(command: list[str], environment: dict[str, str]) -> int | None:
    if not shutil.which("valgrind"):
        return None
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    result = subprocess.run([*tool, *command], capture_output=True, text=True, env=environment, check=True)
    return int(re.findall(r"Collected\s*:\s*(\d+)", result.stderr)[0])


def installed_command(folder: Path) -> list[str]:
    """The script that an installation makes, or one like it."""
    installed = Path(sys.executable).parent / "portbook"
    if installed.is_file():
        return [str(installed)]
    script = folder / "portbook"
    script.write_text(SCRIPT, encoding="utf-8")
    print("no installed script: measured with one like it")
    return [sys.executable, str(script)]


def main() -> int:
    edition, edition_id, data = edition_here()
    print(f"edition {edition_id}: {len(edition.records):,} records")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / FILE_NAME).write_bytes(compile_table(edition, edition_id, hashlib.sha256(data).hexdigest()))
        environment = {**os.environ, "PORTBOOK_HOME": name, "TERM": "xterm"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = str(folder / "pyc")
        command, base = [*installed_command(folder), "443/tcp"], [sys.executable, "-c", "pass"]
        for where, run in (("pipe", on_pipe), ("pty", on_pty)):
            answer = run(command, environment)[1]
            if b"https" not in answer:
                raise SystemExit(f"no answer on a {where}: {answer!r}")
            pairs = [(run(base, environment)[0], run(command, environment)[0]) for _ in range(ROUNDS)]
            ratio = statistics.median(ours / theirs for theirs, ours in pairs)
            ms = [statistics.median(times) * 1e3 for times in zip(*pairs, strict=True)]
            print(
                f"{where}: {ratio:.2f}x `python -c pass` (goal {GOAL_RATIO}); {ms[1]:.1f} to {ms[0]:.1f} ms"
            )
        counts = instructions(base, environment), instructions(command, environment)
        if counts[0] is None or counts[1] is None:
            print("instructions: not measured, valgrind is not installed")
        else:
            ours, theirs = counts[1] / 1e6, counts[0] / 1e6
            print(f"instructions: {ours:.1f} M (goal {GOAL_INSTRUCTIONS / 1e6:.0f} M); pass {theirs:.1f} M")
    return 0


if __name__ == "__main__":
    sys.exit(main())
