"""Service names: the vectors of RFC 6335, and its own grammar as oracle."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portbook.errors import RuleError
from portbook.names import (
    HISTORIC_NAMES,
    MAX_LENGTH,
    checked_service_name,
    fold,
    is_historic,
    same_name,
    service_name_problem,
    service_name_problems,
    well_formed_twin,
)
from vectors import vectors

SRVNAME = r"(?:[0-9]+-?)*[A-Za-z](?:-?[A-Za-z0-9])*"  # RFC 6335 section 5.1, its ABNF written out


@pytest.mark.parametrize("text, expected", vectors("service-names.tsv", "text", "expected"))
def test_service_name(text: str, expected: str) -> None:
    problem = service_name_problem(text)
    assert (problem.code if problem else "ok") == expected


@pytest.mark.parametrize(
    "text, found",
    [
        ("-1Tide__Read--too-long-for-this-1", "CHAR EDGE DOUBLE LONG"),
        ("--1234567890123456", "EDGE DOUBLE NOLETTER LONG"),
        ("\xe9", "CHAR"),
        ("", "EMPTY"),
        ("tide-read", ""),
    ],
)
def test_every_rule_that_a_name_breaks_is_told(text: str, found: str) -> None:
    assert [each.code.removeprefix("E-NAME-") for each in service_name_problems(text)] == found.split()


@given(st.text("aZ09-_é", max_size=17))
def test_agrees_with_the_grammar_in_the_rfc(text: str) -> None:
    legal = len(text) <= MAX_LENGTH and re.fullmatch(SRVNAME, text) is not None
    assert (service_name_problem(text) is None) == legal


@given(st.text(max_size=20))
def test_a_checked_name_is_the_text_itself_or_one_error_that_quotes_it(text: str) -> None:
    problem = service_name_problem(text)
    if problem is None:
        assert checked_service_name(text) == text
    else:
        with pytest.raises(RuleError) as caught:
            checked_service_name(text)
        assert caught.value.problem == problem
        assert not text or repr(text)[1:-1][:20] in problem.message


def test_length_limit_on_both_sides() -> None:
    assert service_name_problem("a" * MAX_LENGTH) is None
    assert service_name_problem("a" * (MAX_LENGTH + 1)).code == "E-NAME-LONG"  # type: ignore[union-attr]


def test_names_fold_ascii_letters_alone() -> None:
    assert same_name("HTTP", "http")
    assert fold("\u212aey") == "\u212aey"  # Kelvin sign: Unicode would make it "key"
    assert fold("Straße-X") == "straße-x"
    assert not same_name("\u017fmb", "smb")


@given(st.text(max_size=12))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert len(fold(text)) == len(text)


def test_the_historic_names_are_the_rfcs_96_and_whois() -> None:
    assert len(HISTORIC_NAMES) == 97  # RFC 6335 section 10.1
    assert all(service_name_problem(name).code == "E-NAME-CHAR" for name in HISTORIC_NAMES)  # type: ignore[union-attr]
    assert all(service_name_problem(well_formed_twin(name)) is None for name in HISTORIC_NAMES)


@pytest.mark.parametrize(
    "name, canonical, historic", vectors("historic-names.tsv", "name", "canonical", "historic")
)
def test_historic_name(name: str, canonical: str, historic: str) -> None:
    assert is_historic(name) == (historic == "yes")
    if historic == "yes":
        assert same_name(well_formed_twin(name), canonical)


@pytest.mark.parametrize("name", ["___", "a__b", "1.2", "", "*"])
def test_a_name_without_a_well_formed_twin_is_refused(name: str) -> None:
    with pytest.raises(RuleError) as caught:
        well_formed_twin(name)
    assert caught.value.problem.code == "E-LEG-MAP"
