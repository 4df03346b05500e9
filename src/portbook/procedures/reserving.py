"""Reserving a free port for a special purpose, and setting a Reserved one free (P10, P11, P16).

Rules R-RESV-2 to R-RESV-4, R-EARLY-8, R-RANGE-8, from RFC 8126 section 6: the change controller decides, not
the operator.  Free means Unassigned on all four transports; the row joins the blocks that it meets.
"""

from collections.abc import Iterator

from portbook.edition import Reason
from portbook.findings import Action, Finding
from portbook.numbers import Transport
from portbook.policy import RFC6335, Policy
from portbook.procedures.rows import RESERVED, is_free_row, joined, order_key, pieces, standing_under
from portbook.procedures.values import Basis, Change, Held, Outcome, Row, Rows, finding, held, outcome
from portbook.records import Record
from portbook.states import PortStanding

_RULE = "RFC 8126 section 6"


def reserve(rows: Rows, port: int, basis: Basis, policy: Policy = RFC6335) -> Outcome:
    """Return what keeping *port* for a special purpose does; `basis.evidence` is the decision."""
    found = list(_undecided(port, basis))
    for transport, there in _everywhere(rows, port):
        if standing_under(policy, port, there.standing) is not PortStanding.UNASSIGNED:
            message = f"port {port}/{transport} is {there.standing}, so it cannot be reserved"
            found.append(finding(Action.BLOCK, "E-PORT-TAKEN", message, _RULE))
    before = tuple(row for row in rows.at(port) if is_free_row(row))
    row = Row(Record(None, str(port), None, RESERVED), Reason.SPECIAL)
    after = [row, *(piece for old in before for piece in pieces(old, port))]
    ordered = tuple(sorted(after, key=lambda each: order_key(each.record)))
    return outcome(found, [Change(before, ordered, f"port {port} reserved")])


def free(rows: Rows, port: int, basis: Basis) -> Outcome:
    """Return what setting *port* free does; `basis.evidence` is the IESG's decision, or the chairs' word.

    A port that is Assigned on some transport keeps its companions (R-MARK-1): it is given back first.
    """
    found = list(_undecided(port, basis))
    standings = list(_everywhere(rows, port))
    for transport, there in standings:
        if there.standing in (PortStanding.ASSIGNED, PortStanding.TEMPORARY):
            message = f"port {port} is assigned on {transport}, so its companions stay Reserved"
            found.append(finding(Action.BLOCK, "E-MARK", message, "RFC 6335 section 8.1"))
    if all(there.standing in (PortStanding.UNASSIGNED, PortStanding.DYNAMIC) for _, there in standings):
        message = f"port {port} is not Reserved on any transport"
        found.append(finding(Action.REJECT, "E-ROW-MISSING", message, _RULE))
    here = rows.at(port)
    taken, row = joined(rows, port)
    left = [piece for old in here for piece in pieces(old, port)]
    after = sorted([Row(row), *left], key=lambda each: order_key(each.record))
    return outcome(found, [Change((*here, *taken), tuple(after), f"port {port} set free")])


def _undecided(port: int, basis: Basis) -> Iterator[Finding]:
    if not basis.evidence.strip():
        message = f"no decision of the change controller on port {port} is on record"
        yield finding(Action.BLOCK, "E-EVIDENCE", message, _RULE)


def _everywhere(rows: Rows, port: int) -> Iterator[tuple[Transport, Held]]:
    for transport in Transport:
        yield transport, held(rows, port, transport)
