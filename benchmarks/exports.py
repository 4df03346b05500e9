"""Exports: what each costs, beside the raw write of its own bytes, in the same run.

Default: the edition of `_edition`.  Each figure is the median of rounds taken in turn, in CPU time of the
process.  "Alone" makes the export of the edition anew; "the first" are the tables of services, the DNS-SD
types and the TXT keys, one after the other; the goal is the one for all formats and exports together.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from _edition import goal, run, source

from portbook import exports, formats
from portbook.exports import places

ROUNDS = 5
TABLES = {"services_file", "nmap_services", "wireshark_services", "service_types", "txt_keys"}
EXTRA = {"workbook", "arrow_tables"}  # they need packages of their own


def main() -> None:
    usual = source()
    edition = usual.edition()
    edition.canonical("")  # the indexes of an edition are made once, by whoever asks first
    provenance = exports.Provenance(usual.id, usual.id, "0" * 64, "0")
    names = [name for name, one in exports.EXPORTS.items() if name != "zone" and one.module not in EXTRA]
    tables = [name for name in names if exports.EXPORTS[name].module in TABLES]
    written = {name: exports.write(edition, name, provenance).data for name in names}
    document = formats.write(edition, "xml")

    def alone(name: str) -> None:
        places._last.clear()
        target.write_bytes(exports.write(edition, name, provenance).data)

    def all_of_them() -> None:
        places._last.clear()
        for name in tables:
            target.write_bytes(exports.write(edition, name, provenance).data)

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "written"
        cases: dict[str, Callable[[], object]] = {"raw XML": lambda: target.write_bytes(document)}
        cases |= {f"raw {name}": lambda data=data: target.write_bytes(data) for name, data in written.items()}
        cases |= {name: lambda name=name: alone(name) for name in names}
        cases["all"] = all_of_them
        times = measured(cases)
    for name in names:
        told = f"{statistics.median(times[name]) * 1e3:.0f} ms, {len(written[name]):,} bytes"
        print(f"{name}, alone: {ratio(times, name, f'raw {name}'):.3g}x the raw write of its bytes ({told})")
    goal(f"the first {len(tables)}, beside the raw write of the XML", ratio(times, "all", "raw XML"), 40, "x")


def ratio(times: dict[str, list[float]], case: str, base: str) -> float:
    return statistics.median(one / other for one, other in zip(times[case], times[base], strict=True))


def measured(cases: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {case: [] for case in cases}
    for _ in range(ROUNDS):
        for case, work in cases.items():
            gc.collect()
            start = time.process_time()
            work()
            times[case].append(time.process_time() - start)
    return times


if __name__ == "__main__":
    run(main)
