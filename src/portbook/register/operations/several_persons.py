"""Several persons behind one act: how many the policy wants, for what they gave their word, who counts (D-7).

A word is given for what was asked and for the rows as they stood; where either is another, it is for nothing.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from portbook import policy as policies
from portbook.errors import Problem, RuleError, shown
from portbook.register import events, roles, tables
from portbook.register.acts import Act
from portbook.register.changing import Work
from portbook.register.models import Approval, Member

if TYPE_CHECKING:
    from portbook.register.operations.acting import Doing

_SOURCE = "docs/register.md"
_PERSONS = "D-7"


def taken(doing: "Doing") -> dict[str, Any]:
    """Take the word of as many others as the policy wants; tell of a dry run how many, and for what."""
    work, act = doing.work, doing.act
    if _rows_changed(work) > doing.policy.limits.bulk_rows:
        doing.kinds.add(policies.Act.BULK)
    needed = max([1, *map(doing.policy.persons.needed, doing.kinds)])
    if needed == 1 and not act.is_dry and not act.seen:
        return {}
    digest = approval_digest(act, work.changes)
    if act.is_dry:
        return {"operation": act.operation, "needs": needed, "digest": digest}
    if act.seen and act.seen != digest:
        message = f"{shown(act.operation)} would not do now what was shown; look again"
        raise RuleError(Problem("E-STALE", message, _SOURCE))
    given = _approvals(doing, digest)[: needed - 1]
    if len(given) < needed - 1:
        who = "registrar or administrator" if roles.is_of_the_office(act.operation) else "registrar"
        message = (
            f"{shown(act.operation)} needs {needed} persons and has {len(given) + 1}; "
            f"another {who}{_of_another(doing.member)} approves {digest} first"
        )
        raise RuleError(Problem("E-PERSONS", message, _PERSONS))
    for approval in given:
        work.change(Approval, approval.identity, tables.values_of(approval), {"is_used": True})
    work.act = work.act._replace(persons=tuple(approval.member for approval in given), needed=needed)
    return {}


def _of_another(member: Member) -> str:
    return f", who does not act for {shown(member.party)} too," if member.party else ""


def approval_digest(act: Act, changes: Iterable[dict[str, Any]]) -> str:
    """Return what a second person approves: what was asked, and each row as it stands that would change."""
    seen = sorted(
        (change["table"], change["identity"], change["before"]["version"])
        for change in changes
        if change["before"] and "version" in change["before"]
    )
    return events.digest(events.canonical([act.operation, act.object, act.request, seen]))


def _approvals(doing: "Doing", digest: str) -> list[Approval]:
    """The words of others for just this, given in time by members who may act now (T-61).

    Who speak for one contact count as one person; who speak for none are the operator's, and many (D-7).
    """
    where = "WHERE digest = %s AND operation = %s AND member <> %s AND expires >= %s ORDER BY identity"
    found = tables.load(Approval, where, [digest, doing.act.operation, doing.act.actor, doing.work.instant])
    given = [each for each in found if not each.is_used and _may_approve(doing, each.member)]
    parties = {doing.member.party} - {""}  # "": the operator, who is many
    others = []
    for each in given:
        party = doing.work.member(each.member).party
        if party not in parties:
            others.append(each)
            parties |= {party} - {""}
    return others


def _may_approve(doing: "Doing", name: str) -> bool:
    try:
        member = doing.work.member(name)
    except RuleError:
        return False
    return roles.may_approve(member, doing.act.operation) and not doing.is_barred(member)


def _rows_changed(work: Work) -> int:
    """How many entries come, go or say something else; one that only makes room does not."""
    rows = [change for change in work.changes if change["table"] == "entry"]
    return sum(change["after"] is None or set(change["after"]) != {"position"} for change in rows)
