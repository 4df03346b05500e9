"""Search: ranked answers and "did you mean", measured beside a scan of the text in the same run.

Baseline: `bytes.find` for all places of a text in the lower-cased names and descriptions of all rows, and
the row of each: the best that is possible without an index.  Goals: ranked <= 0.2 of it, "did you mean"
<= 2.5.  Each part of the index is made when a question first needs it; all of it in about 150 ms.  Prints
medians; fails when a ratio misses its goal.
"""

import bisect
import gc
import lzma
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from portbook import formats
from portbook.edition import Edition
from portbook.search import SearchIndex

QUERIES = ("mysql", "secure shell", "modbus", "http")  # the last as a prefix, as every last word is
MISTYPED = ("htpps", "postgress", "kerberso", "mysqk")
ROUNDS = 31
BATCH = 10
NEWEST = "2026-08-17.xml.xz"
GOALS = {"ranked": 0.2, "did you mean": 2.5}


def edition() -> tuple[Edition, str]:
    folder = os.environ.get("PORTBOOK_PUBLISHED_EDITIONS")
    if folder and (path := Path(folder) / NEWEST).is_file():
        return formats.read(lzma.decompress(path.read_bytes())), NEWEST
    from portbook.store import EditionStore

    file = EditionStore().current()
    return file.edition, f"the edition {file.id}"


class Scan:
    """The baseline."""

    def __init__(self, edition: Edition) -> None:
        rows = [f"{r.service_name or ''} {r.description}".lower().encode() for r in edition.records]
        self.blob = b"\n".join(rows)
        self.starts = [0]
        for row in rows:
            self.starts.append(self.starts[-1] + len(row) + 1)

    def find(self, text: str) -> list[int]:
        sought, found = text.encode(), []
        place = self.blob.find(sought)
        while place >= 0:
            row = bisect.bisect_right(self.starts, place) - 1
            found.append(row)
            place = self.blob.find(sought, self.starts[row + 1])
        return found


def seconds(work: Callable[[], object]) -> float:
    gc.disable()
    start = time.perf_counter()
    work()
    spent = time.perf_counter() - start
    gc.enable()
    return spent


def main() -> int:
    read, name = edition()
    scan = Scan(read)
    print(f"{name}: {len(read.records)} rows, {len(scan.blob)} bytes of names and descriptions")
    made = [seconds(lambda: whole_index(read)) for _ in range(7)]
    tracemalloc.start()
    index = whole_index(read)
    words = tracemalloc.get_traced_memory()[0]
    index.suggest("htpps")
    spelling = tracemalloc.get_traced_memory()[0] - words
    tracemalloc.stop()
    print(f"whole index made in {min(made) * 1e3:.0f} ms (best of 7), {words / 1e6:.1f} MB;", end=" ")
    print(f"spelling: {spelling / 1e6:.1f} MB more")
    ranked = ratio("ranked", QUERIES, scan, lambda text: index.search(text))
    spelt = ratio("did you mean", MISTYPED, scan, lambda text: index.suggest(text))
    return 0 if ranked and spelt else 1


def whole_index(read: Edition) -> SearchIndex:
    index = SearchIndex(read)
    index.search("secure shell")  # asks names and texts
    return index


def ratio(what: str, texts: tuple[str, ...], scan: Scan, answer: Callable[[str], object]) -> bool:
    """Print, for each text, the median over rounds of the ratio of two neighbouring batches."""
    ratios = []
    for text in texts:
        rounds = []
        for _ in range(ROUNDS):
            baseline = seconds(lambda text=text: [scan.find(text) for _ in range(BATCH)])
            own = seconds(lambda text=text: [answer(text) for _ in range(BATCH)])
            rounds.append((own / baseline, own / BATCH, baseline / BATCH))
        found, own, baseline = (statistics.median(column) for column in zip(*rounds, strict=True))
        ratios.append(found)
        print(f"{what:12} {text:14} {own * 1e6:6.0f} us, scan {baseline * 1e6:6.0f} us, ratio {found:.3f}")
    mean = statistics.geometric_mean(ratios)
    print(f"{what}: {mean:.3f} of the scan (geometric mean; goal {GOALS[what]})")
    return mean <= GOALS[what]


if __name__ == "__main__":
    sys.exit(main())
