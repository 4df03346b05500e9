"""`portbook serve`: the site and the HTTP API on this machine, in one line and stopped by Ctrl-C.

One process answers, another one watches it and starts it again should it crash.  The edition is read before
that, so a bad one is refused with its reason.  Stays out of: what is answered (`portbook.web`).
"""

import argparse
import os
import re
import signal
import socket
import sys
import threading
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, NoReturn

from portbook.cli import verbs
from portbook.cli.refusal import FOUND, NO_DATA, UsageError
from portbook.errors import DataMissing, PortbookError, Problem, shown
from portbook.numbers import MAX_PORT

DEFAULT_BIND = "127.0.0.1:8765"
HOSTS = "PORTBOOK_HOSTS"
PACKAGES = ("django", "ninja", "granian", "django_htmx")
BACKLOG = 1024  # connections that wait
STOP_SECONDS = 1  # what a worker has to finish its answers in; an answer takes milliseconds
LISTENING_SECONDS = 30  # how long the line that says "on http://..." waits for the server

_HELP = "portbook serve --help"
_BIND = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[^\[\]:\s/]{1,253}):(0|[1-9][0-9]{0,4})", re.ASCII)


class Site(NamedTuple):
    """What is served."""

    settings: str  # the module of Django's settings
    packages: tuple[str, ...] = ()  # that it needs besides
    threads: int = 1  # that answer; one is the fastest where nobody waits for a database
    practice: str = ""  # the path of its desk, whose people are invented
    opens_desk: bool = (
        False  # over the register of this place: key and tables are made, the first link is told
    )


PUBLIC = Site("portbook.web.settings")
DESK = Site("portbook.desk.settings", ("allauth",), threads=4, opens_desk=True)
PRACTICE = Site("portbook.desk.practice.settings", ("allauth",), threads=4, practice="/desk")


class Bind(NamedTuple):
    """Where to listen."""

    host: str  # without brackets
    port: int

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of serve."""
    parser.add_argument(
        "--bind",
        metavar="HOST:PORT",
        default=DEFAULT_BIND,
        help=f"where to listen; {DEFAULT_BIND} by default",
    )
    parser.add_argument(
        "--desk",
        action="store_true",
        help="with the desk, where people apply and the register is kept; makes or upgrades its tables",
    )
    verbs.edition_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve what the arguments say."""
    site = DESK if arguments.desk else PUBLIC
    return serve(arguments.bind, arguments.data and Path(arguments.data), arguments.edition, site=site)


def serve(bind: str, data: Path | None = None, edition: str | None = None, *, site: Site = PUBLIC) -> int:
    """Serve until Ctrl-C or SIGTERM; return the exit status, 0 when it was stopped so.

    *data* is a file to show, *edition* the id of a stored edition; without both the newest one.
    Raises `UsageError` for a place that cannot be listened at, `DataMissing`, `StoreError` or
    `FormatError` when there is nothing to show.
    """
    before = {number: signal.signal(number, _stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        where = free(parse_bind(bind))
        check_hosts(where)
        line = f"Portbook: {_words(site, where)}{_load(data, edition, site)} on {where.url}"
        if site.opens_desk:
            line += _open_desk(where)
        return _listen(where, line, site.threads)
    except _Stopped:
        return FOUND
    except RuntimeError as error:  # up to Python 3.11 what is raised while a class is made is wrapped in one
        if isinstance(error.__cause__, _Stopped):
            return FOUND
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def parse_bind(text: str) -> Bind:
    """Return the place that "127.0.0.1:8765", "localhost:8765" or "[::1]:8765" names."""
    match = _BIND.fullmatch(text)
    if not match or int(match[2]) > MAX_PORT:
        message = f"--bind {shown(text)} is not HOST:PORT, such as 127.0.0.1:8765 or [::1]:8765"
        raise _refused("E-SERVE-BIND", message)
    return Bind(match[1].strip("[]"), int(match[2]))


def free(where: Bind) -> Bind:
    """Return *where* as a numeric address with a port that nothing listens at; port 0 takes any."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
            host, port = probe.getsockname()[:2]
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"cannot listen at {where.url}: {reason}; --bind takes another place"
        raise _refused("E-SERVE-PLACE", message) from None
    return Bind(host, port)


def check_hosts(where: Bind) -> None:
    """Refuse to be reached from other machines without the host names to answer to (T-79)."""
    if where.host == "::1" or where.host.startswith("127.") or os.environ.get(HOSTS, "").strip(" ,"):
        return
    message = (
        f"{where.url} can be reached from other machines: set {HOSTS} to the host names that the site "
        "answers to, with commas between"
    )
    raise _refused("E-SERVE-HOSTS", message)


def _load(data: Path | None, edition: str | None, site: Site) -> str:
    """Read the edition and the application, which the worker then shares; return what is served, in words."""
    os.environ["DJANGO_SETTINGS_MODULE"] = site.settings
    for name, value in (("PORTBOOK_DATA", data and Path(data).absolute()), ("PORTBOOK_EDITION", edition)):
        if value:
            os.environ[name] = str(value)
    whole = "portbook[desk]" if site.packages else "portbook[web]"
    for package in (*PACKAGES, *site.packages):
        if find_spec(package) is None:
            message = f"the site needs the package {package!r}, which is not installed; install {whole}"
            raise DataMissing(Problem("E-SERVE-PARTS", message, _HELP))
    if site.opens_desk:
        import_module("portbook.desk.environment").make_secret()  # the settings read it
    import_module("portbook.web.wsgi")
    from portbook.web.shown import shown

    here = shown().current()
    return f"{here.file.records:,} records as of {here.date}"


def _words(site: Site, where: Bind) -> str:
    """What the line says before all else: where to practise."""
    return f"practice desk at {where.url}{site.practice}; " if site.practice else ""


def _open_desk(where: Bind) -> str:
    """Make the tables; return a line with the link for the first administrator, "" when there is one."""
    from django.db import connection

    from portbook.desk import opening

    host = os.environ.get(HOSTS, "").split(",")[0].strip()
    by_name = where.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, not to a number
    told = opening.open_desk(f"https://{host}" if host else by_name)
    connection.close()  # the worker makes its own
    return f"\n{told}" if told else ""


def _listen(where: Bind, line: str, threads: int) -> int:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server: Any = Server(
        "portbook.web.wsgi:application",
        address=where.host,
        port=where.port,
        interface=Interfaces.WSGI,
        blocking_threads=threads,
        backlog=BACKLOG,
        workers_kill_timeout=STOP_SECONDS,
        respawn_failed_workers=True,
        websockets=False,
        log_level=LogLevels.critical,
    )
    threading.Thread(target=_announce, args=(where, line), daemon=True).start()
    try:
        server.serve()
    except SystemExit:
        pass  # its own status is 1 when Ctrl-C reached the worker before the watcher
    if server.interrupt_signal:
        return FOUND
    sys.stderr.write("portbook: the server ended by itself\n")
    return NO_DATA


def _announce(where: Bind, line: str) -> None:
    """Print *line* once connections are taken."""
    for _ in range(LISTENING_SECONDS * 50):
        try:
            socket.create_connection(where, timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            print(line, flush=True)
            return


class _Stopped(BaseException):
    """Ctrl-C or SIGTERM while the site is being loaded."""


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise _Stopped


def _refused(code: str, message: str) -> PortbookError:
    return UsageError(Problem(code, message, _HELP))
