"""The page of one application, for each who may see it: how it stands, what can be done, and the evidence."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portbook.desk import problems, sentences
from portbook.desk.acting import offers
from portbook.desk.applying import changes, edition_says
from portbook.desk.deeds.forms import MAX_NUMBER
from portbook.desk.dossiers import asked, checklist, holder_to_be, lines_of_grant
from portbook.desk.entrance import signed_in
from portbook.desk.members import person_of
from portbook.findings import Action, Finding
from portbook.register import showing_like, showing_one, tables
from portbook.register.operations.dossiers import Dossier
from portbook.register.operations.turns import TURNS
from portbook.register.publishing import PUBLISHED
from portbook.register.showing_one import Opened
from portbook.review import CHECKLIST
from portbook.states import ApplicationState
from portbook.web import clock
from portbook.web.shown import edition_of

_LEAST = 60  # seconds; what a party had for less is not told
_EDITED_BY = frozenset({offers.EDIT, "answer"})
_FOUND = {  # what findings are called, the gravest first
    Action.REJECT: "It cannot be granted so",
    Action.RETURN: "Its author has to mend",
    Action.BLOCK: "It waits for",
    Action.ROUTE: "It goes another way",
    Action.WARN: "Advice",
}
_OWN = {Action.RETURN: "You have to mend"}


@signed_in
def application(request: HttpRequest, number: int) -> HttpResponse:
    """One application."""
    person, instant = person_of(request), clock.instant()
    if number > MAX_NUMBER:
        raise problems.no_such_page("application")
    dossier = showing_one.dossier_of(person.member, number, instant)
    opened = showing_one.application(dossier)
    status = opened.status
    is_assigned = status.state is ApplicationState.ASSIGNED
    waiting = status.waiting
    context = {
        "opened": opened,
        "status": status,
        "sentence": sentences.standing(
            waiting.word, waiting.turn, waiting.since, waiting.due, instant[:10], is_own=opened.is_own
        ),
        "clocks": [
            (sentences.WITH[each.party], each.seconds) for each in status.clocks if each.seconds >= _LEAST
        ],
        "asks": asked.lines(opened.asks, opened.policy),
        "versions": _versions(opened),
        "found": _by_action(opened, number),
        "offers": offers.offers(opened),
        "is_open": status.state in TURNS,
        "shown_at": _shown_at(request, opened),
        "is_answered_here": opened.is_own and status.state is ApplicationState.WITH_REQUESTER,
        "is_draft": status.state is ApplicationState.DRAFT,
        "can_edit": _can_edit(opened),
        "lines": lines_of_grant.of(opened.asks, instant[:10]) if is_assigned else None,
        "holder_to_be": holder_to_be.of(dossier) if is_assigned else None,
        **_evidence(request, dossier, opened, instant),
    }
    return render(request, "desk/application.html", context)


def _shown_at(request: HttpRequest, opened: Opened) -> str:
    """Where the edition shows what was assigned; "" before one was published and is shown here."""
    statement = (
        "SELECT 1 FROM register_publication WHERE state = %s AND after_event >= "
        "(SELECT MAX(number) FROM register_event WHERE object = %s)"
    )
    name, here = opened.asks.service_name, edition_of(request)
    if opened.status.state is not ApplicationState.ASSIGNED or here.edition.service(name) is None:
        return ""
    is_published = tables.rows(statement, [PUBLISHED, f"application {opened.status.waiting.application}"])
    return here.links.service(name) if is_published else ""


def _versions(opened: Opened) -> list[tuple[int, tuple[asked.Difference, ...]]]:
    """What each version changed, the newest first."""
    pairs = zip(opened.versions, opened.versions[1:], strict=False)
    return [
        (after.number, asked.differences(before.asks, after.asks, opened.policy)) for before, after in pairs
    ][::-1]


def _can_edit(opened: Opened) -> bool:
    return not _EDITED_BY.isdisjoint(opened.may)


def _by_action(opened: Opened, number: int) -> list[tuple[str, list[tuple[Finding, str]]]]:
    """What is found, by what follows from it; with where its author mends it, while that is possible."""
    findings = opened.status.findings
    places = changes.mended_at(number, findings, opened.asks, opened.policy) if _can_edit(opened) else {}
    found = (
        (words, [(each, places.get(each, "")) for each in findings if each.action is action])
        for action, words in (_FOUND | (_OWN if opened.is_own else {})).items()
    )
    return [(words, lines) for words, lines in found if lines]


def _evidence(request: HttpRequest, dossier: Dossier, opened: Opened, instant: str) -> dict[str, Any]:
    """What only those need who judge it: what is known beside the edition, like cases, the checklist."""
    if not opened.is_judge:
        return {}
    here = edition_of(request)
    evidence: dict[str, Any] = {
        "edition_says": edition_says.told(
            here, opened.policy, opened.status.version, opened.asks, instant[:10]
        ),
        "like": showing_like.cases(dossier),
    }
    if offers.RECOMMEND in opened.may:
        evidence["checklist"] = checklist.unanswered(opened.status.findings)
        evidence["number_of_questions"] = len(CHECKLIST)
    return evidence
