"""Service codes: texts, classes, default ports, and what stands against an assignment (S-01 to S-34)."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portbook.errors import Problem, RuleError
from portbook.service_codes import (
    BLOCK_OF_CODES,
    INVALID_CODE,
    MAX_CODE,
    CodeClass,
    assignment_problem,
    block_problem,
    checked_code,
    code_class,
    default_port,
    overlap_problem,
    parse,
    port_problem,
    printed_form,
    request_problems,
    text_form,
)
from vectors import vectors

codes = st.integers(0, MAX_CODE)
spellings = st.text("ABCabcz09-_+.*/?@", min_size=1, max_size=4)


@pytest.mark.parametrize(
    "text, expected, kind, printed",
    vectors("service-codes.tsv", "text", "expected", "class", "printed"),
)
def test_service_code(text: str, expected: str, kind: str, printed: str) -> None:
    problem = read_problem(text)
    if problem is not None:
        assert (problem.code, kind) == (expected, "-")
        return
    code = parse(text)
    problem = assignment_problem(code)
    assert (problem.code if problem else str(code)) == expected
    assert (code_class(code), printed_form(code) or "-") == (kind, printed)


def read_problem(text: str) -> Problem | None:
    """Why *text* does not read, or None."""
    try:
        parse(text)
    except RuleError as error:
        return error.problem
    return None


@given(codes)
def test_every_code_has_a_text_that_reads_back(code: int) -> None:
    assert parse(text_form(code)) == parse(f"SC={code}") == parse(f"SC=x{code:x}") == parse(str(code)) == code


@given(spellings)
def test_a_spelling_is_its_bytes_in_network_order(spelling: str) -> None:
    (code,) = struct.unpack("!I", f"{spelling:<4}".encode())
    assert parse(f"SC:{spelling}") == code
    assert printed_form(code) == spelling


@given(st.text(max_size=20) | st.text("SC:=x0189aF ", max_size=14))
def test_any_text_is_a_code_or_a_refusal(text: str) -> None:
    problem = read_problem(text)
    if problem is None:
        assert 0 <= parse(text) <= MAX_CODE
    else:
        assert problem.code in ("E-SC-SYNTAX", "E-SC-RANGE", "E-SC-INVALID")


def test_a_very_long_number_is_refused_at_once() -> None:
    with pytest.raises(RuleError) as caught:
        parse("SC=" + "9" * 100_000)
    assert caught.value.problem.code == "E-SC-RANGE"


@pytest.mark.parametrize(
    "code, expected",
    [
        (-1, "E-SC-RANGE"),
        (INVALID_CODE, "E-SC-INVALID"),
        (INVALID_CODE + 1, "E-SC-RANGE"),
        (True, "E-SC-RANGE"),
    ],
)
def test_a_number_that_is_no_code(code: object, expected: str) -> None:
    with pytest.raises(RuleError) as caught:
        checked_code(code)
    assert caught.value.problem.code == expected
    assert checked_code(MAX_CODE) == MAX_CODE


@given(st.integers(0, INVALID_CODE))
def test_classes_as_the_rfc_lists_them(code: int) -> None:
    data = code.to_bytes(4, "big")
    if code in (0, INVALID_CODE):
        expected = CodeClass.RESERVED if code == 0 else CodeClass.INVALID
    elif data[0] == ord("?"):
        expected = CodeClass.PRIVATE
    elif all(byte == 32 or 45 <= byte <= 57 or 65 <= byte <= 90 for byte in data):
        expected = CodeClass.SPECIFICATION
    else:
        expected = CodeClass.FIRST_COME
    assert code_class(code) is expected


@pytest.mark.parametrize(
    "text, port",
    [
        ("SC:fdpz", 64634),  # S-30, R-SC-21
        ("SC:fooo", 65015),  # S-31: RFC 5595 section 2.7 writes Fooo and Foop
        ("SC:foop", 65000),
        ("SC:Fooo", 60919),
        ("SC:Foop", 60904),
        ("SC=0", 0xC000),
    ],
)
def test_default_port(text: str, port: int) -> None:
    assert default_port(parse(text)) == port


@given(codes)
def test_a_default_port_is_dynamic(code: int) -> None:
    assert 0xC000 <= default_port(code) < 0xFFFF


def test_the_port_of_all_ones_is_given_up() -> None:
    ones = 0x7F << 24 | 0x7F  # (0x7F << 7) ^ 0x7F has fourteen ones
    assert default_port(ones) == 0xC000


@pytest.mark.parametrize(
    "text, description, specification, is_standards_track, expected",
    [
        ("SC:fdpz", "Packets for fdp", "", False, []),  # R-SC-6: no document
        ("SC:fdpz", " ", "", False, ["E-SC-DESC"]),  # R-SC-6
        ("SC:fdpz", "Packets", "RFC-to-be", True, ["E-SC-CLASS"]),  # S-34, R-SC-7
        ("SC:DISC", "Discard", "RFC 4340", True, []),
        ("SC:DISC", "Discard", "", False, ["E-SC-SPEC"]),  # R-SC-5
        ("SC:DISC", "", "", True, ["E-SC-SPEC", "E-SC-DESC"]),
        ("SC=0", "", "", True, ["E-SC-ZERO"]),  # R-SC-2
        ("SC:?a", "x", "", False, ["E-SC-PRIVATE"]),  # R-SC-4
    ],
)
def test_what_a_request_lacks(
    text: str, description: str, specification: str, is_standards_track: bool, expected: list[str]
) -> None:
    problems = request_problems(parse(text), description, specification, is_standards_track)
    assert [problem.code for problem in problems] == expected


def test_how_many_codes_at_once() -> None:
    assert block_problem(range(BLOCK_OF_CODES)) is None
    assert getattr(block_problem(range(BLOCK_OF_CODES + 1)), "code", None) == "W-SC-BLOCK"  # R-SC-9


@pytest.mark.parametrize(
    "is_assigned, port_held, expected",
    [
        (True, None, None),
        (True, 5000, None),  # the port that it has
        (True, 5001, "E-SC-PORT2"),  # S-32, R-DCCP-3
        (False, None, "E-SC-FIRST"),  # R-DCCP-1
    ],
)
def test_a_code_at_a_port(is_assigned: bool, port_held: int | None, expected: str | None) -> None:
    problem = port_problem(parse("SC:DISC"), 5000, is_assigned, port_held)
    assert (problem.code if problem else None) == expected


def test_codes_of_entries_on_one_port() -> None:
    assert overlap_problem((1, 2), (3, 4)) is None
    problem = overlap_problem((1, 2), (2, 3))  # R-DCCP-6
    assert problem is not None
    assert (problem.code, "service code 2 " in problem.message) == ("E-SC-OVERLAP", True)
