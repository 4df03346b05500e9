"""An organisation's policy as a TOML file, read and written.

A file says only what differs from RFC 6335's policy; a list (ranges, teams, questions) is given whole.  One
that contradicts itself is refused with every fault in it, for nobody can say which half was meant.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from portbook.errors import FormatError, Problem, shown
from portbook.names import MAX_LENGTH, service_name_problem
from portbook.numbers import MAX_PORT, Transport
from portbook.policy.questions import QUESTIONS
from portbook.policy.values import RFC6335, NameRules, Policy
from portbook.trees import Fault, toml_text, toml_tree, tree_of, value_of

MAX_POLICY = 256 * 1024  # bytes
MAX_DAYS = 3_660  # ten years: a clock beyond is a slip of the pen
MAX_EXPERTS = 20

_LISTS = ("ranges", "teams", "questions")
_SOURCE = "docs/policy.md"
_CODES = {
    Fault.KEY: "E-POLICY-KEY",
    Fault.MISSING: "E-POLICY-KEY",
    Fault.TYPE: "E-POLICY-TYPE",
    Fault.WORD: "E-POLICY-TYPE",
    Fault.LONG: "E-POLICY-TEXT",
    Fault.MANY: "E-POLICY-TEXT",
    Fault.CHARACTER: "E-POLICY-TEXT",
    Fault.LOOKALIKE: "E-POLICY-TEXT",
}


def read(data: bytes) -> Policy:
    """Return the policy that a TOML file writes down; raise `FormatError` with an E-POLICY code."""
    tree = toml_tree(data, "E-POLICY-SYNTAX", MAX_POLICY, "E-POLICY-SIZE")
    found: dict[str, Problem] = {}

    def complain(fault: Fault, path: str, message: str) -> None:
        found[path] = _broken(_CODES[fault], path, message)

    policy = value_of(Policy, tree, complain)
    is_whole = not any(path.startswith(_LISTS) for path in found)  # a list without an item contradicts others
    problems = [*found.values(), *(policy_problems(policy) if is_whole else ())]
    if problems:
        raise PolicyError(problems)
    return policy


class PolicyError(FormatError):
    """A policy that is not one; `problems` are all its faults, the first as of every `FormatError`."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems[0])


def write(policy: Policy) -> str:
    """Return *policy* as TOML, whole; `read` gives the same policy back."""
    return toml_text(tree_of(policy, whole=True))


def policy_problems(policy: Policy) -> Iterator[Problem]:
    """Yield each way in which *policy* contradicts itself or loosens RFC 6335."""
    checks = (_ranges, _procedures, _teams, _names, _clocks, _persons, _limits, _questions, _bodies)
    return (problem for check in checks for problem in check(policy))


def policy_problem(policy: Policy) -> Problem | None:
    """Return the first of them, or None."""
    return next(policy_problems(policy), None)


def _ranges(policy: Policy) -> Iterator[Problem]:
    """The ranges cover 0 to 65535, each number once, in order."""
    for place, each in enumerate(policy.ranges):
        if not 0 <= each.low <= each.high <= MAX_PORT:
            what = f"{each.low}-{each.high} is no range of port numbers"
            yield _broken("E-POLICY-RANGE", f"ranges[{place}]", what)
        if not each.name.strip() or each.name in [other.name for other in policy.ranges[:place]]:
            yield _broken("E-POLICY-RANGE", f"ranges[{place}].name", f"{shown(each.name)} is empty or twice")
    for place, (one, other) in enumerate(pairwise(policy.ranges), start=1):
        if other.low <= one.high:
            what = f"{other.name} begins at {other.low}; {one.name} ends at {one.high}: they overlap"
            yield _broken("E-POLICY-RANGE", f"ranges[{place}].low", what)
        if other.low > one.high + 1:
            what = f"no range has {one.high + 1}-{other.low - 1}"
            yield _broken("E-POLICY-RANGE", f"ranges[{place}].low", what)
    if not policy.ranges or policy.ranges[0].low != 0 or policy.ranges[-1].high != MAX_PORT:
        yield _broken("E-POLICY-RANGE", "ranges", f"the ranges do not go from 0 to {MAX_PORT}")


def _procedures(policy: Policy) -> Iterator[Problem]:
    """What is assignable has a procedure, and only that."""
    for place, each in enumerate(policy.ranges):
        if each.is_assignable != bool(each.procedures):
            what = (
                "is assignable and has no procedure" if each.is_assignable else "has a procedure and is not"
            )
            yield _broken("E-POLICY-PROCEDURE", f"ranges[{place}].procedures", f"{each.name} {what}")
        if len(set(each.procedures)) < len(each.procedures):
            what = f"{each.name} has a procedure twice"
            yield _broken("E-POLICY-PROCEDURE", f"ranges[{place}].procedures", what)


def _teams(policy: Policy) -> Iterator[Problem]:
    """Each transport has one team of reviewers (R-REV-10)."""
    for transport in Transport:
        teams = [team.name for team in policy.teams if transport in team.transports]
        if len(teams) != 1:
            what = f"{transport} has {len(teams)} teams of reviewers; it needs one"
            yield _broken("E-POLICY-TEAM", "teams", what)
    for place, team in enumerate(policy.teams):
        if not 1 <= team.experts <= MAX_EXPERTS or not team.name.strip():
            what = (
                f"team {shown(team.name)} of {team.experts} experts: it needs a name and 1 to {MAX_EXPERTS}"
            )
            yield _broken("E-POLICY-TEAM", f"teams[{place}]", what)


def _names(policy: Policy) -> Iterator[Problem]:
    """The rules of names are RFC 6335's or stricter, and some name obeys them."""
    rules: NameRules = policy.names
    if not 1 <= rules.max_length <= MAX_LENGTH:
        what = f"{rules.max_length} characters: RFC 6335 section 5.1 allows 1 to {MAX_LENGTH}"
        yield _broken("E-POLICY-NAMES", "names.max_length", what)
    # with a letter behind it, so that "acme-" is the beginning of a name
    if rules.prefix and (problem := service_name_problem(f"{rules.prefix}x")):
        yield _broken("E-POLICY-NAMES", "names.prefix", f"no name begins so: {problem.message}")
    if len(rules.prefix) > rules.max_length - 1:
        what = f"{shown(rules.prefix)} leaves no room in {rules.max_length} characters"
        yield _broken("E-POLICY-NAMES", "names.prefix", what)
    try:
        re.compile(rules.pattern, re.ASCII)
    except re.error as error:
        what = f"{shown(rules.pattern)} is no regular expression: {error}"
        yield _broken("E-POLICY-NAMES", "names.pattern", what)


def _clocks(policy: Policy) -> Iterator[Problem]:
    for name, value in policy.clocks._asdict().items():
        if not 1 <= value <= MAX_DAYS:
            what = f"{value} is no time that a party could keep: 1 to {MAX_DAYS:,}"
            yield _broken("E-POLICY-CLOCK", f"clocks.{name}", what)
    if policy.clocks.expert_complex < policy.clocks.expert:
        what = "a complex case has less time than a simple one"
        yield _broken("E-POLICY-CLOCK", "clocks.expert_complex", what)


def _persons(policy: Policy) -> Iterator[Problem]:
    for name, value in policy.persons._asdict().items():
        if not 1 <= value <= MAX_EXPERTS:
            what = f"{value} persons; an act needs 1 to {MAX_EXPERTS}"
            yield _broken("E-POLICY-PERSONS", f"persons.{name}", what)


def _limits(policy: Policy) -> Iterator[Problem]:
    for name, value in policy.limits._asdict().items():
        if value < 1:
            yield _broken("E-POLICY-LIMIT", f"limits.{name}", f"{value} lets nothing pass")
    if policy.limits.advised_description > policy.limits.description:
        what = "more is advised than is allowed"
        yield _broken("E-POLICY-LIMIT", "limits.advised_description", what)


def _questions(policy: Policy) -> Iterator[Problem]:
    """Question ids stand once; a code is one of the form's, at its own field, or the one for all others."""
    known = {question.code: question.field for question in QUESTIONS}
    ids = [question.id for question in policy.questions]
    for place, question in enumerate(policy.questions):
        path = f"questions[{place}]"
        if not question.id or question.id in ids[:place]:
            yield _broken("E-POLICY-QUESTION", f"{path}.id", f"{shown(question.id)} is empty or twice")
        if question.code in known and question.field != known[question.code]:
            what = f"{question.code} belongs to {known[question.code]}"
            yield _broken("E-POLICY-QUESTION", f"{path}.code", what)
        if question.code not in known and question.code != "E-FORM-OWN":
            yield _broken(
                "E-POLICY-QUESTION", f"{path}.code", f"{shown(question.code)} is no code of the form"
            )
        if question.code == "E-FORM-OWN" and not re.fullmatch(r"answers\.[a-z0-9_]{1,40}", question.field):
            what = f"{shown(question.field)} is not answers. and a short word"
            yield _broken("E-POLICY-QUESTION", f"{path}.field", what)
    if missing := [q.id for q in RFC6335.questions if q.code in _OF_RFC6335 and q not in policy.questions]:
        what = f"RFC 6335 asks {', '.join(missing)}: it cannot be left out or changed"
        yield _broken("E-POLICY-QUESTION", "questions", what)


# What RFC 6335 itself demands; the other questions are the form's, which an operator may leave out.
_OF_RFC6335 = frozenset({"E-FIELD-CAST", "E-JUST-DYNAMIC", "E-JUST-USER", "E-RESV-STATEMENT"})


def _bodies(policy: Policy) -> Iterator[Problem]:
    for name, value in policy.bodies._asdict().items():
        if not value or not all(map(str.strip, (value,) if isinstance(value, str) else value)):
            yield _broken("E-POLICY-BODY", f"bodies.{name}", "nobody is named")
    if len(set(policy.bodies.appeals)) < len(policy.bodies.appeals):
        yield _broken("E-POLICY-BODY", "bodies.appeals", "a body is asked twice")


def _broken(code: str, path: str, reason: str) -> Problem:
    return Problem(code, f"policy, {path}: {reason}" if path else f"policy: {reason}", _SOURCE)
