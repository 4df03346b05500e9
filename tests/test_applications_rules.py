"""Each rule of an application by itself: found where it is broken, at its field, and nowhere else."""

from __future__ import annotations

import pytest

from asking import application, circumstances, registry
from portbook.applications import RULES, findings
from portbook.policy import RFC6335
from vectors import vectors

COLUMNS = ("expected", "base", "change", "around", "field")


@pytest.mark.parametrize("code, base, change, around, field", vectors("application-rules.tsv", *COLUMNS))
def test_a_code_is_found_where_its_rule_is_broken(
    code: str, base: str, change: str, around: str, field: str
) -> None:
    found = findings(application(base, change), registry(), RFC6335, circumstances(around))
    fields = [finding.field for finding in found if finding.code == code]
    assert field in fields if field != "-" else fields == []


def test_every_code_has_a_row_where_it_is_found_and_one_where_it_is_not() -> None:
    rows = vectors("application-rules.tsv", "expected", "field")
    found = {code for code, field in rows if field != "-"}
    absent = {code for code, field in rows if field == "-"}
    ends = {
        "E-NAME-EMPTY",
        "E-NAME-NOLETTER",
        "E-NAME-EDGE",
        "E-NAME-DOUBLE",
        "E-PORT-TWICE",
    }  # service-names.tsv
    assert found - absent <= ends
    assert absent <= found


def test_every_rule_has_one_function_and_every_function_one_line() -> None:
    checks = [rule.check for rule in RULES]
    assert len(set(checks)) == len(checks)
    for rule in RULES:
        assert rule.check.__doc__, rule.ids
