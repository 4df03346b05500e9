"""Ports: the state of one port on one transport, and what may become of it (lines P1 to P17).

Rules R-RANGE-3, R-RANGE-5, R-MARK, R-DEAS-3, R-EARLY-8, R-RESV-2 and R-RESV-3, R-XFER-2.  No line leads from
Assigned to Unassigned, none leads out of Dynamic, and only P8 changes an Assignee.
"""

from enum import StrEnum
from itertools import chain

from portbook.edition import Reason, State
from portbook.states.machine import Table, line
from portbook.states.words import Act, Actor, Evidence


class PortStanding(StrEnum):
    """The states of RFC 6335 section 6, with the reasons that decide what may follow (R-RESV-2)."""

    UNASSIGNED = "Unassigned"
    ASSIGNED = "Assigned"
    TEMPORARY = "Assigned for a while"  # an early allocation (RFC 7120)
    EDGE = "Reserved, edge of a range"
    SPECIAL = "Reserved, special"
    COMPANION = "Reserved, companion"
    DEASSIGNED = "Reserved, de-assigned"
    REVOKED = "Reserved, revoked"
    RELEASED = "Reserved, released"
    DEPRECATED = "Reserved, early allocation expired"
    DYNAMIC = "Dynamic"  # never assigned


_S = PortStanding
_RESERVED = {
    Reason.EDGE: _S.EDGE,
    Reason.SPECIAL: _S.SPECIAL,
    Reason.COMPANION: _S.COMPANION,
    Reason.DEASSIGNED: _S.DEASSIGNED,
    Reason.REVOKED: _S.REVOKED,
    Reason.RELEASED: _S.RELEASED,
    Reason.DEPRECATED: _S.DEPRECATED,
}
RESERVED_STANDINGS = tuple(_RESERVED.values())


def standing_of(state: State, reason: Reason | None = None, is_temporary: bool = False) -> PortStanding:
    """Return the state of the table for what an edition or a register answers."""
    match state:
        case State.RESERVED:
            return _RESERVED[reason or Reason.SPECIAL]
        case State.ASSIGNED:
            return _S.TEMPORARY if is_temporary else _S.ASSIGNED
        case State.UNASSIGNED:
            return _S.UNASSIGNED
        case State.DYNAMIC:
            return _S.DYNAMIC


_RETURNS = (Actor.ASSIGNEE, Actor.CONTACT, Actor.IANA)

_LINES = (
    line(
        "P1", _S.UNASSIGNED, Act.ASSIGN, Actor.IANA, Evidence.APPLICATION, _S.ASSIGNED,
        "RFC 6335 sections 8.1, 8.1.2",
    ),
    line(
        "P2", _S.UNASSIGNED, Act.RESERVE_COMPANION, Actor.IANA, Evidence.TWIN_ASSIGNED, _S.COMPANION,
        "RFC 6335 sections 7.2, 8.1",
    ),
    line(
        "P3", _S.COMPANION, Act.CONVERT, Actor.IANA, (Evidence.ASSIGNEE_ASKS, Evidence.EXPERT_APPROVAL),
        _S.ASSIGNED, "RFC 6335 section 8.1",
    ),
    line(
        "P4", RESERVED_STANDINGS, Act.ASSIGN_RESERVED, Actor.IETF,
        (Evidence.STANDARDS_ACTION, Evidence.STATEMENT), _S.ASSIGNED, "RFC 6335 section 8.1",
    ),
    line(
        "P4", RESERVED_STANDINGS, Act.ASSIGN_RESERVED, Actor.IESG,
        (Evidence.IESG_APPROVAL, Evidence.STATEMENT), _S.ASSIGNED, "RFC 6335 section 8.1",
    ),
    line(
        "P5", _S.ASSIGNED, Act.DEASSIGN, _RETURNS,
        (Evidence.ASSIGNEE_ASKS, Evidence.USE_HAS_ENDED, Evidence.COMMENT), _S.DEASSIGNED,
        "RFC 6335 section 8.2",
    ),
    line(
        "P6", _S.ASSIGNED, Act.REVOKE, Actor.IANA, (Evidence.CLEAR_DISUSE, Evidence.COMMENT), _S.REVOKED,
        "RFC 6335 section 8.4",
    ),
    line(
        "P6", _S.ASSIGNED, Act.REVOKE_AFTER_CALL, Actor.IANA,
        (Evidence.CALL, Evidence.DECISION, Evidence.COMMENT), _S.REVOKED, "RFC 6335 section 8.4",
    ),
    line(
        "P7", _S.ASSIGNED, Act.REUSE, Actor.ASSIGNEE, (Evidence.FULL_APPLICATION, Evidence.OTHER_USERS),
        _S.ASSIGNED, "RFC 6335 section 8.3",
    ),
    line(
        "P8", _S.ASSIGNED, Act.PASS_ON, Actor.IANA, (Evidence.BOTH_REQUESTS, Evidence.REASON), _S.ASSIGNED,
        "RFC 6335 section 8.5",
    ),
    line(
        "P9", _S.ASSIGNED, Act.RELEASE, Actor.IETF, (Evidence.DOCUMENT, Evidence.COMMENT), _S.RELEASED,
        "RFC 8126 section 2.3; registry (831 to 833)",
    ),
    line(
        "P10", _S.UNASSIGNED, Act.RESERVE, (Actor.IESG, Actor.IETF), Evidence.DECISION, _S.SPECIAL,
        "RFC 8126 section 6",
    ),
    line(
        "P11", RESERVED_STANDINGS, Act.SET_FREE, Actor.IESG, Evidence.DECISION, _S.UNASSIGNED,
        "RFC 8126 section 6",
    ),
    line(
        "P12", _S.UNASSIGNED, Act.ALLOCATE_EARLY, Actor.IANA, Evidence.EARLY_APPROVED, _S.TEMPORARY,
        "RFC 7120 section 3.1",
    ),
    line(
        "P13", _S.TEMPORARY, Act.COMPLETE, Actor.IANA, Evidence.DOCUMENT_APPROVED, _S.ASSIGNED,
        "RFC 7120 section 3.2",
    ),
    line(
        "P14", _S.TEMPORARY, Act.RENEW, Actor.CHAIRS, Evidence.SAME_PROCESS, _S.TEMPORARY,
        "RFC 7120 section 3.3",
    ),
    line(
        "P14", _S.TEMPORARY, Act.RENEW_AGAIN, Actor.IESG, Evidence.IESG_REVIEW, _S.TEMPORARY,
        "RFC 7120 section 3.3",
    ),
    line(
        "P15", _S.TEMPORARY, Act.EXPIRE, Actor.CHAIRS, Evidence.EXPIRED, _S.DEPRECATED, "RFC 7120 section 3.3"
    ),
    line(
        "P16", _S.DEPRECATED, Act.SET_FREE, Actor.CHAIRS, Evidence.FIT_TO_FREE, _S.UNASSIGNED,
        "RFC 7120 section 3.3",
    ),
    line(
        "P17", (_S.DEASSIGNED, _S.REVOKED), Act.ASSIGN_AGAIN, Actor.IANA,
        (Evidence.RANGE_USED_UP, Evidence.NEW_DOCUMENT, Evidence.APPLICATION), _S.ASSIGNED,
        "RFC 6335 sections 7.2, 8.1, 8.2",
    ),
)  # fmt: skip

PORT: Table[PortStanding] = Table(
    "a port", "Ports", tuple(_S), _S.UNASSIGNED, tuple(chain.from_iterable(_LINES))
)
