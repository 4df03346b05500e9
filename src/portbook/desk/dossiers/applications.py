"""The list of applications, for each as much as they may see: by state, clock, team, author and text."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portbook.applications import Kind
from portbook.desk import sentences
from portbook.desk.applying.choices import TITLES
from portbook.desk.entrance import signed_in
from portbook.desk.members import names_of, person_of
from portbook.register import tables
from portbook.register.limits import MAX_NAME, MAX_SOUGHT
from portbook.register.reading import lists
from portbook.register.reading.lists import CLOSED, LATE, OPEN, RUNNING, SOON, Listed, Sought
from portbook.register.roles import Role
from portbook.states import PUBLIC_WORDS, ApplicationState
from portbook.web import clock

STATES = {
    OPEN: "Open",
    CLOSED: "Closed",
    **{state.value: PUBLIC_WORDS[state] for state in ApplicationState},
    ApplicationState.CONFIRMING.value: "Validating, with a holder",
}
CLOCKS = {LATE: "Already late", SOON: "Within a week", RUNNING: "On some day"}

_ADDRESS = "/desk/applications"


@signed_in
@tables.remembering()
def applications(request: HttpRequest) -> HttpResponse:
    """The applications that I may see."""
    person, instant = person_of(request), clock.instant()
    sought = _sought(request)
    page = lists.applications(person.member, instant, sought)
    asked = {name: value for name, value in sought._asdict().items() if value and name != "after"}
    sees_all = person.has(Role.REGISTRAR, Role.AUDITOR)
    context = {
        "rows": [
            (each, TITLES[Kind(each.kind)], _sentence(each, instant[:10], person.member))
            for each in page.found
        ],
        "sought": sought,
        "is_filtered": bool(asked),
        "first": "" if not sought.after else _address(asked),
        "next": _address({**asked, "after": page.next}) if page.next else "",
        "states": STATES,
        "clocks": CLOCKS,
        "teams": page.teams,
        "names": names_of(each.submitter for each in page.found if sees_all),
        "sees_all": sees_all,
        "counts": _counts(person.member, instant) if sees_all and not asked else (),
        "longest": MAX_SOUGHT,
    }
    return render(request, "desk/applications.html", context)


def _sought(request: HttpRequest) -> Sought:
    """What the address asks for; what cannot be asked for is left out."""
    state, clock_asked = request.GET.get("state", ""), request.GET.get("clock", "")
    return Sought(
        state if state in STATES else "",
        clock_asked if clock_asked in CLOCKS else "",
        _text(request, "team"),
        _text(request, "submitter"),
        _text(request, "text")[:MAX_SOUGHT],
        _text(request, "after"),
    )


def _text(request: HttpRequest, name: str) -> str:
    """What the address says; no table keeps U+0000."""
    return request.GET.get(name, "").replace("\0", "")[:MAX_NAME]


def _address(asked: dict[str, str]) -> str:
    return f"{_ADDRESS}?{urlencode(asked)}" if asked else _ADDRESS


def _counts(member: str, instant: str) -> list[tuple[str, int, str]]:
    """How many open applications stand in each state, and where they are listed."""
    found = lists.counts(member, instant)
    return [(STATES[state], number, _address({"state": state})) for state, number in found.items()]


def _sentence(each: Listed, today: str, member: str) -> str:
    return sentences.standing(
        each.word, each.turn, each.since, each.due, today, is_own=each.submitter == member
    )
