"""Policy: by which rules an operator assigns names and numbers, as a value.

`RFC6335` is the policy of IANA: the ranges and their procedures (RFC 6335 section 8.1.2), the experts of each
transport, what the form asks (R-FORM-20), how long each party has, how many persons an act needs, the limits.
An organisation writes its own as TOML (`reading`): what it leaves out stays as here.  Its rules of names
come on top of RFC 6335's and so are never looser.  Knows no registry, no application and no clock.
"""

from portbook.policy.questions import QUESTIONS, Asked, Question
from portbook.policy.reading import MAX_POLICY, PolicyError, policy_problem, read, write
from portbook.policy.values import (
    IETF_PROCEDURES,
    RFC6335,
    Act,
    Bodies,
    Clocks,
    Limits,
    NameRules,
    Persons,
    Policy,
    Procedure,
    Range,
    Team,
)

__all__ = [
    "IETF_PROCEDURES",
    "MAX_POLICY",
    "QUESTIONS",
    "RFC6335",
    "Act",
    "Asked",
    "Bodies",
    "Clocks",
    "Limits",
    "NameRules",
    "Persons",
    "Policy",
    "PolicyError",
    "Procedure",
    "Question",
    "Range",
    "Team",
    "policy_problem",
    "read",
    "write",
]
