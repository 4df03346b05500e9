"""How much one requester asks for: R-REV-2, A-26, T-45."""

from collections.abc import Iterator

from portbook.applications.application import NEW
from portbook.applications.case import Case, blocked, routed
from portbook.findings import Finding

_SOURCE = "the policy's limits"


def mass(case: Case) -> Iterator[Finding]:
    """Many assignments in a short time are looked at by an expert (R-REV-2)."""
    limits = case.policy.limits
    if case.application.kind in NEW and case.circumstances.recent >= limits.mass:
        message = f"{case.circumstances.recent} requests in {limits.mass_days} days: an expert looks at them"
        yield routed("", "W-MASS", message, "RFC 6335 section 7.2")


def open_at_once(case: Case) -> Iterator[Finding]:
    """How many may be open, and sent on one day (T-45)."""
    limits, known = case.policy.limits, case.circumstances
    if known.open_applications >= limits.open_applications:
        message = f"{known.open_applications} applications are open; {limits.open_applications} are allowed"
        yield blocked("", "E-APPLY-OPEN", message, _SOURCE)
    if known.sent_today >= limits.applications_a_day:
        message = f"{known.sent_today} applications came today; {limits.applications_a_day} are allowed"
        yield blocked("", "E-APPLY-DAY", message, _SOURCE)
