"""Succession: a service passes from one party to another, released and applied for together, in one step.

Rules R-XFER-1 to R-XFER-4, A-5, through `procedures`.  Two persons of the operator see to it (D-7), and both
requests are on record.
"""

from typing import Any

from portbook import policy as policies
from portbook import procedures
from portbook.applications import Kind
from portbook.errors import Problem, RuleError
from portbook.procedures import Succession
from portbook.register.acts import Act, Done
from portbook.register.operations.acting import Doing, assignees, parties_of, perform
from portbook.register.operations.contesting import not_contested
from portbook.register.operations.entries import finish, need_evidence
from portbook.states import Act as Step
from portbook.states import Actor, Evidence


def succeed(
    act: Act, pair: Succession, *, release: str, request: str, expert: str, application: int = 0
) -> Done:
    """Pass the service of *pair* on; *release* and *request* say where the two requests are on record.

    *expert* is what the expert determined about the reason (R-XFER-3).
    """

    def body(doing: Doing) -> Any:
        own = doing.rows.named(pair.name)
        doing.may(parties_of(own) | {pair.applied_by, *pair.contact})  # nobody decides for his own party
        for party in filter(None, (pair.applied_by, *pair.contact)):
            doing.contact(party)
        not_contested(own)
        if pair.applied_by == pair.released_by or assignees(own) == {pair.applied_by}:
            message = f"{pair.applied_by!r} holds {pair.name!r}; nothing passes on"
            raise RuleError(Problem("E-XFER", message, "RFC 6335 section 8.5"))
        doing.needs(policies.Act.SUCCESSION)
        outcome = procedures.succeed(doing.rows, pair, doing.basis(pair.applied_by, expert=expert))
        doing.check(outcome.findings)
        need_evidence(release, f"{pair.released_by!r} releases {pair.name!r}")
        need_evidence(request, f"{pair.applied_by!r} applies for {pair.name!r}")
        doing.rests_on(release=release, request=request, expert=expert)
        evidence = (Evidence.BOTH_REQUESTS, Evidence.REASON)
        doing.name_step(pair.name, Step.PASS_ON, Actor.IANA, *evidence)
        doing.step(own, Step.PASS_ON, Actor.IANA, *evidence)
        doing.replace_rows(outcome.changes)
        finish(doing, application, Kind.SUCCESSION, pair.name)
        facts = {"what": pair.name, "old": pair.released_by, "new": pair.applied_by, "day": doing.today}
        doing.tell(
            {*parties_of(own), pair.applied_by, *pair.contact}, "passed on", reason=pair.reason, **facts
        )
        return {"service": pair.name, "from": pair.released_by, "to": pair.applied_by, "rows": len(own)}

    asked = [pair, release, request, expert, application]
    return perform(act, "succeed", f"service {pair.name}", asked, body)
