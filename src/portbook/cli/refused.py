"""Why an act was refused: all that was found, where it is explained, and what would help."""

import argparse
import re
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from portbook.cli import output
from portbook.cli.refusal import NOT_FOUND
from portbook.errors import Problem, RuleError, shown

if TYPE_CHECKING:
    from portbook.cli.acts import Part


_WHO_SEES = "an applicant sees their own applications, an expert what their team is asked about just now"
_SHORT_ID = re.compile(r"[A-Z]{1,2}-[0-9]{1,3}(?:, [A-Z]{1,2}-[0-9]{1,3})*")
_UNSAID = {  # what was not said, by the words that stand for it in the help of its option
    "E-EVIDENCE": ("TEXT",),
    "E-REASON-MISSING": ("TEXT", "WORD"),
    "E-NOT-ASSIGNEE": ("CONTACT",),
    "E-NOT-AUTHORISED": ("CONTACT",),
}


def refused(error: RuleError, *, is_json: bool = False) -> int:
    """Tell why an act was refused, all that was found; nothing was done.

    A field that no answer of the act has is a wrong call: that is raised again.
    """
    from portbook.register.acts import NO_FIELD

    if error.problem.code == NO_FIELD:
        raise error
    found: Iterable[Any] = getattr(error, "findings", ())
    problems = [each.problem for each in found] or [error.problem]
    if is_json:
        sys.stdout.write(output.json_text({"refused": [each.as_json() for each in problems]}))
    for problem in problems:
        output.note(f"portbook: refused: {_explained(problem)}")
    if any(problem.code == "E-APPLICATION-UNKNOWN" for problem in problems):
        output.note(f"portbook: {_WHO_SEES}")
    return NOT_FOUND


def _explained(problem: Problem) -> Problem:
    """The same, with the page that explains a short id such as T-47 where that is all of its source."""
    is_short = _SHORT_ID.fullmatch(problem.source)
    return replace(problem, source=f"{problem.source} in docs/ids.md") if is_short else problem


def hint(code: str, part: "Part", arguments: argparse.Namespace) -> None:
    """Say which option would help, where an act was refused for what was not said."""
    if code == "E-PERSONS":
        output.note("portbook: the other person calls the same with --approve, and sees what it would do")
    if code == "E-STALE" and "seen" in vars(arguments):
        output.note(f"portbook: the newest version is not that of --seen {shown(arguments.seen)}")
    if code in _UNSAID:
        options = (each for each in part.arguments if each.options.get("metavar") in _UNSAID[code])
        names = [each.names[0] for each in options if each.names[0].startswith("--")] or ["--reason"]
        given = vars(arguments)
        if unsaid := [name for name in names if not given.get(name.strip("-").replace("-", "_"))]:
            output.note(f"portbook: not given: {', '.join(unsaid)}")
