"""Days: until when each party has time.

The policy's clocks on a calendar: experts (R-REV-17), requesters (A-23), holders, the community call, appeals
(R-APP-4), early allocations (R-EARLY-5).  A last day counts whole, in UTC; months and years are those of the
calendar (A-33).  All dates are arguments.
"""

import calendar
from datetime import date, timedelta

from portbook.policy import RFC6335, Policy


def months_after(day: date, months: int) -> date:
    """Return the same day *months* later; the last of a month that has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def expert_due(asked: date, policy: Policy = RFC6335, *, is_complex: bool = False) -> date:
    """Return the day by which an expert who was asked on *asked* should have answered (R-REV-17)."""
    clocks = policy.clocks
    return asked + timedelta(days=clocks.expert_complex if is_complex else clocks.expert)


def requester_due(asked: date, policy: Policy = RFC6335) -> date:
    """Return the last day on which a requester may answer before the ticket closes (A-23)."""
    return asked + timedelta(days=policy.clocks.requester)


def holder_due(asked: date, policy: Policy = RFC6335) -> date:
    """Return the day by which an Assignee who was asked to agree should have answered."""
    return asked + timedelta(days=policy.clocks.holder)


def call_ends(opened: date, policy: Policy = RFC6335) -> date:
    """Return the last day of a community call that was opened on *opened* (R-REVOKE-4)."""
    return opened + timedelta(days=policy.clocks.call)


def appeal_ends(public: date, policy: Policy = RFC6335) -> date:
    """Return the last day to appeal against a decision that became public on *public* (R-APP-4, A-32)."""
    return months_after(public, policy.clocks.appeal_months)


def early_expires(granted: date, policy: Policy = RFC6335) -> date:
    """Return the day on which an early allocation of *granted*, or a renewal, expires (R-EARLY-5)."""
    return months_after(granted, 12 * policy.clocks.early_years)
