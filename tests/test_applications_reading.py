"""Applications as files: what is read is what was written, and all that is wrong with the form is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asking import BASES, application, registry
from portbook.applications import (
    FIELDS,
    MAX_APPLICATION,
    Application,
    Kind,
    findings,
    new,
    of_tree,
    read,
    to_json,
    to_toml,
    tree,
)
from portbook.errors import FormatError
from portbook.policy import RFC6335
from portbook.trees import MAX_ITEMS, MAX_LINE, MAX_PROSE, two_alphabets
from requests_at_random import applications


@given(applications())
def test_what_was_written_reads_back(asked: Application) -> None:
    for text in (to_toml(asked), to_json(asked)):
        reading = read(text.encode())
        assert reading.faults == ()
        assert reading.application == asked
    assert of_tree(tree(asked)).application == asked


@pytest.mark.parametrize(
    "fault, field, code",
    [
        ({"colour": "blue"}, "colour", "E-APPLY-KEY"),
        ({"assignee": {"phone": "1"}}, "assignee.phone", "E-APPLY-KEY"),
        ({"answers": {"Not A Word": "x"}}, "answers.Not A Word", "E-APPLY-KEY"),
        ({"service_name": 7}, "service_name", "E-APPLY-TYPE"),
        ({"transports": "tcp"}, "transports", "E-APPLY-TYPE"),
        ({"transports": ["tcp", 6]}, "transports[1]", "E-APPLY-TYPE"),
        ({"ports": {"number": "1"}}, "ports", "E-APPLY-TYPE"),
        ({"ports": [{"number": True}]}, "ports[0].number", "E-APPLY-TYPE"),
        ({"ports": [{"number": 80.0}]}, "ports[0].number", "E-APPLY-TYPE"),
        ({"casts": {"anycast": "no"}}, "casts.anycast", "E-APPLY-TYPE"),
        ({"casts": [1]}, "casts", "E-APPLY-TYPE"),
        ({"answers": {"security": 1}}, "answers.security", "E-APPLY-TYPE"),
        ({"channel": "telephone"}, "channel", "E-APPLY-WORD"),
        ({"development": ""}, "development", "E-APPLY-WORD"),
        ({"service_name": "x" * (MAX_LINE + 1)}, "service_name", "E-APPLY-LONG"),
        ({"reference": "x" * (MAX_PROSE + 1)}, "reference", "E-APPLY-LONG"),
        ({"answers": {"security": "x" * (MAX_PROSE + 1)}}, "answers.security", "E-APPLY-LONG"),
        ({"ports": [{"number": "1" * 21}]}, "ports[0].number", "E-APPLY-LONG"),
        ({"transports": ["tcp"] * (MAX_ITEMS + 1)}, "transports", "E-APPLY-MANY"),
        ({"answers": {f"a{n}": "x" for n in range(MAX_ITEMS + 1)}}, "answers", "E-APPLY-MANY"),
        ({"service_name": "tide\nread"}, "service_name", "E-APPLY-CHARACTER"),
        ({"description": "a\x1b[2J"}, "description", "E-APPLY-CHARACTER"),
        ({"notes": "a\u202eb"}, "notes", "E-APPLY-CHARACTER"),
        ({"contact": {"name": "a\ud800"}}, "contact.name", "E-APPLY-CHARACTER"),
        ({"assignee": {"name": "Ti\u0501e"}}, "assignee.name", "E-APPLY-LOOKALIKE"),
        ({"service_name": "t\u0456de"}, "service_name", "E-APPLY-LOOKALIKE"),
    ],
)
def test_each_fault_of_form_has_its_field_and_code(fault: dict[str, Any], field: str, code: str) -> None:
    reading = of_tree(BASES["port"] | fault)
    assert [(finding.field, finding.code) for finding in reading.faults] == [(field, code)]
    assert read(json.dumps(BASES["port"] | fault).encode()).faults == reading.faults


@pytest.mark.parametrize(
    "good",
    [
        {"service_name": "x" * MAX_LINE},
        {"reference": "x" * MAX_PROSE},
        {"transports": ["tcp"] * MAX_ITEMS},
        {"ports": [{"number": "1" * 20}]},
        {"ports": [{"number": 443}]},
        {"notes": "two\nlines\tand a tab"},
        {"assignee": {"name": "Тихая Бухта", "email": "a@tide.example"}},
    ],
)
def test_what_is_just_within_the_limits_reads(good: dict[str, Any]) -> None:
    assert of_tree(BASES["port"] | good).faults == ()


def test_every_fault_is_told_at_once() -> None:
    reading = of_tree(BASES["port"] | {"colour": 1, "transports": 5, "service_name": "\x00"})
    assert {finding.code for finding in reading.faults} == {
        "E-APPLY-KEY",
        "E-APPLY-TYPE",
        "E-APPLY-CHARACTER",
    }
    assert reading.application.transports == ()  # at its default, and nothing is guessed


@pytest.mark.parametrize(
    "data, code, place",
    [
        (b"kind = 'name'\nname = \n", "E-APPLY-SYNTAX", (2, 8)),
        (b"kind = 'name'\nkind = 'port'\n", "E-APPLY-SYNTAX", (2, 14)),
        (b'{"kind": "name",}', "E-APPLY-SYNTAX", (1, 17)),
        (b'{"kind": "name", "kind": "port"}', "E-APPLY-SYNTAX", (None, None)),
        (b'{"kind": NaN}', "E-APPLY-SYNTAX", (None, None)),
        (b"{" * 100_000, "E-APPLY-SYNTAX", (1, 2)),
        (b'{"a":' * 50_000, "E-APPLY-SYNTAX", (None, None)),
        (b"a = " + b"[" * 100_000, "E-APPLY-SYNTAX", (None, None)),
        (b"# \xff\n", "E-APPLY-SYNTAX", (1, None)),
        (b"service_name = 'x'\n", "E-APPLY-MISSING", (None, None)),
        (b"kind = 'gift'\n", "E-APPLY-WORD", (None, None)),
        (b"kind = 5\n", "E-APPLY-WORD", (None, None)),
        (b"#" * (MAX_APPLICATION + 1), "E-APPLY-SIZE", (None, None)),
    ],
)
def test_a_file_that_is_no_application_is_refused(
    data: bytes, code: str, place: tuple[int | None, ...]
) -> None:
    with pytest.raises(FormatError) as refusal:
        read(data)
    assert refusal.value.problem.code == code
    assert (refusal.value.line, refusal.value.column) == place


def test_a_file_of_just_the_limit_reads() -> None:
    data = b"kind = 'name'\n"
    assert read(data + b"#" * (MAX_APPLICATION - len(data))).faults == ()


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_is_read_is_an_application_or_a_format_error(data: bytes) -> None:
    try:
        reading = read(data)
    except FormatError as refusal:
        code = refusal.problem.code
    else:
        code = "E-APPLY- of some field"
        assert isinstance(reading.application, Application)
    assert code.startswith("E-APPLY-")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
        max_leaves=12,
    )
    if (KEYS := (*Application._fields, "name", "number", "range", "key", "to", "odd"))
    else st.nothing()
)
def test_a_tree_of_any_shape_is_read_or_refused(odd: Any) -> None:
    given_tree = (odd if isinstance(odd, dict) else {"notes": odd}) | {"kind": "port"}
    reading = of_tree(given_tree)
    findings(reading.application, registry())
    assert all(finding.field for finding in reading.faults)


@pytest.mark.parametrize("kind", Kind)
def test_a_template_reads_without_fault_and_has_each_field_of_its_kind(kind: Kind) -> None:
    text = new(kind)
    reading = read(text.encode())
    assert reading.faults == ()
    assert reading.application.kind is kind
    assert findings(reading.application, registry())  # nothing is filled in, and that is said
    for field in FIELDS[kind]:
        assert f"{field} =" in text or f"[{field}]" in text, field
    others = set(Application._fields) - set(FIELDS[kind])
    assert not [field for field in others if f"\n{field} =" in text or f"\n[{field}]" in text]


def test_a_template_says_what_no_check_can() -> None:
    text = " ".join(new(Kind.PORT).replace("\n# ", " ").split())
    assert "A document that describes the protocol, with the section" in text  # R-FORM-22
    assert "an address that will last, such as a role's" in text


def test_a_template_with_its_marks_taken_away_reads() -> None:
    text = new(Kind.PORT)
    filled = "\n".join(
        line.removeprefix("# ") if " = " in line or "[[" in line else line for line in text.split("\n")
    )
    asked = read(filled.encode()).application
    assert (asked.ports[0].number, asked.development, asked.casts.anycast) == ("4242", "prototype", False)
    assert [code.code for code in asked.codes] == ["SC:tide"]


def test_a_template_asks_what_the_policy_asks() -> None:
    own = RFC6335.questions[3]._replace(
        id="H1", field="answers.owner", words="Who is on call?", code="E-FORM-OWN"
    )
    policy = RFC6335._replace(questions=(*RFC6335.questions, own))
    assert 'owner = ""' in new(Kind.PORT, policy)
    assert "Who is on call?" in new(Kind.PORT, policy)
    codes = [finding.code for finding in findings(application("port"), registry(), policy)]
    assert codes == ["E-FORM-OWN"]


@pytest.mark.parametrize(
    "text, word",
    [
        ("plain ASCII", None),
        ("Тихая Бухта, North", None),
        ("naïve café Ångström", None),
        ("pаypal", "pаypal"),
        ("a Κelvin", "Κelvin"),
        ("日本語 and Latin", None),
    ],
)
def test_a_word_of_two_alphabets(text: str, word: str | None) -> None:
    assert two_alphabets(text) == word
