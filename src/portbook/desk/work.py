"""The first page of the desk: what waits for whoever is signed in, in each of his roles."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portbook.desk import sentences
from portbook.desk.acting import pending
from portbook.desk.deeds import Deed, table
from portbook.desk.entrance import signed_in
from portbook.desk.limits import MAX_DUE, MAX_WAITING
from portbook.desk.members import Person, person_of
from portbook.desk.models import Draft
from portbook.desk.office.overview import overview
from portbook.register.operations import turns
from portbook.register.reading import statuses
from portbook.register.reading.statuses import Waiting
from portbook.register.roles import Role
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


class Line(NamedTuple):
    """One application, and how it stands."""

    waiting: Waiting
    sentence: str
    is_late: bool
    is_your_turn: bool


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
def work(request: HttpRequest) -> HttpResponse:
    """What waits for me."""
    person, instant = person_of(request), clock.instant()
    waits = statuses.waits(person.member, instant, MAX_WAITING + 1) if person.roles or person.party else {}
    parts = [_part(role, waits[role], instant[:10]) for role in PLACES if role in waits]
    context = {
        "parts": parts,
        "is_empty": not any(part.lines for part in parts),
        "office": overview(person, instant[:10]),
        "due": _due(person, instant) if person.has(Role.REGISTRAR) else (),
        "words": pending.waiting_for(person),
        "drafts": _drafts(person) if person.has(Role.APPLICANT) else (),
    }
    return render(request, "desk/work.html", context)


def _part(role: Role, waits: tuple[Waiting, ...], today: str) -> Part:
    heading, teaching, more = PLACES[role]
    is_own = role is Role.APPLICANT
    lines = tuple(_line(each, today, is_own=is_own) for each in waits[:MAX_WAITING])
    return Part(role.value, heading, teaching, lines, more if len(waits) > MAX_WAITING else "")


def _line(waiting: Waiting, today: str, *, is_own: bool) -> Line:
    sentence = sentences.standing(
        waiting.word, waiting.turn, waiting.since, waiting.due, today, is_own=is_own
    )
    is_late = bool(sentences.lateness(waiting.due, today))
    return Line(waiting, sentence, is_late, is_own and waiting.turn == turns.REQUESTER)


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


def _drafts(person: Person) -> list[Draft]:
    return list(Draft.objects.filter(account_id=person.account, sent=None).order_by("-saved")[:MAX_WAITING])
