"""Exports: what each costs, beside the raw write of its own bytes, in the same run.

Default: the edition of `_edition`.  Each figure is the median of rounds taken in turn, in CPU
time of the process.  "Alone" makes the
table of the edition anew; "all" is the five of them one after the other, beside the raw write of the XML
(performance.md asks for the full set of formats and exports in 40 such writes).
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from _edition import run, source

from portbook import exports, formats
from portbook.exports import places

ROUNDS = 9


def main() -> None:
    usual = source()
    edition = usual.edition()
    edition.canonical("")  # the indexes of an edition are made once, by whoever asks first
    provenance = exports.Provenance(usual.id, usual.id, "0" * 64, "0")
    names = [name for name in exports.EXPORTS if name != "zone"]
    written = {name: exports.write(edition, name, provenance).data for name in names}
    document = formats.write(edition, "xml")

    def alone(name: str) -> None:
        places._last.clear()
        target.write_bytes(exports.write(edition, name, provenance).data)

    def all_of_them() -> None:
        places._last.clear()
        for name in names:
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
    print(f"all {len(names)}: {ratio(times, 'all', 'raw XML'):.3g}x the raw write of the XML ({usual.id})")


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
