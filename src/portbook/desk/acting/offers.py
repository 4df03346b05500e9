"""Offers: the deeds that somebody may do with an application now, as buttons and forms of its page."""

import secrets
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.forms import Form

from portbook.desk.acting.deed_page import Said
from portbook.desk.applying.poor_answers import Poor, poor_answers
from portbook.desk.deeds import Deed, table
from portbook.findings import Action, Finding
from portbook.register.limits import MAX_TEXT
from portbook.register.reading import whole
from portbook.register.reading.whole import Opened
from portbook.states import ApplicationState

EDIT = "change application"  # has a page of its own, with the form of an application
VALIDATE = "validate"
RECOMMEND = "recommend"
RECUSE = "recuse"

# What is short enough to be answered on the page itself; the rest has its own.
_ON_THE_PAGE = ("open", "answer", "confirm", "give back", "advise", RECOMMEND)
_IN_TIME = ("remind", "lapse", "close unconfirmed")  # when a clock says so
_STOPS = {Action.REJECT, Action.RETURN, Action.BLOCK}
_S = ApplicationState
_USUAL = {  # what is done next in most cases
    _S.DRAFT: "submit",
    _S.NEW: "validate",
    _S.VALIDATING: "validate",
    _S.WITH_REQUESTER: "answer",
    _S.CONFIRMING: "confirm",
    _S.EXPERT_REVIEW: RECOMMEND,
    _S.INTERNAL_REVIEW: "advise",
    _S.IESG: "record decision",
    _S.IETF_DOC: "record decision",
    _S.ASSIGNABLE: "assign",
}
_TO_MEND = {  # the same, where its author has to mend; to be given back it has to be begun (A2, A3)
    _S.NEW: "open",
    _S.VALIDATING: "give back",
    _S.WITH_REQUESTER: EDIT,
}


class Offer(NamedTuple):
    """One deed; with a form when it is done on the page itself."""

    deed: Deed
    address: str
    form: Form | None
    said: Said | None
    is_in_time: bool
    is_first: bool = False  # the usual next step


def offers(opened: Opened) -> tuple[Offer, ...]:
    """Return what who looks may do now, what is done on the page first."""
    deeds = {deed.operation: deed for deed in table().values()}
    first = usual(opened)
    found = [
        _offer(opened, deeds[each])._replace(is_first=each == first)
        for each in opened.may
        if each in deeds and each != EDIT
    ]
    return tuple(sorted(found, key=lambda each: (each.is_in_time, not each.is_first, each.form is None)))


def usual(opened: Opened) -> str:
    """Return the operation that is done next in most cases like this, by whoever may do it."""
    state, actions = opened.status.state, {each.action for each in opened.status.findings}
    if state is _S.ASSIGNABLE and actions & _STOPS:
        return "check again"
    mends = Action.RETURN in actions and Action.REJECT not in actions
    return (_TO_MEND if mends else _USUAL).get(state) or _USUAL.get(state, "")


def _offer(opened: Opened, deed: Deed) -> Offer:
    given = of(opened, deed)
    address = f"{deed.address}?{urlencode(given)}"
    is_in_time = deed.operation in _IN_TIME
    if deed.operation not in _ON_THE_PAGE:
        return Offer(deed, address, None, None, is_in_time)
    if deed.operation == "give back":
        poor = poor_answers(opened.asks, opened.policy)
        given["words"] = problems_as_text(opened.status.findings, poor)
    return Offer(deed, address, *forms_of(deed, given), is_in_time)


def of(opened: Opened, deed: Deed) -> dict[str, Any]:
    """Return what a deed's form is told by the page: which application, and as it was looked at."""
    known = {"application": opened.status.waiting.application, "version": opened.status.version}
    return {name: value for name, value in known.items() if name in deed.form.base_fields}


def forms_of(deed: Deed, given: dict[str, Any]) -> tuple[Form, Said]:
    """Return the forms of a deed on a page that has several."""
    said = Said(
        initial={"key": secrets.token_hex(16), "opened": whole.last_event()},
        auto_id=f"{deed.slug}-%s",
    )
    return deed.form(initial=given, auto_id=f"{deed.slug}-%s"), said


def problems_as_text(findings: Iterable[Finding], poor: Iterable[Poor] = ()) -> str:
    """Return what the author can mend as he reads it: what goes back, poor answers, then advice."""
    return "\n".join(_mendable(findings, poor))[:MAX_TEXT]


def _mendable(findings: Iterable[Finding], poor: Iterable[Poor]) -> Iterator[str]:
    found = tuple(findings)
    yield from (str(each.problem) for each in found if each.action is Action.RETURN)
    yield from map(str, poor)
    yield from (f"Advice: {each.problem}" for each in found if each.action is Action.WARN)
