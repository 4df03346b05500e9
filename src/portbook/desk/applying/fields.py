"""What the form of an application is made of: fields, how each is answered, questions that hold them."""

from enum import StrEnum
from typing import NamedTuple

from portbook.applications import Kind
from portbook.policy import Asked

Choices = tuple[tuple[str, str], ...]


class Input(StrEnum):
    """How something is answered."""

    LINE = "line"
    PROSE = "prose"
    YES_NO = "yes-no"
    CHOICE = "choice"
    SEVERAL = "several"
    MARK = "mark"  # set, or not


class Field(NamedTuple):
    """One field; the path of one in a list has "*" for its place: "ports.*.number"."""

    path: str
    label: str
    input: Input = Input.LINE
    choices: Choices = ()
    kinds: tuple[Kind, ...] = tuple(Kind)

    @property
    def group(self) -> str:
        return self.path.partition(".")[0]


class Question(NamedTuple):
    """What is asked at once; `rows` is the list of which the fields are one row."""

    slug: str
    title: str
    words: str
    good: str
    fields: tuple[Field, ...]
    bad: str = ""
    source: str = ""
    asked: Asked = Asked.ALL
    rows: str = ""
    transport: str = ""  # without which it does not apply


_YES_NO: Choices = (("yes", "Yes"), ("no", "No"), ("", "Not said"))


def yes_no(path: str, label: str, *kinds: Kind) -> Field:
    """A field that is answered by yes or no, or not at all."""
    return Field(path, label, Input.YES_NO, _YES_NO, kinds or tuple(Kind))


def prose(path: str, label: str, *kinds: Kind) -> Field:
    """A field of several lines."""
    return Field(path, label, Input.PROSE, kinds=kinds or tuple(Kind))


def party(group: str) -> tuple[Field, ...]:
    """The fields of a person or organisation."""
    return (
        Field(f"{group}.name", "Name"),
        Field(f"{group}.email", "E-mail address"),
        Field(f"{group}.organisation", "Organisation, if the name is a person's"),
        Field(f"{group}.id", "Contact id, in place of these, if it is published already"),
    )
