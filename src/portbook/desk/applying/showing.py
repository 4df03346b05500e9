"""A question of the form as a page shows it: its fields with what was typed, and what is wrong with them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from portbook.desk.applying import fillings, mapping
from portbook.desk.applying.checks import Look, is_grave
from portbook.desk.applying.fields import Choices, Field, Input, Question
from portbook.desk.applying.fillings import Filling
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
        return id_of(self.name)


class ShownQuestion(NamedTuple):
    """One question with its inputs, a tuple for each row of a list."""

    question: Question
    rows: tuple[tuple[ShownField, ...], ...]
    wrong: tuple[str, ...]  # of the question, and of none of its fields alone
    beyond: int  # rows that are kept and not shown
    mark: str
    is_unseen: bool  # while it does not apply
    fillings: tuple[Filling, ...]

    @property
    def is_alone(self) -> bool:
        """Whether the title says what its one field is."""
        return len(self.rows) == 1 and len(self.rows[0]) == 1


def id_of(name: str) -> str:
    """Return where the field called *name* stands on a page."""
    return f"id-{name.replace('.', '-')}"


def place_of(finding: Finding, question: Question) -> str:
    """Return where on a page *finding* is mended: its field, else its question."""
    name = mapping.name_of_path(finding.field)
    return id_of(name) if mapping.field_of(name) else f"q-{question.slug}"


def shown(
    question: Question, typed: Mapping[str, str], seen: Look, *, tells: bool, more: bool = False
) -> ShownQuestion:
    """Return *question* filled with *typed*; it *tells* what is wrong, and has *more*: an empty row."""
    wrong: dict[str, list[str]] = {}
    for each in seen.findings_on(question) if tells else ():
        if is_grave(each):
            wrong.setdefault(mapping.name_of_path(each.field), []).append(each.problem.message)
    fields = {field.path: field for field in question.fields}
    rows = tuple(
        tuple(_field(fields, name, typed.get(name, ""), wrong.get(name, ())) for name in names)
        for names in mapping.names_of(question, typed, more=more)
    )
    told = {field.name for row in rows for field in row}
    return ShownQuestion(
        question,
        rows,
        tuple(words for name, of_name in wrong.items() if name not in told for words in of_name),
        mapping.rows_beyond(question, typed),
        seen.mark_of(question),
        not seen.applies(question),
        fillings.of(question.slug, seen.policy),
    )


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
