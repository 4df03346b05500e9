"""`portbook getent services` against glibc's own getent, on the same services in a mount namespace."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from cli_runs import XML, portbook
from portbook import formats
from portbook.cli import getent

# In the namespace /etc/services is the file, and nothing else is asked.
ASK = """
import json, subprocess, sys
subprocess.run(["mount", "--bind", sys.argv[1], "/etc/services"], check=True)
answers = []
for keys in json.load(sys.stdin):
    ran = subprocess.run(["getent", "-s", "services:files", *keys], capture_output=True, text=True)
    answers.append([ran.returncode, ran.stdout])
json.dump(answers, sys.stdout)
"""
ODD_KEYS = (
    *(
        "0443",
        "443/",
        "/tcp",
        "443/TCP",
        "443/tcp/x",
        "HTTPS",
        "https/TCP",
        "https/",
        "+443",
        "443 ",
        "70000",
    ),
    *(
        "65536",
        "4_43",
        "４４３",
        "00000000080",
        "99999999999999999999",
        "0" * 5000 + "80",
        "cl/1",
        "sql*net/tcp",
        "",
        ".",
        "x y",
    ),
)


def test_the_shape_of_a_line() -> None:
    assert portbook("getent", "services", "443", "66", "6005/udp").out == (
        "https                 443/tcp\n"
        "sql-net               66/tcp sql*net\n"
        "x11                   6005/udp\n"
    )


def test_several_names_of_one_port_are_aliases_only_when_the_registry_says_so() -> None:
    assert portbook("getent", "services", "80", "turn", "www").out == (
        "http                  80/tcp www\nturn                  3478/udp\nhttp                  80/tcp www\n"
    )


def test_a_row_without_transport_stands_for_each() -> None:
    wanted = "".join(f"active-net            3323/{name}\n" for name in ("tcp", "udp", "sctp", "dccp"))
    assert wanted in "".join(
        sorted(portbook("getent", "services").out.splitlines(keepends=True), key=by_transport)
    )


def by_transport(line: str) -> tuple[int, int]:
    port, transport = line.split()[1].split("/")
    return int(port), ("tcp", "udp", "sctp", "dccp").index(transport)


def test_a_name_that_a_services_file_cannot_hold_is_left_out_aloud() -> None:
    ran = portbook("getent", "services")
    assert "Two" not in ran.out
    assert ran.err == "portbook: left out, for services(5) has no place for such names: Two Words\n"
    assert portbook("getent", "services", "Two Words")[:2] == (2, "")
    assert portbook("lookup", "two words").status == 0


def test_statuses() -> None:
    assert portbook("getent", "services", "443").status == 0
    assert portbook("getent", "services").status == 0
    missing = portbook("getent", "services", "443", "no-such", "80")
    assert (missing.status, missing.out.count("\n")) == (2, 2)
    for wrong in ([], ["hosts"], ["hosts", "x"], ["services", "--nonsense"]):
        assert portbook("getent", *wrong)[:2] == (1, "")
    assert portbook("getent", "services", "443", "--edition", "1999").status == 3


@pytest.mark.needs("user_namespaces")
def test_glibc_agrees_on_the_invented_edition(tmp_path: Path) -> None:
    table = portbook("getent", "services").out
    agree(tmp_path, table, keys_of(table), *[[key] for key in ODD_KEYS], ["443", "no-such", "80/tcp"], [])


@pytest.mark.needs("user_namespaces")
def test_glibc_agrees_on_an_embedded_edition(tmp_path: Path) -> None:
    edition = ("--edition", "2023-03-13")
    table = portbook("getent", "services", *edition).out
    keys = random.Random(6335).sample(keys_of(table), 300)
    agree(tmp_path, table, keys, [], edition=edition, single=5)


def keys_of(table: str) -> list[str]:
    """Every name, alias and port in the table, alone and with its protocol."""
    keys: dict[str, None] = {}
    for name, place, *aliases in (line.split() for line in table.split("\n") if line):
        port, _, protocol = place.partition("/")
        for subject in (name, port, *aliases):
            keys |= dict.fromkeys((subject, f"{subject}/{protocol}"))
    return list(keys)


def agree(
    folder: Path,
    table: str,
    keys: list[str],
    *calls: list[str],
    edition: tuple[str, ...] = (),
    single: int = 40,
) -> None:
    """Ask both for all *keys* at once, for the first *single* ones alone, and each of *calls*.

    Output and status are the same to the byte.
    """
    services = folder / "services"
    services.write_text(table, encoding="utf-8")
    asked = [["services", *call] for call in ([*keys], *[[key] for key in keys[:single]], *calls)]
    ran = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-c", ASK, str(services)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )
    for call, (status, out) in zip(asked, json.loads(ran.stdout), strict=True):
        ours = portbook("getent", call[0], *edition, "--", *call[1:])
        assert (ours.status, ours.out) == (status, out), call


def test_the_table_is_read_back_whole() -> None:
    """Every name at a port is in the table; nothing else is."""
    edition = formats.read(XML)
    listed = {(name, line.port) for line in getent.lines(edition) for name in (line.name, *line.aliases)}
    expected = {
        (record.service_name, port)
        for record in edition.records
        if record.service_name and record.ports and " " not in record.service_name
        for port in range(record.ports.low, record.ports.high + 1)
    }
    assert listed == expected
