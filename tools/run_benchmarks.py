"""Run every script of benchmarks/, one after the other; all of them take less than six minutes.

Each script stands alone and prints its own ratios to a baseline measured in the same run, and whether each
goal is reached; a name or a part of one on the command line chooses among them.  Figures are reported and
are no gates, for machines are shared and noisy: a script exits 0 when it measured, and it, and so this,
fails only when something breaks.
"""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIPE_CLOSED = getattr(signal, "SIGPIPE", 0)  # Windows has no such signal


def main(wanted: list[str]) -> int:
    scripts = sorted(ROOT.glob("benchmarks/[!_]*.py"))
    chosen = [script for script in scripts if not wanted or any(part in script.stem for part in wanted)]
    if not chosen:
        print(
            f"no benchmark of that name; there are: {', '.join(script.stem for script in scripts) or 'none'}"
        )
        return 2
    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors", flush=True)
    failed = []
    for script in chosen:
        print(f"== {script.stem}", flush=True)
        status = subprocess.run([sys.executable, str(script)], cwd=ROOT, check=False).returncode
        if PIPE_CLOSED and status == -PIPE_CLOSED:
            return 128 + PIPE_CLOSED  # nobody reads on
        if status:
            failed.append(script.stem)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    if PIPE_CLOSED:  # end quietly when nobody reads on, as the scripts do
        signal.signal(PIPE_CLOSED, signal.SIG_DFL)
    sys.exit(main(sys.argv[1:]))
