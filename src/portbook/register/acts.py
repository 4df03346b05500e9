"""An act: who does what to which object, and why; what an Event tells besides the change itself.

Values and the checks of their texts; how an act is done, `changing` says.  Reads no clock.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from portbook.errors import Problem, RuleError, shown
from portbook.register import events
from portbook.register.limits import MAX_CHANNEL, MAX_NAME, MAX_TEXT
from portbook.store.edition_files import checked_instant

NO_FIELD = "E-ANSWER-FIELD"

_SOURCE = "docs/register.md"
_LIMITS = {"reason": MAX_TEXT, "channel": MAX_CHANNEL}


class Act(NamedTuple):
    """Who does what to which object, and why."""

    operation: str  # "assign"
    actor: str  # a member's name, or who the channel says it is
    object: str  # "application 17"
    reason: str
    instant: str  # UTC, RFC 3339, from the caller's clock
    channel: str = "command"
    persons: tuple[str, ...] = ()  # the other members who gave their word for it
    needed: int = 1  # how many persons it needs, the actor counted (D-7)
    key: str = ""  # of idempotency: the same act again is answered, not done
    request: str = ""  # what was asked, whole: a key stands for this alone
    is_dry: bool = False  # it is done, told and undone again: nothing of it stays
    seen: str = ""  # the digest that its dry run showed: it is done as shown, or not at all
    emails: tuple[str, ...] = ()  # verified addresses of the actor, where the channel knows them (T-57)
    field: str = ""  # of the answer, that alone is asked for: an act whose answer lacks it is not done

    @property
    def digest(self) -> str:
        """What the key of this act stands for."""
        return events.digest(events.canonical([self.operation, self.object, self.request]))


class Done(NamedTuple):
    """What became of an act: the answer of its body as JSON gives it back, and the number of its Event.

    Of a dry run, `changes` are the rows that it would change, and no Event has the number.
    """

    answer: Any
    event: int
    is_repeated: bool = False
    changes: tuple[dict[str, Any], ...] = ()


def check(act: Act) -> None:
    """Raise `RuleError` E-REGISTER-TEXT, E-EDITION-INSTANT or E-PERSONS for an act that cannot be told so."""
    for field, value in act._asdict().items():
        if isinstance(value, str) and field != "request":
            check_text(field, value, _LIMITS.get(field, MAX_NAME))
    for name in act.persons:
        check_text("person", name, MAX_NAME)
    checked_instant(act.instant)
    persons = {act.actor, *act.persons}
    if len(persons) < max(act.needed, 1 + len(act.persons)):
        message = (
            f"{shown(act.operation)} needs {act.needed} persons, all different; {len(persons)} are named"
        )
        raise RuleError(Problem("E-PERSONS", message, "D-7"))


def check_field(field: str, answer: Collection[str], was_done: str = "") -> None:
    """Raise `RuleError` E-ANSWER-FIELD when *answer* has no such field; *was_done* is told before that."""
    if field not in answer:
        message = f"{was_done}the answer has no field {shown(field)}; it has {', '.join(sorted(answer))}"
        raise RuleError(Problem(NO_FIELD, message, _SOURCE))


def check_text(field: str, text: str, limit: int) -> None:
    """Raise `RuleError` E-REGISTER-TEXT for a text that no table keeps."""
    if len(text) > limit:
        message = f"{field} {shown(text)} has {len(text)} characters; at most {limit} are kept"
        raise RuleError(Problem("E-REGISTER-TEXT", message, "docs/limits.md"))
    try:
        is_kept = b"\0" not in text.encode()
    except UnicodeEncodeError:
        is_kept = False
    if not is_kept:
        message = f"{field} holds a character that no table keeps: U+0000, or half of a surrogate pair"
        raise RuleError(Problem("E-REGISTER-TEXT", message, _SOURCE))
