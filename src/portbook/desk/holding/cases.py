"""Cases of the office: notices, revocations, appeals, takeovers, early allocations; and one revocation.

A revocation is there for whoever holds what it is about, too.
"""

from typing import Any, NamedTuple
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portbook.desk import problems
from portbook.desk.acting.possible import Possible, possible
from portbook.desk.deeds.forms import MAX_NUMBER
from portbook.desk.entrance import for_roles, signed_in
from portbook.desk.holding.entries import EARLY, address_of, line_of, notice_deeds, sees_case
from portbook.desk.holding.holdings import change_deeds
from portbook.desk.holding.takeovers import takeover_deeds
from portbook.desk.layout import EVENT_READERS
from portbook.desk.members import Person, person_of
from portbook.desk.office import event_sentences
from portbook.desk.sentences import lateness
from portbook.desk.words import day
from portbook.register.cases import Appeal
from portbook.register.operations.acting import parties_of
from portbook.register.operations.returning import told
from portbook.register.reading import running
from portbook.register.reading.running import Early, Revocation
from portbook.register.roles import Role
from portbook.states import RevocationState
from portbook.web import clock

KINDS = {
    "returns": "Returns",
    "contacts": "Other addresses",
    "revocations": "Revocations",
    "appeals": "Appeals",
    "takeovers": "Takeovers",
    "early": "Early allocations",
}

_S = RevocationState
_STEPS: dict[RevocationState, tuple[str, ...]] = {  # what is done in each state, the usual step first
    _S.SUSPECTED: ("revoke", "draft call", "keep", "report life"),
    _S.DRAFTED: ("open call", "keep", "report life"),
    _S.CALL_OPEN: ("close call", "report life"),
    _S.DECIDING: ("decide case", "report life"),
}
NEXT: dict[RevocationState, str] = {
    _S.SUSPECTED: "Its holder may answer until it is due; then it is revoked if clear, or a call is drafted.",
    _S.DRAFTED: "The IESG publishes the call; then record where.",
    _S.CALL_OPEN: "The community answers for four weeks; then close the call.",
    _S.DECIDING: "The IESG and the registry decide with the expert; then record it.",
    _S.REVOKED: "It was revoked. Whoever is concerned may appeal within two months.",
    _S.KEPT: "It was kept.",
    _S.APPEALED: "An appeal runs; its body decides.",
}


class Stage(NamedTuple):
    """A point on the line of a case: what was done, when, and what is on record for it."""

    title: str
    day: str  # "" where only the books tell it
    text: str


@for_roles(Role.REGISTRAR, Role.AUDITOR)
def cases(request: HttpRequest) -> HttpResponse:
    """What runs about entries and contacts."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    chosen = [kind] if kind in KINDS else [*KINDS]
    is_open = state != "closed"
    person, today = person_of(request), clock.instant()[:10]
    parts = {each: _PARTS[each](person, is_open, today) for each in chosen}
    context = {
        "kinds": KINDS,
        "kind": kind if kind in KINDS else "",
        "is_open": is_open,
        "today": today,
        "parts": parts,
        "is_empty": not any(parts.values()),
    }
    return render(request, "desk/cases.html", context)


class Line(NamedTuple):
    """A case in a list."""

    title: str
    address: str
    sentence: str
    is_late: bool  # its day is over: the next step is possible, or due
    deeds: tuple[Possible, ...]


def _returns(person: Person, is_open: bool, today: str) -> list[Line]:
    return [
        Line(
            each.notice.object,
            address_of(each.name),
            waiting(each.notice.state, each.notice.begins, each.notice.ends, today)
            + ("" if each.is_confirmed else " An Assignee has not confirmed it."),
            each.notice.ends < today,
            notice_deeds(person, each) if is_open else (),
        )
        for each in running.returns(is_open=is_open)
    ]


def _contacts(person: Person, is_open: bool, today: str) -> list[Line]:
    return [
        Line(
            f"{each.name}: {', '.join(each.addresses)}",
            f"/desk/contacts/{quote(each.name, safe='')}",
            waiting(each.notice.state, each.notice.begins, each.notice.ends, today)
            + (" An old address confirmed it." if each.is_confirmed else " No old address has confirmed it."),
            each.notice.ends < today,
            change_deeds(person, each) if is_open else (),
        )
        for each in running.contact_changes(is_open=is_open)
    ]


def waiting(state: str, begins: str, ends: str, today: str) -> str:
    """Return how a notice stands: "Begun on 1 June 2031; waits until the end of 1 July 2031."."""
    if state != "open":
        return f"Begun on {day(begins)}; {state}."
    late = lateness(ends, today)
    until = (
        f"its days were over on {day(ends)}, {late} ago" if late else f"waits until the end of {day(ends)}"
    )
    return f"Begun on {day(begins)}; {until}."


def _revocations(person: Person, is_open: bool, today: str) -> list[Line]:
    return [_line_of(person, each, today) for each in running.revocations(is_open=is_open)]


def _line_of(person: Person, found: Revocation, today: str) -> Line:
    case = found.case
    return Line(
        f"Case {case.identity}: {told(found.target)}",
        f"/desk/cases/{case.identity}",
        f"{case.state.capitalize()}, begun on {day(case.began)}.{_clock(case.due, today)} "
        f"{NEXT[_S(case.state)]}",
        bool(lateness(case.due, today)),
        (),
    )


def _clock(due: str, today: str) -> str:
    if late := lateness(due, today):
        return f" It was due on {day(due)}, {late} ago."
    return f" It is due on {day(due)}." if due else ""


def _appeals(person: Person, is_open: bool, today: str) -> list[Line]:
    return [_appeal(person, each) for each in running.appeals(is_open=is_open)]


def _appeal(person: Person, appeal: Appeal) -> Line:
    runs = appeal.state == "running"
    outcome = f"The {appeal.body} hears it." if runs else f"The {appeal.body} decided: {appeal.outcome}."
    return Line(
        f"Appeal {appeal.identity} against Event {appeal.decision_id}",
        f"/desk/events/{appeal.decision_id}",
        f"Filed by {appeal.appellant} on {day(appeal.filed)}. {outcome}",
        False,
        possible(person, (), ["decide appeal"], appeal=appeal.identity) if runs else (),
    )


def _takeovers(person: Person, is_open: bool, today: str) -> list[Line]:
    return [
        Line(
            f"{each.claimant} says that they are {each.contact}",
            f"/desk/takeovers/{each.identity}",
            waiting(each.state, each.begins, each.ends, today)
            + (" An old address confirmed it." if each.confirmation else ""),
            is_open and (bool(each.confirmation) or each.ends < today),
            takeover_deeds(person, each),
        )
        for each in running.takeovers(is_open=is_open)
    ]


def _early(person: Person, is_open: bool, today: str) -> list[Line]:
    return [_early_line(person, each, today) for each in running.early()] if is_open else []


def _early_line(person: Person, early: Early, today: str) -> Line:
    line = line_of(early.held)
    late = lateness(early.expires, today)
    return Line(
        f"{line.name} {line.port} {line.transport}".strip(),
        line.address,
        f"Its day was {day(early.expires)}, {late} ago." if late else f"It lasts until {day(early.expires)}.",
        bool(late),
        possible(person, parties_of([early.held.record]), EARLY, name=line.name),
    )


_PARTS = {
    "returns": _returns,
    "contacts": _contacts,
    "revocations": _revocations,
    "appeals": _appeals,
    "takeovers": _takeovers,
    "early": _early,
}


# -- one revocation


@signed_in
def case(request: HttpRequest, number: int) -> HttpResponse:
    """One case of revocation, from the suspicion to the decision."""
    person, today = person_of(request), clock.instant()[:10]
    found = running.revocation(number) if number <= MAX_NUMBER else None
    if found is None or not sees_case(person, found):
        raise problems.no_such_page("case")
    row = found.case
    state = _S(row.state)
    about = [f"case {number}", told(found.target)]
    events = running.told_of(about) if person.has(*EVENT_READERS) else None
    context: dict[str, Any] = {
        "case": row,
        "what": told(found.target),
        "stages": _stages(found),
        "next": NEXT[state],
        "today": today,
        "late": lateness(row.due, today),
        "deeds": possible(person, found.holders, _STEPS.get(state, ()), case=row.identity),
        **event_sentences.on_a_page(person, events),
    }
    return render(request, "desk/case.html", context)


def _stages(found: Revocation) -> tuple[Stage, ...]:
    row = found.case
    ended = {_S.REVOKED: "Revoked", _S.KEPT: "Kept", _S.APPEALED: "Decided, and under appeal"}
    stages = (
        Stage("Suspected: how its Assignee was asked", row.began, row.attempts),
        Stage("Signs of use", "", row.life),
        Stage("The need", "", row.need),
        Stage("The request to the IESG", "", row.draft),
        Stage("What the expert says", "", row.expert),
        Stage("The call was opened, for four weeks", row.called, row.call),
        Stage(ended.get(_S(row.state), ""), "", row.decision),
    )
    return tuple(stage for stage in stages if stage.text)
