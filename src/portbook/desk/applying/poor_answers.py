"""Poor answers: what no rule finds and a person sees at once, told to who sends a request and who checks it.

Praise in what is published, a reference that leads nowhere, an answer that the form itself has as one not to
give.  Nothing follows from them by themselves: they stand beside the buttons, and in the words of a return.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from portbook.applications import Application
from portbook.desk.applying import mapping, questionnaire
from portbook.desk.applying.fields import Input, Question
from portbook.policy import Policy

_PRAISE = re.compile(
    r"\b(?:leading (?:solution|product|provider|platform|vendor|company|software|system|supplier)s?|"
    r"(?:market|world|industry)[- ]lead(?:er|ing)|world[- ]class|award[- ]winning|"
    r"best[- ](?:of[- ]breed|in[- ]class)|(?:the|our) best|innovative|revolutionary|ultimate|premier|"
    r"cutting[- ]edge|state[- ]of[- ]the[- ]art|"
    r"next[- ]generation|unrivall?ed|unparallell?ed)\b",
    re.ASCII,
)
_SITE = re.compile(
    r"(?:see |on |at |from )?(?:our|the|my|its) (?:company )?(?:web ?(?:site|page)|home ?page|wiki)", re.ASCII
)
_ENDS = " \t\n.!"


class Poor(NamedTuple):
    """One answer that says too little, or too much."""

    question: Question
    text: str
    why: str

    def __str__(self) -> str:
        return f"{self.question.title} “{self.text}”: {self.why}"


def poor_answers(application: Application, policy: Policy) -> tuple[Poor, ...]:
    """Return the answers of *application* at which a person should look, in the order of the form."""
    return tuple(_found(application, policy))


def _found(application: Application, policy: Policy) -> Iterator[Poor]:
    typed = mapping.typed_of(application)
    for question in questionnaire.of_kind(application.kind, policy, mapping.filled(typed)):
        for name in (name for row in mapping.names_of(question, typed) for name in row):
            field, text = mapping.field_of(name), typed.get(name, "")
            is_text = field is not None and field.input in (Input.LINE, Input.PROSE)
            if text and is_text and (why := _why(name, _plain(text), _plain(question.bad))):
                yield Poor(question, text, why)


def _why(name: str, text: str, example: str) -> str:
    if text == example:
        return "the form has this as an example of what not to answer"
    if name == "description" and (praise := _PRAISE.search(text)):
        return f"the registry prints no praise: “{praise[0]}”"
    if name == "reference" and _SITE.fullmatch(text):
        return "it does not say which document, or what the protocol is"
    return ""


def _plain(text: str) -> str:
    return text.casefold().strip(_ENDS)
