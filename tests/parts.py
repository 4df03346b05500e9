"""Parts from outside the repository that a test cannot do without, and how to see whether they are here.

A test asks with `@pytest.mark.needs("chromium")`, or takes a fixture that asks for it.  When the part is
absent the test is not run; the end of the run names each absent part, why, and how many tests waited for it
(conftest.py). A part is looked for at most once a process, and only when a test asks for it.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_BROUGHT = ROOT / ".venv" / "parts-not-brought.tsv"  # written by tools/system_parts.py
SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's packages are for it
OTHER_PYTHONS = ("3.11", "3.12", "3.13", "3.14")
EDITIONS_VARIABLE = "PORTBOOK_PUBLISHED_EDITIONS"
POSTGRESQL_VARIABLE = "PORTBOOK_TEST_POSTGRES"  # the URL of a server where databases may be made and dropped


@functools.cache
def why_absent(part: str) -> str:
    """Return "" when *part* is here, else why it is not, in one line.  KeyError for a part nobody knows."""
    return PARTS[part]()


def published_editions_folder() -> Path:
    return Path(os.environ.get(EDITIONS_VARIABLE, ""))


def browser() -> str | None:
    """The path of Chromium, or of a browser that is Chromium under another name."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def why_no_published_editions() -> str:
    if not os.environ.get(EDITIONS_VARIABLE):
        return f"{EDITIONS_VARIABLE} is not set; it names a folder of editions that IANA published"
    folder = published_editions_folder()
    if not folder.is_dir():
        return f"{EDITIONS_VARIABLE} names {str(folder)!r}, which is no folder"
    return "" if any(folder.glob("*.xz")) else f"{str(folder)!r} holds no edition (*.xz)"


def postgresql_programs() -> Path | None:
    """The folder of initdb and postgres, of the newest version here: Debian keeps them off the path."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    found = sorted(folders, key=lambda folder: int(folder.parent.name)) if os.name == "posix" else []
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path).parent if on_path else None


def why_no_postgresql() -> str:
    if os.environ.get(POSTGRESQL_VARIABLE) or postgresql_programs():
        found = why_fails([sys.executable, "-c", "import psycopg"])
        return f"psycopg cannot be imported: {found}" if found else ""
    return f"{POSTGRESQL_VARIABLE} is not set, and initdb: {not_brought('pg_ctlcluster')}"


def published_page() -> Path:
    """A page of IANA's own table as text: the last one of its search for "20", of 2025-09-29."""
    return published_editions_folder().parent / "registry" / "published-page-2025-09-29.txt"


def why_no_published_page() -> str:
    if reason := why_no_published_editions():
        return reason
    return "" if published_page().is_file() else f"there is no file {str(published_page())!r}"


def why_no_browser() -> str:
    return "" if browser() else not_brought("chromium")


def why_no_valgrind() -> str:
    return "" if shutil.which("valgrind") else not_brought("valgrind")


def program_or_why(program: str) -> str:
    """Why *program* is absent, "" when it is there; for parts that are one program."""
    return "" if shutil.which(program) else not_brought(program)


def why_no_user_namespaces() -> str:
    """A mount namespace of one's own: how glibc is shown another services file."""
    return why_fails(["unshare", "--user", "--map-root-user", "--mount", "true"])


def why_no_network_namespace() -> str:
    """A network of one's own for root: what nft takes in one message has no limit there."""
    return why_fails(["unshare", "--net", "true"])


def why_no_slapadd() -> str:
    """OpenLDAP's loader comes with its daemon, which is not wanted, so `make test` does not bring it."""
    return "" if shutil.which("slapadd") else "slapadd is not installed (Debian's slapd, a daemon, has it)"


def why_no_firewalld() -> str:
    """firewalld's own reader of services; the daemon itself is not wanted, so `make test` brings none."""
    return why_fails([SYSTEM_PYTHON, "-c", "import firewall.core.io.service"])


def why_no_full_device() -> str:
    """A device that is always full, as Linux has it."""
    return "" if Path("/dev/full").is_char_device() else "there is no device /dev/full"


def why_no_package_index() -> str:
    """Whether pip reaches its index, however it is set up here."""
    return why_fails([outer_python(), "-m", "pip", "index", "versions", "uv"])


def outer_python() -> str:
    """The Python that .venv was made from: .venv has no pip of its own."""
    return getattr(sys, "_base_executable", sys.executable)


def python_of(version: str) -> str | None:
    """Another Python of that version: of the system, on PATH, or of pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [Path("/usr/bin") / f"python{version}", shutil.which(f"python{version}")]
    found += sorted(pyenv.glob(f"{version}.*/bin/python"), reverse=True)
    return next((str(path) for path in found if path and not why_fails([str(path), "-c", ""])), None)


def why_no_python(version: str) -> str:
    return "" if python_of(version) else f"no python{version} starts: in /usr/bin, on PATH, or of pyenv"


def why_no_localedef() -> str:
    """What makes a locale, and the definition of a German one (Debian's package locales)."""
    if not Path("/usr/share/i18n/locales/de_DE").exists():
        return "there is no definition /usr/share/i18n/locales/de_DE"
    return "" if shutil.which("localedef") else "localedef is not installed"


def why_no_git_checkout() -> str:
    """A source archive has no list of the files that belong to the repository."""
    return why_fails(["git", "-c", "safe.directory=*", "-C", str(ROOT), "rev-parse", "--git-dir"])


def not_brought(program: str) -> str:
    """What tools/system_parts.py wrote when it tried."""
    try:
        lines = NOT_BROUGHT.read_text(encoding="utf-8").split("\n")
    except OSError:
        lines = []
    reasons = dict(line.split("\t", 1) for line in lines if "\t" in line)
    return reasons.get(program, f"{program} is not installed (`make test` brings it, where it may)")


def why_fails(command: list[str]) -> str:
    try:
        result = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        return " ".join(str(problem).split())
    if result.returncode == 0:
        return ""
    lines = result.stderr.decode(errors="replace").strip().split("\n")
    return f"`{' '.join(command[:3])}`: {lines[-1][:160] or result.returncode}"


PARTS: dict[str, Callable[[], str]] = {
    "published_editions": why_no_published_editions,
    "published_page": why_no_published_page,
    "chromium": why_no_browser,
    "valgrind": why_no_valgrind,
    "nmap": functools.partial(program_or_why, "nmap"),
    "tshark": functools.partial(program_or_why, "tshark"),
    "musl": functools.partial(program_or_why, "musl-gcc"),
    "named_checkzone": functools.partial(program_or_why, "named-checkzone"),
    "nft": functools.partial(program_or_why, "nft"),
    "sqlite3": functools.partial(program_or_why, "sqlite3"),
    "openssl": functools.partial(program_or_why, "openssl"),
    "soffice": functools.partial(program_or_why, "soffice"),
    "slapadd": why_no_slapadd,
    "firewalld": why_no_firewalld,
    "user_namespaces": why_no_user_namespaces,
    "network_namespace": why_no_network_namespace,
    "full_device": why_no_full_device,
    "package_index": why_no_package_index,
    "postgresql": why_no_postgresql,
    "git_checkout": why_no_git_checkout,
    "localedef": why_no_localedef,
    **{f"python{version}": functools.partial(why_no_python, version) for version in OTHER_PYTHONS},
}
