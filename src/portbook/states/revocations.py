"""Revocations: from a suspicion to the decision, the community call between (lines V1 to V9; R-REVOKE)."""

from enum import StrEnum
from itertools import chain

from portbook.states.machine import Table, line
from portbook.states.words import Act, Actor, Evidence


class RevocationState(StrEnum):
    """Where the case of one assignment stands."""

    NONE = "no case"
    SUSPECTED = "suspected"
    DRAFTED = "call drafted"
    CALL_OPEN = "call open"
    DECIDING = "deciding"
    REVOKED = "revoked"
    KEPT = "kept"
    APPEALED = "under appeal"


_S = RevocationState
_RULE = "RFC 6335 section 8.4"
_APPEALS = "RFC 8126 section 10"
_IESG_IAB = (Actor.IESG, Actor.IAB)

_LINES = (
    line(
        "V1", _S.NONE, Act.SUSPECT, Actor.IANA, Evidence.ATTEMPTS, _S.SUSPECTED,
        f"{_RULE}; RFC 8126 section 9.4",
    ),
    line("V2", _S.SUSPECTED, Act.REVOKE, Actor.IANA, Evidence.CLEAR_DISUSE, _S.REVOKED, _RULE),
    line("V3", _S.SUSPECTED, Act.KEEP, Actor.IANA, Evidence.USE_OR_NO_NEED, _S.KEPT, _RULE),
    line(
        "V4", _S.SUSPECTED, Act.DRAFT_CALL, Actor.IANA, (Evidence.EXPERT, Evidence.DRAFT), _S.DRAFTED, _RULE
    ),
    line("V5", _S.DRAFTED, Act.PUBLISH_CALL, Actor.IESG, Evidence.PUBLISHED, _S.CALL_OPEN, _RULE),
    line("V6", _S.CALL_OPEN, Act.CLOSE_CALL, Actor.TIMER, Evidence.CALL, _S.DECIDING, _RULE),
    line(
        "V7", _S.DECIDING, Act.DECIDE_TO_REVOKE, Actor.IESG, (Evidence.EXPERT, Evidence.ANNOUNCED),
        _S.REVOKED, _RULE,
    ),
    line(
        "V7", _S.DECIDING, Act.DECIDE_TO_KEEP, Actor.IESG, (Evidence.EXPERT, Evidence.ANNOUNCED), _S.KEPT,
        _RULE,
    ),
    line(
        "V8", (_S.REVOKED, _S.KEPT), Act.APPEAL, Actor.CONCERNED, Evidence.APPEAL, _S.APPEALED,
        "RFC 6335 section 8.7; RFC 2026 section 6.5.4",
    ),
    line("V9", _S.APPEALED, Act.REOPEN, _IESG_IAB, Evidence.DECISION, _S.DECIDING, _APPEALS),
    line("V9", _S.APPEALED, Act.DECIDE_TO_REVOKE, _IESG_IAB, Evidence.DECISION, _S.REVOKED, _APPEALS),
    line("V9", _S.APPEALED, Act.DECIDE_TO_KEEP, _IESG_IAB, Evidence.DECISION, _S.KEPT, _APPEALS),
)  # fmt: skip

REVOCATION: Table[RevocationState] = Table(
    "a revocation", "Revocations", tuple(_S), _S.NONE, tuple(chain.from_iterable(_LINES))
)
