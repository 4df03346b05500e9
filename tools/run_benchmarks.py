"""Run every script of benchmarks/, one after the other, and fail when one of them fails.

Each script stands alone and prints its own ratios to a baseline measured in the same run; a name or a part
of one on the command line chooses among them.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(wanted: list[str]) -> int:
    scripts = sorted(ROOT.glob("benchmarks/[!_]*.py"))
    chosen = [script for script in scripts if not wanted or any(part in script.stem for part in wanted)]
    if not chosen:
        print(
            f"no benchmark of that name; there are: {', '.join(script.stem for script in scripts) or 'none'}"
        )
        return 2
    failed = []
    for script in chosen:
        print(f"== {script.stem}", flush=True)
        if subprocess.run([sys.executable, str(script)], cwd=ROOT, check=False).returncode:
            failed.append(script.stem)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
