"""The table of rules: all 292 of them, each complete, or named as open; and facts that have no other home."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from django.test import Client

from portbook.edition import Edition
from portbook.names import service_name_problem
from portbook.numbers import Transport
from portbook.policy import RFC6335
from portbook.procedures import Basis, EditionRows, Grant, assign
from portbook.records import PublishedDate, Record, rich
from portbook.standing import CodeEntry, code_entries
from sites import Page, site
from tables import newest_embedded
from vectors import vectors

ROOT = Path(__file__).parent.parent
# How many rules each family has in the catalogue.
FAMILIES = {
    "R-NAME": 19, "R-RANGE": 10, "R-TRANS": 11, "R-REQ": 21, "R-MARK": 11, "R-FORM": 23, "R-REV": 27,
    "R-APP": 7, "R-EARLY": 10, "R-DEAS": 12, "R-REUSE": 7, "R-REVOKE": 8, "R-XFER": 8, "R-MAINT": 12,
    "R-LEG": 10, "R-RESV": 4, "R-EXP": 7, "R-UNAUTH": 4, "R-SC": 21, "R-DCCP": 14, "R-SCTP": 2, "R-SD": 12,
    "R-TXT": 12, "R-PUB": 14, "R-LOOK": 6,
}  # fmt: skip


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rules_table", ROOT / "tools" / "rules_table.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["rules_table"] = made  # its NamedTuples look their annotations up there
    spec.loader.exec_module(made)
    return made


def test_there_are_292_rules_in_their_families() -> None:
    rules = [rule for (rule,) in vectors("rules.tsv", "id")]
    assert len(set(rules)) == len(rules) == sum(FAMILIES.values()) == 292
    assert Counter(rule.rpartition("-")[0] for rule in rules) == FAMILIES
    for family, count in FAMILIES.items():
        assert {f"{family}-{number}" for number in range(1, count + 1)} <= set(rules)


def test_every_rule_is_complete(tool: ModuleType) -> None:
    """`make rules` says what is lacking; a rule may be open only where docs/rules.md says so, and why."""
    lacking = {standing.rule.id for standing in tool.every_standing() if standing.lacking}
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| (R-[A-Z]+-\d+) \|", page, re.MULTILINE))
    assert lacking - told == set()


@pytest.mark.parametrize(
    "kind, homes, vectors_of, expected",
    [
        ("check", ("a.py",), [("E-X", ""), ("", "ok")], ()),
        ("check", ("a.py",), [("", "80"), ("", "443")], ()),
        ("check", ("a.py",), [("", "ok"), ("", "ok")], ("vector that breaks it",)),
        ("check", ("a.py",), [("E-X", ""), ("E-Y", "")], ("vector that keeps it",)),
        ("check", (), [], ("home", "vectors")),
        ("text", ("a.py",), [("", "ok")], ()),
        ("fact", ("a.py",), [], ("vectors",)),
        ("wish", ("a.py",), [("", "ok")], ("kind",)),
    ],
)
def test_what_a_rule_lacks(
    tool: ModuleType, kind: str, homes: tuple[str, ...], vectors_of: list[tuple[str, str]], expected: object
) -> None:
    rule = tool.Rule("R-X-1", kind, "a title", "a source")
    found = tuple(tool.Vector("a.tsv", code, answer) for code, answer in vectors_of)
    assert tool.Standing(rule, homes, found).lacking == expected


@pytest.mark.parametrize(
    "row, code, answer",
    [
        ({"expected": "E-X", "rule": "R-X-1"}, "E-X", ""),
        ({"expected": "E-X E-Y-Z", "rule": "R-X-1"}, "E-X E-Y-Z", ""),
        ({"expected": "E-X", "field": "-"}, "", "ok"),  # looked for, and not found there
        ({"expected": "E-X", "field": "name"}, "E-X", ""),
        ({"expected": "ok"}, "", "ok"),
        ({"canonical": "whoispp"}, "", "whoispp"),
        ({"to": "ASSIGNED"}, "", "ASSIGNED"),
    ],
)
def test_what_comes_out_of_a_row(tool: ModuleType, row: dict[str, str], code: str, answer: str) -> None:
    assert tool.vector_of("a.tsv", row) == tool.Vector("a.tsv", code, answer)


def test_a_test_that_is_not_there_is_refused(tool: ModuleType) -> None:
    assert tool.named_test("ok", "test_rules.py::test_what_a_rule_lacks").answer == "ok"
    assert tool.named_test("refused", "test_rules.py::test_what_a_rule_lacks").code == "refused"
    for test in ("test_rules.py::test_gone", "test_gone.py::test_what_a_rule_lacks"):
        with pytest.raises(ValueError, match="there is no"):
            tool.named_test("ok", test)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("R-X-1", {"R-X-1"}),
        ("R-X-1 to R-X-3", {"R-X-1", "R-X-2", "R-X-3"}),
        ("R-X-1..3", {"R-X-1", "R-X-2", "R-X-3"}),
        ("R-X-1, 3 and 4", {"R-X-1", "R-X-3", "R-X-4"}),
        ("R-X alone", {"R-X-1", "R-X-2", "R-X-3", "R-X-4"}),
        ("R-Y-1", set()),
    ],
)
def test_how_rules_are_named(tool: ModuleType, text: str, expected: set[str]) -> None:
    assert tool.named_in(text, {f"R-X-{number}" for number in range(1, 5)}) == expected


# -- facts


def test_the_syntax_of_names_is_cited_as_its_own_section() -> None:
    problem = service_name_problem("a_b")  # R-NAME-19: not section 8.1, where RFC 6335 points elsewhere
    assert problem is not None
    assert problem.source == "RFC 6335 section 5.1"


def test_how_four_clashes_were_settled() -> None:
    """R-LEG-10: two names stayed with their SRV entry, two with their port."""
    edition = newest_embedded()[0]
    with_port = {
        name: any(row.port_number for row in known.records)
        for name in ("esp", "xmp", "hydra", "recipe")
        if (known := edition.service(name))
    }
    assert with_port == {"esp": False, "xmp": False, "hydra": True, "recipe": True}


@pytest.mark.parametrize("transport", Transport)
def test_every_transport_is_judged_alike(transport: Transport) -> None:
    """R-TRANS-10, R-SCTP-1, R-DCCP-9: no transport has rules of its own for ports and names."""
    rows = EditionRows(Edition(()))
    basis = Basis(PublishedDate("2026-09-01"), "Ada")
    codes = []
    for name, port in (("new", 5000), ("a_b", 5000), ("new", 1024), ("new", 50000)):
        outcome = assign(rows, Grant(name, (transport,), rich("x"), ("Ada",), ports=(port,)), basis)
        codes.append([found.code for found in outcome.findings])
    assert codes == [[], ["E-NAME-CHAR"], ["E-PORT-RESERVED"], ["E-PORT-DYNAMIC"]]


def test_a_table_of_service_codes() -> None:
    """R-SC-18: number, characters where it has some, description, reference, date."""
    day = PublishedDate("2031-05")
    rows = (
        Record("ltp", "1113", "dccp", rich("Licklider"), registration_date=day, service_code="7107696"),
        Record("disc", "9", "dccp", rich("Discard"), service_code="1145656131"),
        Record("disc", "10", "dccp", rich("Again"), service_code="1145656131"),
        Record("odd", "11", "dccp", rich("Odd"), service_code="x"),
    )
    assert code_entries(rows) == (
        CodeEntry(7107696, None, rich("Licklider"), (), day),
        CodeEntry(1145656131, "DISC", rich("Discard")),
    )


def test_each_transport_has_its_experts() -> None:
    """R-SCTP-1, R-DCCP-13: those of DCCP see every request for DCCP."""
    teams = {transport: RFC6335.team_of(transport).name for transport in Transport}
    assert teams == {
        Transport.TCP: "TCP/UDP experts",
        Transport.UDP: "TCP/UDP experts",
        Transport.SCTP: "SCTP expert",
        Transport.DCCP: "DCCP experts",
    }


def test_no_page_promises_a_port_to_anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-LOOK-4: that a port is assigned keeps nobody else off the wire."""
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    with site(tmp_path) as client:
        assert isinstance(client, Client)
        text = " ".join("".join(Page(client.get("/about").content.decode()).words).split())
    assert "It gives nobody the port on your network" in text
