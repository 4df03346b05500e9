"""The shape of the house: who imports whom, what is needed, and what may stand in no file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "portbook"

ABOVE_THE_LIBRARY = {"labels", "desk", "register", "web", "cli"}  # layers 6 to 9
OPENS_CONNECTIONS = {"urllib.request", "http.client", "ftplib", "smtplib", "httpx", "requests", "aiohttp"}
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "core", "base", "misc"}

# One letter of each stands in brackets, so that this file is not among the findings.
FORBIDDEN_TEXT = re.compile(
    r"python[h]osted|py[p]i\.org|registry\.np[m]js|deb\.debia[n]\.org|crates\.i[o]/"  # package hosts
    r"|/wor[k]/|/far[m]/|/opt/(?:whee[l]s|py[p]i)|/roo[t]/|/hom[e]/[a-z]+/"  # paths of one machine
    r"|clau[d]e|anthropi[c]|chatgp[t]",
    re.IGNORECASE,
)
ERROR_CODE = r"[EW]-[A-Z0-9]+(?:-[A-Z0-9]+)*"


def modules() -> dict[str, Path]:
    """Every module of the package, by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        dotted = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        found[dotted] = path
    return found


def library_modules() -> list[str]:
    return [name for name in modules() if not {*name.split(".")[1:2]} & ABOVE_THE_LIBRARY]


def run_bare(code: str) -> subprocess.CompletedProcess[str]:
    """Run *code* in a Python without site packages: only the standard library and src/ are there."""
    start = f"import sys; sys.path.insert(0, {str(SOURCE)!r})\n"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", start + code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_library_needs_the_standard_library_alone() -> None:
    names = library_modules()
    assert {"portbook.errors", "portbook.edition", "portbook.lookup", "portbook.formats"} <= set(names)
    result = run_bare(
        "import importlib\n" + "".join(f"importlib.import_module({name!r})\n" for name in names)
    )
    assert result.returncode == 0, result.stderr


def test_the_bare_python_of_that_test_has_no_packages() -> None:
    assert "No module named 'django'" in run_bare("import django").stderr


def test_the_command_starts_without_any_package() -> None:
    result = run_bare("import portbook.cli")
    assert result.returncode == 0, result.stderr


def test_import_table() -> None:
    """The contracts in pyproject.toml, which hold the table of docs/decisions/0001-tools.md."""
    linter = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def imported(path: Path) -> Iterator[str]:
    """Every module that *path* imports, anywhere in it; `from a import b` gives a and a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_update_opens_connections_to_other_machines() -> None:
    found = {
        name: both for name, path in modules().items() if (both := OPENS_CONNECTIONS & {*imported(path)})
    }
    # Not even update: it speaks its own, stricter HTTP.  The worker talks to the operator's own mail server.
    assert found == {"portbook.register.worker": {"smtplib"}}
    sockets = {name for name, path in modules().items() if {"socket", "ssl"} & {*imported(path)}}
    listening = {"portbook.cli.serve"}
    assert sockets == listening | {
        "portbook.update.addresses",
        "portbook.update.connections",
        "portbook.register.worker",
    }


def test_the_register_knows_no_http() -> None:
    served = ("django.http", "django.urls", "django.views", "django.forms", "ninja", "granian")
    for module, path in modules().items():
        if module.startswith("portbook.register"):
            assert not [name for name in imported(path) if name.startswith(served)], module


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name for name in modules() if NAMES_THAT_SAY_NOTHING & {*name.split(".")}] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name
        for name, path in modules().items()
        if "migrations" not in name and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


# -- error codes and their page ---------------------------------------------------------------


def codes_in_source() -> set[str]:
    """Error codes that stand in the source as a text of their own."""
    return {
        node.value
        for path in modules().values()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(ERROR_CODE, node.value)
    }


def codes_in_page() -> set[str]:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    return set(re.findall(rf"`({ERROR_CODE})`", page))


def test_every_error_code_is_on_the_errors_page() -> None:
    codes = codes_in_source()
    assert "E-NAME-CHAR" in codes
    assert codes - codes_in_page() == set()


def test_the_errors_page_has_no_code_that_nothing_raises() -> None:
    assert codes_in_page() - codes_in_source() == set()


# -- what may stand in no file ----------------------------------------------------------------


def files_of_the_repository() -> list[Path]:
    """Tracked files, and new ones that are not ignored."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=True,
    )
    names = listing.stdout.decode().split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


@pytest.mark.needs("git_checkout")
def test_no_file_names_a_package_host_or_a_path_of_one_machine() -> None:
    paths = files_of_the_repository()
    assert ROOT / "pyproject.toml" in paths
    findings = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in paths
        if (found := FORBIDDEN_TEXT.search(path.read_bytes().decode("utf-8", errors="replace")))
    ]
    assert findings == []


@pytest.mark.parametrize(
    "text",
    ["https://files.python" + "hosted.org/x", "py" + "pi.org", "/wo" + "rk/main", "/ho" + "me/alice/x"],
)
def test_the_pattern_finds_what_it_should(text: str) -> None:
    assert FORBIDDEN_TEXT.search(f"see {text} there")


def test_locks_hold_hashes_and_no_address() -> None:
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    assert [lock.name for lock in locks] == ["docs.txt", "run.txt", "test.txt", "uv.txt"]
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        for pinned in re.split(r"\n(?=\S)", text):
            assert pinned.startswith("#") or re.match(
                r"[a-z0-9-]+==\S+[^\n]*\\\n    --hash=sha256:", pinned
            ), pinned
