"""What one edition costs in memory: resident size of a process that holds it, its indexes and its search.

Usage: benchmarks/memory.py [FILE]; default: the newest edition in PORTBOOK_PUBLISHED_EDITIONS, else the
newest embedded one.  Each step is a process of its own; the baseline is one that only imported the modules.
"""

import lzma
import os
import subprocess
import sys
import tempfile
from pathlib import Path

READ = "edition = read(data)"
INDEXED = READ + "; edition.port(80, Transport.TCP); edition.service('http')"
SEARCHED = INDEXED + "; index = SearchIndex(edition); index.search('http')"
STEPS = {
    "modules alone": "",
    "edition read": READ,
    "edition, indexes of ports and names": INDEXED,
    "edition, indexes, search": SEARCHED,
}
PROGRAM = """
import gc, re, sys
from pathlib import Path
from portbook.edition import Edition
from portbook.formats import read
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


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = source(Path(folder))
        base = 0
        for title, step in STEPS.items():
            command = [sys.executable, "-c", PROGRAM.format(step=step), str(path)]
            output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            resident, peak = map(int, output.split())
            base = base or resident
            goal = "goal <= 60 MB" if title == "edition read" else ""
            process = f"whole process {resident / 1024:.1f}, peak {peak / 1024:.1f}"
            print(f"memory, {title}: {(resident - base) / 1024:.1f} MB ({process})  {goal}")
    return 0


def source(folder: Path) -> Path:
    if len(sys.argv) > 1:
        return Path(sys.argv[1])
    if published := os.environ.get("PORTBOOK_PUBLISHED_EDITIONS"):
        packed = max(Path(published).glob("*.xml.xz"))
    else:
        packed = max((Path(__file__).parent.parent / "src/portbook/data").glob("*.csv.xz"))
    path = folder / packed.stem
    path.write_bytes(lzma.decompress(packed.read_bytes()))
    return path


if __name__ == "__main__":
    sys.exit(main())
