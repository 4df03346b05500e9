"""Service names: free, assigned alone or with a port, Reserved, historic (lines N1 to N9).

Rules R-NAME-9, R-NAME-11, R-DEAS-6 and R-DEAS-7, R-REUSE-4, R-XFER-2, R-MAINT-5, R-LEG-1.
"""

from enum import StrEnum
from itertools import chain

from portbook.states.machine import Table, line
from portbook.states.words import Act, Actor, Evidence


class NameState(StrEnum):
    """Where a service name stands; a historic one points to its primary and never changes (N9)."""

    FREE = "free"
    NAME_ONLY = "Assigned, name only"
    WITH_PORT = "Assigned with a port"
    RESERVED = "Reserved"
    HISTORIC = "historic alias"


_S = NameState
_ASSIGNED = (_S.NAME_ONLY, _S.WITH_PORT)
_BY_IETF = (Evidence.STANDARDS_ACTION, Evidence.STATEMENT)
_BY_IESG = (Evidence.IESG_APPROVAL, Evidence.STATEMENT)

_LINES = (
    line(
        "N1", _S.FREE, Act.ASSIGN, Actor.IANA, Evidence.FCFS_REQUEST, _S.NAME_ONLY, "RFC 6335 section 8.1.1"
    ),
    line(
        "N2", _S.FREE, Act.ASSIGN_WITH_PORT, Actor.IANA, Evidence.PORT_REVIEW, _S.WITH_PORT,
        "RFC 6335 section 8.1.1",
    ),
    line(
        "N3", _S.NAME_ONLY, Act.ADD_PORT, Actor.IANA, (Evidence.PORT_REVIEW, Evidence.HOLDER_AGREES),
        _S.WITH_PORT, "RFC 6335 section 8.1.1",
    ),
    line(
        "N4", _S.WITH_PORT, Act.DROP_PORTS, Actor.IANA, Evidence.ALL_PORTS_GONE, _S.NAME_ONLY,
        "RFC 6335 sections 8.2, 8.3",
    ),
    line(
        "N5", _ASSIGNED, Act.DEASSIGN, Actor.IANA, (Evidence.EXPERT, Evidence.COMMENT), _S.RESERVED,
        "RFC 6335 section 8.2",
    ),
    line("N6", _S.RESERVED, Act.ASSIGN, Actor.IETF, _BY_IETF, _S.NAME_ONLY, "RFC 6335 section 8.1"),
    line("N6", _S.RESERVED, Act.ASSIGN, Actor.IESG, _BY_IESG, _S.NAME_ONLY, "RFC 6335 section 8.1"),
    line("N6", _S.RESERVED, Act.ASSIGN_WITH_PORT, Actor.IETF, _BY_IETF, _S.WITH_PORT, "RFC 6335 section 8.1"),
    line("N6", _S.RESERVED, Act.ASSIGN_WITH_PORT, Actor.IESG, _BY_IESG, _S.WITH_PORT, "RFC 6335 section 8.1"),
    line(
        "N7", _ASSIGNED, Act.PASS_ON, Actor.IANA, (Evidence.BOTH_REQUESTS, Evidence.REASON), None,
        "RFC 6335 section 8.5; registry (jmap)",
    ),
    line(
        "N8", _ASSIGNED, Act.RENAME, Actor.ASSIGNEE, Evidence.EFFECTS_ACCEPTED, None, "RFC 7605 section 7.9"
    ),
)  # fmt: skip

SERVICE_NAME: Table[NameState] = Table(
    "a service name", "Service names", tuple(_S), _S.FREE, tuple(chain.from_iterable(_LINES))
)
