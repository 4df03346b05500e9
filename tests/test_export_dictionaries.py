"""Dictionaries, nftables, firewalld, LDIF: each reader sees exactly the intended entries.

The strict readers here are written from the documents of the consumers; the real ones run where they are.
"""

from __future__ import annotations

import base64
import csv
import functools
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

import parts
from cli_runs import XML, portbook
from export_consumers import ENVIRONMENT, NAMESPACE
from export_hostile import PROVENANCE, hostile_registry
from portbook import exports, formats
from portbook.edition import Edition
from portbook.errors import RuleError
from portbook.exports import dictionaries, firewalld, ldif, nftables
from portbook.names import fold
from portbook.records import Record, rich
from portbook.store.edition_files import embedded

Place = tuple[int, str]
IN_CI = 500
IN_DEEP = 20_000
THROUGH_PROGRAMS = 20
TRANSPORTS = ("tcp", "udp", "sctp", "dccp")
DICTIONARIES = tuple(dictionaries.GRAMMARS)


def written(edition: Edition, name: str, **options: object) -> bytes:
    return exports.write(edition, name, PROVENANCE, **options).data


@functools.cache
def newest() -> Edition:
    return embedded()[-1].edition


def row(name: str, port: str, transport: str | None = "tcp", text: str = "") -> Record:
    return Record(name, port, transport, rich(text))


# -- what is meant, the rule written out again


def standing(edition: Edition, holds: Callable[[str], bool]) -> dict[Place, list[str]]:
    """Every name that *holds* at each of its places, in registry order, each spelling once."""
    found: dict[Place, list[str]] = {}
    for record in edition.records:
        name = record.service_name or ""
        span = re.fullmatch(r"([0-9]{1,5})(?: *- *([0-9]{1,5}))?", record.port_number or "", re.ASCII)
        if not holds(name) or not span:
            continue
        low, high = int(span[1]), int(span[2] or span[1])
        if low > high or high > 65_535 or high - low >= 1_024:
            continue
        own = (record.transport,) if record.transport else TRANSPORTS
        for transport in own:
            if transport.isascii() and transport.lower() in TRANSPORTS:
                for port in range(low, high + 1):
                    names = found.setdefault((port, transport.lower()), [])
                    if name not in names:
                        names.append(name)
    return found


def in_dictionaries(name: str) -> bool:
    if not 1 <= len(name) <= 255 or not name.isascii() or not name[0].isalnum() or name[-1] == " ":
        return False
    return all(" " <= c <= "~" and c not in '"\\' for c in name) and "  " not in name


def in_firewalld(name: str) -> bool:
    kept = name.replace("_", "").replace("-", "")
    return 1 <= len(name) <= 251 and name.isascii() and name[0].isalnum() and kept.isalnum()


def in_tables(name: str) -> bool:
    if not 1 <= len(name) <= 31 or not re.fullmatch(r"[A-Za-z0-9*+./_-]+", name, re.ASCII):
        return False
    return name[0].isalnum() and not name.partition("/")[0].isdigit()


def check_names(edition: Edition, told: dict[Place, str], wanted: dict[Place, list[str]]) -> None:
    """*told* has one name for each place of *wanted*: one that stands there, an alias only among aliases."""
    assert set(told) == set(wanted)
    for place, name in told.items():
        assert name in wanted[place]
        if fold(edition.canonical(name)) != fold(name):
            assert all(fold(edition.canonical(one)) != fold(one) for one in wanted[place])


# -- the dictionaries


def place_of(key: str) -> Place:
    match = re.fullmatch(r"(0|[1-9][0-9]{0,4})/(tcp|udp|sctp|dccp)", key, re.ASCII)
    assert match, key
    return int(match[1]), match[2]


def unique(pairs: Iterator[tuple[Place, str]]) -> dict[Place, str]:
    listed = list(pairs)
    found = dict(listed)
    assert len(found) == len(listed)
    return found


def after_head(data: bytes, mark: str = "#") -> list[str]:
    lines = data.decode("ascii").split("\n")
    assert lines.pop() == ""
    return [line for line in lines if not line.startswith(f"{mark} ")]


def read_logstash_csv(data: bytes) -> dict[Place, str]:
    rows = list(csv.reader(io.StringIO(data.decode("ascii"), newline=""), strict=True))
    assert all(len(cells) == 2 for cells in rows)
    return unique((place_of(key), name) for key, name in rows)


def read_logstash_yaml(data: bytes) -> dict[Place, str]:
    lines = after_head(data)
    pairs = [re.fullmatch(r'"([^"\\]+)": "([^"\\]+)"', line, re.ASCII) for line in lines]
    assert all(pairs)
    return unique((place_of(pair[1]), pair[2]) for pair in pairs if pair)


def read_zeek(data: bytes) -> dict[Place, str]:
    """As Zeek's Ascii reader: lines with # but the header are passed over, cells end at tabs."""
    first, *lines = after_head(data)
    assert first == "#fields\tplace\tname"
    assert not any(line.startswith("#") or "\\x" in line for line in lines)
    found = unique((place_of(key), name) for key, name in (line.split("\t") for line in lines))
    assert not {"-", "(empty)", ""} & set(found.values())  # Zeek's words for nothing
    return found


def read_clickhouse(data: bytes) -> dict[Place, str]:
    """As TabSeparated, after the lines that the head says to skip; a backslash would be an escape."""
    text = data.decode("ascii")
    skip = int(text.split("input_format_tsv_skip_first_lines = ")[1].split(")")[0])
    head, lines = text.split("\n")[:skip], text.split("\n")[skip:-1]
    assert all(line.startswith("# ") for line in head)
    assert "\\" not in "".join(lines)
    return unique(
        (place_of(f"{port}/{transport}"), name)
        for port, transport, name in (line.split("\t") for line in lines)
    )


def read_graylog(data: bytes) -> dict[Place, str]:
    """As Graylog's CSV adapter with its own settings: the first line names the columns; \\ would escape."""
    assert b"\\" not in data
    first, *rows = csv.reader(io.StringIO(data.decode("ascii"), newline=""), strict=True, escapechar="\\")
    assert first == ["key", "value"]
    return unique((place_of(key), name) for key, name in rows)


READERS = {
    "logstash-csv": read_logstash_csv,
    "logstash-yaml": read_logstash_yaml,
    "zeek": read_zeek,
    "clickhouse": read_clickhouse,
    "graylog": read_graylog,
}


def test_each_dictionary_has_a_reader_here() -> None:
    assert set(READERS) == set(DICTIONARIES)


@pytest.mark.parametrize(
    "name, lines",
    [
        ("logstash-csv", ["7/tcp,echo", "7/udp,echo", "66/tcp,sql-net"]),
        ("logstash-yaml", ['"7/tcp": "echo"', '"7/udp": "echo"', '"66/tcp": "sql-net"']),
        ("zeek", ["#fields\tplace\tname", "7/tcp\techo", "7/udp\techo", "66/tcp\tsql-net"]),
        ("clickhouse", ["7\ttcp\techo", "7\tudp\techo", "66\ttcp\tsql-net"]),
        ("graylog", ['"key","value"', '"7/tcp","echo"', '"7/udp","echo"', '"66/tcp","sql-net"']),
    ],
)
def test_dictionaries_of_the_invented_edition(name: str, lines: list[str]) -> None:
    data = written(formats.read(XML), name)
    assert after_head(data)[: len(lines)] == lines
    told = READERS[name](data)
    assert (told[80, "tcp"], told[3323, "udp"], told[7003, "tcp"]) == ("http", "active-net", "Two Words")
    has_head = dictionaries.GRAMMARS[name].mark != ""
    assert (PROVENANCE.sha256.encode() in data) == has_head


def check_dictionaries(edition: Edition) -> None:
    wanted = standing(edition, in_dictionaries)
    for name, read in READERS.items():
        known = dictionaries.GRAMMARS[name].transports
        told = read(written(edition, name))
        check_names(edition, told, {place: names for place, names in wanted.items() if place[1] in known})


def test_dictionaries_of_hostile_registries() -> None:
    for seed in range(IN_CI):
        check_dictionaries(hostile_registry(seed))


@pytest.mark.deep
def test_dictionaries_of_many_hostile_registries() -> None:
    for seed in range(IN_CI, IN_CI + IN_DEEP):
        edition = hostile_registry(seed)
        check_dictionaries(edition)
        check_nftables(edition)
        check_firewalld(edition)
        check_ldif(edition)


def test_dictionaries_of_a_whole_edition() -> None:
    check_dictionaries(newest())


def test_a_yaml_reader_sees_the_same() -> None:
    for edition in (newest(), *map(hostile_registry, range(THROUGH_PROGRAMS))):
        data = written(edition, "logstash-yaml")
        told = yaml.safe_load(data) or {}
        assert {place_of(key): name for key, name in told.items()} == read_logstash_yaml(data)
        assert all(isinstance(name, str) for name in told.values())


def test_names_that_no_dictionary_holds_are_counted_and_told() -> None:
    names = (
        "a,b",
        "c: d",
        "x" * 255,
        "y" * 256,
        'q"',
        "b\\",
        "t\tt",
        "n\nn",
        "=1",
        " e",
        "é",
        "#",
        "two  blanks",
    )
    out = exports.write(Edition(tuple(row(name, "1") for name in names)), "logstash-csv", PROVENANCE)
    assert out.data == b'1/tcp,"a,b"\n'
    assert out.remarks[0].startswith("left out, for a dictionary has no place for such names (10): yyy")
    for name in names[:3]:
        for grammar, read in READERS.items():
            assert read(written(Edition((row(name, "1"),)), grammar)) == {(1, "tcp"): name}


def test_zeek_has_no_sctp_and_says_so() -> None:
    out = exports.write(Edition((row("a", "1", "sctp"), row("b", "2", "udp"))), "zeek", PROVENANCE)
    assert read_zeek(out.data) == {(2, "udp"): "b"}
    assert out.remarks == ("left out, for this reader knows tcp and udp alone (1)",)


@pytest.mark.parametrize("name", [*DICTIONARIES, "nftables", "firewalld", "ldif"])
def test_profiles_hold_for_dictionaries_too(name: str) -> None:
    out = exports.write(newest(), name, PROVENANCE, profile="list", names=("HTTPS", "nope"))
    assert out.missing == ("nope",)
    data = out.data if name != "firewalld" else b"".join(documents(out.data).values())
    assert b"https" in data
    assert b"ssh" not in data


@pytest.mark.parametrize("name", [*DICTIONARIES, "nftables", "firewalld", "ldif"])
def test_the_same_bytes_again(name: str) -> None:
    edition = hostile_registry(7)
    assert written(edition, name) == written(Edition(edition.records), name)


# -- nftables

NFT_ELEMENT = r'\t\t\t([0-9]+)(?:-([0-9]+))? comment "([^"\\\n]{1,120})"(,?)'


def read_nft(data: bytes) -> dict[Place, list[str]]:
    """The names in the comment at each port of each set."""
    found: dict[Place, list[str]] = {}
    lines = after_head(data)
    assert lines[0] == "table inet portbook {"
    assert lines[-1] == "}"
    transport = ""
    for line in lines[1:-1]:
        if begin := re.fullmatch(r"\tset ([a-z]+)_services \{", line):
            transport = begin[1]
        elif element := re.fullmatch(NFT_ELEMENT, line, re.ASCII):
            for port in range(int(element[1]), int(element[2] or element[1]) + 1):
                assert (port, transport) not in found
                found[port, transport] = element[3].split(" ")
        else:
            assert line in ("\t\ttype inet_service", "\t\tflags interval", "\t\telements = {", "\t\t}", "\t}")
    return found


def check_nftables(edition: Edition) -> None:
    told, wanted = read_nft(written(edition, "nftables")), standing(edition, in_tables)
    check_names(edition, {place: names[0] for place, names in told.items()}, wanted)
    for place, names in told.items():
        assert set(names) <= set(wanted[place])
        assert set(names) == set(wanted[place]) or len(" ".join(wanted[place])) > nftables.MAX_COMMENT


def test_nftables_of_the_invented_edition() -> None:
    data = written(formats.read(XML), "nftables")
    assert (
        b"\tset tcp_services {\n\t\ttype inet_service\n\t\tflags interval\n\t\telements = {\n"
        b'\t\t\t7 comment "echo",\n'
        b'\t\t\t66 comment "sql-net sql*net",\n' in data
    )
    assert b'\t\t\t6000-6063 comment "x11",\n' in data
    check_nftables(formats.read(XML))


def test_nftables_of_hostile_registries_and_a_whole_edition() -> None:
    for seed in range(IN_CI):
        check_nftables(hostile_registry(seed))
    check_nftables(newest())


def seen_by_nft(path: Path, namespace: tuple[str, ...]) -> set[tuple[int, int, str, str]]:
    """Load the file twice, and list: low, high, transport and comment of each element."""
    script = 'nft -c -f "$1" && nft -f "$1" && nft -f "$1" && nft -j list ruleset'
    ran = subprocess.run(
        [*namespace, "sh", "-c", script, "sh", path],
        capture_output=True, text=True, timeout=120, check=False, env=ENVIRONMENT,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-500:]
    found = set()
    for one in json.loads(ran.stdout)["nftables"]:
        for element in one.get("set", {}).get("elem", ()):
            value = element["elem"]["val"]
            low, high = value["range"] if isinstance(value, dict) else (value, value)
            found.add((low, high, one["set"]["name"].removesuffix("_services"), element["elem"]["comment"]))
    return found


def elements_of(data: bytes) -> set[tuple[int, int, str, str]]:
    found, transport = set(), ""
    for line in after_head(data):
        if begin := re.fullmatch(r"\tset ([a-z]+)_services \{", line):
            transport = begin[1]
        elif element := re.fullmatch(NFT_ELEMENT, line, re.ASCII):
            found.add((int(element[1]), int(element[2] or element[1]), transport, element[3]))
    return found


@pytest.mark.needs("user_namespaces", "nft")
def test_nft_sees_exactly_the_sets(tmp_path: Path) -> None:
    tables = [written(hostile_registry(seed), "nftables") for seed in range(THROUGH_PROGRAMS)]
    tables.append(written(newest(), "nftables", profile="minimal"))
    for data in tables:
        (tmp_path / "table.nft").write_bytes(data)
        assert seen_by_nft(tmp_path / "table.nft", NAMESPACE) == elements_of(data)


@pytest.mark.needs("network_namespace", "nft")
def test_nft_takes_a_whole_edition(tmp_path: Path) -> None:
    (tmp_path / "table.nft").write_bytes(written(newest(), "nftables"))
    assert len(seen_by_nft(tmp_path / "table.nft", ("unshare", "--net"))) > 10_000


# -- firewalld


def documents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} <= {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name) for name in archive.namelist()}


def read_service(document: bytes) -> tuple[str, str, set[Place]]:
    """Name, description and places of a service, by the grammar of firewalld.service(5)."""
    root = ElementTree.fromstring(document)
    assert root.tag == "service"
    assert root.attrib == {}
    assert {child.tag for child in root} <= {"short", "description", "port"}
    places = set()
    for port in root.iter("port"):
        assert set(port.attrib) == {"port", "protocol"}
        low, _, high = port.attrib["port"].partition("-")
        places |= {(number, port.attrib["protocol"]) for number in range(int(low), int(high or low) + 1)}
    return root.findtext("short") or "", root.findtext("description") or "", places


def check_firewalld(edition: Edition) -> None:
    found = documents(written(edition, "firewalld"))
    wanted: dict[str, set[Place]] = {}
    for place, names in standing(edition, in_firewalld).items():
        for name in names:
            wanted.setdefault(name.lower(), set()).add(place)
    told = {}
    for path, document in found.items():
        assert re.fullmatch(r"services/[A-Za-z0-9][A-Za-z0-9_-]{0,250}\.xml", path)
        name, description, places = read_service(document)
        assert path == f"services/{name}.xml"
        assert len(description) <= firewalld.MAX_DESCRIPTION
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", description)
        told[name.lower()] = places
    assert len(told) == len(found)
    assert told == wanted


def test_a_service_of_firewalld() -> None:
    data = written(formats.read(XML), "firewalld", service="X11")
    assert read_service(data) == (
        "x11",
        "X Window System",
        {(p, t) for p in range(6000, 6064) for t in TRANSPORTS[:2]},
    )
    assert b"-->\n<service>\n  <short>x11</short>\n" in data
    assert b'  <port protocol="tcp" port="6000-6063"/>\n' in data
    with pytest.raises(RuleError, match="E-EXPORT-SERVICE"):
        written(formats.read(XML), "firewalld", service="cl/1")


@pytest.mark.parametrize(
    "text", ["]]>", "-->", "<port/>", "&amp;", "&", '"', "'", "</description>", "a\nb", "\0x"]
)
def test_a_description_stays_text_for_firewalld(text: str) -> None:
    data = written(Edition((row("a", "1", "tcp", f"x {text} y"),)), "firewalld", service="a")
    assert read_service(data) == ("a", f"x {text} y".replace("\n", " ").replace("\0", "\\x00"), {(1, "tcp")})


def test_firewalld_of_hostile_registries_and_a_whole_edition() -> None:
    for seed in range(IN_CI):
        check_firewalld(hostile_registry(seed))
    check_firewalld(newest())


def test_one_service_on_the_command_line() -> None:
    ran = portbook("export", "firewalld", "--name", "https")
    assert (ran.status, ran.out.count("<port ")) == (0, 2)
    assert portbook("export", "firewalld", "--name", "nope").status == 1


FIREWALLD = """
import json, os, sys
from firewall.core.io.service import service_reader
answers = {}
for name in sorted(os.listdir(sys.argv[1])):
    service = service_reader(name, sys.argv[1])
    service.check_name(service.name)
    service.check_config_dict(service.export_config_dict(), {})
    answers[service.name] = [service.short, service.description, service.ports]
json.dump(answers, sys.stdout)
"""


@pytest.mark.needs("firewalld")
def test_firewalld_reads_exactly_the_services(tmp_path: Path) -> None:
    for number, edition in enumerate((newest(), *map(hostile_registry, range(THROUGH_PROGRAMS)))):
        folder = tmp_path / str(number)
        (folder / "services").mkdir(parents=True)
        found = documents(written(edition, "firewalld"))
        for path, document in found.items():
            (folder / path).write_bytes(document)
        ran = subprocess.run(
            [parts.SYSTEM_PYTHON, "-c", FIREWALLD, folder / "services"],
            capture_output=True, text=True, timeout=300, check=True,
        )  # fmt: skip
        told = json.loads(ran.stdout)
        assert len(told) == len(found)
        for short, description, ports in told.values():
            name, text, places = read_service(found[f"services/{short}.xml"])
            assert (short, " ".join(description.split())) == (name, " ".join(text.split()))
            read = set()
            for ports_text, transport in ports:
                low, _, high = ports_text.partition("-")
                read |= {(port, transport) for port in range(int(low), int(high or low) + 1)}
            assert read == places


# -- LDIF


def read_ldif(data: bytes) -> list[tuple[str, list[tuple[str, str]]]]:
    """The entries, strictly by RFC 2849: comments, folded lines, safe strings, base64."""
    text = data.decode("ascii")
    assert "\r" not in text
    assert text.endswith("\n")
    assert all(len(line) <= ldif.WIDTH or line.startswith("#") for line in text.split("\n"))
    entries = []
    for block in text.split("\n\n"):
        lines = [line for line in block.strip("\n").split("\n") if not line.startswith("#")]
        unfolded = "\n".join(lines).replace("\n ", "")
        if unfolded:
            (what, name), *attributes = [attribute(line) for line in unfolded.split("\n")]
            assert what == "dn"
            entries.append((name, attributes))
    return entries


def attribute(line: str) -> tuple[str, str]:
    match = re.fullmatch(r"([A-Za-z][A-Za-z0-9-]*):(:?) (.+)", line, re.ASCII)
    assert match, line
    if match[2]:
        return match[1], base64.b64decode(match[3], validate=True).decode("utf-8")
    assert re.fullmatch(r"[\x01-\x09\x0b\x0c\x0e-\x1f\x21-\x39\x3b\x3d-\x7f][\x01-\x7f]*", match[3])
    assert not match[3].endswith(" ")
    return match[1], match[3]


def parts_of(name: str) -> dict[str, str]:
    """The first part of a distinguished name, its attributes; escapes as RFC 4514."""
    first = re.match(r"(?:[^,\\]|\\.)*", name)
    assert first
    pairs = [pair.split("=", 1) for pair in re.split(r"(?<!\\)\+", first[0])]
    found = {}
    for what, value in pairs:
        assert not re.search(r'(?<!\\)[",+;<=>]', value)
        found[what] = re.sub(r"\\(.)", r"\1", value)
    return found


def check_ldif(edition: Edition) -> None:
    wanted = standing(edition, in_dictionaries)
    told = {}
    for name, attributes in read_ldif(written(edition, "ldif")):
        values: dict[str, list[str]] = {}
        for what, value in attributes:
            values.setdefault(what, []).append(value)
        place = int(values["ipServicePort"][0]), values["ipServiceProtocol"][0]
        assert place not in told
        told[place] = values["cn"][0]
        assert set(values) <= {"objectClass", "cn", "ipServicePort", "ipServiceProtocol", "description"}
        assert values["objectClass"] == ["ipService"]
        assert {one.lower() for one in values["cn"]} == {one.lower() for one in wanted[place]}
        assert len({one.lower() for one in values["cn"]}) == len(values["cn"])
        assert name.endswith(f",{ldif.BASE}")
        assert parts_of(name) == {
            "cn": told[place], "ipServicePort": str(place[0]), "ipServiceProtocol": place[1],
        }  # fmt: skip
    check_names(edition, told, wanted)


def test_ldif_of_the_invented_edition() -> None:
    data = written(formats.read(XML), "ldif")
    assert (
        b"\n\ndn: cn=sql-net+ipServicePort=66+ipServiceProtocol=tcp,ou=services,dc=example\n ,dc=com\n"
        b"objectClass: ipService\ncn: sql-net\ncn: sql*net\nipServicePort: 66\nipServiceProtocol: tcp\n"
        b"description: Oracle SQL*NET\n\n" in data
    )
    told = {dict(own)["cn"]: dict(own)["description"] for _, own in read_ldif(data)}
    assert told["nasty"] == "C1 \x9b31m bidi \u202etxt"


def test_ldif_of_hostile_registries_and_a_whole_edition() -> None:
    for seed in range(IN_CI):
        check_ldif(hostile_registry(seed))
    check_ldif(newest())


@pytest.mark.parametrize(
    "value",
    ["x", " x", "x ", ":x", "<x", "é", "a\nb", "\0", "x" * 10_000, "é" * 999, "a: b", "#x", "x\u202ey", "-"],
)
def test_a_value_of_ldif_is_read_back(value: str) -> None:
    assert read_ldif(b"dn: a=b\n" + ldif.line("description", value).encode()) == [
        ("a=b", [("description", value)])
    ]


@pytest.mark.parametrize("name", ["whois++", "a,b", "a=b", "a;b", "a<b>", "a#b", "two words", "a+b,c"])
def test_a_name_is_escaped_in_a_distinguished_name(name: str) -> None:
    ((own, attributes),) = read_ldif(written(Edition((row(name, "1"),)), "ldif"))
    assert parts_of(own)["cn"] == name
    assert dict(attributes)["cn"] == name


def test_another_base_and_one_that_is_none() -> None:
    ran = portbook("export", "ldif", "--base", "ou=Services,o=Acme Inc")
    assert "+ipServiceProtocol=tcp,ou=Services,o=Acme Inc\n" in ran.out
    for base in ("", "x", "ou=a\ndn: b", "ou=a+b=c", "ou=a,", "ou= a", "ou=" + "x" * 998):
        with pytest.raises(RuleError, match="E-EXPORT-BASE"):
            written(newest(), "ldif", base=base)
    assert written(Edition((row("a", "1"),)), "ldif", base="ou=" + "x" * 997)
    assert portbook("export", "ldif", "--base", "x").status == 2


SLAPD = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/nis.schema
modulepath {modules}
moduleload back_mdb
database mdb
maxsize 268435456
suffix "dc=example,dc=com"
directory {folder}
"""
PARENTS = b"""dn: dc=example,dc=com
objectClass: domain
dc: example

dn: ou=services,dc=example,dc=com
objectClass: organizationalUnit
ou: services
"""


@pytest.mark.needs("slapadd")
def test_a_directory_holds_exactly_the_entries(tmp_path: Path) -> None:
    root = Path(shutil.which("slapadd") or "").resolve().parents[2]  # "/", or where a package was unpacked
    for number, edition in enumerate((newest(), *map(hostile_registry, range(THROUGH_PROGRAMS)))):
        folder = tmp_path / str(number)
        folder.mkdir()
        schema, modules = root / "etc" / "ldap" / "schema", root / "usr" / "lib" / "ldap"
        (folder / "slapd.conf").write_text(SLAPD.format(schema=schema, modules=modules, folder=folder))
        data = written(edition, "ldif")
        for document in (PARENTS, data):
            (folder / "in.ldif").write_bytes(document)
            command = ["slapadd", "-q", "-f", folder / "slapd.conf", "-l", folder / "in.ldif"]
            ran = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
            assert ran.returncode == 0, ran.stderr[-500:]
        out = subprocess.run(
            ["slapcat", "-f", folder / "slapd.conf", "-a", "(objectClass=ipService)"],
            capture_output=True, timeout=100, check=True,
        ).stdout  # fmt: skip
        kept = {"cn", "ipServicePort", "ipServiceProtocol", "description", "objectClass"}
        held = [sorted(pair for pair in own if pair[0] in kept) for _, own in entries_of_slapcat(out)]
        assert sorted(held) == sorted(sorted(own) for _, own in read_ldif(data))


def entries_of_slapcat(data: bytes) -> list[tuple[str, list[tuple[str, str]]]]:
    blocks = data.decode("ascii").replace("\n ", "").split("\n\n")
    found = []
    for block in blocks:
        if block.strip():
            lines = [
                line for line in block.strip("\n").split("\n") if not line.endswith(":")
            ]  # nobody's name
            (_, name), *own = [attribute(line) for line in lines]
            found.append((name, own))
    return found


# -- limits


def test_a_name_of_firewalld_at_the_limit_and_beyond() -> None:
    edition = Edition((row("a" * 251, "1"), row("b" * 252, "2")))
    out = exports.write(edition, "firewalld", PROVENANCE)
    assert list(documents(out.data)) == [f"services/{'a' * 251}.xml"]
    assert out.remarks[0].startswith("left out, for firewalld has no place for such names (1): bbb")


def test_a_description_of_firewalld_is_cut_at_the_limit() -> None:
    for length in (1_000, 1_001):
        data = written(Edition((row("a", "1", "tcp", "é" * length),)), "firewalld", service="a")
        assert read_service(data)[1] == "é" * 1_000


def test_names_beside_an_element_of_nft_are_whole_and_end_at_the_limit() -> None:
    first, second = "a" * 31, "b" * 31
    for length, kept in ((28, 4), (29, 3)):  # 31 + 1 + 31 + 1 + 27 + 1 + 28 is 120
        names = (first, second, "c" * 27, "d" * length)
        (told,) = read_nft(written(Edition(tuple(row(name, "1") for name in names)), "nftables")).values()
        assert told == list(names[:kept])
