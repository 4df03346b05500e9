"""Service codes: free, assigned, with a DCCP port; and those that never move (lines C1 to C5; R-SC)."""

from enum import StrEnum
from itertools import chain

from portbook.service_codes import CodeClass, code_class
from portbook.states.machine import Table, line
from portbook.states.words import Act, Actor, Evidence


class CodeState(StrEnum):
    """Where a service code stands; its class decides the way out of free."""

    FREE_FIRST_COME = "free, First Come First Served"
    FREE_SPECIFICATION = "free, Specification Required"
    ASSIGNED = "Assigned"
    WITH_PORT = "Assigned with a DCCP port"
    RESERVED = "Reserved"  # taken back, which no RFC foresees (C5)
    NEVER = "never assigned"  # 0, 4294967295, Private Use (C3)


_S = CodeState
_FREE = {CodeClass.FIRST_COME: _S.FREE_FIRST_COME, CodeClass.SPECIFICATION: _S.FREE_SPECIFICATION}


def state_of_code(code: int, is_assigned: bool, has_port: bool) -> CodeState:
    """Return the state of *code* for what a registry answers."""
    if is_assigned:
        return _S.WITH_PORT if has_port else _S.ASSIGNED
    return _FREE.get(code_class(code), _S.NEVER)


_LINES = (
    line(
        "C1", _S.FREE_FIRST_COME, Act.ASSIGN, Actor.IANA, Evidence.DESCRIPTION, _S.ASSIGNED,
        "RFC 4340 section 8.1.2; RFC 6335 section 10.3.1",
    ),
    line(
        "C2", _S.FREE_SPECIFICATION, Act.ASSIGN, Actor.IANA, (Evidence.SPECIFICATION, Evidence.EXPERT),
        _S.ASSIGNED, "RFC 4340 section 8.1.2; RFC 8126 section 4.6",
    ),
    line(
        "C4", _S.ASSIGNED, Act.ADD_PORT, Actor.IANA,
        (Evidence.PORT_REVIEW, Evidence.EXPERT, Evidence.NO_OTHER_PORT), _S.WITH_PORT,
        "RFC 6335 section 10.3.2",
    ),
    line(
        "C5", _S.WITH_PORT, Act.DROP_PORTS, Actor.IANA, Evidence.ALL_PORTS_GONE, _S.ASSIGNED,
        "RFC 6335 section 8.2",
    ),
    line(
        "C5", _S.ASSIGNED, Act.DEASSIGN, Actor.IESG, Evidence.DECISION, _S.RESERVED,
        "RFC 8126 sections 9.4, 9.6",
    ),
)  # fmt: skip

SERVICE_CODE: Table[CodeState] = Table(
    "a service code", "Service codes", tuple(_S), _S.FREE_FIRST_COME, tuple(chain.from_iterable(_LINES))
)
