"""A PostgreSQL server for the tests: the one that PORTBOOK_TEST_POSTGRES names, or one of their own.

Their own is made of the system's programs in a temporary folder, listens on a Unix socket there alone, runs
as an unprivileged user, and flushes nothing: what a power cut would do is not asked here.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import parts

USER = "portbook"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "120",
    "shared_buffers": "32MB",
    "jit": "off",  # compiling a statement takes longer than any runs here
}


@contextmanager
def server() -> Iterator[str]:
    """The URL of the database "postgres" of a server that runs until the end."""
    if given := os.environ.get(parts.POSTGRESQL_VARIABLE):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="portbook-postgresql-"))
    programs = parts.postgresql_programs()
    assert programs is not None
    try:
        _own(folder)
        _run(
            [programs / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
        )
        options = " ".join(f"-c {name}={value or repr('')}" for name, value in SETTINGS.items())
        options += f" -c unix_socket_directories={folder}"
        control = [programs / "pg_ctl", "-D", folder / "data", "-w"]
        _run([*control, "-l", folder / "log", "-o", options, "start"])
        try:
            yield f"postgresql://{USER}@/postgres?host={folder}"
        finally:
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def with_database(url: str, name: str) -> str:
    """*url* with another database, and another user where there is one in *name*: "user@database"."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        user = _unprivileged()
        os.chown(folder, user.pw_uid, user.pw_gid)


def _run(command: list[str | Path]) -> None:
    user = _unprivileged() if os.geteuid() == 0 else None
    subprocess.run(
        command,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=120,
        check=True,
    )


def _unprivileged() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root."""
    names = {user.pw_name: user for user in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]
