"""Changing an application that was sent: the same form, filled from its newest version.

What is typed rests on the version that it was begun from.  When that is the newest no more, nothing is lost:
the page says what is different, and the change can rest on the newest one instead (T-56).
"""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from portbook.applications import Application
from portbook.desk import problems
from portbook.desk.applying import drafts, form_pages, mapping, questionnaire, showing, steps
from portbook.desk.applying.drafts import Kept
from portbook.desk.applying.kept import keeps_typed, returned
from portbook.desk.applying.mapping import Typed
from portbook.desk.deeds.forms import MAX_NUMBER
from portbook.desk.dossiers import asked
from portbook.desk.dossiers.asked import Difference
from portbook.desk.entrance import for_roles
from portbook.desk.members import Person, person_of
from portbook.desk.models import Draft
from portbook.findings import Finding
from portbook.policy import Policy
from portbook.register import roles
from portbook.register.operations.dossiers import opened
from portbook.register.reading import statuses
from portbook.register.reading.statuses import Word
from portbook.register.roles import Role
from portbook.states import ApplicationState
from portbook.web import clock

EDIT = "change application"


class Standing(NamedTuple):
    """An application of one's own as it stands."""

    number: int
    state: ApplicationState
    version: str  # the digest of the newest one
    asks: Application
    policy: Policy
    conversation: tuple[Word, ...]

    @property
    def can_be_changed(self) -> bool:
        return self.state in roles.STATES[EDIT]


def standing_of(person: Person, number: int) -> Standing:
    """Return an application that *person* sent; others' are not there (T-58)."""
    if number > MAX_NUMBER:
        raise problems.no_such_page("application")
    dossier = opened(statuses.looking(person.member, clock.instant()), number)
    if dossier.row.submitter != person.member:
        raise problems.no_such_page("application of yours")
    return Standing(
        number,
        dossier.state,
        dossier.version.digest,
        dossier.application,
        dossier.doing.policy,
        tuple(statuses.conversation(dossier)),
    )


def differences(standing: Standing, application: Application) -> tuple[Difference, ...]:
    """Return what *application* would change in what stands."""
    mine = application._replace(requester=standing.asks.requester)
    return asked.differences(standing.asks, mine, standing.policy)


@keeps_typed
@for_roles(Role.APPLICANT)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """The form, filled from the newest version; a change that was begun goes on."""
    person = person_of(request)
    if request.method == "POST":
        return form_pages.take(request, person, _begun(person, number, request.POST.get("version", "")))
    if (typed := returned(request, person)) is not None:
        kept = drafts.save(_begun(person, number), typed)
        return HttpResponseRedirect(steps.address(kept, steps.ALL))
    if begun := drafts.of_application(person, number):
        return HttpResponseRedirect(steps.address(begun, _step(request), form_pages.way(request)))
    standing = standing_of(person, number)
    if not standing.can_be_changed:
        return HttpResponseRedirect(f"/desk/applications/{number}")
    return form_pages.page(request, person, _unsaved(person, standing), _step(request))


def _step(request: HttpRequest) -> str:
    """The step that is asked for; all questions where none is."""
    return form_pages.asked_step(request) or steps.ALL


def mended_at(
    number: int, findings: Iterable[Finding], asks: Application, policy: Policy
) -> dict[Finding, str]:
    """Return where in the form of an application each finding is mended that stands at a question."""
    filled = mapping.filled(mapping.typed_of(asks))
    questions = questionnaire.of_kind(asks.kind, policy, filled)
    found = {}
    for finding in findings:
        if question := mapping.question_at(questions, finding.field):
            asked = urlencode({"step": question.slug, "to": form_pages.REVIEW})
            place = showing.place_of(finding, question)
            found[finding] = f"/desk/applications/{number}/edit?{asked}#{place}"
    return found


def _begun(person: Person, number: int, version: str = "") -> Kept:
    """The change that *person* has begun, or begins now from *version*."""
    if kept := drafts.of_application(person, number):
        return kept
    standing = standing_of(person, number)
    typed = typed_of(person, standing)
    return drafts.begin_change(person, number, version[:64] or standing.version, standing.asks.kind, typed)


def _unsaved(person: Person, standing: Standing) -> Kept:
    """The form of a change of which nothing is typed yet, and so nothing kept."""
    row = Draft(account_id=person.account, application=standing.number, version=standing.version, content="")
    return Kept(row, standing.asks.kind, "", typed_of(person, standing))


def typed_of(person: Person, standing: Standing) -> Typed:
    """Return what stands, as it would be typed; the desk says by itself who asks."""
    typed = mapping.typed_of(standing.asks)
    return {name: text for name, text in typed.items() if (name, text) != ("requester", person.party)}


@keeps_typed
@for_roles(Role.APPLICANT)
def check(request: HttpRequest, number: int) -> HttpResponse:
    """Save what stands in the form of a change, and say what the rules say of it."""
    person = person_of(request)
    kept = drafts.of_application(person, number)
    if request.method == "POST":
        kept = kept or _begun(person, number, request.POST.get("version", ""))
    if kept is None:
        return HttpResponseRedirect(f"/desk/applications/{number}")
    return form_pages.check(request, kept.row.pk)
