"""IANA's XML, read and written: ratios to lxml's bare parse and to the raw write of the same bytes.

Usage: benchmarks/iana_xml.py [FILE.xml[.xz]]; default: the edition of `_edition`, if that is XML.
Each figure is the median of rounds taken in turn, results kept alive until the round ends, so that both sides
get fresh memory, as a program does that reads one edition.  The garbage collector is off for both.
"""

import gc
import lzma
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import lxml.etree
from _edition import goal, run, source
from _republishing import Republished

from portbook.formats import iana_xml

ROUNDS = 9
GOALS = (  # case, what it is measured beside, the goal if it has one
    ("read, by patterns", "lxml.etree.parse", 3.0),
    ("read, by elements", "lxml.etree.parse", None),
    ("write, rows as read", "raw write", 10),
    ("write, every row anew", "raw write", 10),
    ("write, one row changed", "raw write", 2),
)


def main() -> None:
    data = xml()
    if data is None:
        print("XML: not measured; PORTBOOK_PUBLISHED_EDITIONS is not set and no file is given")
        return
    edition = iana_xml.read(data)
    anew = replace(edition, layout=edition.layout._replace(as_read=None))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "raw.xml"
        cases: dict[str, Callable[[], object]] = {
            "lxml.etree.parse": lambda: lxml.etree.parse(BytesIO(data)),
            "read, by patterns": lambda: iana_xml.read(data),
            "read, by elements": lambda: iana_xml.read_by_elements(data),
            "raw write": lambda: target.write_bytes(data),
            "write, rows as read": lambda: target.write_bytes(iana_xml.write(edition)),
            "write, every row anew": lambda: target.write_bytes(iana_xml.write(anew)),
            "write, one row changed": Republished("xml", edition, target),
        }
        times = measured(cases)
    for case, base, limit in GOALS:
        ratio = statistics.median(a / b for a, b in zip(times[case], times[base], strict=True))
        if limit is None:
            print(f"XML {case}, beside {base}: {ratio:.3g}x")
        else:
            goal(f"XML {case}, beside {base}", ratio, limit, "x")
    print(f"XML: {len(data):,} bytes, {len(edition.records):,} records of {edition.updated}, {ROUNDS} rounds")


def xml() -> bytes | None:
    """The file that is named, or the usual edition; None when that is no XML."""
    if len(sys.argv) < 2:
        usual = source()
        return usual.data if usual.format == "xml" else None
    path = Path(sys.argv[1])
    return lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()


def measured(cases: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {case: [] for case in cases}
    for _ in range(ROUNDS):
        kept = []
        for case, work in cases.items():
            gc.collect()
            gc.disable()
            start = time.perf_counter()
            kept.append(work())
            times[case].append(time.perf_counter() - start)
            gc.enable()
        kept.clear()
    return times


if __name__ == "__main__":
    run(main)
