"""What one edition costs in memory: resident size of a process that holds it, its indexes and its search;
and the peak of one that writes every format, twice with one record changed between, and the exports of text.

Usage: benchmarks/memory.py [FILE]; default: the edition of `_edition`.  Each step is a process of its own;
the baseline is one that only imported the modules.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from _edition import goal, run, source

GOAL = 60  # MB
PUBLISHING_GOAL = 200  # MB, of the whole process at its peak
READ = "edition = read(data)"
INDEXED = READ + "; edition.port(80, Transport.TCP); edition.service('http')"
SEARCHED = INDEXED + "; index = SearchIndex(edition); index.search('http')"
PUBLISHED = (
    READ
    + """
kept = Fragments()
for one in (edition, replace(edition, records=(replace(edition.records[0]), *edition.records[1:]))):
    for form in ("xml", "csv", "txt", "html"):
        write(one, form, fragments=kept)
    write(one, "json")
    for name, form in exports.EXPORTS.items():
        if form.media_type.startswith(("text/", "application/json", "application/yaml")) and name != "zone":
            exports.write(one, name, exports.Provenance("", "", "", ""))
"""
)
STEPS = {
    "modules alone": "",
    "edition read": READ,
    "edition, indexes of ports and names": INDEXED,
    "edition, indexes, search": SEARCHED,
    "publication": PUBLISHED,
}
PROGRAM = """
import gc, re, sys
from dataclasses import replace
from pathlib import Path
from portbook import exports
from portbook.edition import Edition
from portbook.formats import read, write
from portbook.formats.fragments import Fragments
from portbook.formats import iana_csv, iana_xml
from portbook.numbers import Transport
from portbook.search import SearchIndex
data = Path(sys.argv[1]).read_bytes()
{step}
del data
gc.collect()
status = Path("/proc/self/status").read_text()
print(*(int(re.search(name + r":\\s+(\\d+) kB", status)[1]) for name in ("VmRSS", "VmHWM")))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = file_in(Path(folder))
        base = 0
        for title, step in STEPS.items():
            command = [sys.executable, "-c", PROGRAM.format(step=step), str(path)]
            output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            resident, peak = map(int, output.split())
            base = base or resident
            label = f"memory, {title} (process {resident / 1024:.1f}, peak {peak / 1024:.1f} MB)"
            own = (resident - base) / 1024
            if title == "edition read":
                goal(label, own, GOAL, " MB")
            elif title == "publication":
                goal(f"memory, {title}, peak of the process", peak / 1024, PUBLISHING_GOAL, " MB")
            else:
                print(f"{label}: {own:.1f} MB")


def file_in(folder: Path) -> Path:
    """The file that is named, or the usual edition unpacked in *folder*."""
    if len(sys.argv) > 1:
        return Path(sys.argv[1])
    usual = source()
    print(f"edition {usual.id}, {usual.format}: {len(usual.data):,} bytes")
    path = folder / f"{usual.id}.{usual.format}"
    path.write_bytes(usual.data)
    return path


if __name__ == "__main__":
    run(main)
