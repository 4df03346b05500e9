"""The form of an application: what is needed at all, then the questions, a few at a time, one, or all.

Whatever is sent is saved before anything is said about it.  What is missing or grave is told once where it
is asked; sent again as it is, the form goes on: the register takes a request with faults, to be mended.
"""

from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.applications import Kind
from portbook.desk import problems
from portbook.desk.applying import (
    beside,
    checks,
    choices,
    drafts,
    fillings,
    mapping,
    questionnaire,
    showing,
    steps,
)
from portbook.desk.applying.checks import Look
from portbook.desk.applying.drafts import Conflict, Kept
from portbook.desk.applying.fields import Question
from portbook.desk.applying.fillings import Known
from portbook.desk.applying.kept import keeps_typed, returned, ticket
from portbook.desk.applying.mapping import Typed
from portbook.desk.applying.showing import ShownQuestion
from portbook.desk.applying.steps import ALL, Step
from portbook.desk.entrance import for_roles
from portbook.desk.members import Person, person_of
from portbook.errors import RuleError
from portbook.findings import Finding
from portbook.register.roles import Role
from portbook.web.shown import edition_of

REVIEW = "review"  # a button, and a way
NEXT, LEAVE, BACK, SAVE, ROW, TAKE, FILL = "next", "leave", "back", "save", "row", "take", "fill"


@for_roles(Role.APPLICANT)
def start(request: HttpRequest) -> HttpResponse:
    """Do you need a port at all?  And what was begun."""
    person = person_of(request)
    if request.method == "POST":
        return _begin(request, person)
    return start_page(request, person)


def start_page(
    request: HttpRequest, person: Person, found: tuple[Any, ...] = (), status: int = HTTPStatus.OK
) -> HttpResponse:
    """Return the first page, with *found* problems of what was sent to it."""
    context = {
        "needless": choices.NEEDLESS,
        "choices": choices.CHOICES,
        "others": choices.OTHERS,
        "drafts": [(kept, choices.TITLES[kept.kind]) for kept in drafts.listed(person)],
        "problems": found,
    }
    return render(request, "desk/apply.html", context, status=status)


def _begin(request: HttpRequest, person: Person) -> HttpResponse:
    word = request.POST.get("choice", "")
    choice, kind = choices.choice_of(word), choices.kind_of(request.POST.get("kind", ""))
    if choice is None and kind is None:
        raise problems.no_such_page("choice of that name")
    try:
        if choice:
            kept = drafts.begin(person, choice.kind, choice.slug)
        else:
            kept = drafts.begin(person, kind or Kind.NAME)
    except RuleError as error:
        return start_page(request, person, problems.problems_of(error), problems.status_of(error))
    return HttpResponseRedirect(kept.address)


# -- the form


@keeps_typed
@for_roles(Role.APPLICANT)
def form(request: HttpRequest, number: int) -> HttpResponse:
    """The questions of a draft."""
    person = person_of(request)
    kept = drafts.mine(person, number)
    if request.method == "POST":
        return take(request, person, kept)
    if kept.row.sent is not None:
        return HttpResponseRedirect(f"/desk/applications/{kept.row.sent}")
    if (typed := returned(request, person)) is not None:
        kept = drafts.save(kept, typed)
        messages.info(request, "What you sent while you were signed out is kept here.")
    return page(request, person, kept, asked_step(request))


def asked_step(request: HttpRequest) -> str:
    """Return the step that the address asks for; "" for none."""
    return ALL if ALL in request.GET else request.GET.get("step", "")


def take(request: HttpRequest, person: Person, kept: Kept) -> HttpResponse:
    """Save what was sent with a step of the form, then go where its button says."""
    typed, slug = mapping.posted(request.POST), request.POST.get("step", "")
    go, _, what = request.POST.get("go", NEXT).partition(":")
    if kept.row.sent is not None:
        kept = _anew(request, person, kept, typed)
        return HttpResponseRedirect(steps.address(kept, slug))
    typed |= _pressed(person, kept.typed | typed, go, what)
    try:
        kept = drafts.save(kept, typed, _is_stale(request))
    except Conflict as conflict:
        return page(request, person, kept, slug, typed=typed, meanwhile=conflict.meanwhile)
    if go == REVIEW:
        return HttpResponseRedirect(f"{kept.address}/review")
    if go == SAVE:
        return HttpResponseRedirect("/desk/apply")
    here = steps.address(kept, slug, way(request))
    if go == ROW:
        return HttpResponseRedirect(f"{steps.address(kept, slug, way(request), what)}#q-{quote(what)}")
    if go in (TAKE, FILL):
        return HttpResponseRedirect(f"{here}#q-{'ports' if go == TAKE else fillings.question_of(what)}")
    return _onward(request, person, kept, slug, go)


def _pressed(person: Person, typed: Typed, go: str, what: str) -> Typed:
    """What a button types by itself: a good number, or what is known already."""
    if go == TAKE:
        return fillings.number(what)
    if go != FILL:
        return {}
    found = fillings.filled(what, Known(person, typed, checks.policy_for(person)))
    if found is None:
        raise problems.no_such_page("button of that name")
    return found


def _anew(request: HttpRequest, person: Person, kept: Kept, typed: Typed) -> Kept:
    """Keep what was typed into a draft that another tab has sent meanwhile, as one of its own."""
    words = f"Application {kept.row.sent} was sent meanwhile. What you typed since is a draft of its own."
    messages.info(request, words)
    return drafts.begin(person, kept.kind, typed={name: text for name, text in typed.items() if text})


def _onward(request: HttpRequest, person: Person, kept: Kept, slug: str, go: str) -> HttpResponse:
    """To the step before or behind; what is missing or grave on this one is told once before."""
    seen = _look(request, person, kept, kept.typed)
    step = steps.step_of(slug, seen, kept.choice)
    around = [each.slug for each in steps.around(slug, seen, kept.choice)]
    at = around.index(slug) if slug in around else None
    if go == BACK:
        return HttpResponseRedirect(steps.address(kept, around[max(at - 1, 0)] if at is not None else ""))
    told = _told(seen, step) if step and go != LEAVE else ()
    if told and request.POST.get("told") != _digest(told):
        return page(request, person, kept, slug, told=told)
    if slug == ALL or way(request) == REVIEW or (at is not None and at + 1 == len(around)):
        return HttpResponseRedirect(f"{kept.address}/review")
    return HttpResponseRedirect(steps.address(kept, around[at + 1] if at is not None else ""))


def _told(seen: Look, step: Step) -> tuple[Finding, ...]:
    """What is missing or grave; what is missing in all, the next page tells, which shows it as a whole."""
    said = [each for each in step.questions if step.slug != ALL or seen.is_answered(each)]
    found = (each for question in said for each in seen.findings_on(question) if checks.is_grave(each))
    return tuple(dict.fromkeys(found))


def _digest(told: tuple[Finding, ...]) -> str:
    return drafts.digest_of(repr(told)) if told else ""


def way(request: HttpRequest) -> str:
    """Where the step leads to when it is answered: REVIEW for who came from there, "" for the next one."""
    given = request.POST if request.method == "POST" else request.GET
    return REVIEW if given.get("to") == REVIEW else ""


def _look(request: HttpRequest, person: Person, kept: Kept, typed: Typed) -> Look:
    return checks.look(edition_of(request), person, kept.kind, typed)


def page(
    request: HttpRequest,
    person: Person,
    kept: Kept,
    slug: str,
    *,
    typed: Typed | None = None,
    told: tuple[Finding, ...] = (),
    meanwhile: Typed | None = None,
) -> HttpResponse:
    """Return the form at the step *slug*; *typed* is what was not saved, and *meanwhile* why."""
    there = kept.typed | (typed or {})
    seen = _look(request, person, kept, there)
    step = steps.step_of(slug, seen, kept.choice)
    if step is None:
        raise problems.no_such_page("question of that name")
    around = [each.slug for each in steps.around(step.slug, seen, kept.choice)]
    grown = request.GET.get(ROW, "")
    asked, folded = (
        [_shown(each, there, seen, grown=grown, tells=bool(told)) for each in part]
        for part in (step.asked, step.folded)
    )
    slugs = [each.slug for each in step.questions]
    context = {
        "kept": kept,
        "title": choices.TITLES[kept.kind],
        "action": kept.address,
        "page": request.path_info,
        "heading": step.title,
        "is_alone": len(slugs) == 1,
        "is_single": step.slug not in steps.SLUGS or step.slug == steps.MORE,
        "asked": asked,
        "folded": folded,
        "step": step.slug,
        "way": way(request),
        "single": next((each.slug for each in steps.singles(seen, kept.choice)), ""),
        "number": around.index(step.slug) + 1 if step.slug in around else 0,
        "count": len(around),
        "slugs": " ".join(slugs),
        "base": _base(person, kept, slugs),
        "ticket": ticket(person),
        "told": _digest(told),
        **beside.missing(told, seen),
        "meanwhile": _labelled(meanwhile),
        **beside.listed(kept, seen, step),
        **beside.evidence(edition_of(request).edition, seen, step.questions),
    }
    status = HTTPStatus.CONFLICT if meanwhile else HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK
    return render(request, "desk/apply_form.html", context, status=status)


def _shown(question: Question, typed: Typed, seen: Look, *, grown: str, tells: bool) -> ShownQuestion:
    """A question as it stands; nothing is said of an answer while there is none, but that it is missed."""
    says = tells or seen.is_answered(question)
    return showing.shown(question, typed, seen, tells=says, more=grown == question.slug)


def _base(person: Person, kept: Kept, slugs: Collection[str]) -> str:
    """What stands in the fields of the questions *slugs*, by a digest: what somebody types over."""
    questions = questionnaire.of_kind(kept.kind, checks.policy_for(person), mapping.filled(kept.typed))
    rows = (row for each in questions if each.slug in slugs for row in mapping.names_of(each, kept.typed))
    return drafts.base_of(kept.typed, (name for row in rows for name in row))


def _is_stale(request: HttpRequest) -> Callable[[Kept], bool]:
    """Whether what was typed over, as the form tells it, is what stands there no more."""
    base = request.POST.get("base", "")
    return lambda kept: bool(base) and base != _base(person_of(request), kept, _slugs(request))


def _slugs(request: HttpRequest) -> frozenset[str]:
    """The questions that stood on the page which was sent."""
    return frozenset(request.POST.get("slugs", "").split())


def _labelled(typed: Typed | None) -> list[tuple[str, str]]:
    """What another tab saved, by the labels of its fields."""
    fields = ((mapping.field_of(name), text) for name, text in (typed or {}).items())
    return [(field.label, text or "nothing") for field, text in fields if field]


# -- while somebody types


@keeps_typed
@for_roles(Role.APPLICANT)
def check(request: HttpRequest, number: int) -> HttpResponse:
    """Save what stands in the form, and say what the rules say of it: a piece of its page."""
    person = person_of(request)
    kept = drafts.mine(person, number)
    if request.method != "POST":
        return HttpResponseRedirect(kept.address)
    typed, slug = mapping.posted(request.POST), request.POST.get("step", "")
    context: dict[str, Any] = {"is_saved": True}
    try:
        if kept.row.sent is None:
            kept = drafts.save(kept, typed, _is_stale(request))
        else:
            context = {"is_saved": False, "sent": kept.row.sent}
    except Conflict as conflict:
        context = {"is_saved": False, "meanwhile": _labelled(conflict.meanwhile)}
    seen = _look(request, person, kept, kept.typed | typed)
    step = steps.step_of(slug, seen, kept.choice) or Step(slug, "", ())
    base = _base(person, kept, _slugs(request))
    context |= {"kept": kept, "step": slug, "base": base, "is_piece": True}
    context |= beside.listed(kept, seen, step)
    context |= beside.evidence(edition_of(request).edition, seen, step.questions)
    return render(request, "desk/apply_check.html", context)
