"""tools/bootstrap.py for real, in a copy of the tree: without ensurepip, without uv, twice, and at the same
time.

Each test that installs asks pip's index, so it is not run where that cannot be reached.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import parts

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "tools", "requirements", "src")

# Starts the script in a Python in which a new program or a connection is an error.
NOTHING_STARTED = """
import runpy, sys
def refuse(event, arguments):
    if event.startswith(("subprocess.", "socket.", "os.fork", "os.exec", "os.posix_spawn", "os.system")):
        raise AssertionError(f"{event} {arguments}")
sys.addaudithook(refuse)
sys.argv = ["bootstrap.py", "run"]
runpy.run_path("tools/bootstrap.py", run_name="__main__")
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the source tree, without .venv."""
    copy = tmp_path / "portbook"
    copy.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "lookup.table")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=ignored)
        else:
            shutil.copy(source, copy / name)
    return copy


@pytest.fixture
def no_ensurepip(tmp_path: Path) -> dict[str, str]:
    """An environment in which `import ensurepip` fails in every Python, as on Debian without python3-venv."""
    package = tmp_path / "no-ensurepip" / "ensurepip"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('there is no ensurepip here')\n")
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}
    check = subprocess.run(
        [parts.outer_python(), "-c", "import ensurepip"], env=environment, capture_output=True
    )
    assert b"there is no ensurepip here" in check.stderr
    return environment


def start(tree: Path, mode: str, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [parts.outer_python(), "tools/bootstrap.py", mode],
        cwd=tree,
        env=environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def bootstrap(tree: Path, mode: str, environment: dict[str, str] | None = None) -> tuple[int, str]:
    process = start(tree, mode, environment)
    _, said = process.communicate(timeout=170)
    return process.returncode, said


def assert_usable(tree: Path) -> None:
    """The command answers, the packages of the site are there, and the table was compiled."""
    version = subprocess.run(
        [tree / ".venv/bin/portbook", "--version"], capture_output=True, text=True, timeout=30
    )
    assert version.returncode == 0, version.stderr
    imports = "import django, granian, ninja, portbook, rich; print(portbook.__file__)"
    where = subprocess.run(
        [tree / ".venv/bin/python", "-c", imports], capture_output=True, text=True, timeout=60
    )
    assert where.stdout.strip() == str(tree / "src/portbook/__init__.py"), where.stderr
    assert (tree / "src/portbook/data/lookup.table").stat().st_size > 0


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.needs("package_index")
def test_two_at_once_without_ensurepip_then_a_quick_start(tree: Path, no_ensurepip: dict[str, str]) -> None:
    both = [start(tree, "run", no_ensurepip) for _ in range(2)]
    said = "".join(process.communicate(timeout=170)[1] for process in both)
    assert [process.returncode for process in both] == [0, 0], said
    assert [said.count(f"bootstrap: {step} ...") for step in ("environment", "packages", "project")] == [
        1,
        1,
        1,
    ], said
    assert "pip does the work" not in said
    assert_usable(tree)

    again = subprocess.run(
        [parts.outer_python(), "-c", NOTHING_STARTED], cwd=tree, capture_output=True, text=True, timeout=30
    )
    assert (again.returncode, again.stderr) == (0, "")

    (tree / "src/portbook/data/lookup.table").unlink()
    assert bootstrap(tree, "run") == (0, "bootstrap: table ...\n")
    with (tree / "requirements/run.txt").open("a") as lock:
        lock.write("# locked again\n")
    assert bootstrap(tree, "run") == (0, "bootstrap: packages ...\n")
    assert_usable(tree)

    moved = tree.rename(tree.with_name("elsewhere"))
    code, said = bootstrap(moved, "run")
    assert (code, said.split("\n")[0]) == (0, "bootstrap: environment ..."), said
    assert_usable(moved)


@pytest.mark.needs("package_index")
def test_pip_does_the_work_when_uv_cannot_be_had(tree: Path, no_ensurepip: dict[str, str]) -> None:
    change(tree / "requirements/uv.txt", "--hash=sha256:", "--hash=sha256:0000")
    code, said = bootstrap(tree, "run", no_ensurepip)
    assert code == 0, said
    assert "uv could not be had, pip does the work instead" in said
    assert not (tree / ".venv/.tools/bin/uv").exists()
    assert_usable(tree)


@pytest.mark.needs("package_index")
def test_a_package_with_another_hash_is_refused(tree: Path) -> None:
    lock = tree / "requirements/run.txt"
    lock.write_text("rich==15.0.0 --hash=sha256:" + "0" * 64 + "\n", encoding="utf-8")
    code, said = bootstrap(tree, "run")
    assert code == 1
    assert "bootstrap: nothing was installed" in said.split("\n")[-2]
    assert not list((tree / ".venv").rglob("rich/__init__.py"))


def test_an_environment_of_another_making_is_left_alone(tree: Path) -> None:
    kept = tree / ".venv" / "mine"
    kept.parent.mkdir()
    kept.write_text("kept")
    code, said = bootstrap(tree, "run")
    assert code == 1
    assert "was not made by this script" in said
    assert kept.read_text() == "kept"


def test_an_unknown_mode_is_a_usage_error(tree: Path) -> None:
    assert bootstrap(tree, "everything") == (2, "usage: bootstrap.py run|test|docs\n")
    assert not (tree / ".venv").exists()
