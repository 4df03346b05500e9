"""tools/scoreboard.py: the adapters, on invented files of each package's shape, and the page it wrote."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from conform_files import edition, pairs, services_file
from portbook.conform import compare, read

ROOT = Path(__file__).resolve().parent.parent
GO = b"""package layers

var TCPPortNames = tcpPortNames
var tcpPortNames = map[TCPPort]string{
\t80:    "ferry",
\t6000:  "quay",
}
var udpPortNames = map[UDPPort]string{
\t80: "ferry",
}
"""
ENUMERATION = b"""
    #: - [TCP] By sea
    ferry: 'AppType' = 80, 'ferry', TransportProtocol.get('tcp') | TransportProtocol.get('udp')

    reserved_902: 'AppType' = 902, 'reserved', TransportProtocol.get('tcp')

        if 6000 <= value <= 6003:
            #: - [TCP] Quay
            return extend_enum(cls, 'quay_%d' % value, value, 'quay', TransportProtocol.get('tcp'))
        if 7000 <= value <= 7001:
            #: [N/A] Crane
            return extend_enum(cls, 'crane_%d' % value, value, 'crane', TransportProtocol.get('undefined'))
"""


@pytest.fixture(scope="module")
def scoreboard() -> ModuleType:
    path = ROOT / "tools" / "scoreboard.py"
    spec = importlib.util.spec_from_file_location("scoreboard", path)
    assert spec
    assert spec.loader
    before = list(sys.path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path[:] = before
    return module


def test_gopacket(scoreboard: ModuleType) -> None:
    file = read(scoreboard.from_go_maps(GO), "names-csv")
    assert [(c.name, str(c.ports), c.transport) for c in file.claims] == [
        ("ferry", "80", "tcp"),
        ("quay", "6000", "tcp"),
        ("ferry", "80", "udp"),
    ]


def test_pypcapkit(scoreboard: ModuleType) -> None:
    file = read(scoreboard.from_python_enumeration(ENUMERATION), "names-csv")
    assert [(c.name, str(c.ports), c.transport) for c in file.claims] == [
        ("ferry", "80", "tcp"),
        ("ferry", "80", "udp"),
        ("quay", "6000-6003", "tcp"),
        ("crane", "7000-7001", None),
    ]
    assert file.nameless == 1
    assert compare(file, edition()).counts.same == 8


def test_port_for(scoreboard: ModuleType) -> None:
    source = b"UNASSIGNED_RANGES = [\n    (81, 90),\n    (6003, 6004),\n    (902, 902),\n]\n"
    assert scoreboard.wrongly_free(edition(), source) == (3, 13, [6003])


def test_the_page_of_a_run(scoreboard: ModuleType) -> None:
    whole = compare(read(services_file(pairs(edition())), "services"), edition())
    nothing = compare(read(b"", "services"), edition())
    lines = [scoreboard.Line("a whole one", "a", "1", whole), scoreboard.Line("none", "b", "2", nothing)]
    page = scoreboard.page(lines, ["c (no such package)"], ["A remark."])
    assert "| a whole one | a | 1 | 13 | 13 | 0 |" in page
    assert "| none | b | 2 | 0 | 0 | 13 |" in page
    assert "| 100.0 % | 100.0 % | 100.0 % |" in page
    assert "Not judged in this run: c (no such package)." in page
    assert "A remark." in page


def test_what_cannot_be_had_is_said(scoreboard: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(scoreboard.AbsentError):
        scoreboard.run(["no-such-client"], tmp_path)
    with pytest.raises(scoreboard.AbsentError):
        scoreboard.run([sys.executable, "-c", "raise SystemExit(3)"], tmp_path)


def test_the_page_in_the_repository_has_every_package_and_adds_up(scoreboard: ModuleType) -> None:
    page = (ROOT / "docs" / "scoreboard.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in page.split("\n")
        if line.startswith("| ") and "---" not in line
    ]
    assert tuple(rows[0]) == scoreboard.TITLES
    judged = {(row[1], row[2]) for row in rows[1:]}
    wanted = {(package.name, package.version) for package in scoreboard.PACKAGES} | {scoreboard.WHATPORTIS}
    assert judged == wanted
    assert " ".join(scoreboard.PORT_FOR) in page
    assert "Not judged" not in page
    for row in rows[1:]:
        entries, same, missing, _, extra, renamed, transport = (
            int(cell.replace(",", "")) for cell in row[3:10]
        )
        assert entries == same + extra + renamed + transport
        assert f"{same + missing:,}" in re.findall(r"11,\d{3}", page.partition("The edition assigns")[2])
