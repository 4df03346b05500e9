"""Cases for people: what waits for a day, or runs, about rows and contacts of the registry.

Notices, revocations, appeals, takeovers, early allocations; each list with one statement for itself and one
for the rows that it is about.  Reads only, and all of it: callers show each what he may see.
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from portbook.numbers import Transport
from portbook.procedures import Target
from portbook.procedures.rows import expiry
from portbook.records import Record
from portbook.register import tables
from portbook.register.cases import OPEN, RUNNING, Appeal, Case, Notice, Takeover
from portbook.register.entries import Held, Reader
from portbook.register.limits import MAX_CASES, MAX_TOLD
from portbook.register.operations import notices
from portbook.register.operations.acting import assignees, parties_of
from portbook.register.operations.contacts import CONTACT
from portbook.register.operations.returning import RETURN
from portbook.register.reading import events_about
from portbook.register.reading.holdings import Gathered
from portbook.states import RevocationState

_ENDED = (RevocationState.REVOKED.value, RevocationState.KEPT.value)


# Acts whose words stand in a row, and the columns of such rows.
_SAID = ("answer", "give back", "consult", "advise", "escalate", "confirm", "recommend", "record decision")
_WORDS = {"opinion": "reasons", "message": "text", "confirmation": "reasons", "decision": "words"}


class Noticed(NamedTuple):
    """A notice, and for whom it is."""

    notice: Notice
    name: str  # of the service, or the contact's id
    holders: frozenset[str]  # who speaks for what it is about
    is_confirmed: bool  # no Assignee has to confirm it, or one did
    addresses: tuple[str, ...]  # that a contact is to have
    rows: tuple[Record, ...] = ()  # that are to be given back


class Revocation(NamedTuple):
    """A case of revocation, and who holds what it is about."""

    case: Case
    target: Target
    holders: frozenset[str]


class Told(NamedTuple):
    """An Event as a line."""

    number: int
    instant: str
    actor: str
    operation: str
    object: str
    reason: str


def returns(*, is_open: bool = True) -> tuple[Noticed, ...]:
    """Return the notices of returns, by their last days."""
    found = _notices(RETURN, is_open=is_open)
    targets = [_target(notice) for notice in found]
    rows = Gathered(target.name for target in targets)
    return tuple(_noticed(notice, target, rows) for notice, target in zip(found, targets, strict=True))


def _noticed(notice: Notice, target: Target, rows: Gathered) -> Noticed:
    own = rows.of(target)
    is_confirmed = bool(notice.confirmation) or not notice.asked_by or notice.asked_by in assignees(own)
    return Noticed(notice, target.name, parties_of(own), is_confirmed, (), tuple(own))


def _target(notice: Notice) -> Target:
    name, port, transports, *_ = notices.content(notice)
    return Target(name, port, tuple(map(Transport, transports)))


def contact_changes(*, is_open: bool = True) -> tuple[Noticed, ...]:
    """Return the notices of other addresses, by their last days."""
    return tuple(
        _of_contact(notice, notice.object.removeprefix("contact "))
        for notice in _notices(CONTACT, is_open=is_open)
    )


def _of_contact(notice: Notice, contact_id: str) -> Noticed:
    addresses = tuple(notices.content(notice))
    return Noticed(notice, contact_id, frozenset({contact_id}), bool(notice.confirmation), addresses)


def _notices(kind: str, *, is_open: bool) -> list[Notice]:
    which = "=" if is_open else "<>"
    order = "ends, identity" if is_open else "identity DESC"
    return tables.load(
        Notice, f"WHERE kind = %s AND state {which} %s ORDER BY {order} LIMIT {MAX_CASES}", [kind, OPEN]
    )


def revocations(*, is_open: bool = True) -> tuple[Revocation, ...]:
    """Return the cases of revocation: those with a day first, by it."""
    which = "NOT IN" if is_open else "IN"
    order = "CASE WHEN due = '' THEN 1 ELSE 0 END, due, identity" if is_open else "identity DESC"
    end = f"WHERE state {which} (%s, %s) ORDER BY {order} LIMIT {MAX_CASES}"
    return _revocations(tables.load(Case, end, _ENDED))


def revocation(number: int) -> Revocation | None:
    """Return the case of that number, or None."""
    found = _revocations(tables.load(Case, "WHERE identity = %s", [number]))
    return found[0] if found else None


def _revocations(cases: list[Case]) -> tuple[Revocation, ...]:
    rows = Gathered(case.service for case in cases)
    targets = [
        Target(case.service, case.port, tuple(map(Transport, case.transports.split()))) for case in cases
    ]
    return tuple(
        Revocation(case, target, parties_of(rows.of(target)))
        for case, target in zip(cases, targets, strict=True)
    )


def appeals(*, is_open: bool = True) -> list[Appeal]:
    """Return the appeals, the newest first."""
    which = "=" if is_open else "<>"
    return tables.load(Appeal, f"WHERE state {which} %s ORDER BY identity DESC LIMIT {MAX_CASES}", [RUNNING])


def takeovers(*, is_open: bool = True) -> list[Takeover]:
    """Return the takeovers, by their last days."""
    which, order = ("=", "ends, identity") if is_open else ("<>", "identity DESC")
    return tables.load(Takeover, f"WHERE state {which} %s ORDER BY {order} LIMIT {MAX_CASES}", [OPEN])


def takeover(number: int) -> Takeover | None:
    """Return the takeover of that number, or None."""
    found = tables.load(Takeover, "WHERE identity = %s", [number])
    return found[0] if found else None


def takeovers_of(member: str, party: str) -> list[Takeover]:
    """Return the takeovers that concern a member: what he asked for, and who claims his contact."""
    where = "WHERE claimant = %s OR (contact = %s AND state = %s) ORDER BY identity DESC LIMIT 20"
    return tables.load(Takeover, where, [member, party, OPEN])


class Early(NamedTuple):
    """An early allocation with its last day."""

    held: Held
    expires: str


def early() -> tuple[Early, ...]:
    """Return the early allocations by their last days; deprecated ones are none any more."""
    end = f"WHERE expires <> '' ORDER BY expires, position LIMIT {MAX_CASES}"
    found = Reader().select(end)
    return tuple(Early(held, held.values["expires"]) for held in found if expiry(held.record))


# -- what the books tell of something


def told_of(objects: Iterable[str], name: str = "") -> tuple[Told, ...]:
    """Return the newest Events about *objects*, and about ports of the service *name*."""
    exact = [*dict.fromkeys(objects)]
    where = f"object IN ({tables.marks(len(exact))})"
    values: list[Any] = list(exact)
    if name:
        where += " OR object LIKE %s"
        values.append(f"port % of {name}")
    if sent := events_about.sendings_of([name]):
        where += f" OR number IN ({tables.marks(len(sent))})"
        values += sent
    words = tables.marks(len(_SAID))
    statement = (
        "SELECT number, instant, actor, operation, object, reason, "  # noqa: S608
        f"CASE WHEN reason = '' AND operation IN ({words}) THEN changes ELSE '[]' END FROM register_event "
        f"WHERE {where} ORDER BY number DESC LIMIT {MAX_TOLD}"
    )
    found = tables.rows(statement, [*_SAID, *values])
    return tuple(
        Told(number, instant, actor, operation, about, reason or _said(json.loads(changes)))
        for number, instant, actor, operation, about, reason, changes in found
    )


def _said(changes: list[dict[str, Any]]) -> str:
    """The words that an act put on record, where it has no reason besides; "" for none."""
    said = ((change["after"] or {}).get(_WORDS.get(change["table"], "")) for change in changes)
    return next(filter(None, said), "")
