"""The first page of the desk: what waits for whoever is signed in, in each of their roles."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portbook.desk import sentences
from portbook.desk.acting import pending
from portbook.desk.applying import choices, drafts
from portbook.desk.applying.drafts import Kept
from portbook.desk.deeds import Deed, table
from portbook.desk.entrance import signed_in
from portbook.desk.limits import CLOSED_DAYS, MAX_DUE, MAX_WAITING
from portbook.desk.members import Person, names_of, person_of
from portbook.desk.office.overview import overview
from portbook.register import tables
from portbook.register.operations import turns
from portbook.register.reading import lately, statuses, waiting
from portbook.register.reading.statuses import Waiting
from portbook.register.roles import Role
from portbook.states import ApplicationState
from portbook.web import clock

# What comes to each role: its heading, what its empty place says, and where more of it is.
PLACES = {
    Role.REGISTRAR: (
        "For the registry",
        "New applications come here, and those that go on: to check, to record, to assign.",
        "/desk/applications?state=open",
    ),
    Role.EXPERT: (
        "For you as an expert",
        "When your team is asked about an application, it stands here until you have given a recommendation.",
        "/desk/applications?clock=running",
    ),
    Role.HOLDER: (
        "For you as a holder",
        "When somebody asks to share a port of yours, or for more of your service, you are asked here first.",
        "/desk/applications?state=open",
    ),
    Role.APPLICANT: (
        "Your applications",
        "What you send stands here until it is decided, with whose turn it is and until when.",
        "/desk/applications?state=open",
    ),
}

_S = ApplicationState
_ACTS: dict[Role, dict[ApplicationState, str]] = {  # what each does next with what waits for them
    Role.REGISTRAR: {
        _S.NEW: "look at it, then check it or give it back",
        _S.VALIDATING: "check it and send it on, or give it back",
        _S.INTERNAL_REVIEW: "answer the colleague",
        _S.IESG: "record what the IESG decided, once it has",
        _S.IETF_DOC: "record that its document was approved or dropped, once it was",
        _S.ASSIGNABLE: "assign it",
        _S.MODIFIABLE: "enter the change",
        _S.WITH_REQUESTER: "close it, as no answer came",
        _S.CONFIRMING: "close it, as the holder did not answer",
        _S.EXPERT_REVIEW: "remind the experts, or bring it before the IESG",
    },
    Role.EXPERT: dict.fromkeys(waiting.FOR_EXPERTS, "read it and recommend, or step aside"),
    Role.HOLDER: dict.fromkeys(_S, "say whether you agree"),
    Role.APPLICANT: {_S.WITH_REQUESTER: "answer, or change what it asks for", _S.DRAFT: "send it"},
}


class Line(NamedTuple):
    """One application, and how it stands."""

    waiting: Waiting
    sentence: str
    next: str  # what whoever reads it does with it; "" where it waits for others
    is_late: bool
    is_your_turn: bool
    is_waiting: bool  # for who reads it; an application of one's own waits for others most of the time


class Part(NamedTuple):
    """What waits in one role."""

    slug: str
    heading: str
    teaching: str
    lines: tuple[Line, ...]
    more: str  # where the rest is; "" when this is all


class Due(NamedTuple):
    """What a clock has made possible."""

    application: int
    team: str
    day: str
    late: str
    deed: Deed
    address: str


@signed_in
@tables.remembering()
def work(request: HttpRequest) -> HttpResponse:
    """What waits for me."""
    person, instant = person_of(request), clock.instant()
    waits = statuses.waits(person.member, instant, MAX_WAITING + 1) if person.roles or person.party else {}
    parts = [_part(role, waits[role], instant[:10]) for role in PLACES if role in waits]
    office, words = overview(person, instant[:10]), pending.waiting_for(person)
    context = {
        "parts": parts,
        "is_empty": not any(line.is_waiting for part in parts for line in part.lines),
        "office": office,
        "due": _due(person, instant) if person.has(Role.REGISTRAR) else (),
        "words": words,
        "names": names_of([*(each.member for each in words), *(office.people if office else ())]),
        "drafts": _drafts(person) if person.has(Role.APPLICANT) else (),
        "closed": lately.closed(person.member, instant, CLOSED_DAYS, MAX_WAITING)
        if person.has(Role.APPLICANT)
        else (),
        "closed_days": CLOSED_DAYS,
    }
    return render(request, "desk/work.html", context)


def _part(role: Role, waits: tuple[Waiting, ...], today: str) -> Part:
    heading, teaching, more = PLACES[role]
    lines = [_line(each, today, role) for each in waits[:MAX_WAITING]]
    lines.sort(key=lambda each: not each.is_waiting)  # what waits for others comes last
    return Part(role.value, heading, teaching, tuple(lines), more if len(waits) > MAX_WAITING else "")


def _line(each: Waiting, today: str, role: Role) -> Line:
    is_own = role is Role.APPLICANT
    sentence = sentences.standing(each.word, each.turn, each.since, each.due, today, is_own=is_own)
    is_late = bool(sentences.lateness(each.due, today))
    is_your_turn = is_own and each.turn == turns.REQUESTER
    act = _ACTS[role].get(ApplicationState(each.state), "")
    return Line(each, sentence, act, is_late, is_your_turn, is_your_turn or not is_own)


def _due(person: Person, instant: str) -> tuple[Due, ...]:
    deeds = {deed.operation: deed for deed in table().values()}
    return tuple(
        Due(
            each.application,
            each.team,
            each.due,
            sentences.lateness(each.due, instant[:10]),
            deeds[each.operation],
            f"{deeds[each.operation].address}?application={each.application}",
        )
        for each in statuses.due(instant, person.member, MAX_DUE)
    )


def _drafts(person: Person) -> list[tuple[Kept, str]]:
    """What somebody has begun, and typed something into, with what it asks for."""
    found = [(kept, choices.TITLES[kept.kind]) for kept in drafts.listed(person) if any(kept.typed.values())]
    return found[:MAX_WAITING]
