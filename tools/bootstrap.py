"""Make .venv ready, from nothing: `python3 tools/bootstrap.py run` or `... test`.

`make run` and `make test` call it first.  It asks for Python 3.11 or newer with pip, and for nothing else:
no ensurepip (Debian keeps it in python3-venv), no root, no compiler.  What is installed is pinned with its
hashes in requirements/; the project itself goes in last, editable, so that .venv/bin/portbook runs the
source tree.

uv does the installing when pip can bring it; otherwise pip does, slower.  A stamp in .venv says what was
installed from what, so that a second start reads a few files, starts no program and asks no network.

Stays out of: Debian packages (system_parts.py), the editions themselves.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TOOLS = VENV / ".tools"  # uv; its name starts with a dot so that no package finder takes it for one
STAMP = VENV / "portbook-bootstrap.json"
LOG = VENV / "bootstrap.log"  # what the last program that failed had to say
REQUIREMENTS = ROOT / "requirements"
TABLE = ROOT / "src" / "portbook" / "data" / "lookup.table"

MODES = {"run": "run.txt", "test": "test.txt", "docs": "docs.txt"}  # each of the others holds all of run.txt
OLDEST_PYTHON = (3, 11)
# What the table is not made from: a change there leaves it as it is.
NOT_IN_TABLE = ("web", "cli", "labels", "register", "__pycache__")


class Trouble(Exception):
    """Something that the person at the keyboard has to mend; one line."""


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in MODES:
        print(f"usage: bootstrap.py {'|'.join(MODES)}", file=sys.stderr)
        return 2
    try:
        prepare(arguments[0])
    except (Trouble, OSError) as trouble:
        print(f"bootstrap: {trouble}", file=sys.stderr)
        return 1
    return 0


def prepare(mode: str) -> None:
    """Bring .venv to what *mode* needs; do nothing when the stamp says that it is there already."""
    if sys.version_info < OLDEST_PYTHON:
        raise Trouble(
            f"Python {sys.version.split()[0]} is too old; 3.11 is the oldest that works (make PYTHON=...)"
        )
    if not missing_steps(mode, read_stamp()):
        return
    with lock():
        for step, take in STEPS.items():
            if step in missing_steps(
                mode, read_stamp()
            ):  # an earlier step, or another bootstrap, may have done it
                print(f"bootstrap: {step} ...", file=sys.stderr, flush=True)
                take(mode)


# -- what is there, and what is wanted --------------------------------------------------------


def missing_steps(mode: str, stamp: dict[str, str]) -> list[str]:
    """Return the steps still to do, in order.  A new environment needs all of them."""
    if stamp.get("environment") != environment_identity() or not PYTHON.exists():
        return list(STEPS)
    steps = []
    if not any(stamp.get(f"packages {name}") == packages_digest(name) for name in including(mode)):
        steps.append("packages")
    if stamp.get("project") != project_digest():
        steps.append("project")
    if stamp.get("table") != table_digest() or not TABLE.exists():
        steps.append("table")
    return steps


def including(mode: str) -> tuple[str, ...]:
    """The modes whose packages cover *mode*: everything covers `run`."""
    return tuple(MODES) if mode == "run" else (mode,)


def environment_identity() -> str:
    """The interpreter and the place: scripts in .venv/bin hold both."""
    return f"{sys.version.split()[0]} {sys.implementation.cache_tag} {sys.base_prefix} {ROOT}"


def packages_digest(mode: str) -> str:
    return digest([REQUIREMENTS / MODES[mode]])


def project_digest() -> str:
    return digest([ROOT / "pyproject.toml", ROOT / "hatch_build.py"])


def table_digest() -> str:
    return digest(table_sources())


def table_sources() -> Iterator[Path]:
    package = ROOT / "src" / "portbook"
    for folder, subfolders, files in os.walk(package):
        subfolders[:] = sorted(name for name in subfolders if name not in NOT_IN_TABLE)
        yield from (Path(folder, name) for name in sorted(files) if name != TABLE.name)


def digest(paths: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        whole.update(f"{path.name} {len(content)}\n".encode())
        whole.update(content)
    return whole.hexdigest()


def read_stamp() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def add_to_stamp(**facts: str) -> None:
    """Write the stamp whole and rename it into place: it is never half there."""
    new = STAMP.with_suffix(".new")
    new.write_text(json.dumps(read_stamp() | facts, indent=1) + "\n", encoding="utf-8")
    new.replace(STAMP)


@contextmanager
def lock() -> Iterator[None]:
    """Only one bootstrap at a time in one tree; the second waits, then finds the work done."""
    with (ROOT / ".venv.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# -- the steps --------------------------------------------------------------------------------


def make_environment(mode: str) -> None:
    """A fresh .venv.  One that something else made is left alone."""
    if VENV.exists():
        if not read_stamp():
            raise Trouble(f"{VENV} is there and was not made by this script; move it away, then try again")
        shutil.rmtree(VENV)
    VENV.mkdir()
    add_to_stamp(environment="not ready")
    import venv  # 30 ms that a second start need not spend

    venv.EnvBuilder(symlinks=True, with_pip=False).create(VENV)
    if problem := failure(
        pip("install", "--target", str(TOOLS), "--no-deps", "-r", str(REQUIREMENTS / "uv.txt"))
    ):
        print(f"bootstrap: uv could not be had, pip does the work instead ({problem})", file=sys.stderr)
        shutil.rmtree(TOOLS, ignore_errors=True)
    add_to_stamp(environment=environment_identity())


def install_packages(mode: str) -> None:
    install("-r", str(REQUIREMENTS / MODES[mode]))
    add_to_stamp(**{f"packages {mode}": packages_digest(mode)})


def install_project(mode: str) -> None:
    """hatchling is among the pinned packages, so nothing is fetched for the build."""
    made_from = table_digest()
    install("--no-deps", "--no-build-isolation", "--editable", str(ROOT), hashes=False)
    add_to_stamp(project=project_digest(), table=made_from)  # the build hook wrote the table


def compile_table(mode: str) -> None:
    made_from = table_digest()
    if problem := failure([str(PYTHON), "-I", "-S", str(ROOT / "tools" / "compile_table.py")]):
        raise Trouble(f"the look-up table was not written: {problem}")
    add_to_stamp(table=made_from)


STEPS = {
    "environment": make_environment,
    "packages": install_packages,
    "project": install_project,
    "table": compile_table,
}


# -- the installers ---------------------------------------------------------------------------


def install(*arguments: str, hashes: bool = True) -> None:
    """Install into .venv with uv; with pip when uv is not there or does not reach the index."""
    wanted = ["install", *(["--require-hashes"] if hashes else []), *arguments]
    uv = TOOLS / "bin" / "uv"
    if uv.exists():
        problem = failure([str(uv), "pip", *wanted, "--quiet", "--python", str(PYTHON)])
        if not problem:
            return
        print(f"bootstrap: uv failed, pip does the work instead ({problem})", file=sys.stderr)
    if problem := failure(pip("--python", str(PYTHON), *wanted)):
        hint = "; pip is in the package python3-pip on Debian" if "No module named pip" in problem else ""
        raise Trouble(f"nothing was installed: {problem}{hint}")


def pip(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]


def failure(command: list[str]) -> str:
    """Run *command*; return "" when it went well, else the line of its output that says why not."""
    surroundings = {
        # The system's certificates, as pip has them on Debian; and the Python that was asked for, no other.
        "UV_SYSTEM_CERTS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        **{name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONHOME")},
    }
    result = subprocess.run(
        command, env=surroundings, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if result.returncode == 0:
        return ""
    LOG.write_bytes(result.stdout + result.stderr)
    why = reason(result.stderr.decode(errors="replace")) or f"exit status {result.returncode}"
    return f"{why}; more in {LOG.relative_to(ROOT)}"


def reason(output: str) -> str:
    """The most telling line of an installer's error output."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if line.lower().startswith("error") or "No module named" in line]
    return (telling or lines or [""])[-1][:200]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
