"""Search: ranked answers and "did you mean", measured beside a scan of the text in the same run.

Baseline: `bytes.find` for all places of a text in the lower-cased names and descriptions of all rows, and
the row of each: the best that is possible without an index.  Goals: ranked <= 0.2 of it, "did you mean"
<= 2.5.  Each part of the index is made when a question first needs it; all of it in about 150 ms.  A
figure is the p50 of the answers over all queries and rounds beside the p50 of the scans; each query's own
ratio is the median of its rounds.
"""

import bisect
import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable

from _edition import goal, run, source

from portbook.edition import Edition
from portbook.search import SearchIndex

QUERIES = ("mysql", "secure shell", "modbus", "http")  # the last as a prefix, as every last word is
MISTYPED = ("htpps", "postgress", "kerberso", "mysqk")
ROUNDS = 31
BATCH = 10
GOALS = {"ranked": 0.2, "did you mean": 2.5}


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


def main() -> None:
    usual = source()
    read = usual.edition()
    scan = Scan(read)
    print(f"edition {usual.id}: {len(read.records)} rows, {len(scan.blob)} bytes of names and descriptions")
    made = [seconds(lambda: whole_index(read)) for _ in range(7)]
    tracemalloc.start()
    index = whole_index(read)
    words = tracemalloc.get_traced_memory()[0]
    index.suggest("htpps")
    spelling = tracemalloc.get_traced_memory()[0] - words
    tracemalloc.stop()
    print(f"whole index made in {min(made) * 1e3:.0f} ms (best of 7), {words / 1e6:.1f} MB;", end=" ")
    print(f"spelling: {spelling / 1e6:.1f} MB more")
    compare("ranked", QUERIES, scan, lambda text: index.search(text))
    compare("did you mean", MISTYPED, scan, lambda text: index.suggest(text))


def whole_index(read: Edition) -> SearchIndex:
    index = SearchIndex(read)
    index.search("secure shell")  # asks names and texts
    return index


def compare(what: str, texts: tuple[str, ...], scan: Scan, answer: Callable[[str], object]) -> None:
    """Print the ratio of each text, and the p50 over all of them and all rounds."""
    answers, scans = [], []
    for text in texts:
        ratios, own, theirs = [], [], []
        for _ in range(ROUNDS):
            theirs.append(seconds(lambda text=text: [scan.find(text) for _ in range(BATCH)]) / BATCH)
            own.append(seconds(lambda text=text: [answer(text) for _ in range(BATCH)]) / BATCH)
            ratios.append(own[-1] / theirs[-1])
        micros = statistics.median(own) * 1e6, statistics.median(theirs) * 1e6
        ratio = statistics.median(ratios)
        print(f"{what:12} {text:14} {micros[0]:6.0f} us, scan {micros[1]:6.0f} us, ratio {ratio:.3f}")
        answers += own
        scans += theirs
    p50 = statistics.median(answers), statistics.median(scans)
    label = f"{what}, p50 {p50[0] * 1e6:.0f} us beside the scan's {p50[1] * 1e6:.0f} us"
    goal(label, p50[0] / p50[1], GOALS[what], "x")


if __name__ == "__main__":
    run(main)
