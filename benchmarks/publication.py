"""Publication: the full set of files, and again after one row changed, beside the raw write of the XML.

Edition: that of `_edition`, as XML where it is a table.  Each round is a process of its own; figures are
medians of CPU time, in which waiting for the disk has no part.  The goals are for the files that need no
package, and without packing.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from _edition import goal, run, source

from portbook import formats
from portbook.edition import Edition
from portbook.records import PublishedDate, rich

ROUNDS = 3  # of what the goals are for; of the others one
MB = 1024  # kB

PROGRAM = """
import json, resource, statistics, sys, time
from pathlib import Path
tree, old, new, extras, packed = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5]
if extras == "without":
    sys.modules.update(openpyxl=None, pyarrow=None)
from portbook import formats, publication
from portbook.publication import packing, publish
from portbook.store import edition_file
if packed == "without":
    publication.codings = lambda: ()
def timed(work):
    start = time.process_time()
    work()
    return time.process_time() - start
file = edition_file(Path(old))
document = file.data()
target = Path(f"{tree}.raw")
found = {"raw": statistics.median(timed(lambda: target.write_bytes(document)) for _ in range(9))}
found["full"] = timed(lambda: publish(tree, file, made="2026-01-01T00:00:00Z"))
found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found["same"] = timed(lambda: publish(tree, file, made="2026-01-01T00:00:00Z"))
changed = edition_file(Path(new))
found["changed"] = timed(lambda: publish(tree, changed, made="2026-01-02T00:00:00Z"))
print(json.dumps(found))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        old, new = two_editions(folder)
        print(f"the XML has {old.stat().st_size:,} bytes")
        for extras, packed in (("without", "without"), ("with", "without"), ("with", "with")):
            count = ROUNDS if (extras, packed) == ("without", "without") else 1
            trees = [folder / f"{extras}-{packed}-{n}" for n in range(count)]
            rounds = [measured(tree, old, new, extras, packed) for tree in trees]
            what = f"{extras} workbook and tables, {packed} packing"
            ratios = {
                key: statistics.median(one[key] / one["raw"] for one in rounds)
                for key in ("full", "same", "changed")
            }
            if (extras, packed) == ("without", "without"):
                goal(f"full set, {what}, beside the raw write of the XML", ratios["full"], 40, "x")
            else:
                print(f"full set, {what}: {ratios['full']:.0f}x the raw write of the XML")
            print(
                f"  again, nothing changed: {ratios['same']:.0f}x; one row changed: {ratios['changed']:.0f}x"
            )
            goal(f"  peak memory, {what}", statistics.median(one["peak"] for one in rounds) / MB, 200, " MB")


def two_editions(folder: Path) -> tuple[Path, Path]:
    """The usual edition as XML, and one of the next day with another description in one row."""
    usual = source()
    edition = usual.edition()
    if usual.format != "xml":
        edition = replace(edition, updated=PublishedDate(usual.id))
    paths = folder / "old.xml", folder / "new.xml"
    paths[0].write_bytes(usual.data if usual.format == "xml" else formats.write(edition, "xml"))
    paths[1].write_bytes(formats.write(one_changed(edition), "xml"))
    return paths


def one_changed(edition: Edition) -> Edition:
    records = list(edition.records)
    place = len(records) // 2
    records[place] = replace(records[place], description=rich("Changed"))
    return replace(edition, records=tuple(records), updated=PublishedDate("2027-01-01"))


def measured(tree: Path, old: Path, new: Path, extras: str, packed: str) -> dict[str, float]:
    command = [sys.executable, "-c", PROGRAM, str(tree), str(old), str(new), extras, packed]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    run(main)
