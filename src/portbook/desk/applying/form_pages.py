"""The form of an application: what is needed at all, then one question at a time, or all at once.

Whatever is sent is saved before anything is said about it.  Grave findings are told once at their question;
sent again as it is, the form goes on, for the register takes a request with faults and its author mends it.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.applications import Kind
from portbook.desk import problems
from portbook.desk.applying import checks, choices, drafts, mapping, questionnaire, showing
from portbook.desk.applying.checks import Look
from portbook.desk.applying.drafts import Conflict, Kept
from portbook.desk.applying.fields import Question
from portbook.desk.applying.kept import keeps_typed, returned, ticket
from portbook.desk.applying.mapping import Typed
from portbook.desk.entrance import for_roles
from portbook.desk.members import Person, person_of
from portbook.errors import RuleError
from portbook.register.roles import Role
from portbook.web.shown import edition_of

ALL, MORE, REVIEW = "all", "more", "review"
NEXT, BACK, SAVE, ROW, TAKE = "next", "back", "save", "row", "take"
_FIRST_PORT, _FIRST_RANGE = "ports.0.number", "ports.0.range"


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
            kept = drafts.begin(person, choice.kind, choice.slug, dict(choice.typed))
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
    step = ALL if ALL in request.GET else request.GET.get("step", "")
    return page(request, person, kept, step)


def take(request: HttpRequest, person: Person, kept: Kept) -> HttpResponse:
    """Save what was sent with a step of the form, then go where its button says."""
    typed, step, go = (
        mapping.posted(request.POST),
        request.POST.get("step", ""),
        request.POST.get("go", NEXT),
    )
    if kept.row.sent is not None:
        kept = _anew(request, person, kept, typed)
        return HttpResponseRedirect(address(kept, step))
    if go.startswith(f"{TAKE}:"):
        typed |= {_FIRST_PORT: go.partition(":")[2], _FIRST_RANGE: ""}
    try:
        kept = drafts.save(kept, typed, _is_stale(request, person, step))
    except Conflict as conflict:
        return page(request, person, kept, step, typed=typed, meanwhile=conflict.meanwhile)
    if go == REVIEW:
        return HttpResponseRedirect(f"{kept.address}/review")
    if go == SAVE:
        return HttpResponseRedirect("/desk/apply")
    if go == ROW:
        return HttpResponseRedirect(f"{address(kept, step)}&{MORE}#form")
    if go.startswith(f"{TAKE}:"):
        return HttpResponseRedirect(f"{address(kept, step)}#form")
    return _onward(request, person, kept, step, go)


def _anew(request: HttpRequest, person: Person, kept: Kept, typed: Typed) -> Kept:
    """Keep what was typed into a draft that another tab has sent meanwhile, as one of its own."""
    words = f"Application {kept.row.sent} was sent meanwhile. What you typed since is a draft of its own."
    messages.info(request, words)
    return drafts.begin(person, kept.kind, typed={name: text for name, text in typed.items() if text})


def _onward(request: HttpRequest, person: Person, kept: Kept, step: str, go: str) -> HttpResponse:
    """To the question before or behind; what is grave about this one is told once before."""
    seen = _look(request, person, kept, kept.typed)
    asked = _steps(seen, kept)
    at = next((place for place, each in enumerate(asked) if each.slug == step), None)
    if go == BACK:
        return HttpResponseRedirect(address(kept, asked[max(at - 1, 0)].slug if at is not None else ""))
    told = _told(seen, asked if step == ALL else asked[at : at + 1] if at is not None else (), kept.typed)
    if told and request.POST.get("told") != told:
        return page(request, person, kept, step, told=told)
    if step == ALL or (at is not None and at + 1 == len(asked)):
        return HttpResponseRedirect(f"{kept.address}/review")
    return HttpResponseRedirect(address(kept, asked[at + 1].slug if at is not None else ""))


def _told(seen: Look, questions: tuple[Question, ...], typed: Typed) -> str:
    """What is grave about answers, by a digest; "" when nothing is, or nothing was answered."""
    answered = (each for each in questions if showing.is_answered(each, typed))
    grave = [each for question in answered for each in seen.findings_on(question) if checks.is_grave(each)]
    return drafts.digest_of(repr(grave)) if grave else ""


def address(kept: Kept, step: str) -> str:
    """Return the address of a question of the form."""
    if not step:
        return kept.address
    return f"{kept.address}?{ALL}" if step == ALL else f"{kept.address}?{urlencode({'step': step})}"


def _look(request: HttpRequest, person: Person, kept: Kept, typed: Typed) -> Look:
    return checks.look(edition_of(request), person, kept.kind, typed)


def _steps(seen: Look, kept: Kept) -> tuple[Question, ...]:
    return checks.steps(seen, choices.skipped(kept.choice), kept.typed)


def page(
    request: HttpRequest,
    person: Person,
    kept: Kept,
    step: str,
    *,
    typed: Typed | None = None,
    told: str = "",
    meanwhile: Typed | None = None,
) -> HttpResponse:
    """Return the form at *step*; *typed* is what was not saved, and *meanwhile* why."""
    there = kept.typed | (typed or {})
    seen = _look(request, person, kept, there)
    asked = _steps(seen, kept)
    here = asked[:1] if not step else tuple(each for each in asked if each.slug == step)
    if step == ALL:
        here = seen.questions
    if not here:
        raise problems.no_such_page("question of that name")
    shown = [
        showing.shown(each, there, seen if _is_told(each, there) else None, more=MORE in request.GET)
        for each in here
    ]
    slug = ALL if step == ALL else here[0].slug
    context = {
        "kept": kept,
        "title": choices.TITLES[kept.kind],
        "action": kept.address,
        "page": request.path_info,
        "shown": shown,
        "step": slug,
        "steps": [(each, showing.is_answered(each, there), each in here) for each in asked],
        "number": next((at for at, each in enumerate(asked, 1) if each in here), 1),
        "base": _base(person, kept, slug),
        "ticket": ticket(person),
        "told": told,
        "meanwhile": _labelled(meanwhile),
        **evidence(request, seen, here, there),
    }
    status = HTTPStatus.CONFLICT if meanwhile else HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK
    return render(request, "desk/apply_form.html", context, status=status)


def _base(person: Person, kept: Kept, step: str) -> str:
    """What stands in the fields of *step*, by a digest: what somebody types over."""
    questions = questionnaire.of_kind(kept.kind, checks.policy_for(person), mapping.filled(kept.typed))
    asked = (each for each in questions if step in (ALL, each.slug))
    rows = (row for each in asked for row in mapping.names_of(each, kept.typed))
    return drafts.base_of(kept.typed, (name for row in rows for name in row))


def _is_stale(request: HttpRequest, person: Person, step: str) -> Callable[[Kept], bool]:
    """Whether what was typed over, as the form tells it, is what stands there no more."""
    base = request.POST.get("base", "")
    return lambda kept: bool(base) and base != _base(person, kept, step)


def _is_told(question: Question, typed: Typed) -> bool:
    """Whether anything is said of the answers: not while there are none."""
    return showing.is_answered(question, typed)


def _labelled(typed: Typed | None) -> list[tuple[str, str]]:
    """What another tab saved, by the labels of its fields."""
    fields = ((mapping.field_of(name), text) for name, text in (typed or {}).items())
    return [(field.label, text or "nothing") for field, text in fields if field]


def evidence(
    request: HttpRequest, seen: Look, questions: tuple[Question, ...], typed: Typed
) -> dict[str, Any]:
    """Return what stands beside *questions*: findings, names alike, precedents, good numbers, the map."""
    told = tuple(each for each in questions if _is_told(each, typed))
    found = dict.fromkeys(each for question in told for each in seen.findings_on(question))
    slugs = {each.slug for each in questions}
    asks_port = "ports" in slugs
    return {
        "found": tuple(found),
        "alike": seen.checked.alike if "name" in slugs else (),
        "precedents": seen.checked.precedents if slugs & {"name", "description"} else (),
        "suggestions": seen.checked.suggestions if asks_port else (),
        "neighbours": seen.checked.neighbours if asks_port else (),
        "map": checks.around(seen, edition_of(request).edition) if asks_port else None,
    }


# -- while somebody types


@keeps_typed
@for_roles(Role.APPLICANT)
def check(request: HttpRequest, number: int) -> HttpResponse:
    """Save what stands in the form, and say what the rules say of it: a piece of its page."""
    person = person_of(request)
    kept = drafts.mine(person, number)
    if request.method != "POST":
        return HttpResponseRedirect(kept.address)
    typed, step = mapping.posted(request.POST), request.POST.get("step", "")
    context: dict[str, Any] = {"is_saved": True}
    try:
        if kept.row.sent is None:
            kept = drafts.save(kept, typed, _is_stale(request, person, step))
        else:
            context = {"is_saved": False, "sent": kept.row.sent}
    except Conflict as conflict:
        context = {"is_saved": False, "meanwhile": _labelled(conflict.meanwhile)}
    there = kept.typed | typed
    seen = _look(request, person, kept, there)
    here = tuple(each for each in seen.questions if step in (ALL, each.slug))
    context |= {"kept": kept, "step": step, "base": _base(person, kept, step), "is_piece": True}
    return render(request, "desk/apply_check.html", context | evidence(request, seen, here, there))
