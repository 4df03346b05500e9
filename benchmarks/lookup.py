"""Look-up in one process: instructions, times, flatness, memory, and the ratio to glibc on the full file.

The base is an empty Python call.  Instruction counts (valgrind's callgrind, by difference of two loop
lengths) do not move with the machine's load; times are medians over rounds taken in turn in this run.
glibc reads a services file with every row of the same edition, which a user namespace shows it as
/etc/services; where none can be made, that line says "not measured".

The edition is that of 2026-08-17 in the folder PORTBOOK_PUBLISHED_EDITIONS, else the newest embedded one.
"""

from __future__ import annotations

import gc
import hashlib
import json
import lzma
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
from pathlib import Path

from portbook import formats, lookup
from portbook.edition import Edition
from portbook.lookup_table import DATA, compile_table

PUBLISHED = "2026-08-17.xml.xz"
GOALS = {"by port": 1900, "by name": 1700}  # instructions
ROUNDS = 9


def edition_here() -> tuple[Edition, str, bytes]:
    """The edition to measure on, its id, its published bytes."""
    folder = os.environ.get("PORTBOOK_PUBLISHED_EDITIONS", "")
    published = Path(folder, PUBLISHED)
    if folder and published.is_file():
        data = lzma.decompress(published.read_bytes())
        return formats.read(data), PUBLISHED[:10], data
    listed = json.loads((DATA / "editions.json").read_text(encoding="utf-8"))["editions"]
    newest = max(listed, key=lambda item: item["date"])
    data = lzma.decompress((DATA / newest["file"]).read_bytes())
    return formats.read(data, newest["format"]), newest["id"], data


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
    counts = []
    for loops in (1, 1000, 1000 + many):  # the first run writes the bytecode
        code = f"{setup}\ndef loop(n):\n    for _ in range(n):\n        {body}\nloop({loops})\n"
        tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": ""}
        result = subprocess.run(
            [*tool, sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
        )
        counts.append(int(re.findall(r"Collected\s*:\s*(\d+)", result.stderr)[0]))
    return (counts[2] - counts[1]) / many


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
        by_port[where] = instructions(f"{setup}P = {port}", "services(P, T)") or 0
        print(f"  services, {where:<8} {by_port[where]:7,.0f}  {by_port[where] / empty:.2f}x an empty call")
    spread = max(by_port.values()) / min(by_port.values()) - 1
    print(f"  goal by port {GOALS['by port']:,}; first to unknown differ by {spread:.1%} (goal 15%)")
    for body in ("ports('https')", "ports('https', 'tcp')", "ports('HTTPS')", "ports('no-such-name')"):
        count = instructions(setup, body) or 0
        print(f"  {body:<24} {count:7,.0f}  {count / empty:.2f}x an empty call")
    print(f"  goal by name {GOALS['by name']:,} (a name as it is written in lower case)")


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
    print("times (the lambda around each is counted too; goal 6x):")
    for name, found in taken.items():
        ratio = statistics.median(a / b for a, b in zip(found, base, strict=True))
        print(f"  {name:<18} {statistics.median(found) * 1e9:6.0f} ns  {ratio:.2f}x an empty call")


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
micros = sorted(times)[4] * 1e6
print(f"{sorted(ratios)[4]:,.0f}x faster than getservbyport ({micros:,.0f} us) on the full file")
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
        print(f"glibc, full file, last port {port}: {said} (goal 3,000x)")


def main() -> int:
    edition, edition_id, data = edition_here()
    content = compile_table(edition, edition_id, hashlib.sha256(data).hexdigest())
    print(f"edition {edition_id}: {len(edition.records):,} records; table {len(content):,} bytes (goal 1 MB)")
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
        print(f"index resident: {resident:.1f} MiB (goal 8)")
        tracemalloc.stop()
        lookup.use_table(table)
        start = time.perf_counter()
        lookup.services(443, "tcp")
        print(f"first look-up, with the reading of the table: {(time.perf_counter() - start) * 1e3:.0f} ms")
        print_instructions(table, ports)
        print_times(ports)
        print_against_glibc(edition, table, ports["last"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
