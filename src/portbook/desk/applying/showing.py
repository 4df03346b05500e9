"""A question of the form as a page shows it: its fields with what was typed, and what is wrong with them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from portbook.desk.applying import mapping
from portbook.desk.applying.checks import Look, is_grave
from portbook.desk.applying.fields import Choices, Field, Input, Question
from portbook.findings import Finding


class ShownField(NamedTuple):
    """One input."""

    name: str
    label: str
    input: Input
    value: str
    choices: tuple[tuple[str, str, bool], ...]  # what is sent, what is said, whether it is chosen
    wrong: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"id-{self.name.replace('.', '-')}"


class ShownQuestion(NamedTuple):
    """One question with its inputs, a tuple for each row of a list."""

    question: Question
    rows: tuple[tuple[ShownField, ...], ...]
    findings: tuple[Finding, ...]
    beyond: int  # rows that are kept and not shown

    @property
    def is_alone(self) -> bool:
        """Whether the title says what its one field is."""
        return len(self.rows) == 1 and len(self.rows[0]) == 1


def shown(
    question: Question, typed: Mapping[str, str], seen: Look | None, *, more: bool = False
) -> ShownQuestion:
    """Return *question* filled with *typed*; *seen* tells what is wrong, *more* adds an empty row."""
    findings = seen.findings_on(question) if seen else ()
    wrong: dict[str, list[str]] = {}
    for each in findings:
        if is_grave(each):
            wrong.setdefault(mapping.name_of_path(each.field), []).append(each.problem.message)
    fields = {field.path: field for field in question.fields}
    rows = tuple(
        tuple(_field(fields, name, typed.get(name, ""), wrong.get(name, ())) for name in names)
        for names in mapping.names_of(question, typed, more=more)
    )
    return ShownQuestion(question, rows, findings, mapping.rows_beyond(question, typed))


def _field(fields: Mapping[str, Field], name: str, value: str, wrong: Iterable[str]) -> ShownField:
    known = mapping.field_of(name)
    field = fields.get(known.path if known else name) or known
    assert field is not None  # noqa: S101  # the name was made from the question
    return ShownField(name, field.label, field.input, value, _choices(field, value), tuple(wrong))


def _choices(field: Field, value: str) -> tuple[tuple[str, str, bool], ...]:
    """The choices with which are chosen; what was said in a file and is none of them stands beside."""
    chosen = value.split("\n") if field.input is Input.SEVERAL else [value]
    choices: Choices = field.choices
    if field.input in (Input.LINE, Input.PROSE):
        return ()
    others = (each for each in chosen if each and each not in {word for word, _ in choices})
    return tuple(
        (str(word), said, word in chosen) for word, said in (*choices, *((each, each) for each in others))
    )


def is_answered(question: Question, typed: Mapping[str, str]) -> bool:
    """Say whether something stands in a field of *question*."""
    filled = mapping.filled(typed)
    return any(field.path in filled for field in question.fields)
