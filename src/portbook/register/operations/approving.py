"""Approving: the word of a second person for exactly one act, for a day (D-7).

Who wants to do an act that needs several persons tries it dry: the answer shows each row that would change,
how many persons it needs, and the digest of all that.  Another registrar who saw it approves the digest, or
for an act of the office an administrator;
whatever changes in between, it is another act.  `acting` takes the word when the act is done.
"""

import re
from datetime import datetime, timedelta
from typing import Any

from portbook.errors import Problem, RuleError, shown
from portbook.findings import Action, Finding
from portbook.register import tables
from portbook.register.acts import Act, Done
from portbook.register.limits import APPROVAL_HOURS
from portbook.register.models import Approval
from portbook.register.operations.acting import Doing, Refused, perform
from portbook.register.operations.dossiers import opened
from portbook.register.roles import RIGHTS, may_approve

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def approve(act: Act, operation: str, digest: str, *, application: int = 0) -> Done:
    """Approve the act *operation* that *digest* stands for; it may be done by another within 24 hours.

    *application* is the one that it is about, if any: nobody approves what is done in his own case.
    """

    def body(doing: Doing) -> Any:
        if application:
            opened(doing, application)
        else:
            doing.may()
        if not may_approve(doing.member, operation):
            message = f"{shown(operation)} is approved by a registrar"
            raise Refused((Finding(Action.REJECT, "", Problem("E-ROLE", message, "docs/register.md")),))
        _see_what_it_is(operation, digest)
        expires = hours_after(doing.work.instant, APPROVAL_HOURS)
        values = {
            "digest": digest,
            "operation": operation,
            "member": doing.act.actor,
            "expires": expires,
            "is_used": False,
        }
        _put(doing, values)
        return {"operation": operation, "digest": digest, "expires": expires}

    return perform(act, "approve", f"act {digest[:64]}", [operation, digest, application], body)


def _see_what_it_is(operation: str, digest: str) -> None:
    if operation not in RIGHTS:
        raise _wrong(f"{shown(operation)} is no operation; the dry run of the act says how it is called")
    if not _DIGEST.fullmatch(digest):
        raise _wrong(
            f"{shown(digest)} is no digest: the dry run of the act gives 64 of the signs 0-9 and a-f"
        )


def _wrong(message: str) -> RuleError:
    return RuleError(Problem("E-APPROVAL", message, "docs/register.md"))


def _put(doing: Doing, values: dict[str, Any]) -> None:
    """Keep one word of each member for one act; raise `RuleError` E-APPROVAL while it holds already."""
    where = "WHERE digest = %s AND member = %s"
    before = tables.load(Approval, where, [values["digest"], values["member"]])
    if before and not before[0].is_used and before[0].expires >= doing.work.instant:
        raise _wrong(f"{shown(values['member'])} gave that word already; it holds until {before[0].expires}")
    if before:
        doing.work.change(Approval, before[0].identity, tables.values_of(before[0]), values)
    else:
        doing.work.add(Approval, values)


def hours_after(instant: str, hours: int) -> str:
    """Return the instant so many hours after *instant*, or before it."""
    moment = datetime.fromisoformat(instant) + timedelta(hours=hours)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
