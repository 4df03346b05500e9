"""The page of one application, for each who may see it: how it stands, what can be done, and the evidence."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portbook.desk import problems, sentences
from portbook.desk.acting import offers
from portbook.desk.applying import changes, edition_says, files
from portbook.desk.applying.poor_answers import poor_answers
from portbook.desk.deeds.forms import MAX_NUMBER
from portbook.desk.dossiers import asked, checklist, holder_to_be, interests, lines_of_grant
from portbook.desk.entrance import signed_in
from portbook.desk.members import names_of, person_of
from portbook.desk.office import event_sentences
from portbook.findings import Action, Finding
from portbook.names import fold
from portbook.register import tables
from portbook.register.entries import Reader
from portbook.register.operations import turns
from portbook.register.operations.dossiers import Dossier
from portbook.register.operations.turns import TURNS
from portbook.register.publishing import PUBLISHED
from portbook.register.reading import alike, whole
from portbook.register.reading.whole import Opened
from portbook.register.roles import Role
from portbook.review import items_for
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
@tables.remembering()
def application(request: HttpRequest, number: int) -> HttpResponse:
    """One application."""
    person, instant = person_of(request), clock.instant()
    if number > MAX_NUMBER:
        raise problems.no_such_page("application")
    dossier = whole.dossier_of(person.member, number, instant, (person.email,))
    opened = whole.application(dossier)
    status = opened.status
    is_assigned = status.state is ApplicationState.ASSIGNED
    is_published = is_assigned and _is_published(number)
    waiting = status.waiting
    offered = offers.offers(opened)
    aside = next((each for each in offered if each.deed.operation == offers.RECUSE), None)
    aside = aside if opened.barred else None  # the next step of who has an interest stands first
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
        "names": _names(opened),
        "listed": status.findings,
        "found": _by_action(opened, number),
        "offers": [each for each in offered if each is not aside],
        "aside": aside if not dossier.matter.ties else None,
        "tied_teams": interests.tied_teams(dossier) if opened.keeps_books else (),
        "is_open": status.state in TURNS,
        "shown_at": _shown_at(request, opened) if is_published else "",
        "can_publish": is_assigned and not is_published and person.has(Role.REGISTRAR),
        "must_begin": _must_begin(opened),
        "how_long": _how_long(dossier, opened),
        **_before_the_check(opened),
        "is_answered_here": opened.is_own and status.state is ApplicationState.WITH_REQUESTER,
        "is_draft": status.state is ApplicationState.DRAFT,
        "events": [(each, event_sentences.told_of_it(each.operation)) for each in opened.events],
        "can_begin_again": status.state in files.ENDED and opened.is_own and person.has(Role.APPLICANT),
        "can_edit": _can_edit(opened),
        "lines": lines_of_grant.of(opened.asks, instant[:10]) if is_assigned else None,
        "holder_to_be": holder_to_be.of(dossier) if is_assigned else None,
        **_evidence(request, dossier, opened, instant),
    }
    return render(request, "desk/application.html", context)


def _names(opened: Opened) -> dict[str, str]:
    """How those are called whom the page names: to who judges it its author, to who keeps the books all."""
    said = (each.author for team in opened.asked for each in team.said)
    authors = (word.author for word in opened.status.conversation)
    others = (*said, *authors, *(each.actor for each in opened.events)) if opened.keeps_books else ()
    return names_of((opened.submitter, *others))


def _is_published(number: int) -> bool:
    """Whether an edition was published since the last Event of the application."""
    statement = (
        "SELECT 1 FROM register_publication WHERE state = %s AND after_event >= "
        "(SELECT MAX(number) FROM register_event WHERE object = %s)"
    )
    return bool(tables.rows(statement, [PUBLISHED, f"application {number}"]))


def _given(opened: Opened) -> int | None:
    """The first port that was given to the service; None before it was assigned, and for a name alone."""
    name = opened.asks.service_name
    if opened.status.state is not ApplicationState.ASSIGNED or not (name and name.isascii()):
        return None
    rows = Reader().select("WHERE fold = %s AND low IS NOT NULL ORDER BY low", [fold(name)])
    return next((row.record.ports.low for row in rows if row.record.ports), None)


def _shown_at(request: HttpRequest, opened: Opened) -> str:
    """Where the edition shows what was assigned; "" before the one that is shown here has it."""
    name, here = opened.asks.service_name, edition_of(request)
    return here.links.service(name) if here.edition.service(name) is not None else ""


def _must_begin(opened: Opened) -> bool:
    """Whether it could be given back in words, were it only begun (A2): the rules alone do it at once."""
    is_new = opened.status.state is ApplicationState.NEW and "open" in opened.may
    return is_new and any(each.action is Action.RETURN for each in opened.status.findings)


def _how_long(dossier: Dossier, opened: Opened) -> str:
    """What its author can know of the time, while nobody has a day to keep."""
    if not opened.is_own or TURNS.get(opened.status.state) != turns.OPERATOR:
        return ""
    is_approved = opened.status.state in (ApplicationState.ASSIGNABLE, ApplicationState.MODIFIABLE)
    asks_experts = not is_approved and bool(dossier.route().teams)
    return sentences.how_long(opened.policy, asks_experts=asks_experts)


def _before_the_check(opened: Opened) -> dict[str, Any]:
    """What a check by the rules lets pass, and a person should look at first."""
    if offers.VALIDATE not in opened.may:
        return {}
    advice = [each for each in opened.status.findings if each.action is Action.WARN]
    return {"advice": advice, "poor": poor_answers(opened.asks, opened.policy)}


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
    beside = {_FOUND[Action.WARN]} if offers.VALIDATE in opened.may else set()  # `_before_the_check` has it
    return [(words, lines) for words, lines in found if lines and words not in beside]


def _evidence(request: HttpRequest, dossier: Dossier, opened: Opened, instant: str) -> dict[str, Any]:
    """What only those need who judge it: what is known beside the edition, like cases, the checklist."""
    if not opened.is_judge:
        return {}
    here = edition_of(request)
    evidence: dict[str, Any] = {
        "edition_says": edition_says.told(
            here, opened.policy, opened.status.version, opened.asks, instant[:10], _given(opened)
        ),
        "like": alike.cases(dossier),
    }
    if offers.RECOMMEND in opened.may:
        items = items_for(dossier.case())
        evidence["checklist"] = checklist.unanswered(opened.status.findings, items)
        evidence["number_of_questions"] = len(items)
    return evidence
