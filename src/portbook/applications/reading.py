"""An application as a file: TOML for people, JSON for programs; read strictly, written back the same.

What is wrong with the form of a field (unknown, another type, too long, characters that cannot be seen)
comes as findings beside the rest, for an applicant wants to hear everything at once.  A file that is no TOML
or JSON at all is refused (`FormatError`).
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from portbook.applications.application import Application, Kind
from portbook.errors import FormatError, Problem
from portbook.findings import Action, Finding
from portbook.trees import Fault, json_tree, toml_text, toml_tree, tree_of, value_of

MAX_APPLICATION = 256 * 1024  # bytes

_SOURCE = "docs/applications.md"
_CODES = {
    Fault.KEY: "E-APPLY-KEY",
    Fault.TYPE: "E-APPLY-TYPE",
    Fault.WORD: "E-APPLY-WORD",
    Fault.MISSING: "E-APPLY-MISSING",
    Fault.LONG: "E-APPLY-LONG",
    Fault.MANY: "E-APPLY-MANY",
    Fault.CHARACTER: "E-APPLY-CHARACTER",
    Fault.LOOKALIKE: "E-APPLY-LOOKALIKE",
}


class Reading(NamedTuple):
    """An application as read, and what is wrong with the form of its fields; those keep their defaults."""

    application: Application
    faults: tuple[Finding, ...]


def read(data: bytes) -> Reading:
    """Return the application in *data*: JSON when it begins with "{", else TOML.

    Raises `FormatError`: E-APPLY-SYNTAX, E-APPLY-SIZE, or E-APPLY-WORD and the like without a `kind`.
    """
    is_json = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
    read_tree = json_tree if is_json else toml_tree
    return of_tree(read_tree(data, "E-APPLY-SYNTAX", MAX_APPLICATION, "E-APPLY-SIZE"))


def of_tree(tree: Mapping[str, Any]) -> Reading:
    """Return the application that *tree* holds, as `tree` gives it; raise `FormatError` without a `kind`."""
    faults: list[Finding] = []

    def complain(fault: Fault, path: str, message: str) -> None:
        problem = Problem(_CODES[fault], f"{path}: {message}", _SOURCE)
        faults.append(Finding(Action.RETURN, path, problem))

    try:
        application = value_of(Application, tree, complain)
    except KeyError:
        raise FormatError(_why_no_kind(faults)) from None
    return Reading(application, tuple(faults))


def _why_no_kind(faults: list[Finding]) -> Problem:
    return next(finding.problem for finding in faults if finding.field == "kind")


def tree(application: Application) -> dict[str, Any]:
    """Return *application* as plain data, what is empty left out; `of_tree` reads it back."""
    return tree_of(application)


def to_toml(application: Application) -> str:
    """Return *application* as TOML that `read` gives back."""
    return toml_text(tree_of(application))


def to_json(application: Application) -> str:
    """Return *application* as JSON that `read` gives back."""
    return json.dumps(tree_of(application), ensure_ascii=True, indent=2) + "\n"


KINDS = tuple(kind.value for kind in Kind)
