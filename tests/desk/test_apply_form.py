"""The form of an application and the application that it says: one mapping, both ways, for every field."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import BASES
from portbook.applications import FIELDS, Application, Kind, of_tree, tree
from portbook.desk import limits
from portbook.desk.applying import fields, mapping, questionnaire
from portbook.policy import RFC6335
from portbook.trees import Answers

_LINES = st.text("abc 1-_<&\"'é", min_size=1, max_size=12)
_PROSE = st.text("abc <&\"'é\n", min_size=1, max_size=30)


def paths(kind: Any, prefix: str = "") -> Iterator[str]:
    """The paths of all fields of a value, of a list with "*" for the place."""
    for name, hint in typing.get_type_hints(kind, include_extras=True).items():
        path = f"{prefix}{name}"
        inner = [each for each in _within(hint) if hasattr(each, "_fields")]
        if hint == Answers or typing.get_origin(hint) is Annotated or not inner:
            yield f"{path}.*" if hint == Answers else path
        else:
            yield from paths(inner[0], f"{path}." if inner[0] is hint else f"{path}.*.")


def _within(hint: Any) -> Iterator[Any]:
    yield hint
    for each in typing.get_args(hint):
        yield from _within(each)


def test_every_field_of_an_application_is_asked_for() -> None:
    asked = {field.path for question in questionnaire.QUESTIONS for field in question.fields}
    there = set(paths(Application)) - {"kind", "answers.*"}
    assert there - asked == set()
    assert asked - there == {"txt_keys"}  # "it defines none" beside the rows


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_asked_for_its_fields(kind: Kind) -> None:
    questions = questionnaire.of_kind(kind, RFC6335)
    groups = {field.group for question in questions for field in question.fields}
    assert groups | {"kind", "requester"} == set(FIELDS[kind])
    assert len({question.slug for question in questions}) == len(questions)


@pytest.mark.parametrize("base", sorted(BASES))
def test_a_request_typed_is_the_request(base: str) -> None:
    application = of_tree(BASES[base]).application
    reading = mapping.reading_of(application.kind, mapping.typed_of(application))
    assert reading == (application, ())


@st.composite
def typed(draw: st.DrawFn) -> dict[str, str]:
    """What somebody may have typed, any field of it, without a fault of form."""
    found = {}
    names = [field.path for question in questionnaire.QUESTIONS for field in question.fields]
    for path in draw(
        st.lists(st.sampled_from([*names, "answers.security", "answers.own_word"]), unique=True)
    ):
        for place in range(draw(st.integers(1, 3)) if "*" in path else 1):
            name = path.replace("*", str(place))
            field = mapping.field_of(name)
            assert field
            found[name] = draw(_value(field))
    for name in [each for each in found if each.startswith("txt_keys.")]:
        found.setdefault(name.replace("meaning", "key"), "key")
        found.pop("txt_keys", None)
    return found


def _value(field: fields.Field) -> st.SearchStrategy[str]:
    match field.input:
        case fields.Input.YES_NO:
            return st.sampled_from(["yes", "no"])
        case fields.Input.SEVERAL:
            return st.lists(_LINES, min_size=1, max_size=3).map("\n".join)
        case fields.Input.MARK:
            return st.just("none")
        case fields.Input.CHOICE if field.path != "ports.*.range":
            return st.sampled_from([str(word) for word, _ in field.choices if word])
        case fields.Input.PROSE:
            return _PROSE
    return _LINES


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(Kind), given_=typed())
def test_typed_to_application_and_back(kind: Kind, given_: dict[str, str]) -> None:
    reading = mapping.reading_of(kind, given_)
    assert reading.faults == ()
    back = mapping.typed_of(reading.application)
    assert mapping.reading_of(kind, back).application == reading.application
    defaults = {"channel": "form", "document.is_standards_track": "no"}  # say the same as nothing
    said = {name: text for name, text in given_.items() if defaults.get(name) != text}
    assert sorted(back.values()) == sorted(said.values())


@pytest.mark.parametrize(
    "name",
    [
        "",
        "kind",
        "ports",
        "ports.*.number",
        "ports.x.number",
        "hat",
        "answers.",
        "answers.Up",
        "ports.0.hat",
        "assignee.hat",
        "ports.00000.number",
    ],
)
def test_other_names_are_none(name: str) -> None:
    assert mapping.field_of(name) is None


def test_empty_rows_are_none_and_others_keep_their_order() -> None:
    said = {"ports.7.number": "2", "ports.2.number": "", "ports.1.number": "1"}
    assert mapping.tree_of(Kind.PORT, said)["ports"] == [{"number": "1"}, {"number": "2"}]


def test_rows_that_the_form_does_not_show_are_kept() -> None:
    application = of_tree(BASES["port"] | {"ports": [{"number": str(port)} for port in range(2000, 2015)]})
    said = mapping.typed_of(application.application)
    question = next(each for each in questionnaire.QUESTIONS if each.slug == "ports")
    assert len(mapping.names_of(question, said)) == limits.MAX_ROWS
    assert mapping.rows_beyond(question, said) == 15 - limits.MAX_ROWS
    assert len(tree(mapping.reading_of(Kind.PORT, said).application)["ports"]) == 15


@pytest.mark.parametrize(
    "field, slug",
    [
        ("service_name", "name"),
        ("ports[0].number", "ports"),
        ("ports", "ports"),
        ("assignee", "assignee"),
        ("assignee.id", "assignee"),
        ("declares.only_discovery", "discovery"),
        ("declares.is_local", "facts"),
        ("answers.security", "answers-security"),
        ("txt_keys[2].key", "txt"),
        ("casts.purpose", "casts"),
        ("channel", "document"),
    ],
)
def test_a_finding_is_told_at_its_question(field: str, slug: str) -> None:
    name = mapping.name_of_path(field)
    questions = questionnaire.all_of(RFC6335)
    assert [each.slug for each in questions if mapping.is_of(each, name)] == [slug]
