"""`portbook export`: options and outputs; and that an export is the same bytes on every machine (T-38)."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli_runs import DATE, XML, portbook
from export_hostile import PROVENANCE, hostile_registry
from portbook import __version__, exports
from portbook.errors import FormatError
from portbook.exports.ascii_lines import printable
from portbook.exports.provenance import WIDTH

SOURCE = Path(exports.__file__).parents[2]
# Whole records, archives, and what has no comment: test_export_data.py, test_export_dictionaries.py.
ELSEWHERE = {"json_lines", "sqlite_file", "spreadsheet_csv", "workbook", "arrow_tables", "firewalld"}
ELSEWHERE |= {"dictionaries"}
NAMES = [name for name, one in exports.EXPORTS.items() if name != "zone" and one.module not in ELSEWHERE]
ZONE = ("export", "zone", "--name", "http", "-t", "tcp", "--domain", "example.com", "--host", "h.example.com")


def test_the_head_tells_the_edition() -> None:
    ran = portbook("export", "etc-services")
    assert f"edition {DATE}, date {DATE}\n" in ran.out
    assert f"Written by portbook {__version__}." in ran.out
    assert "\nhttp\t80/tcp\twww\t# World Wide Web HTTP\n" in ran.out
    assert (
        ran.err == "portbook: left out, for a table of services has no place for such names (1): Two Words\n"
    )


def test_every_export_is_named_by_help_and_written(tmp_path: Path) -> None:
    words = portbook("export", "--help").out
    for name, export in exports.EXPORTS.items():
        assert f"  {name:<20}{export.title}\n" in words
        if name in NAMES:
            ran = portbook("export", name)
            assert ran.status == 0
            assert f"{DATE}" in ran.out
    assert portbook(*ZONE).out.endswith("\n_http._tcp.example.com. 3600 IN SRV 0 0 80 h.example.com.\n")


def test_an_edition_by_id_or_from_a_file(tmp_path: Path) -> None:
    assert (
        "edition 2014-07-09, date 2014-07-09\n"
        in portbook("export", "etc-services", "--edition", "2014", "--profile", "minimal").out
    )
    (tmp_path / "a.xml").write_bytes(XML)
    assert (
        "edition file:a.xml, " in portbook("export", "service-types", "--data", str(tmp_path / "a.xml")).out
    )


def test_the_output_is_not_overwritten_without_force(tmp_path: Path) -> None:
    target = tmp_path / "services"
    for argv, status in (((), 0), ((), 2), (("--force",), 0)):
        ran = portbook("export", "etc-services", "-o", str(target), *argv)
        assert (ran.status, ran.out) == (status, "")
    assert "E-FILE-EXISTS" in portbook("export", "etc-services", "-o", str(target)).err
    assert target.read_bytes().decode("ascii") == portbook("export", "etc-services").out
    assert portbook("export", "etc-services", "-o", str(tmp_path / "no" / "x")).status == 3
    (tmp_path / "link").symlink_to(target)
    assert portbook("export", "etc-services", "-o", str(tmp_path / "link"), "--force").status == 2


@pytest.mark.parametrize(
    "argv, said",
    [
        (("no-such",), "export 'no-such' is none of etc-services, nmap-services, wireshark-services,"),
        (("etc-services", "--profile", "x"), "profile 'x' is none of full, minimal, system, list"),
        (("etc-services", "--profile", "list"), "--profile list and --list FILE go together"),
        (("etc-services", "--profile", "full", "--list", "-"), "--profile list and --list FILE go together"),
        (("etc-services", "--frequencies", "x"), "--frequencies is not for etc-services"),
        (("nmap-services", "--compat"), "--compat is not for nmap-services"),
        (("service-types", "--strict-names"), "--strict-names is not for service-types"),
        (("etc-services", "--since", "2014"), "--since is for --compat"),
        (("zone", "--name", "http"), "zone needs --transport, --domain, --host"),
        ((*ZONE[1:], "--ttl", "1.5"), "--ttl '1.5' is no whole number"),
        ((*ZONE[1:], "--ttl", "9999999999"), "E-DNS-NUMBER"),
        ((*ZONE[1:], "--port", "070"), "E-PORT-FORMAT"),
        ((*ZONE[1:-3], "a b", *ZONE[-2:]), "E-DNS-NAME"),
        (("zone", "--name", "http", "-t", "any", *ZONE[-4:]), "E-TRANS-UNKNOWN"),
        (("etc-services", "--name", "http"), "--name is not for etc-services"),
    ],
)
def test_wrong_calls(argv: tuple[str, ...], said: str) -> None:
    ran = portbook("export", *argv)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_a_list_and_what_is_in_no_row(tmp_path: Path) -> None:
    ran = portbook("export", "etc-services", "--list", "-", stdin=b"WWW # web\nnope\n")
    assert ran.status == 1
    assert [line for line in ran.out.split("\n") if line and line[0] != "#"] == [
        "http\t80/tcp\twww\t# World Wide Web HTTP",
        "http\t80/udp\t# World Wide Web HTTP",
    ]
    assert "portbook: no row with a port has the name nope\n" in ran.err
    assert portbook("export", "etc-services", "--list", str(tmp_path / "none")).status == 3
    assert portbook("export", "etc-services", "--list", "-", stdin=b"\xff").status == 3


def test_records_for_a_service_that_no_row_has() -> None:
    ran = portbook(*ZONE[:3], "nope", *ZONE[4:])
    assert (ran.status, ran.out) == (1, "")
    assert "no row has the service name 'nope' (E-EXPORT-SERVICE" in ran.err


def test_an_instance_on_the_command_line() -> None:
    ran = portbook(*ZONE, "--instance", "My Web", "--txt", "path=/a", "--txt", "u=x", "--port", "8080")
    assert '\nMy\\032Web._http._tcp.example.com. 3600 IN TXT "path=/a" "u=x"\n' in ran.out
    assert " IN SRV 0 0 8080 h.example.com.\n" in ran.out


def test_frequencies_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "nmap-services").write_text("x\t80/tcp\t0.484143\n")
    ran = portbook("export", "nmap-services", "--frequencies", str(tmp_path / "nmap-services"))
    assert "\nhttp\t80/tcp\t0.484143\t# World Wide Web HTTP (also: www)\n" in ran.out
    (tmp_path / "nmap-services").write_text("# x\nnonsense\n")
    ran = portbook("export", "nmap-services", "--frequencies", str(tmp_path / "nmap-services"))
    assert (ran.status, ran.out) == (3, "")
    assert (
        f"portbook: {tmp_path / 'nmap-services'}:2: line 2 is no entry of nmap-services: 'nonsense'"
        in ran.err
    )


def test_compat_reads_the_kept_editions_before_this_one() -> None:
    argv = ("export", "etc-services", "--edition", "2023-03-13", "--profile", "full")
    plain, compat = portbook(*argv).out, portbook(*argv, "--compat").out
    since = portbook(*argv, "--compat", "--since", "2018").out
    assert "\nmqtt\t1883/tcp\tibm-mqisdp\t#" in compat
    assert "ibm-mqisdp" not in plain + since
    oldest = portbook("export", "etc-services", "--edition", "2014", "--compat")
    assert (
        oldest.out.split("Holds:")[1].split("\n", 1)[1]
        == portbook("export", "etc-services", "--edition", "2014").out.split("Holds:")[1].split("\n", 1)[1]
    )


# -- heads


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_provenance_stays_in_its_line(name: str) -> None:
    data = exports.write(hostile_registry(1), name, PROVENANCE).data
    if name != "txt-keys":
        head = [line for line in data.decode().split("\n") if "evil 1/tcp" in line or "evil 2/udp" in line]
        assert [line[:2] for line in head[:2]] == ["# ", "# "]
        assert len(data.split(b"\n")[1]) <= WIDTH + 2


def test_an_export_of_another_name_is_refused() -> None:
    with pytest.raises(FormatError, match="E-EXPORT-UNKNOWN"):
        exports.write(hostile_registry(1), "firewall", PROVENANCE)


def test_printable() -> None:
    assert printable(" a\t b\n\x0bc é\u202e#\x00 ", 40) == "a b c ??#?"
    assert [printable("abcdef", limit) for limit in (5, 6, 7)] == ["ab...", "abcdef", "abcdef"]


# -- the same bytes everywhere

DIGEST = """
import hashlib, sys
from export_hostile import PROVENANCE, hostile_registry
from portbook import exports
from portbook.numbers import Transport
from portbook.store.edition_files import embedded
editions = [hostile_registry(seed) for seed in range(20)]
whole = embedded()[-1].edition if sys.argv[1:] else editions[0]
digest = hashlib.sha256()
for edition in (*editions, whole):
    for name in NAMES:
        digest.update(exports.write(edition, name, PROVENANCE).data)
    digest.update(exports.write(edition, "etc-services", PROVENANCE, earlier=editions).data)
    often = {(7, "tcp"): "0.500000"}
    digest.update(exports.write(edition, "nmap-services", PROVENANCE, frequencies=often).data)
    few = {"profile": "minimal", "strict_names": True}
    digest.update(exports.write(edition, "etc-services", PROVENANCE, **few).data)
if sys.argv[1:]:
    zone = {"service": "http", "transport": Transport.TCP, "domain": "example.com", "host": "h.example.com"}
    digest.update(exports.write(whole, "zone", PROVENANCE, **zone, instance="x", txt=["a=b"]).data)
print(digest.hexdigest())
"""
MACHINES = [
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "de_DE.UTF-8"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
]


@functools.cache
def pythons() -> tuple[str, ...]:
    """This Python and every other one from 3.11 on that starts here."""
    found = [sys.executable]
    for version in ("3.11", "3.12", "3.13", "3.14"):
        path = shutil.which(f"python{version}")
        if path and subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
            found.append(path)
    return tuple(found)


def digest(python: str, settings: dict[str, str], *argv: str) -> str:
    environment = {
        **os.environ,
        **settings,
        "PYTHONPATH": os.pathsep.join((str(SOURCE), str(Path(__file__).parent))),
    }
    ran = subprocess.run(
        [python, "-S", "-c", f"NAMES = {NAMES!r}\n{DIGEST}", *argv],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return ran.stdout


def test_the_same_bytes_for_every_hash_seed_zone_locale_and_python() -> None:
    assert len({digest(sys.executable, settings) for settings in MACHINES}) == 1
    assert len({digest(python, MACHINES[1]) for python in pythons()}) == 1


@pytest.mark.deep
def test_the_same_bytes_of_whole_editions_in_40_variations() -> None:
    found = {
        digest(python, machine | {"PYTHONHASHSEED": str(seed)}, "whole")
        for seed in range(40)
        for python, machine in [(pythons()[seed % len(pythons())], MACHINES[seed % len(MACHINES)])]
    }
    assert len(found) == 1
