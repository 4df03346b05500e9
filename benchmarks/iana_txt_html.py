"""IANA's plain text and page, written and read: ratios to the raw write of the same bytes, and of the XML.

Usage: benchmarks/iana_txt_html.py [FILE.xml[.xz]]; default: the edition of `_edition`.  Each figure is the
median of rounds taken in turn, the garbage collector off.  The raw write of the edition's XML is the base
that the formats share; where the edition came as another format, its own bytes stand for it.
"""

import gc
import lzma
import statistics
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

from _edition import Source, goal, run, source

from portbook.formats import iana_html, iana_txt

ROUNDS = 7
GOALS = (  # case, what it is measured beside, the goal if it has one
    ("page, written", "raw write of the published bytes", 6),
    ("page, written", "raw write of the page", None),
    ("page, read", "ElementTree over the page", None),
    ("plain text, written", "raw write of the published bytes", None),
    ("plain text, written", "raw write of the plain text", None),
    ("plain text, read", "splitting it into words", None),
)


def main() -> None:
    published = given() or source()
    edition = published.edition()
    page, text = iana_html.write(edition), iana_txt.write(edition)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "raw"
        cases: dict[str, Callable[[], object]] = {
            "raw write of the published bytes": lambda: target.write_bytes(published.data),
            "raw write of the page": lambda: target.write_bytes(page),
            "raw write of the plain text": lambda: target.write_bytes(text),
            "ElementTree over the page": lambda: ET.fromstring(page),
            "splitting it into words": lambda: [line.split() for line in text.decode().split("\n")],
            "page, written": lambda: target.write_bytes(iana_html.write(edition)),
            "page, read": lambda: iana_html.read(page),
            "plain text, written": lambda: target.write_bytes(iana_txt.write(edition)),
            "plain text, read": lambda: iana_txt.read(text),
        }
        times = measured(cases)
    for case, base, limit in GOALS:
        ratio = statistics.median(a / b for a, b in zip(times[case], times[base], strict=True))
        if limit is None:
            print(f"{case}, beside {base}: {ratio:.3g}x")
        else:
            goal(f"{case}, beside {base}", ratio, limit, "x")
    sizes = f"page {len(page):,} bytes, plain text {len(text):,}"
    print(f"{sizes}; {len(edition.records):,} records of {edition.updated or published.id}, {ROUNDS} rounds")


def given() -> Source | None:
    """The file that is named, if one is."""
    if len(sys.argv) < 2:
        return None
    path = Path(sys.argv[1])
    data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    return Source(path.name, "xml", data)


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
