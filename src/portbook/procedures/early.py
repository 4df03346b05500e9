"""Early allocations: renewed, made permanent, or expired; they begin with `assigning`.

Rules R-EARLY-5 to R-EARLY-10, from RFC 7120 sections 3.1 to 3.3.  Dates are given; whether the document is
before the IESG, who asks must know.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from portbook.edition import Reason
from portbook.findings import Action, Finding
from portbook.names import same_name
from portbook.policy import RFC6335, Policy
from portbook.procedures.returning import take_back
from portbook.procedures.rows import After, is_temporary, lasting, temporary
from portbook.procedures.values import Basis, Change, Outcome, Row, Rows, finding, outcome
from portbook.records import PublishedDate, Record

_EXPIRY = "RFC 7120 section 3.3"


class Standing(NamedTuple):
    """What is on record of an early allocation."""

    expires: PublishedDate
    renewals: int = 0
    is_before_iesg: bool = False  # before the IESG or in the RFC Editor's queue (R-EARLY-7)


def renew(
    rows: Rows,
    name: str,
    standing: Standing,
    expires: PublishedDate,
    basis: Basis,
    policy: Policy = RFC6335,
) -> Outcome:
    """Return what renewing until *expires* does; again, only on the IESG's word (`basis.is_ietf_action`)."""
    own = _temporary(rows, name)
    found = list(_missing(own, name))
    if standing.renewals >= policy.clocks.early_renewals and not basis.is_ietf_action:
        message = f"the early allocation of {name!r} has been renewed before; the IESG reviews it first"
        found.append(finding(Action.BLOCK, "E-EARLY-RENEWAL", message, _EXPIRY))
    if expires <= standing.expires:
        message = f"the early allocation of {name!r} lasts until {standing.expires} already"
        found.append(finding(Action.BLOCK, "E-EARLY-RENEWAL", message, _EXPIRY))
    why = f"early allocation of {name!r} renewed"
    return outcome(found, (_extended(row, expires, basis, why) for row in own))


def _extended(row: Record, expires: PublishedDate, basis: Basis, why: str) -> Change:
    registered = row.registration_date or basis.date
    description = temporary(lasting(row.description), registered, expires)
    record = replace(row, description=description, modification_date=basis.date)
    return Change((row,), (Row(record, expires=expires),), why)


def complete(rows: Rows, name: str, basis: Basis) -> Outcome:
    """Return what the approval of the document does: the mark goes (R-EARLY-9), the document stands there."""
    own = _temporary(rows, name)
    found = list(_missing(own, name))
    if not basis.reference:
        message = f"no approved document is named for the early allocation of {name!r}"
        found.append(finding(Action.BLOCK, "E-EVIDENCE", message, "RFC 7120 section 3.2"))
    why = f"early allocation of {name!r} made permanent"
    return outcome(found, (Change((row,), (Row(_completed(row, basis)),), why) for row in own))


def _completed(row: Record, basis: Basis) -> Record:
    return replace(
        row,
        description=lasting(row.description),
        modification_date=basis.date,
        reference=basis.reference,
    )


def expire(rows: Rows, name: str, standing: Standing, basis: Basis) -> Outcome:
    """Return what the end of an early allocation does, on the chairs' word (`basis.evidence`; R-EARLY-8).

    Its ports are Reserved, neither assigned nor free; nothing expires while the IESG or the RFC Editor has
    the document (R-EARLY-7), nor before its day.
    """
    own = tuple(row for row in _temporary(rows, name) if row.port_number)
    found = list(_missing(own, name))
    if standing.is_before_iesg:
        message = f"the document of {name!r} is before the IESG or the RFC Editor"
        found.append(finding(Action.BLOCK, "E-EARLY-EXPIRY", message, _EXPIRY))
    if basis.date <= standing.expires:
        message = f"the early allocation of {name!r} lasts until {standing.expires}"
        found.append(finding(Action.BLOCK, "E-EARLY-EXPIRY", message, _EXPIRY))
    if not basis.evidence.strip():
        message = f"the chairs have not said that {name!r} is no longer needed"
        found.append(finding(Action.BLOCK, "E-EVIDENCE", message, _EXPIRY))
    sentence = (f"Early allocation expired on {standing.expires}, previously {name}.",)
    why = f"early allocation of {name!r} expired"
    changes: list[Change] = []
    for port in dict.fromkeys(row.port_number for row in own):
        taken = tuple(row for row in own if row.port_number == port)
        changes += take_back(After(rows, changes), taken, sentence, Reason.DEPRECATED, basis, why)
    return outcome(found, changes)


def _temporary(rows: Rows, name: str) -> tuple[Record, ...]:
    return tuple(
        row for row in rows.named(name) if same_name(row.service_name or "", name) and is_temporary(row)
    )


def _missing(own: tuple[Record, ...], name: str) -> Iterator[Finding]:
    if not own:
        message = f"the registry has no early allocation for {name!r}"
        yield finding(Action.REJECT, "E-ROW-MISSING", message, "docs/states.md")
