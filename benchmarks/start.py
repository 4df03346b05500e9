"""Start to answer of the whole command: `portbook 443/tcp` beside `python -c pass`, on a pipe and on a pty.

Each round runs both, one after the other; the ratio is the median of the rounds' ratios.  The command is the
installed script beside this Python, or, where none is installed, a script as pip writes it.
"""

from __future__ import annotations

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

from _edition import goal, run, source

from portbook.lookup import FILE_NAME

ROUNDS = 41
GOAL_RATIO = 1.7
GOAL_INSTRUCTIONS = 58  # millions
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


def main() -> None:
    usual = source()
    edition = usual.edition()
    print(f"edition {usual.id}: {len(edition.records):,} records")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / FILE_NAME).write_bytes(usual.table(edition))
        environment = {**os.environ, "PORTBOOK_HOME": name, "TERM": "xterm"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = str(folder / "pyc")
        command, base = [*installed_command(folder), "443/tcp"], [sys.executable, "-c", "pass"]
        for where, timed in (("pipe", on_pipe), ("pty", on_pty)):
            answer = timed(command, environment)[1]
            if b"https" not in answer:
                raise SystemExit(f"no answer on a {where}: {answer!r}")
            pairs = [(timed(base, environment)[0], timed(command, environment)[0]) for _ in range(ROUNDS)]
            ratio = statistics.median(ours / theirs for theirs, ours in pairs)
            ms = [statistics.median(times) * 1e3 for times in zip(*pairs, strict=True)]
            label = f"{where}, {ms[1]:.1f} ms beside `python -c pass` with {ms[0]:.1f} ms"
            goal(label, ratio, GOAL_RATIO, "x")
        counts = instructions(base, environment), instructions(command, environment)
        if counts[0] is None or counts[1] is None:
            print("instructions: not measured, valgrind is not installed")
        else:
            ours, theirs = counts[1] / 1e6, counts[0] / 1e6
            label = f"instructions, `python -c pass` has {theirs:.1f} M"
            goal(label, ours, GOAL_INSTRUCTIONS, " M")


if __name__ == "__main__":
    run(main)
