"""The same edition gives the same bytes, whatever the machine (T-38).

Text is compared over machines and Pythons; what a library makes (databases, archives, Parquet) over machines
with the same libraries; static pages over machines.  Each build runs in a process of its own.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import parts
from builds import BINARY, INVENTED, ROOT, Machine, digests
from portbook import exports, formats
from portbook.store import EditionStore, edition_file

HERE = Machine("0", "UTC", "C", 0o022, str(ROOT))
THERE = Machine("1", "Asia/Kathmandu", "tr_TR.UTF-8", 0o077, "/", (("PYTHONUTF8", "0"),))
ELSEWHERE = Machine("4242", "America/St_Johns", "POSIX", 0o000, "/tmp", (("PYTHONOPTIMIZE", "2"),))
MACHINES = (THERE, ELSEWHERE)


@cache
def here(home: Path, what: str, *, with_packages: bool = False) -> dict[str, str]:
    return digests(sys.executable, HERE, home, what, with_packages=with_packages)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def different(one: dict[str, str], other: dict[str, str]) -> set[str]:
    """What is not the same in both, by name."""
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


# -- text


def test_every_format_and_export_is_built(home: Path) -> None:
    """And is what this process writes: a build is no other way."""
    writable = [name for name, form in formats.FORMATS.items() if form.writable]
    wanted = [*writable, *(f"export {name}" for name in exports.EXPORTS if name != "zone")]
    built = here(home, "text") | here(home, "binary", with_packages=True)
    assert set(built) == {f"{label} {name}" for label in ("invented", "embedded") for name in wanted}
    for label, file in (("invented", edition_file(INVENTED)), ("embedded", EditionStore().current())):
        for name in ("csv", "json"):
            found = hashlib.sha256(formats.write(file.edition, name)).hexdigest()
            assert built[f"{label} {name}"] == found
    refused = hashlib.sha256(b"").hexdigest()
    assert refused not in built.values()
    assert sum(name.endswith(BINARY) for name in built) == 2 * 7


@pytest.mark.parametrize("machine", MACHINES, ids=["there", "elsewhere"])
def test_text_is_the_same_on_every_machine(home: Path, tmp_path: Path, machine: Machine) -> None:
    assert different(here(home, "text"), digests(sys.executable, machine, tmp_path, "text")) == set()


@pytest.fixture
def german(tmp_path: Path) -> Machine:
    """A machine that writes a half as "0,5": its locale is made for the test."""
    folder = tmp_path / "locales"
    folder.mkdir()
    command = ["localedef", "-i", "de_DE", "-f", "UTF-8", str(folder / "de_DE.UTF-8")]
    subprocess.run(command, capture_output=True, timeout=100, check=True)
    machine = HERE._replace(locale="de_DE.UTF-8", seed="7", more=(("LOCPATH", str(folder)),))
    code = "import locale; locale.setlocale(locale.LC_ALL, ''); print(locale.str(0.5))"
    ran = subprocess.run([sys.executable, "-c", code], env=machine.variables, capture_output=True, check=True)
    assert ran.stdout == b"0,5\n"
    return machine


@pytest.mark.needs("localedef")
def test_the_same_where_a_half_is_written_with_a_comma(home: Path, tmp_path: Path, german: Machine) -> None:
    assert different(here(home, "text"), digests(sys.executable, german, tmp_path, "text")) == set()
    found = digests(sys.executable, german, tmp_path, "pages", with_packages=True)
    assert different(here(home, "pages", with_packages=True), found) == set()


@pytest.mark.parametrize(
    "version",
    [pytest.param(version, marks=pytest.mark.needs(f"python{version}")) for version in parts.OTHER_PYTHONS],
)
def test_text_is_the_same_by_every_python(home: Path, tmp_path: Path, version: str) -> None:
    python = parts.python_of(version) or ""
    assert different(here(home, "text"), digests(python, THERE, tmp_path, "text")) == set()


# -- what libraries make, and pages


@pytest.mark.parametrize("machine", MACHINES, ids=["there", "elsewhere"])
def test_what_libraries_make_is_the_same_with_the_same_ones(
    home: Path, tmp_path: Path, machine: Machine
) -> None:
    found = digests(sys.executable, machine, tmp_path, "binary", with_packages=True)
    assert different(here(home, "binary", with_packages=True), found) == set()


@pytest.mark.parametrize("machine", MACHINES, ids=["there", "elsewhere"])
def test_static_pages_are_the_same_on_every_machine(home: Path, tmp_path: Path, machine: Machine) -> None:
    found = digests(sys.executable, machine, tmp_path, "pages", with_packages=True)
    assert len(found) > 900
    assert different(here(home, "pages", with_packages=True), found) == set()
