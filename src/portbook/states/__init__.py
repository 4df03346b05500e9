"""States: what an application, a port, a name, a service code and a revocation can be, and become.

The five tables of the rules R-REV, R-RANGE-5, R-DEAS, R-REVOKE and R-EARLY, as data: from, act, actor,
evidence, to, source.  One machine reads them all (`moves`, `move`), the diagrams of docs/states.md are
drawn from them, and the register moves nothing in any other way.  Whether evidence is true, people and
`procedures` say.
"""

from portbook.states.applications import APPLICATION, PUBLIC_WORDS, ApplicationState
from portbook.states.codes import SERVICE_CODE, CodeState, state_of_code
from portbook.states.machine import Move, Table, move, move_problem, moves
from portbook.states.names import SERVICE_NAME, NameState
from portbook.states.ports import PORT, PortStanding, standing_of
from portbook.states.revocations import REVOCATION, RevocationState
from portbook.states.words import Act, Actor, Evidence

__all__ = [
    "APPLICATION",
    "PORT",
    "PUBLIC_WORDS",
    "REVOCATION",
    "SERVICE_CODE",
    "SERVICE_NAME",
    "TABLES",
    "Act",
    "Actor",
    "ApplicationState",
    "CodeState",
    "Evidence",
    "Move",
    "NameState",
    "PortStanding",
    "RevocationState",
    "Table",
    "move",
    "move_problem",
    "moves",
    "standing_of",
    "state_of_code",
]

TABLES = (APPLICATION, PORT, SERVICE_NAME, SERVICE_CODE, REVOCATION)
