"""What the rules say of a request: a problem, the field that it is in, and what follows from it.

The five actions are those of the catalogue of rules: a refusal ends a request, a return waits for its
author, a block waits for something else, a route names another procedure, advice never refuses (RFC 6335
section 7.2: the operator may make exceptions to the principles).  Values only.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from portbook.errors import Problem


class Action(StrEnum):
    """What follows from a broken rule, the gravest first."""

    REJECT = "refused"
    RETURN = "returned"
    BLOCK = "blocked"
    ROUTE = "routed"
    WARN = "advice"


class Finding(NamedTuple):
    """One broken rule of a request; `field` is a dotted path into it, "" for the whole."""

    action: Action
    field: str
    problem: Problem

    @property
    def code(self) -> str:
        return self.problem.code

    def as_json(self) -> dict[str, str]:
        """Return the finding as answers in JSON have it."""
        return {"action": self.action.value, "field": self.field, **self.problem.as_json()}


_ORDER = tuple(Action)


def gravest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return *findings* by action, the gravest first, otherwise in the order given, each once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: _ORDER.index(finding.action)))
