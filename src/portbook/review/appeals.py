"""Appeals: who hears them, until when, and what may be decided.

Rules R-APP-1 to 7, from RFC 8126 section 10 (which replaces RFC 5226 section 7) and RFC 2026 section 6.5.
A decision is public from the publication of the change on, a refusal from the day on which the requester was
told (A-32).  While an appeal runs, the contested number is `pending` for every other request (R-APP-7).
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from portbook.errors import Problem, shown
from portbook.findings import Action, Finding, gravest_first
from portbook.policy import RFC6335, Policy
from portbook.review.days import appeal_ends

# Whom a complaint about experts goes to, in this order: the team stands for a working group (R-APP-2).
PATH_OF_COMPLAINTS = ("the expert team", "the Area Director", "the IESG", "the IAB")


class Decision(StrEnum):
    """What a body may decide on an appeal."""

    UPHOLD = "uphold"
    DECIDE_ANEW = "decide anew"
    ANNUL = "annul"  # what stood before the decision stands again


class Appeal(NamedTuple):
    """An appeal as filed."""

    body: str
    facts: str
    filed: date


def appeal_findings(
    appeal: Appeal, public: date, policy: Policy = RFC6335, heard_by: tuple[str, ...] = ()
) -> tuple[Finding, ...]:
    """Return what stands against *appeal*; *heard_by* are the bodies that decided on the matter already.

    For an appeal against such a decision *public* is the day of that one.
    """
    return gravest_first(_appeal_findings(appeal, public, policy, heard_by))


def _appeal_findings(
    appeal: Appeal, public: date, policy: Policy, heard_by: tuple[str, ...]
) -> Iterator[Finding]:
    source = "RFC 2026 section 6.5.4"
    if not appeal.facts.strip():
        message = "the appeal does not state the facts of the dispute"
        yield Finding(Action.RETURN, "facts", Problem("E-APPEAL-FACTS", message, source))
    if appeal.filed > (last := appeal_ends(public, policy)):
        message = f"the appeal came on {appeal.filed}; {last} was the last day"
        yield Finding(Action.REJECT, "filed", Problem("E-APPEAL-LATE", message, source))
    body = next_body(policy, heard_by)
    if body is None:
        message = f"{' and '.join(policy.bodies.appeals)} have decided; nobody comes after them"
        yield Finding(Action.REJECT, "body", Problem("E-APPEAL-ORDER", message, "RFC 8126 section 10"))
    elif appeal.body != body:
        message = f"the appeal goes to {shown(appeal.body)}; {body} hears it first"
        yield Finding(Action.RETURN, "body", Problem("E-APPEAL-ORDER", message, "RFC 8126 section 10"))


def next_body(policy: Policy, heard_by: tuple[str, ...] = ()) -> str | None:
    """Return who hears the appeal next: first the IESG, then the IAB (R-APP-1); None after the last."""
    return next((body for body in policy.bodies.appeals if body not in heard_by), None)


def may_decide(body: str, policy: Policy = RFC6335) -> tuple[Decision, ...]:
    """Return what *body* may decide: a later one annuls, and decides nothing in its place (R-APP-6)."""
    if body not in policy.bodies.appeals:
        return ()
    is_first = body == policy.bodies.appeals[0]
    return (Decision.UPHOLD, Decision.DECIDE_ANEW if is_first else Decision.ANNUL)
