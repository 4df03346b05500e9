"""Review: where a request goes, what experts say of it, appeals, and early allocations.

Rules R-REV, R-APP and R-EARLY-5 as pure functions of values and dates.  Who has which role, and what was
decided, the register records; what becomes of early allocations, `procedures` says.
"""

from portbook.review.appeals import (
    PATH_OF_COMPLAINTS,
    Appeal,
    Decision,
    appeal_findings,
    may_decide,
    next_body,
)
from portbook.review.checklist import CHECKLIST, Item, items_for
from portbook.review.days import (
    appeal_ends,
    call_ends,
    early_expires,
    expert_due,
    holder_due,
    requester_due,
)
from portbook.review.recommendations import (
    Ground,
    Opinion,
    Person,
    Recommendation,
    Silence,
    Verdict,
    conflict,
    of_all,
    recommendation,
    silence,
)
from portbook.review.routing import LINES, Leg, Route, route, route_in

__all__ = [
    "CHECKLIST",
    "LINES",
    "PATH_OF_COMPLAINTS",
    "Appeal",
    "Decision",
    "Ground",
    "Item",
    "Leg",
    "Opinion",
    "Person",
    "Recommendation",
    "Route",
    "Silence",
    "Verdict",
    "appeal_ends",
    "appeal_findings",
    "call_ends",
    "conflict",
    "early_expires",
    "expert_due",
    "holder_due",
    "items_for",
    "may_decide",
    "next_body",
    "of_all",
    "recommendation",
    "requester_due",
    "route",
    "route_in",
    "silence",
]
