"""nmap-services, Wireshark's services, Avahi's service types, TXT keys: shape, and what the programs see."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import pytest

from cli_runs import XML
from export_consumers import (
    Place,
    intended,
    nmap,
    read_as_nmap,
    read_as_wireshark,
    tshark,
)
from export_hostile import PROVENANCE, hostile_registry
from portbook import exports, formats
from portbook.edition import Edition
from portbook.errors import FormatError, shown
from portbook.exports import Written, service_types
from portbook.exports.nmap_services import frequencies_in
from portbook.names import same_name, service_name_problem
from portbook.records import Record, rich
from portbook.store.edition_files import embedded

IN_CI = 500
IN_DEEP = 20_000
THROUGH_PROGRAMS = 20
ASCII = re.compile(rb"[\t\n -~]*")


def written(edition: Edition, name: str, **options: object) -> Written:
    return exports.write(edition, name, PROVENANCE, **options)


def lines_of(data: bytes) -> list[str]:
    return [line for line in data.decode("utf-8").split("\n") if line and not line.startswith("#")]


def row(name: str, port: str, transport: str | None = "tcp", text: str = "") -> Record:
    return Record(name, port, transport, rich(text))


@functools.cache
def newest() -> Edition:
    return embedded()[-1].edition


@functools.cache
def table_of_newest(name: str) -> bytes:
    return written(newest(), name).data


def primaries(edition: Edition) -> dict[Place, str]:
    """The first name of each place in /etc/services, which is compared with its readers elsewhere."""
    found: dict[Place, str] = {}
    for line in lines_of(written(edition, "etc-services").data):
        name, place = line.split("\t")[:2]
        port, _, transport = place.partition("/")
        found.setdefault((int(port), transport), name)
    return found


# -- nmap


def test_nmap_services_of_the_invented_edition() -> None:
    lines = lines_of(written(formats.read(XML), "nmap-services").data)
    assert lines[:5] == [
        "echo\t7/tcp\t0.000000\t# Echo",
        "echo\t7/udp\t0.000000\t# Echo",
        "sql-net\t66/tcp\t0.000000\t# Oracle SQL*NET (also: sql*net)",
        "http\t80/tcp\t0.000000\t# World Wide Web HTTP (also: www)",
        "http\t80/udp\t0.000000\t# World Wide Web HTTP",
    ]


def test_frequencies_are_kept_and_what_only_they_know_is_unknown() -> None:
    given = frequencies_in(
        b"# nmap\n\necho\t7/tcp\t0.004855\t# x\necho 7/udp 1\nx\t8/tcp\t0.0000005\nx\t8/udp\t0.1234565\n"
        b"y\t7/tcp\t0.9\nz\t9/dccp\t0\nq\t9/ip\t0.5\r\n"
    )
    assert given == {
        (7, "tcp"): "0.004855", (7, "udp"): "1.000000", (8, "tcp"): "0.000000", (8, "udp"): "0.123456",
        (9, "dccp"): "0.000000",
    }  # fmt: skip
    edition = Edition((row("echo", "7"), row("far", "99", "sctp")))
    data = written(edition, "nmap-services", frequencies=given).data
    assert lines_of(data) == [
        *("echo\t7/tcp\t0.004855", "unknown\t7/udp\t1.000000"),
        *("unknown\t8/udp\t0.123456", "far\t99/sctp\t0.000000"),
    ]
    small = written(edition, "nmap-services", frequencies=given, profile="system", strict_names=True).data
    assert lines_of(small) == ["echo\t7/tcp\t0.004855", "far\t99/sctp\t0.000000"]
    assert frequencies_in(data)[7, "tcp"] == "0.004855"


@pytest.mark.parametrize(
    "line",
    [
        *("echo", "echo\t7", "echo\t7/tcp", "echo\t7/tcp\t0,5", "echo\t7/tcp\t1.5", "echo\t70000/tcp\t0"),
        *("a b\t7/tcp\t0", "echo\t7/tcp\tnan", "echo\t7/tcp\t1e-3", "echo\t7/tcp\t-0.5", "<html>"),
        "echo\t7/tcp\t\uff10",
    ],
)
def test_a_file_of_frequencies_that_is_none(line: str) -> None:
    with pytest.raises(FormatError) as caught:
        frequencies_in(f"# head\n{line}\n".encode())
    assert (caught.value.problem.code, caught.value.line) == ("E-NMAP-LINE", 2)
    assert shown(line) in caught.value.problem.message


@pytest.mark.needs("nmap")
def test_nmaps_own_file_is_read() -> None:
    given = frequencies_in(Path("/usr/share/nmap/nmap-services").read_bytes())
    assert len(given) > 20_000
    data = written(newest(), "nmap-services", frequencies=given).data
    kept = {place: often for place, (_, often) in read_as_nmap(data).items() if often}
    assert kept == {place: float(often) for place, often in given.items() if float(often)}


def check_nmap(edition: Edition) -> None:
    data = written(edition, "nmap-services").data
    assert ASCII.fullmatch(data)
    assert max(map(len, data.split(b"\n"))) < 255
    found = read_as_nmap(data)
    assert {place: name for place, (name, _) in found.items()} == primaries(edition)
    meant = intended(edition)
    assert set(found) == {one[1:] for one in meant}
    assert {(name, *place) for place, (name, _) in found.items()} <= meant
    assert {often for _, often in found.values()} <= {0.0}


@pytest.mark.needs("user_namespaces", "nmap")
def test_nmap_sees_exactly_the_tables(tmp_path: Path) -> None:
    editions = [hostile_registry(seed) for seed in range(THROUGH_PROGRAMS)]
    tables = [written(edition, "nmap-services").data for edition in editions]
    for edition, told in zip(editions, nmap(tmp_path, tables), strict=True):
        # nmap scans no DCCP
        assert told == {place: name for place, name in primaries(edition).items() if place[1] != "dccp"}


@pytest.mark.needs("user_namespaces", "nmap")
def test_nmap_sees_exactly_the_embedded_edition(tmp_path: Path) -> None:
    (told,) = nmap(tmp_path, [table_of_newest("nmap-services")])
    assert told == {place: name for place, name in primaries(newest()).items() if place[1] != "dccp"}


# -- Wireshark


def test_wireshark_services_of_the_invented_edition() -> None:
    lines = lines_of(written(formats.read(XML), "wireshark-services").data)
    assert lines[:6] == [
        "echo\t7/tcp/udp\t# Echo",
        "sql-net\t66/tcp\t# Oracle SQL*NET (also: sql*net)",
        "http\t80/tcp/udp\t# World Wide Web HTTP (also: www)",
        "cl-1\t172/tcp\t# Network CL/1 (also: cl/1)",
        "https\t443/tcp/udp\t# http protocol over TLS/SSL",
        "active-net\t3322-3325/tcp/udp/sctp/dccp\t# Active Networks",
    ]
    assert "x11\t6000-6063/tcp/udp\t# X Window System" in lines


def test_runs_of_ports_end_where_something_changes() -> None:
    edition = Edition(
        (
            row("a", "1-5"),
            row("a", "3", "udp"),
            row("b", "4", "udp"),
            row("a", "7"),
            row("a", "8", "tcp", "else"),
        )
    )
    assert lines_of(written(edition, "wireshark-services").data) == [
        "a\t1-2/tcp", "a\t3/tcp/udp", "b\t4/udp", "a\t4-5/tcp", "a\t7/tcp", "a\t8/tcp\t# else",
    ]  # fmt: skip


def check_wireshark(edition: Edition) -> None:
    data = written(edition, "wireshark-services").data
    assert ASCII.fullmatch(data)
    assert max(map(len, data.split(b"\n"))) < 255
    assert read_as_wireshark(data) == primaries(edition)


@pytest.mark.needs("user_namespaces", "tshark")
def test_tshark_sees_exactly_the_tables(tmp_path: Path) -> None:
    editions = [hostile_registry(seed) for seed in range(THROUGH_PROGRAMS)]
    editions.append(newest())
    asked = []
    for edition in editions:
        known = primaries(edition)
        free = [(port, name) for port in (2222, 5, 65_534) for name in ("tcp", "udp", "sctp", "dccp")]
        asked.append([*known, *(place for place in free if place not in known)])
    tables = [written(edition, "wireshark-services").data for edition in editions]
    answers = tshark(tmp_path, list(zip(tables, asked, strict=True)))
    for edition, places, told in zip(editions, asked, answers, strict=True):
        known = primaries(edition)
        # Wireshark never names port 0
        wanted = [known.get(place, str(place[0])) if place[0] else "0" for place in places]
        for place, name, wish in zip(places, told, wanted, strict=True):
            assert name == wish or is_cut(name, wish, place), place


def is_cut(name: str, wanted: str, place: Place) -> bool:
    """Whether *name* is what a field of 31 characters leaves of "wanted(port)", as tshark tells DCCP."""
    return place[1] == "dccp" and len(name) >= 25 and f"{wanted}({place[0]})".startswith(name)


# -- Avahi's service types


def test_service_types_of_the_invented_edition() -> None:
    out = written(formats.read(XML), "service-types")
    assert lines_of(out.data)[:7] == [
        "_acme-say._tcp:Says acme",
        "_acme-say._udp:Says acme",
        "_active-net._tcp:Active Networks",
        "_active-net._udp:Active Networks",
        "_cl-1._tcp:Network CL/1",
        "_convert._tcp:A service called as a verb",
        "_echo._tcp:Echo",
    ]
    assert "_nasty._tcp:C1 \\x9b31m bidi \\u202etxt" in lines_of(out.data)
    assert out.remarks == (
        "left out, for they are aliases (3): sql*net, www, cl/1",
        "left out, for they make no DNS label (1): Two Words",
    )


def read_as_avahi(data: bytes) -> dict[str, str]:
    """The table as Avahi's own `build-db` takes it: lines of UTF-8, stripped; # and empty lines are none."""
    found: dict[str, str] = {}
    for line in data.decode("utf-8").splitlines():  # on purpose: nothing may be seen as a further line
        if (text := line.strip()) and not text.startswith("#"):
            key, colon, what = text.partition(":")
            assert colon
            assert key not in found
            assert re.fullmatch(r"_[A-Za-z0-9-]{1,15}\._(tcp|udp)", key, re.ASCII)
            found[key] = what.strip()
    return found


def types_meant(edition: Edition) -> set[str]:
    found = {}
    for record in edition.records:
        name, transport = record.service_name or "", (record.transport or "").lower()
        if service_name_problem(name) is None and same_name(edition.canonical(name), name):
            ends = {"": ("tcp", "udp"), "tcp": ("tcp",), "udp": ("udp",), "sctp": ("udp",), "dccp": ("udp",)}
            for end in ends.get(transport, ()) if transport.isascii() else ():
                found.setdefault((name.lower(), end), f"_{name}._{end}")
    return set(found.values())


def check_types(edition: Edition) -> None:
    found = read_as_avahi(written(edition, "service-types").data)
    assert set(found) == types_meant(edition)
    assert all(text and len(text) <= service_types.MAX_DESCRIPTION for text in found.values())
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "".join(found.values()))


def test_a_description_is_cut_at_the_limit() -> None:
    for length in (200, 201):
        (line,) = lines_of(written(Edition((row("a", "1", "tcp", "\u00e9" * length),)), "service-types").data)
        assert len(line.partition(":")[2]) == 200
        assert line.endswith("...") == (length == 201)


# -- TXT keys


def test_txt_keys_of_the_invented_edition() -> None:
    document = json.loads(written(formats.read(XML), "txt-keys").data)
    assert document == {
        "provenance": PROVENANCE._asdict(),
        "services": [
            {
                "service": "acme-say",
                "canonical": "acme-say",
                "transport": None,
                "port": None,
                "kind": "list",
                "keys": [{"key": "u", "meaning": ""}, {"key": "p", "meaning": ""}],
                "problems": [],
                "statement": "u, p",
            }
        ],
    }


def test_txt_keys_of_the_embedded_edition() -> None:
    services = json.loads(table_of_newest("txt-keys"))["services"]
    kinds = {
        kind: [one for one in services if one["kind"] == kind] for kind in ("list", "none", "prose", "blank")
    }
    assert sum(map(len, kinds.values())) == len(services) > 900
    assert all(one["keys"] for one in kinds["list"])
    assert all(one["keys"] == [] and one["statement"] for one in kinds["none"])
    assert all(one["keys"] is None for one in kinds["prose"] + kinds["blank"])
    (ftp,) = [one for one in kinds["list"] if (one["service"], one["transport"]) == ("ftp", "tcp")]
    assert [key["key"] for key in ftp["keys"]] == ["u", "p", "path"]


# -- all of them, of hostile registries


def check(edition: Edition) -> None:
    check_nmap(edition)
    check_wireshark(edition)
    check_types(edition)
    data = written(edition, "txt-keys").data
    assert ASCII.fullmatch(data)
    stated = json.loads(data)["services"]
    assert {one["service"] for one in stated} <= {record.service_name for record in edition.records}


def test_hostile_registries() -> None:
    for seed in range(IN_CI):
        check(hostile_registry(seed))


@pytest.mark.deep
def test_many_hostile_registries() -> None:
    for seed in range(IN_CI, IN_CI + IN_DEEP):
        check(hostile_registry(seed))


def test_the_newest_embedded_edition() -> None:
    check(newest())
