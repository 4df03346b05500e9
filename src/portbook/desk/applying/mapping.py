"""The form of an application as it was typed, and the application that it says: one mapping, both ways.

What was typed is texts by name ("assignee.email", "ports.0.number"), kept as they came, faults and all; what
is wrong with them the strict reader of `portbook.applications` says.  Rows of a list in which nothing stands
are none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.http import QueryDict

from portbook.applications import Application, Kind, Reading, of_tree, tree
from portbook.desk.applying.fields import Field, Input, Question
from portbook.desk.applying.questionnaire import QUESTIONS
from portbook.desk.deeds.forms import lines
from portbook.desk.limits import MAX_ROWS

Typed = dict[str, str]  # by name; "" is nothing

_LISTS = frozenset(question.rows for question in QUESTIONS if question.rows)
_FIELDS = {field.path: field for question in QUESTIONS for field in question.fields}
_ANSWER = re.compile(r"answers\.[a-z][a-z0-9_]{0,39}", re.ASCII)
_ROW = re.compile(rf"({'|'.join(sorted(_LISTS))})\.([0-9]{{1,4}})\.([a-z]+)", re.ASCII)
_SAID = {"yes": True, "no": False}
_NONE = "none"
_APART = frozenset({"answers", "declares"})  # groups whose fields stand in several questions


def field_of(name: str) -> Field | None:
    """Return the field that is called *name* in a form, or None for none of an application."""
    if row := _ROW.fullmatch(name):
        return _FIELDS.get(f"{row[1]}.*.{row[3]}")
    if _ANSWER.fullmatch(name):
        return Field(name, "Your answer", Input.PROSE)
    return _FIELDS.get(name) if "*" not in name else None


# -- typed to application


def reading_of(kind: Kind, typed: Mapping[str, str]) -> Reading:
    """Return the application that *typed* says, and what is wrong with the form of its fields."""
    return of_tree(tree_of(kind, typed))


def tree_of(kind: Kind, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return *typed* as the tree of an application."""
    found: dict[str, Any] = {"kind": kind.value}
    rows: dict[str, dict[int, dict[str, str]]] = {}
    for name, text in typed.items():
        field = field_of(name)
        if not text or field is None:
            continue
        if row := _ROW.fullmatch(name):
            rows.setdefault(row[1], {}).setdefault(int(row[2]), {})[row[3]] = text
            continue
        group, _, part = name.partition(".")
        if part:
            found.setdefault(group, {})[part] = _value(field, text)
        else:
            found[group] = _value(field, text)
    lists = {name: [of[place] for place in sorted(of)] for name, of in rows.items()}
    return found | lists


def _value(field: Field, text: str) -> Any:
    match field.input:
        case Input.YES_NO:
            return _SAID.get(text, text)
        case Input.SEVERAL:
            return text.split("\n")
        case Input.MARK:
            return []
        case _:
            return text


# -- application to typed


def typed_of(application: Application) -> Typed:
    """Return what somebody would have typed who asks for *application*."""
    plain = tree(application)
    del plain["kind"]
    return {name: text for group, value in plain.items() for name, text in _texts(group, value)}


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case bool():
            yield name, "yes" if value else "no"
        case dict():
            for part, each in value.items():
                yield from _texts(f"{name}.{part}", each)
        case [dict(), *_]:
            for place, row in enumerate(value):
                yield from _texts(f"{name}.{place}", row)
        case []:
            yield name, _NONE
        case list():
            yield name, "\n".join(value)
        case _:
            yield name, value


# -- what a browser sends


def posted(data: QueryDict) -> Typed:
    """Return what a form sent, of the fields of an application alone; a line without blanks around it."""
    found = {}
    for name in data:
        field = field_of(name)
        if field is None:
            continue
        texts = [lines(text) for text in data.getlist(name)]
        if field.input is not Input.PROSE:
            texts = [text.strip() for text in texts]
        found[name] = "\n".join(text for text in texts if text) if field.input is Input.SEVERAL else texts[-1]
    return found


def names_of(
    question: Question, typed: Mapping[str, str], *, more: bool = False
) -> tuple[tuple[str, ...], ...]:
    """Return the names of the fields of *question* in a form, by rows; with *more* one that is empty."""
    single = tuple(field.path for field in question.fields if "*" not in field.path)
    if not question.rows:
        return (single,)
    of_row = [field.path for field in question.fields if "*" in field.path]
    found = [row for row in map(_ROW.fullmatch, typed) if row and row[1] == question.rows and typed[row[0]]]
    count = max((int(row[2]) + 1 for row in found), default=0)
    count = min(max(count + more, 1), MAX_ROWS)
    rows = tuple(tuple(path.replace("*", str(place)) for path in of_row) for place in range(count))
    return (*rows, single) if single else rows


def rows_beyond(question: Question, typed: Mapping[str, str]) -> int:
    """Return how many rows the form does not show."""
    rows = {int(row[2]) for row in map(_ROW.fullmatch, typed) if row and row[1] == question.rows}
    return sum(place >= MAX_ROWS for place in rows)


def filled(typed: Mapping[str, str]) -> frozenset[str]:
    """Return the paths of the fields in which something stands."""
    fields = (field_of(name) for name, text in typed.items() if text)
    return frozenset(field.path for field in fields if field)


def name_of_path(path: str) -> str:
    """Return the name in a form of the field that a finding names: "ports[0].number", "txt_keys[1]"."""
    return re.sub(r"\[([0-9]+)\]", r".\1", path)


def is_of(question: Question, name: str) -> bool:
    """Say whether the field or group that is called *name* is asked for by *question*."""
    field = field_of(name)
    paths = {each.path for each in question.fields}
    if field is not None and (field.path in paths or field.group in _APART):
        return field.path in paths
    return name.partition(".")[0] in {each.group for each in question.fields} - _APART


def question_at(questions: Iterable[Question], path: str) -> Question | None:
    """Return the one of *questions* that asks for the field that a finding names, or None."""
    name = name_of_path(path)
    return next((each for each in questions if name and is_of(each, name)), None)
