"""Early allocations after they began: renewed, made permanent, past their day, deprecated, set free.

Rules R-EARLY-5 to R-EARLY-9, lines P13 to P16, through `procedures`; they begin with `assign`.  The words of
chairs and of the IESG are recorded as evidence.
"""

import json
from datetime import date
from typing import Any

from portbook import procedures, review
from portbook.errors import Problem, RuleError, shown
from portbook.names import fold
from portbook.numbers import checked_port
from portbook.procedures import Standing
from portbook.procedures.rows import expiry, is_temporary
from portbook.records import PublishedDate, Record
from portbook.register import tables
from portbook.register.acts import Act, Done
from portbook.register.operations.acting import Doing, parties_of, perform, references
from portbook.register.operations.contesting import not_contested
from portbook.register.operations.entries import need_evidence
from portbook.states import PORT as PORTS
from portbook.states import Act as Step
from portbook.states import Actor, Evidence, PortStanding, move

RENEW = "renew early"

_RULE = "RFC 7120 section 3.3"


def renew(act: Act, name: str, *, chairs: str, decision: str = "", is_before_iesg: bool = False) -> Done:
    """Renew the early allocation of *name* for a year, on the *chairs*' word; again, by the IESG's."""

    def body(doing: Doing) -> Any:
        own = doing.rows.named(name)
        doing.may(parties_of(own))
        standing = _standing(doing, name, is_before_iesg)
        need_evidence(chairs, f"the chairs ask to renew {name!r}")
        doing.rests_on(chairs=chairs, decision=decision)
        expires = PublishedDate(review.early_expires(date.fromisoformat(doing.today), doing.policy))
        basis = doing.basis(is_ietf_action=bool(decision.strip()), evidence=chairs)
        outcome = procedures.renew(doing.rows, name, standing, expires, basis, doing.policy)
        doing.check(outcome.findings)
        if standing.renewals < doing.policy.clocks.early_renewals:
            doing.step(_marked(own), Step.RENEW, Actor.CHAIRS, Evidence.SAME_PROCESS)
        else:
            doing.step(_marked(own), Step.RENEW_AGAIN, Actor.IESG, Evidence.IESG_REVIEW)
        doing.replace_rows(outcome.changes)
        _tell(doing, own, name, "was renewed", expires)
        return {"service": name, "expires": str(expires), "renewals": standing.renewals + 1}

    asked = [name, chairs, decision, is_before_iesg]
    return perform(act, RENEW, f"service {name}", asked, body)


def complete(act: Act, name: str, document: str) -> Done:
    """Make the early allocation of *name* permanent, because *document* is approved (R-EARLY-9)."""

    def body(doing: Doing) -> Any:
        own = doing.rows.named(name)
        doing.may(parties_of(own))
        basis = doing.basis(is_ietf_action=True, reference=references([document] if document else []))
        outcome = procedures.complete(doing.rows, name, basis)
        doing.check(outcome.findings)
        doing.step(_marked(own), Step.COMPLETE, Actor.IANA, Evidence.DOCUMENT_APPROVED)
        doing.replace_rows(outcome.changes)
        _tell(doing, own, name, "was made permanent", doing.today)
        return {"service": name, "document": document}

    return perform(act, "complete early", f"service {name}", [name, document], body)


def tell_expiry(act: Act, name: str) -> Done:
    """Tell that the day of an early allocation is over, so that the chairs say what becomes of it.

    The row stays and shows its day (R-EARLY-8); nothing is given to anybody.
    """

    def body(doing: Doing) -> Any:
        own = doing.rows.named(name)
        doing.may(parties_of(own))
        standing = _standing(doing, name)
        if doing.today <= standing.expires:
            message = f"the early allocation of {name!r} lasts until {standing.expires}"
            raise RuleError(Problem("E-EARLY-EXPIRY", message, _RULE))
        _tell(doing, own, name, "is past its day", standing.expires)
        return {"service": name, "expires": str(standing.expires)}

    return perform(act, "tell early expiry", f"service {name}", [name], body)


def deprecate(act: Act, name: str, *, chairs: str, is_before_iesg: bool = False) -> Done:
    """Mark an expired allocation deprecated on the *chairs*' word: neither assigned nor free (R-EARLY-8)."""

    def body(doing: Doing) -> Any:
        own = doing.rows.named(name)
        doing.may(parties_of(own))
        standing = _standing(doing, name, is_before_iesg)
        not_contested(own)
        doing.rests_on(chairs=chairs)
        outcome = procedures.expire(doing.rows, name, standing, doing.basis(evidence=chairs))
        doing.check(outcome.findings)
        doing.step(_marked(own), Step.EXPIRE, Actor.CHAIRS, Evidence.EXPIRED)
        doing.replace_rows(outcome.changes)
        _tell(doing, own, name, "was deprecated", standing.expires)
        return {"service": name, "expires": str(standing.expires)}

    return perform(act, "deprecate early", f"service {name}", [name, chairs, is_before_iesg], body)


def free(act: Act, port: int, *, chairs: str) -> Done:
    """Set a deprecated port free because the chairs say that it is fit for it (P16)."""

    def body(doing: Doing) -> Any:
        doing.may()
        own = tuple(row for row in doing.rows.at(checked_port(port)) if row.transport)
        not_contested(own)
        doing.rests_on(chairs=chairs)
        outcome = procedures.free(doing.rows, port, doing.basis(evidence=chairs))
        doing.check(outcome.findings)
        standings = doing.standings(port, own)
        if PortStanding.DEPRECATED not in standings:
            message = f"port {port} is no early allocation that expired; the IESG sets it free"
            raise RuleError(Problem("E-STATE-MOVE", message, "docs/states.md"))
        for standing in standings:
            move(PORTS, standing, Step.SET_FREE, Actor.CHAIRS, [Evidence.FIT_TO_FREE])
        doing.replace_rows(outcome.changes)
        return {"port": port}

    return perform(act, "free early", f"port {port}", [port, chairs], body)


def _tell(doing: Doing, own: tuple[Record, ...], name: str, outcome: str, ends: str) -> None:
    doing.tell(parties_of(own), "early", what=name, outcome=outcome, ends=ends, reason=doing.act.reason)


# -- what is on record


def _standing(doing: Doing, name: str, is_before_iesg: bool = False) -> Standing:
    """What is on record of the early allocation of *name*."""
    own = _marked(doing.rows.named(name))
    expires = expiry(own[0]) if own else None
    if expires is None:
        message = f"the registry has no early allocation for {shown(name)}"
        raise RuleError(Problem("E-ROW-MISSING", message, "docs/states.md"))
    return Standing(expires, _renewals(doing, own), is_before_iesg)


def _renewals(doing: Doing, own: tuple[Record, ...]) -> int:
    """How often the rows *own* were renewed since they began, under whatever name."""
    found = doing.work.reader.select("WHERE fold = %s", [fold(own[0].service_name or "")])
    entries = {held.identity for held in found}
    statement = "SELECT changes FROM register_event WHERE operation = %s AND instant >= %s"
    renewed = tables.rows(statement, [RENEW, str(own[0].registration_date or "")])
    return sum(
        any(change["table"] == "entry" and change["identity"] in entries for change in json.loads(changes))
        for (changes,) in renewed
    )


def _marked(own: tuple[Record, ...]) -> tuple[Record, ...]:
    return tuple(row for row in own if is_temporary(row))
