"""The register: what acts cost beside the bare SQL of what they write, with one writer and with eight.

Usage: benchmarks/register.py [assign|flushes|writers|check|publish|size]...; default: all.

assign   requests for a port, reviewed, are assigned by the operation: all rules, claims, companions,
         contacts, one Event, letters, the key of idempotency.  Beside it every statement that wrote, caught,
         and given again to the bare driver on a copy of the register, one transaction each.  CPU time
         without flushes, that of PostgreSQL's process included.
flushes  the same, flushed as the register is run; strace counts.
writers  one process, then eight, assign names; each act is timed, waiting included.
check    what stands against a request, asked of the tables, beside one ranked search of the same edition.
publish  the edition made of the tables and written, beside writing the same edition as it was read.
size     seeding, making the edition and writing it at 1, 4 and 16 times the rows: seconds and memory.

Each part is a process of its own.  SQLite always; PostgreSQL (assign, writers) on a server of this machine
that PORTBOOK_TEST_POSTGRES names.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import re
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from _edition import goal, run, source

NOW = "2031-06-01T10:00:00Z"
SERVER = "PORTBOOK_TEST_POSTGRES"
REQUESTS = 60  # that are assigned
ROUNDS = 5  # of which the least counts
NO_FILE = 9_999  # to flush it is a mark in the trace
WRITERS = 8
ACTS = 25  # of each writer
SIZES = (1, 4, 16)
ROWS = 14_533  # of the edition of 2026-08-17
POLICY = "[limits]\nopen_applications = 10000\napplications_a_day = 10000\nmass = 10000\n"
WRITES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE)\b")
NOT_FLUSHED = {"sqlite": "PRAGMA synchronous=OFF", "postgresql": "SET synchronous_commit=off"}

NAME: dict[str, Any] = {
    "transports": ["tcp", "udp"],
    "description": "Remote reading of tide gauges",
    "reference": "Proprietary; messages of the gauge, one a minute",
    "casts": {"broadcast": False, "multicast": False, "anycast": False},
    "txt_keys": [{"key": "path"}],
}
PORT = NAME | {
    "kind": "port",
    "development": "prototype",
    "declares": {"only_discovery": False},
    "answers": {
        "congestion": "One request in flight; after a loss the wait doubles up to a minute.",
        "versions": "The first octet of each message is the version.",
        "differences": "The same messages; on TCP each has its length in front.",
        "security": "TLS 1.3 from the first octet, with no way around it.",
        "why_not_dynamic": "Gauges call in before anybody could configure them, through firewalls of others.",
        "distinction": "The gauge opens the connection and sleeps in between.",
    },
}

Statement = tuple[str, tuple[Any, ...]]
Wanted = dict[str, Any]  # an application and its version


def main() -> None:
    for part in sys.argv[1:] or ("assign", "flushes", "writers", "check", "publish", "size"):
        for command in commands(part):
            subprocess.run([*command], check=True)


def commands(part: str) -> list[list[str]]:
    """The processes that measure *part*."""
    own = [sys.executable, __file__, f"only-{part}"]
    if part == "size":
        return [[*own, str(times)] for times in SIZES]
    if part == "flushes":
        strace = shutil.which("strace")
        if not strace:
            print("flushes: not measured, there is no strace")
            return []
        return [[*own, strace]]
    has_server = part in ("assign", "writers") and SERVER in os.environ
    return [own, [*own, os.environ[SERVER]]] if has_server else [own]


def measure(part: str, *more: str) -> None:
    """Measure *part* in this process."""
    with tempfile.TemporaryDirectory() as name:
        PARTS[part](Path(name), *more)


# -- a register to measure on


def register(folder: Path, server: str = "") -> str:
    """Make an empty register, in which this process works from now on; return its URL."""
    url = f"sqlite://{folder}/register.sqlite3"
    if server:
        url = new_database(server, f"portbook_measured_{os.getpid()}")
    os.environ["PORTBOOK_HOME"] = str(folder)
    os.environ["PORTBOOK_DATABASE"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "portbook.register.settings"
    import django

    django.setup()
    from portbook.register import database

    database.migrate()
    return url


def seeded(file: Any) -> None:
    """Fill it from the edition of *file*."""
    from portbook.register import members, seeding
    from portbook.register.acts import Act

    for name, role in (("ada", "registrar"), ("bob", "registrar"), ("tia", "applicant"), ("eve", "expert")):
        members.add(Act("add member", "ada", f"member {name}", "measured", NOW), name, [role])
    seen = seeding.show(file).digest
    seeding.seed(file, seen, actor="ada", second="bob", instant=NOW, reason="measured")


def usual(folder: Path, server: str = "") -> str:
    """Make a register of the usual edition; return its URL."""
    url = register(folder, server)
    from portbook.store import EditionStore

    given = source()
    store = EditionStore(folder / "editions")
    seeded(store.add(given.data, format=given.format, date=given.id[:10], now=NOW))
    return url


def new_database(server: str, name: str, template: str = "template0") -> str:
    """Make a database on *server*; return its URL."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as link:
        link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        link.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def dropped(server: str) -> None:
    """Drop the databases of this process."""
    import psycopg
    from django.db import connection

    connection.close()
    with psycopg.connect(server, autocommit=True) as link:
        for copy in ("", "_bare", "_again"):
            link.execute(f"DROP DATABASE IF EXISTS portbook_measured_{os.getpid()}{copy} WITH (FORCE)")


def copied(url: str, server: str, name: str) -> str:
    """Copy the register at *url*; return the URL of the copy."""
    from django.db import connection

    connection.close()
    if server:
        own = urlsplit(url).path[1:]
        return new_database(server, f"{own}_{name}", own)
    path = Path(urlsplit(url).path)
    return f"sqlite://{shutil.copy(path, path.with_name(name))}"


def go_to(url: str, *, flushed: bool = False) -> None:
    """Work in the register at *url* from now on."""
    from django.db import connection

    connection.close()
    path = urlsplit(url).path
    connection.settings_dict["NAME"] = path if url.startswith("sqlite") else path[1:]
    if not flushed:
        with connection.cursor() as cursor:
            cursor.execute(NOT_FLUSHED[connection.vendor])


def by(actor: str, **fields: Any) -> Any:
    from portbook.register.acts import Act

    return Act("", actor, "", "measured", NOW, **fields)


def ready(count: int, kind: str) -> list[Wanted]:
    """Requests that only wait to be assigned: for ports, or for names alone."""
    from portbook.applications import of_tree
    from portbook.numbers import Ports
    from portbook.register.operations import applying, approving, recommending, registry, reviewing
    from portbook.register.standing import RegisterRegistry
    from portbook.review import Verdict

    def of(done: Any) -> Wanted:
        return {field: done.answer[field] for field in ("application", "version")}

    told = registry.set_policy(by("ada", is_dry=True), POLICY).answer
    approving.approve(by("bob"), "set policy", told["digest"])
    registry.set_policy(by("ada"), POLICY)
    registry.appoint(by("ada"), "eve", "TCP/UDP experts", begins="2031-01-01", decision="measured")
    free = RegisterRegistry().free(Ports(30_000, 49_000))
    found = []
    for number in range(count):
        party = {"name": f"Works {number}", "email": f"registry@works-{number}.example"}
        asked = (PORT if kind == "port" else NAME) | {
            "kind": kind,
            "service_name": f"measured-{number}",
            "assignee": party,
            "contact": party,
        }
        if kind == "port":
            asked["ports"] = [{"number": str(next(free))}]
        done = applying.submit(by("tia"), of_tree(asked))
        done = reviewing.validate(by("ada"), **of(done))
        if kind == "port":
            done = recommending.recommend(by("eve"), **of(done), verdict=Verdict.GRANT, reasons="In order.")
        assert done.answer["state"] == "assignable", done.answer
        found.append(of(done))
    return found


def assign(wanted: Wanted) -> None:
    from portbook.register.operations import assigning

    assigning.assign(by("ada", key=str(wanted["application"])), **wanted)


# -- one assignment beside its SQL


def measure_assign(folder: Path, server: str = "") -> None:
    url, requests = waiting(folder, server)
    go_to(copied(url, server, "again"))
    statements = [caught(request) for request in requests]
    times = [both(url, server, statements, requests) for _ in range(ROUNDS)]
    raw, spent = map(min, zip(*times, strict=True))
    count = statistics.median(map(len, statements))
    print(f"assign, {'PostgreSQL' if server else 'SQLite'}: {count:.0f} statements that write")
    goal(f"  {spent * 1e3:.2f} ms of CPU beside {raw * 1e3:.2f} ms", spent / raw, 3, "x")
    if server:
        dropped(server)


def waiting(folder: Path, server: str = "") -> tuple[str, list[Wanted]]:
    """A register, and the requests that wait in it."""
    from django.db import connection

    url = usual(folder, server)
    requests = ready(REQUESTS, "port")
    connection.close()
    return url, requests


def both(
    url: str, server: str, statements: list[list[Statement]], requests: list[Wanted]
) -> tuple[float, float]:
    """CPU seconds of the bare SQL of an act and of the act, each in a copy of its own."""
    bare = Bare(copied(url, server, "bare"), flushed=False)
    raw = cpu([lambda part=part: bare.write(part) for part in statements], bare.process)
    bare.close()
    go_to(copied(url, server, "again"))
    return raw, cpu([lambda request=request: assign(request) for request in requests], backend())


class Bare:
    """The bare driver on a register."""

    def __init__(self, url: str, *, flushed: bool) -> None:
        self.process = 0  # of the server, for this connection
        self._link: Any
        if url.startswith("sqlite"):
            from portbook.register.database import MODE

            self._link = sqlite3.connect(urlsplit(url).path, isolation_level=None)
            self._link.execute(f"PRAGMA journal_mode={MODE[0]}")
            self._link.execute(f"PRAGMA synchronous={MODE[1] if flushed else 'OFF'}")
            self._link.execute("PRAGMA foreign_keys=ON")
            return
        import psycopg

        self._link = psycopg.connect(url, autocommit=True)
        self._link.execute(NOT_FLUSHED["postgresql"])
        self.process = self._link.info.backend_pid

    def write(self, statements: list[Statement]) -> None:
        """Write them in one transaction."""
        self._link.execute("BEGIN" if self.process else "BEGIN IMMEDIATE")
        for statement, parameters in statements:
            self._link.execute(statement, parameters)
        self._link.execute("COMMIT")

    def close(self) -> None:
        self._link.close()


def caught(request: Wanted) -> list[Statement]:
    """Assign it; return every statement that wrote, in the words of the driver."""
    from django.db import connection

    found: list[Statement] = []

    def heard(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if WRITES.match(sql):
            mark = "?" if connection.vendor == "sqlite" else "%s"
            found.append((sql.replace("%s", mark), tuple(parameters or ())))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(heard):
        assign(request)
    return found


def backend() -> int:
    """The process of the server that works for this one; 0 for SQLite."""
    from django.db import connection

    connection.ensure_connection()
    return 0 if connection.vendor == "sqlite" else connection.connection.info.backend_pid


def cpu(works: list[Callable[[], None]], process: int = 0) -> float:
    """CPU seconds of one of *works*, after the first, with that of another process for them."""
    works[0]()
    gc.disable()
    start = time.process_time() + of_process(process)
    for work in works[1:]:
        work()
    spent = time.process_time() + of_process(process) - start
    gc.enable()
    return spent / (len(works) - 1)


def least(works: list[Callable[[], None]]) -> float:
    """CPU seconds of one of *works* in the best of several rounds."""
    return min(cpu(works) for _ in range(ROUNDS))


def of_process(process: int) -> float:
    if not process:
        return 0.0
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# -- flushes


def measure_flushes(folder: Path, strace: str) -> None:
    """Watch a process that assigns, and then writes the same; it marks its steps by flushes that fail."""
    trace = folder / "trace"
    command = [strace, "-f", "-qq", "-o", str(trace), "-e", "trace=fsync,fdatasync"]
    subprocess.run([*command, sys.executable, __file__, "only-flushed"], check=True)
    counts, marks = [0, 0, 0, 0], 0
    for line in trace.read_text().split("\n"):
        if f"fsync({NO_FILE})" in line:
            marks += 1
        elif "sync(" in line:
            counts[marks] += 1
    done, raw = counts[1] / REQUESTS, counts[3] / REQUESTS
    goal(f"flushes, SQLite: {done:.2f} an assignment beside {raw:.2f}", done / raw, 1.5, "x")


def assign_flushed(folder: Path) -> None:
    url, requests = waiting(folder)
    bare_url = copied(url, "", "bare")
    go_to(copied(url, "", "again"), flushed=True)
    mark()
    for request in requests:
        assign(request)
    mark()
    go_to(url)
    statements = [caught(request) for request in requests]
    bare = Bare(bare_url, flushed=True)
    mark()
    for part in statements:
        bare.write(part)


def mark() -> None:
    try:
        os.fsync(NO_FILE)
    except OSError:
        return


# -- writers


def measure_writers(folder: Path, server: str = "") -> None:
    from django.db import connection

    usual(folder, server)
    requests = ready((WRITERS + 1) * ACTS, "name")
    connection.close()
    alone = writers(folder, [requests[:ACTS]])[0]
    together = writers(folder, [requests[n * ACTS :][:ACTS] for n in range(1, WRITERS + 1)])
    p50 = statistics.median(end - begin for begin, end in alone)
    waits = sorted(end - begin for one in together for begin, end in one)
    p99 = waits[int(len(waits) * 0.99)]
    first = min(one[-1][1] for one in together)
    shares = [sum(end <= first for _, end in one) for one in together]
    print(f"writers, {'PostgreSQL' if server else 'SQLite'}: one alone, p50 {p50 * 1e3:.1f} ms")
    goal(f"  eight: p99 {p99 * 1e3:.0f} ms beside 8 x that", p99 / (WRITERS * p50), 10, "x")
    least = min(shares) / (sum(shares) / WRITERS)
    goal("  the least of a writer, when the first is ready, beside an equal share", least, 0.5, at_least=True)
    if server:
        dropped(server)


def writers(folder: Path, parts: list[list[Wanted]]) -> list[list[tuple[float, float]]]:
    """Let a process assign each of *parts*; return when each act began and ended."""
    start = time.monotonic() + 0.5
    children = [writer(folder / f"writer-{n}", part, start) for n, part in enumerate(parts)]
    codes = [os.waitpid(child, 0)[1] for child in children]
    assert not any(codes)
    return [json.loads((folder / f"writer-{n}").read_text()) for n in range(len(parts))]


def writer(target: Path, requests: list[Wanted], start: float) -> int:
    child = os.fork()
    if child:
        return child
    backend()
    time.sleep(max(start - time.monotonic(), 0))
    times = [time.monotonic()]
    for request in requests:
        assign(request)
        times.append(time.monotonic())
    target.write_text(json.dumps([*itertools.pairwise(times)]))
    os._exit(0)


# -- the pre-check, publishing, sizes


def measure_check(folder: Path) -> None:
    usual(folder)
    from portbook.applications import Circumstances, findings_in, of_tree
    from portbook.applications.case import Case
    from portbook.policy import RFC6335
    from portbook.register.standing import RegisterRegistry
    from portbook.review import route_in
    from portbook.search import SearchIndex
    from portbook.standing import EditionRegistry, Registry

    party = {"name": "Tide Works", "email": "registry@tide.example"}
    asked = PORT | {"service_name": "tide-read", "ports": [{"number": "28201"}], "assignee": party}
    application = of_tree(asked | {"contact": party}).application
    edition = source().edition()
    index = SearchIndex(edition)
    index.complete()
    words = ("mysql", "secure shell", "modbus", "http", "remote reading", "tide gauges")
    search = statistics.median(least([lambda text=text: index.search(text)] * 20) for text in words)

    def judge(registry: Registry) -> None:
        case = Case(application, registry, RFC6335, Circumstances())
        findings_in(case)
        route_in(case)

    listed = EditionRegistry(edition)
    for where, asked_of in (
        ("the tables", lambda: RegisterRegistry(remembers=True)),
        ("an edition", lambda: listed),
    ):
        told = f"check: findings and route of {where}, beside a search's {search * 1e6:.0f} us"
        goal(told, least([lambda asked_of=asked_of: judge(asked_of())] * 50) / search, 2, "x")


def measure_publish(folder: Path) -> None:
    from portbook import formats

    usual(folder)
    edition = source().edition()
    for forms in (("xml",), ("xml", "csv", "txt", "html")):
        whole = statistics.median(cpu([lambda f=forms: made(f)] * 2) for _ in range(3))
        alone = statistics.median(
            cpu([lambda f=forms: [formats.write(edition, form) for form in f]] * 2) for _ in range(3)
        )
        told = f"publish, {', '.join(forms)}: {whole:.2f} s of CPU beside writing alone, {alone:.2f} s"
        goal(told, whole / alone, 3, "x")


def made(forms: tuple[str, ...] = ("xml",)) -> None:
    """Make the edition of the register, and write it."""
    from portbook import formats
    from portbook.register import tables
    from portbook.register.editions import edition_of
    from portbook.register.models import Registry

    edition = edition_of(Registry(*tables.select(Registry, "")[0]))
    for form in forms:
        formats.write(edition, form)


class Large(NamedTuple):
    """An edition that is larger than Portbook reads from a file."""

    edition: Any
    id: str = "2031-01-01"
    date: str = "2031-01-01"
    sha256: str = "0" * 64


def measure_size(folder: Path, times: str) -> None:
    """A registry of so many rows, half a row a contact: seeded, then made into an edition and written."""
    from portbook.edition import Edition
    from portbook.records import Contact, PublishedDate, Record, Reference, rich

    register(folder)
    count = int(times) * ROWS
    transports = ("tcp", "udp", "sctp", "dccp")
    people = tuple(
        Contact(f"C{n}", f"Person {n}", None, (f"mailto:c{n}&size.example",)) for n in range(count // 2)
    )
    rows = tuple(
        Record(
            f"size-{n // 4}",
            str(n // 4 + 1),
            transports[n % 4],
            rich(f"Service {n // 4} on {transports[n % 4]}"),
            assignee=(Reference("person", f"C{n // 2 % len(people)}"),),
        )
        for n in range(count)
    )
    edition = Edition(rows, title="Sizes", updated=PublishedDate("2031-01-01"), contacts=people)
    start = time.process_time()
    seeded(Large(edition))
    seeding = time.process_time() - start
    start = time.process_time()
    made()
    making = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"size {times:>2}: {count:,} rows; seeded in {seeding:.1f} s, {seeding / count * 1e6:.0f} us a row; "
        f"made and written in {making:.1f} s, {making / count * 1e6:.0f} us a row; peak {peak:.0f} MB, "
        f"{peak * 1024 / count:.2f} kB a row"
    )


PARTS: dict[str, Callable[..., None]] = {
    "assign": measure_assign,
    "flushes": measure_flushes,
    "flushed": assign_flushed,
    "writers": measure_writers,
    "check": measure_check,
    "publish": measure_publish,
    "size": measure_size,
}

if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("only-"):
        measure(sys.argv[1].removeprefix("only-"), *sys.argv[2:])
    else:
        run(main)
