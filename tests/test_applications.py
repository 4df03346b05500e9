"""Applications: what is found in them, all of it at once; the table of rules; reading and writing."""

from __future__ import annotations

import pytest

from asking import application, circumstances, registry
from portbook.applications import findings
from portbook.policy import RFC6335
from portbook.review import route
from vectors import vectors


@pytest.mark.parametrize(
    "base, change, around, found, state",
    vectors("applications.tsv", "base", "change", "around", "findings", "state"),
)
def test_what_is_found_and_where_it_goes(base: str, change: str, around: str, found: str, state: str) -> None:
    asked, known = application(base, change), circumstances(around)
    codes = sorted(finding.code for finding in findings(asked, registry(), RFC6335, known))
    assert (" ".join(codes) or "ok") == found
    assert route(asked, registry(), RFC6335, known).state.value == state
