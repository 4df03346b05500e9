"""What becomes of an act, in a sentence: to whom an application goes, until when a notice waits."""

from collections.abc import Iterable, Mapping
from typing import Any

from portbook.desk.words import day
from portbook.register.acts import Done
from portbook.register.operations.contacts import CONTACT
from portbook.states import ApplicationState

_S = ApplicationState
_TO = {  # what stands where the braces are is until when, if a clock runs
    _S.VALIDATING: "It stays with the registry.",
    _S.WITH_REQUESTER: "It goes back to its author{}.",
    _S.CONFIRMING: "It goes to the holder of what it is about{}.",
    _S.INTERNAL_REVIEW: "It goes to a colleague.",
    _S.IESG: "It goes before the IESG{}.",
    _S.IETF_DOC: "It waits until its document is approved.",
    _S.ASSIGNABLE: "It is approved; next a registrar assigns it.",
    _S.MODIFIABLE: "It is approved; next the change is entered.",
    _S.ASSIGNED: "It is assigned; the next edition shows it.",
    _S.MODIFIED: "The change is entered; the next edition shows it.",
    _S.REFUSED: "It is refused, and its author reads why.",
}
_WORDS = {each.value: words for each, words in _TO.items()}


def goes(done: Done) -> str:
    """Return where what *done* would do sends an application, or what its notice waits for; else ""."""
    answer = done.answer if isinstance(done.answer, Mapping) else {}
    if notice := next((each["after"] for each in done.changes if _opens_notice(each)), None):
        return _waits(notice, needs_assignee=bool(answer.get("needs_assignee")))
    if "application" not in answer or "state" not in answer:
        return ""
    if answer["state"] == _S.EXPERT_REVIEW.value:
        return _to_experts(done.changes)
    until = f", who has until {day(answer['due'])}" if answer.get("due") else ""
    return _WORDS.get(answer["state"], "").format(until)


def _opens_notice(change: Mapping[str, Any]) -> bool:
    return change["table"] == "notice" and not change["before"]


def _waits(notice: Mapping[str, Any], *, needs_assignee: bool) -> str:
    """What is done after the last day of *notice*."""
    can_be_stopped = f"It can be stopped until the end of {day(notice['ends'])}."
    if notice["kind"] == CONTACT:
        return f"{can_be_stopped} Then the registry can give {notice['object']} the other addresses."
    confirmed = ", when an Assignee has confirmed it," if needs_assignee else ""
    return f"{can_be_stopped} Then{confirmed} the registry can make {_reserved(notice['object'])}."


def _reserved(what: str) -> str:
    """What becomes Reserved of *what* is given back: a port, or a name."""
    where, _, name = what.partition(" of ")
    return f"{where} Reserved; the name {name} stays" if name else f"{what} Reserved"


def _to_experts(changes: Iterable[Mapping[str, Any]]) -> str:
    """The teams that are asked anew, each with its last day."""
    asked = [each["after"] for each in changes if each["table"] == "review" and not each["before"]]
    teams = [f"the {each['team']}, who {_has(each['team'])} until {day(each['due'])}" for each in asked]
    return f"It goes to {'; and to '.join(teams)}." if teams else "It goes on being judged by its experts."


def _has(team: str) -> str:
    return "have" if team.endswith("s") else "has"
