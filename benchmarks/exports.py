"""Exports: what each costs, beside the raw write of its own bytes, in the same run; and all of them.

Default: the edition of `_edition`.  Each figure is the median of rounds taken in turn, in CPU time of the
process.  "Alone" makes the export of an edition that was not exported before, but whose indexes are there;
"the first" are the tables of services, the DNS-SD types and the TXT keys, one after the other; "the full
set" is every format that is written and every export that is text, uncompressed, which the goal is for.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from _edition import goal, run, source

from portbook import exports, formats
from portbook.edition import Edition

ROUNDS = 5
TABLES = {"services_file", "nmap_services", "wireshark_services", "service_types", "txt_keys"}
EXTRA = {"workbook", "arrow_tables"}  # they need packages of their own
BINARY = {"sqlite", "firewalld"}


def main() -> None:
    usual = source()
    edition = usual.edition()
    edition.canonical("")  # the indexes of an edition are made once, by whoever asks first
    provenance = exports.Provenance(usual.id, usual.id, "0" * 64, "0")
    names = [name for name, one in exports.EXPORTS.items() if name != "zone" and one.module not in EXTRA]
    tables = [name for name in names if exports.EXPORTS[name].module in TABLES]
    written = {name: exports.write(edition, name, provenance).data for name in names}
    document = formats.write(edition, "xml")

    written_formats = [form.name for form in formats.FORMATS.values() if form.writable]

    def anew() -> Edition:
        """The same edition as another object, of which no export remembers anything."""
        other = replace(edition)
        other.canonical("")
        return other

    def export(*names: str) -> None:
        one = anew()
        for name in names:
            target.write_bytes(exports.write(one, name, provenance).data)

    def full_set() -> None:
        for form in written_formats:
            target.write_bytes(formats.write(edition, form))
        export(*(name for name in names if name not in BINARY))

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "written"
        cases: dict[str, Callable[[], object]] = {"raw XML": lambda: target.write_bytes(document)}
        cases |= {f"raw {name}": lambda data=data: target.write_bytes(data) for name, data in written.items()}
        cases |= {name: lambda name=name: export(name) for name in names}
        cases |= {"the first": lambda: export(*tables), "the full set": full_set}
        times = measured(cases)
    for name in names:
        told = f"{statistics.median(times[name]) * 1e3:.0f} ms, {len(written[name]):,} bytes"
        print(f"{name}, alone: {ratio(times, name, f'raw {name}'):.3g}x the raw write of its bytes ({told})")
    first = ratio(times, "the first", "raw XML")
    print(f"the first {len(tables)}, beside the raw write of the XML: {first:.3g}x")
    goal("the full set, beside the raw write of the XML", ratio(times, "the full set", "raw XML"), 40, "x")


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
