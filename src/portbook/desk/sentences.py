"""How an application stands, in a sentence: with whom, since when, until when."""

from datetime import date

from portbook.desk.words import day
from portbook.policy import Policy
from portbook.register.operations import turns

WITH = {
    turns.REQUESTER: "the applicant",
    turns.OPERATOR: "the registry",
    turns.HOLDER: "the holder who is asked",
    turns.EXPERTS: "the experts",
    turns.IESG: "the IESG",
    turns.IETF: "the IETF, for its document",
}


def standing(word: str, turn: str, since: str, due: str, today: str, *, is_own: bool = False) -> str:
    """Return "With the applicant since 3 May 2026; answer due 2 July 2026." or how it ended."""
    if not turn:
        return f"{word} since {day(since)}."
    whom = "you" if is_own and turn == turns.REQUESTER else WITH[turn]
    return f"With {whom} since {day(since)}{_until(due, today)}."


def _until(due: str, today: str) -> str:
    if not due:
        return ""
    late = lateness(due, today)
    if late:
        return f"; the answer was due {day(due)}, {late} ago"
    return f"; answer due {day(due)}" if due != today else "; answer due today"


def how_long(policy: Policy, *, asks_experts: bool) -> str:
    """Return what somebody who asks can know of the time it takes, before anybody has a day to keep."""
    registry = "The registry itself has no day to keep; letters tell how it goes on."
    days, more_days = policy.clocks.expert, policy.clocks.expert_complex
    experts = f"The experts have {days} days for a simple case and {more_days} for a complex one."
    return f"{experts} {registry}" if asks_experts else registry


def lateness(due: str, today: str) -> str:
    """Return for how long *due* has passed, "3 days"; "" when it has not."""
    days = (date.fromisoformat(today) - date.fromisoformat(due)).days if due else 0
    return "" if days <= 0 else "1 day" if days == 1 else f"{days:,} days"
