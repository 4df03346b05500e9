"""The last page of the form: everything that is known of the request, and sending it.

Sent twice, by two presses or from two tabs, it is sent once: the key of the act is that of the draft and its
words (I-12).  What is refused changes nothing, and the draft stays.
"""

from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.applications import Reading
from portbook.desk import problems, sentences
from portbook.desk.applying import changes, checks, choices, drafts, form_pages, mapping, showing, steps
from portbook.desk.applying.checks import Look
from portbook.desk.applying.drafts import Kept
from portbook.desk.applying.kept import keeps_typed, ticket
from portbook.desk.applying.poor_answers import poor_answers
from portbook.desk.deeds.forms import lines
from portbook.desk.entrance import for_roles
from portbook.desk.members import CHANNEL, Person, person_of
from portbook.errors import PortbookError, Problem
from portbook.findings import Finding
from portbook.register.acts import Act, Done
from portbook.register.limits import MAX_TEXT
from portbook.register.operations import applying
from portbook.register.roles import Role
from portbook.states import ApplicationState
from portbook.web import clock
from portbook.web.shown import edition_of

_CHANGED = Problem(
    "E-DESK-CHANGED",
    "the draft was changed in another tab since you looked at it; here it is as it stands now",
    "docs/desk.md",
)
_WAY_OUT = {  # what helps when a limit stops a request (T-45)
    "E-APPLY-OPEN": "Take one back that you need no more, or wait for a decision. The draft stays here.",
    "E-APPLY-DAY": "Send it tomorrow: the draft stays here.",
    "E-STALE": "Below stands what is different now.",
    "E-FROZEN": "Nothing is taken for now. The draft stays here.",
}
_KEEP, _TO, _NEWEST = "keep", "to", "newest"  # what buttons say, besides that it is sent


@keeps_typed
@for_roles(Role.APPLICANT)
def review(request: HttpRequest, number: int) -> HttpResponse:
    """What is known of a draft as a whole; its last button sends it."""
    person = person_of(request)
    kept = drafts.mine(person, number)
    if kept.row.sent is not None:
        return HttpResponseRedirect(f"/desk/applications/{kept.row.sent}")
    if request.method != "POST":
        return _page(request, person, kept)
    kept = drafts.say(kept, _words(request)) if "words" in request.POST else kept
    go, _, where = request.POST.get("go", "").partition(":")
    if go == _KEEP:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if go == _TO:
        return HttpResponseRedirect(_way_to(kept, *where.partition("#")[::2]).address)
    if request.POST.get("seen") != kept.digest:
        return _page(request, person, kept, (_CHANGED,), HTTPStatus.CONFLICT)
    if go == _NEWEST and kept.row.application is not None:
        drafts.rest_on(kept, changes.standing_of(person, kept.row.application).version)
        return HttpResponseRedirect(f"{kept.address}/review")
    try:
        done = _sent(person, kept)
    except PortbookError as error:
        return _page(request, person, kept, problems.problems_of(error), problems.status_of(error))
    application = done.answer["application"]
    drafts.sent(kept, application)
    return HttpResponseRedirect(f"/desk/applications/{application}?done={done.event}")


def _words(request: HttpRequest) -> str:
    return lines(request.POST.get("words", ""))


def _sent(person: Person, kept: Kept) -> Done:
    """Send a new application, a change of one, or the answer that one waits for."""
    reading = _reading(person, kept)
    key = f"draft-{kept.row.pk}-{drafts.digest_of(kept.digest + kept.row.version + kept.words)}"
    act = Act("", person.member, "", "", clock.instant(), CHANNEL, key=key)
    if kept.row.application is None:
        return applying.submit(act, reading)
    number, version = kept.row.application, kept.row.version
    if changes.standing_of(person, number).state is ApplicationState.WITH_REQUESTER:
        return applying.answer(act, number, version=version, words=kept.words, reading=reading)
    return applying.change_application(act, number, reading, version=version)


def _reading(person: Person, kept: Kept) -> Reading:
    return mapping.reading_of(kept.kind, {"requester": person.party, **kept.typed})


def _page(
    request: HttpRequest,
    person: Person,
    kept: Kept,
    found: tuple[Problem, ...] = (),
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    here = edition_of(request)
    seen = checks.look(here, person, kept.kind, kept.typed)
    context: dict[str, Any] = {
        "kept": kept,
        "title": choices.TITLES[kept.kind],
        "page": request.path_info,
        "ticket": ticket(person),
        "problems": found,
        "ways_out": [_WAY_OUT[each.code] for each in found if each.code in _WAY_OUT],
        "seen": seen,
        "by_action": [
            (words, [(each, _mended(kept, seen, each)) for each in seen.findings if each.action is action])
            for action, words in checks.WOULD.items()
        ],
        "poor": [
            (each, _way_to(kept, each.question.slug))
            for each in poor_answers(seen.reading.application, seen.policy)
        ],
        **_answers(kept, seen),
        "preview": checks.preview(seen),
        "gives_way": checks.gives_way(seen),
        "keeps_reference": checks.keeps_reference(seen),
        "how_long": sentences.how_long(seen.policy, asks_experts=bool(seen.checked.route.teams)),
        "suggestions": seen.checked.suggestions,
        "chosen": seen.chosen,
        "to_ports": _way_to(kept, "ports"),
        "to_all": _way_to(kept, steps.ALL),
        "neighbours": seen.checked.neighbours,
        "map": checks.around(seen, here.edition),
        "alike": seen.checked.alike,
        "precedents": seen.checked.precedents,
        "words": kept.words,
        "longest": MAX_TEXT,
        **_change(person, kept, seen.reading),
    }
    return render(request, "desk/apply_review.html", context, status=status)


class Way(NamedTuple):
    """To a place in the form: as a link, and as a button that keeps what was typed here."""

    address: str
    go: str


def _way_to(kept: Kept, slug: str, place: str = "") -> Way:
    """Where a question is answered alone, from where it leads back to the whole; or all of them."""
    address = steps.address(kept, slug, "" if slug == steps.ALL else form_pages.REVIEW)
    return Way(f"{address}#{quote(place)}" if place else address, f"{_TO}:{slug}#{place}")


def _mended(kept: Kept, seen: Look, finding: Finding) -> Way | None:
    """Where *finding* is mended; None for what stands at no question."""
    question = seen.question_of(finding)
    return _way_to(kept, question.slug, showing.place_of(finding, question)) if question else None


def _answers(kept: Kept, seen: Look) -> dict[str, Any]:
    """What is said, and what is needed and missing; questions that may stay empty and do, by name alone."""
    asked = [(each, _way_to(kept, each.slug)) for each in steps.said(seen, kept.choice)]
    shown = [(showing.shown(each, kept.typed, seen, tells=False), where) for each, where in asked]
    return {
        "answers": [(each, where) for each, where in shown if each.mark != checks.OPTIONAL],
        "left_open": [(each.question, where) for each, where in shown if each.mark == checks.OPTIONAL],
    }


def _change(person: Person, kept: Kept, reading: Reading) -> dict[str, Any]:
    """What stands on the page of a change: the state of its application, and what is different by now."""
    if kept.row.application is None:
        return {}
    standing = changes.standing_of(person, kept.row.application)
    return {
        "standing": standing,
        "is_answer": standing.state is ApplicationState.WITH_REQUESTER,
        "is_stale": standing.version != kept.row.version,
        "differences": changes.differences(standing, reading.application),
    }
