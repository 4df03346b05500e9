"""Look-up in one process: instructions, times, flatness, memory, and the ratio to glibc on the full file.

The base is an empty Python call.  Instruction counts (valgrind's callgrind, by difference of two loop
lengths) do not move with the machine's load; times are medians over rounds taken in turn in this run.
glibc reads a services file with every row of the same edition, which a user namespace shows it as
/etc/services; where none can be made, that line says "not measured".
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from _edition import goal, run, source

from portbook import lookup
from portbook.edition import Edition

BY_PORT = 1900  # instructions, as the next
BY_NAME = 1700
SPREAD = 15  # %, between the first port and an unknown one
TIMES = 6  # empty calls
RESIDENT = 8  # MiB
TABLE = 1_000_000  # bytes
GLIBC = 3000  # times faster
ROUNDS = 9


def services_file(edition: Edition) -> str:
    """Every named row with a port as glibc reads it, ranges expanded."""
    lines = []
    for record in edition.records:
        if record.service_name and record.transport and (ports := record.ports):
            name = re.sub(r"[\s#]", "_", record.service_name)
            lines += [f"{name} {port}/{record.transport}" for port in range(ports.low, ports.high + 1)]
    return "\n".join(lines) + "\n"


# -- instructions


def instructions(setup: str, body: str, many: int = 20_000) -> float | None:
    """Instructions that one *body* takes, or None without valgrind."""
    if not shutil.which("valgrind"):
        return None
    loop = f"{setup}\ndef loop(n):\n    for _ in range(n):\n        {body}\n"
    said(loop)  # writes the bytecode
    tool = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
    with ThreadPoolExecutor(2) as both:  # side by side: counts do not move with the load
        ends = both.map(lambda loops: said(f"{loop}loop({loops})\n", *tool), (1000, 1000 + many))
        few, more = (int(re.findall(r"Collected\s*:\s*(\d+)", end)[0]) for end in ends)
    return (more - few) / many


def said(code: str, *tool: str) -> str:
    """What stands on standard error when Python runs *code*, under *tool* if one is given."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": ""}
    command = [*tool, sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stderr


def print_instructions(table: Path, ports: dict[str, int]) -> None:
    setup = f"from portbook.lookup import services, ports, use_table\nuse_table({str(table)!r})\n"
    setup += "services(0); ports('x', 'tcp'); T = 'tcp'\n"
    empty = instructions("def f(): pass", "f()")
    if empty is None:
        print("instructions: not measured, valgrind is not installed")
        return
    print(f"instructions: empty call {empty:,.0f}")
    by_port = {}
    for where, port in ports.items():
        by_port[where] = count = instructions(f"{setup}P = {port}", "services(P, T)") or 0
        goal(f"  services, {where}, {count / empty:.2f}x an empty call", count, BY_PORT)
    spread = max(by_port.values()) / min(by_port.values()) - 1
    goal("  difference between ports", spread * 100, SPREAD, "%")
    for body in ("ports('https')", "ports('https', 'tcp')"):
        count = instructions(setup, body) or 0
        goal(f"  {body}, {count / empty:.2f}x an empty call", count, BY_NAME)
    for body in ("ports('HTTPS')", "ports('no-such-name')"):
        count = instructions(setup, body) or 0
        print(f"  {body}, {count / empty:.2f}x an empty call: {count:,.0f}")


# -- times


def once(call: Callable[[], object], many: int) -> float:
    gc.disable()
    start = time.perf_counter()
    for _ in range(many):
        call()
    end = time.perf_counter()
    gc.enable()
    return (end - start) / many


def print_times(ports: dict[str, int]) -> None:
    def empty() -> None:
        pass

    cases: dict[str, Callable[[], object]] = {"empty call": empty}
    for where, port in ports.items():
        cases[f"services, {where}"] = lambda port=port: lookup.services(port, "tcp")  # type: ignore[misc]
    cases["ports, by name"] = lambda: lookup.ports("https")
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, call in cases.items():
            taken[name].append(once(call, 50_000))
    base = taken["empty call"]
    print(f"times (the lambda around each is counted too): empty call {statistics.median(base) * 1e9:.0f} ns")
    for name, found in taken.items():
        if found is not base:
            ratio = statistics.median(a / b for a, b in zip(found, base, strict=True))
            goal(f"  {name}, {statistics.median(found) * 1e9:.0f} ns beside an empty call", ratio, TIMES, "x")


AGAINST_GLIBC = """
import socket, sys, time
from portbook.lookup import services, use_table
use_table(sys.argv[1])
port, ratios, times = int(sys.argv[2]), [], []
assert socket.getservbyport(port, "tcp") == services(port, "tcp")[0]
for _ in range(9):
    start = time.perf_counter()
    for _ in range(20):
        socket.getservbyport(port, "tcp")
    middle = time.perf_counter()
    for _ in range(100_000):
        services(port, "tcp")
    end = time.perf_counter()
    ratios.append(((middle - start) / 20) / ((end - middle) / 100_000))
    times.append((middle - start) / 20)
print(sorted(ratios)[4], sorted(times)[4] * 1e6)
"""


def print_against_glibc(edition: Edition, table: Path, port: int) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".services") as file:
        file.write(services_file(edition))
        file.flush()
        os.chmod(file.name, 0o644)
        shell = 'mount --bind "$0" /etc/services && exec "$@"'
        inner = [sys.executable, "-c", AGAINST_GLIBC, str(table), str(port)]
        command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", shell, file.name, *inner]
        try:
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            said = result.stdout.strip() if result.returncode == 0 else result.stderr.strip().split("\n")[-1]
        except OSError as error:
            result, said = None, str(error)
    if result is None or result.returncode:
        print(f"glibc, full file, last port: not measured: {said}")
    else:
        ratio, micros = map(float, said.split())
        label = f"getservbyport ({micros:,.0f} us, full file, last port {port}) beside services"
        goal(label, ratio, GLIBC, "x", at_least=True)


def main() -> None:
    usual = source()
    edition = usual.edition()
    content = usual.table(edition)
    print(f"edition {usual.id}: {len(edition.records):,} records")
    goal("look-up table", len(content), TABLE, " bytes")
    named = [
        port
        for port in range(65536)
        if any(row.service_name and row.transport == "tcp" for row in edition.at(port))
    ]
    ports = {"first": named[0], "middle": named[len(named) // 2], "last": named[-1], "unknown": 65535}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        table = Path(folder, lookup.FILE_NAME)
        table.write_bytes(content)
        lookup.use_table(table)
        tracemalloc.start()
        lookup.services(443, "tcp")
        lookup.ports("https", "tcp")
        resident = tracemalloc.get_traced_memory()[0] / 2**20
        goal("index resident", resident, RESIDENT, " MiB")
        tracemalloc.stop()
        lookup.use_table(table)
        start = time.perf_counter()
        lookup.services(443, "tcp")
        print(f"first look-up, with the reading of the table: {(time.perf_counter() - start) * 1e3:.0f} ms")
        print_instructions(table, ports)
        print_times(ports)
        print_against_glibc(edition, table, ports["last"])


if __name__ == "__main__":
    run(main)
