"""Who reads the exports: strict line readers after glibc and musl, and the real programs in namespaces.

The readers are written from what the two libraries do (glibc 2.36 nss/nss_files, musl 1.2.3
src/network/lookup_serv.c and getnameinfo.c), byte by byte, and take whatever those would take.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from portbook.edition import Edition

Place = tuple[int, str]
Found = tuple[str, int, str]  # name, port, transport
SPACE = b" \t\n\v\f\r"  # isspace in the C locale
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "--net")
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


# -- what a table of services is meant to hold


def intended(edition: Edition) -> set[Found]:
    """Every name that a table of services can hold, at each of its places: the rule written out again."""
    found: set[Found] = set()
    for record in edition.records:
        name = record.service_name or ""
        span = re.fullmatch(r"([0-9]{1,5})(?: *- *([0-9]{1,5}))?", record.port_number or "", re.ASCII)
        if not 1 <= len(name) <= 31 or not span or not all(c in ALLOWED for c in name):
            continue
        if not name[0].isalnum() or name.partition("/")[0].isdigit():
            continue
        low, high = int(span[1]), int(span[2] or span[1])
        if low > high or high > 65_535 or high - low >= 1_024:
            continue
        transports = (record.transport,) if record.transport else ("tcp", "udp", "sctp", "dccp")
        for transport in transports:
            if transport.isascii() and transport.lower() in ("tcp", "udp", "sctp", "dccp"):
                found |= {(name, port, transport.lower()) for port in range(low, high + 1)}
    return found


ALLOWED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-*+./_")


# -- strict readers


class Line(NamedTuple):
    """An entry as a reader of services(5) takes it."""

    name: str
    port: int
    transport: str
    aliases: tuple[str, ...]

    def found(self) -> Iterator[Found]:
        for name in (self.name, *self.aliases):
            yield name, self.port, self.transport


def read_as_glibc(data: bytes) -> Iterator[Line]:
    """Every entry that `getservent` of glibc gives."""
    for raw in data.split(b"\n"):
        line = raw.split(b"\0", 1)[0].lstrip(SPACE)
        if not line or line.startswith(b"#"):
            continue
        line = line.split(b"#", 1)[0]
        match = re.fullmatch(rb"([^ \t\n\v\f\r]*)[ \t\n\v\f\r]*(.*)", line, re.DOTALL)
        assert match
        number = re.match(rb"[ \t\n\v\f\r]*([+-]?[0-9]+)(/+|\Z)", match[2])
        if not number:
            continue
        words = re.split(rb"[ \t\n\v\f\r]+", match[2][number.end() :])
        port = min(int(number[1]) % 2**64, 0xFFFFFFFF) & 0xFFFF
        yield Line(text(match[1]), port, text(words[0]), tuple(text(word) for word in words[1:] if word))


def fgets(data: bytes, size: int = 128) -> Iterator[bytes]:
    """The pieces that C's fgets reads into a buffer of *size* bytes."""
    place = 0
    while place < len(data):
        end = data.find(b"\n", place, place + size - 1)
        end = end + 1 if end >= 0 else min(place + size - 1, len(data))
        yield data[place:end].split(b"\0", 1)[0]
        place = end


def read_as_musl(data: bytes) -> Iterator[tuple[Line, bool]]:
    """Every entry that musl finds by one of its names, and whether it is also found by its port.

    The word "7/tcp" itself, which musl would find as a name in any file, is left out.
    """
    for piece in fgets(data):
        line = piece.split(b"#", 1)[0]
        words = [word for word in re.split(rb"[ \t\n\v\f\r]+", line) if word]
        name = re.match(rb"[^ \t\n\v\f\r]*", line)
        assert name
        number = re.match(rb"[ \t\n\v\f\r]*([+-]?[0-9]+)(/tcp|/udp)?", line[name.end() :])
        if not number or not number[2] or int(number[1]) > 65_535:
            continue
        place = f"{int(number[1])}/{text(number[2][1:])}".encode()
        others = tuple(text(word) for word in words if word not in (name[0], place))
        yield Line(text(name[0]), int(number[1]), text(number[2][1:]), others), len(name[0]) <= 31


def text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def read_as_wireshark(data: bytes) -> dict[Place, str]:
    """The name that Wireshark shows at each place: of two lines the later one counts."""
    found: dict[Place, str] = {}
    for line in data.decode("ascii").split("\n"):
        words = re.split(r"[ \t]+", line.split("#", 1)[0].strip(" \t"))
        if len(words) < 2:
            continue
        numbers, *transports = words[1].split("/")
        for part in numbers.split(","):
            low, _, high = part.partition("-")
            for port in range(int(low), int(high or low) + 1):
                found |= {(port, transport): words[0] for transport in transports if transport}
    return found


def read_as_nmap(data: bytes) -> dict[Place, tuple[str, float]]:
    """Name and frequency at each place, as nmap's scanf reads lines of 1,023 bytes: the first one counts."""
    found: dict[Place, tuple[str, float]] = {}
    for piece in fgets(data, 1_024):
        line = piece.decode("ascii").lstrip()
        match = re.match(r"(\S{1,127})\s+([0-9]+)/(\S{1,15})\s*([0-9.]*)", line)
        if line and not line.startswith("#"):
            assert match, line
            found.setdefault((int(match[2]), match[3]), (match[1], float(match[4])))
    return found


# -- the real ones


def in_namespace(code: str, question: object, *arguments: str, timeout: float = 300) -> object:
    """Run the Python *code* in user, mount and network namespaces of its own; JSON in, JSON out."""
    ran = subprocess.run(
        [*NAMESPACE, sys.executable, "-c", code, *arguments],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env=ENVIRONMENT,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout)


GETENT = """
import json, subprocess, sys
answers = []
for path, keys in json.load(sys.stdin):
    subprocess.run(["mount", "--bind", path, "/etc/services"], check=True)
    ran = subprocess.run(["getent", "-s", "services:files", "services", *keys], capture_output=True)
    subprocess.run(["umount", "/etc/services"], check=True)
    answers.append([ran.returncode, ran.stdout.decode("utf-8", "surrogateescape")])
json.dump(answers, sys.stdout)
"""


def getent(files: Sequence[Path], keys: Sequence[str] = ()) -> list[tuple[int, str]]:
    """What glibc's getent says of *keys*, or of all, for each of *files* in the place of /etc/services."""
    answers = in_namespace(GETENT, [(str(file), list(keys)) for file in files])
    return [tuple(answer) for answer in answers]  # type: ignore[attr-defined]


def entries_of(out: str) -> list[Line]:
    """The lines of getent."""
    found = []
    for line in out.split("\n")[:-1]:
        name, place, *aliases = line.split()
        port, _, transport = place.partition("/")
        found.append(Line(name, int(port), transport, tuple(aliases)))
    return found


MUSL_SOURCE = r"""
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
int main(void) {
  char line[512], buffer[512];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    char *kind = strtok(line, "\t"), *key = strtok(0, "\t"), *transport = strtok(0, "\t");
    int port = 0;
    if (*kind == 'p') sscanf(key, "%d", &port);
    struct servent entry, *found = 0, *plain;
    if (*kind == 'n') {
      found = getservbyname(key, transport);
    } else if (!getservbyport_r(htons(port), transport, &entry, buffer, sizeof buffer, &found) && found &&
               strlen(found->s_name) <= 15) {
      plain = getservbyport(htons(port), transport);  /* has room for 15 bytes only */
      if (!plain || strcmp(plain->s_name, found->s_name)) puts("!");
    }
    if (found) printf("%s\t%d\n", found->s_name, ntohs(found->s_port));
    else puts("-");
  }
}
"""
MUSL = """
import json, subprocess, sys
answers = []
for path, questions in json.load(sys.stdin):
    subprocess.run(["mount", "--bind", path, "/etc/services"], check=True)
    asked = "".join("\\t".join(map(str, question)) + "\\n" for question in questions)
    ran = subprocess.run([sys.argv[1]], input=asked, capture_output=True, text=True, check=True)
    subprocess.run(["umount", "/etc/services"], check=True)
    answers.append(ran.stdout.split("\\n")[:-1])
json.dump(answers, sys.stdout)
"""


def musl_program(folder: Path) -> Path:
    """The program above, linked with musl."""
    source, program = folder / "services.c", folder / "services"
    source.write_text(MUSL_SOURCE)
    subprocess.run(["musl-gcc", "-static", "-O1", "-o", program, source], check=True, timeout=60)
    return program


def musl(program: Path, asked: Sequence[tuple[Path, Sequence[tuple[str, object, str]]]]) -> list[list[str]]:
    """What musl answers to ("p", port, transport) and ("n", name, transport): "name<tab>port" or "-"."""
    question = [(str(path), list(questions)) for path, questions in asked]
    return in_namespace(MUSL, question, str(program))  # type: ignore[return-value]


NMAP = """
import fcntl, json, socket, struct, subprocess, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as lo:
    fcntl.ioctl(lo, 0x8914, struct.pack("16sh", b"lo", 0x49))  # SIOCSIFFLAGS: up, loopback, running
answers = []
for folder, kinds in json.load(sys.stdin):
    ports = ",".join({"-sT": "T", "-sU": "U", "-sY": "S"}[kind] + ":[0-65535]" for kind in kinds)
    ran = subprocess.run(
        ["nmap", "-ddd", "-n", "-Pn", "--min-rate", "5000", "--max-retries", "1", *kinds, "-p", ports,
         "--datadir", folder, "-oX", folder + "/out.xml", "127.0.0.1"], capture_output=True, text=True)
    answers.append([ran.returncode, ran.stdout[-300:] + ran.stderr[-300:], open(folder + "/out.xml").read()])
json.dump(answers, sys.stdout)
"""
NMAP_KINDS = {"tcp": "-sT", "udp": "-sU", "sctp": "-sY"}


def nmap(folder: Path, tables: Iterable[bytes]) -> list[dict[Place, str]]:
    """The name that nmap tells of each port of each table: it scans its own, all closed, in a namespace."""
    asked = []
    for number, table in enumerate(tables):
        place = folder / f"nmap{number}"
        place.mkdir()
        (place / "nmap-services").write_bytes(table)
        kinds = [
            kind
            for name, kind in NMAP_KINDS.items()
            if re.search(rb"^[^#\n]*\d/%b" % name.encode(), table, re.M)
        ]
        asked.append((str(place), kinds))
    answers = iter(in_namespace(NMAP, [question for question in asked if question[1]]))  # type: ignore[call-overload]
    return [names_in(*next(answers)) if kinds else {} for _, kinds in asked]


def names_in(status: int, said: str, document: str) -> dict[Place, str]:
    from xml.etree import ElementTree

    assert status == 0, said
    found = {}
    for port in ElementTree.fromstring(document).iter("port"):
        service = port.find("service")
        name = service.get("name", "") if service is not None else ""
        found[int(port.get("portid", "")), port.get("protocol", "")] = name
    return found


TSHARK = """
import json, os, subprocess, sys
answers = []
open(sys.argv[1] + "/empty", "w").close()
if os.path.exists("/usr/share/wireshark/services"):  # older ones have their own table in a file
    subprocess.run(["mount", "--bind", sys.argv[1] + "/empty", "/usr/share/wireshark/services"], check=True)
for home, capture in json.load(sys.stdin):
    ran = subprocess.run(
        ["tshark", "-r", capture, "-N", "t", "-o", 'gui.column.format:"s","%rS","i","%i"'],
        env=os.environ | {"HOME": home, "XDG_CONFIG_HOME": home + "/.config"}, capture_output=True, text=True)
    answers.append([ran.returncode, ran.stderr[-300:], ran.stdout])
json.dump(answers, sys.stdout)
"""


def tshark(folder: Path, tables: Iterable[tuple[bytes, Sequence[Place]]]) -> list[list[str]]:
    """The names that tshark shows for a packet from each of the places, or the numbers."""
    asked = []
    for number, (table, places) in enumerate(tables):
        home = folder / f"tshark{number}"
        (home / ".config" / "wireshark").mkdir(parents=True)
        (home / ".config" / "wireshark" / "services").write_bytes(table)
        (home / "capture.pcap").write_bytes(capture(places))
        asked.append((home, places))
    question = [(str(home), str(home / "capture.pcap")) for home, _ in asked]
    answers = in_namespace(TSHARK, question, str(folder))
    names = []
    for (_, places), (status, said, out) in zip(asked, answers, strict=True):  # type: ignore[call-overload]
        assert status == 0, said
        lines = out.split("\n")[:-1]
        names.append([shown_name(line, *place) for line, place in zip(lines, places, strict=True)])
    return names


def shown_name(line: str, port: int, transport: str) -> str:
    """The name in a line of tshark; DCCP has none in the column for ports, only among the words after it."""
    column, _, info = line.strip().partition(" ")
    if transport == "dccp":
        info = line.strip().partition(" \u2192 ")[0].strip()
        return info.removesuffix(f"({port})")
    return column


def capture(places: Sequence[Place]) -> bytes:
    """A capture file with a packet from and to each of *places*."""
    from struct import pack

    out = [pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)]
    heads = {
        "tcp": (6, "IIBBHHH", (0, 0, 0x50, 2, 100, 0, 0)),
        "udp": (17, "HH", (8, 0)),
        "sctp": (132, "II", (0, 0)),
        "dccp": (33, "BBHBBHII", (4, 0, 0, 0, 0, 0, 0, 0)),
    }
    for port, transport in places:
        protocol, form, values = heads[transport]
        payload = pack(f">HH{form}", port, port, *values)
        ends = b"\x7f\0\0\1\x7f\0\0\2"
        packet = pack(">BBHHHBBH8s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, ends) + payload
        out.append(pack("<IIII", 0, 0, len(packet), len(packet)) + packet)
    return b"".join(out)


def written_to(folder: Path, tables: Iterable[bytes]) -> list[Path]:
    """*tables* as files."""
    paths = []
    for number, table in enumerate(tables):
        path = folder / f"services{number}"
        path.write_bytes(table)
        paths.append(path)
    return paths
