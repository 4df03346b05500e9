"""The pages of acts that wait for a second word: the list, and each as it would be done now."""

from collections.abc import Iterable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.desk import problems
from portbook.desk.acting import pending
from portbook.desk.acting.whose import Whose, whose
from portbook.desk.entrance import signed_in
from portbook.desk.limits import MAX_DIGITS
from portbook.desk.members import Person, names_of, person_of
from portbook.desk.models import Pending
from portbook.desk.office.forms import No, Word
from portbook.errors import Problem, RuleError
from portbook.register.pages import path_of
from portbook.register.roles import Role

WORD, NO, DO, AGAIN, BACK = "word", "no", "do", "again", "back"
PAGE = "desk/pending.html"


@signed_in
def waiting(request: HttpRequest) -> HttpResponse:
    """All acts that wait, or were answered lately."""
    found = pending.listed(person_of(request))
    context = {
        "names": _names(found),
        "waiting": [each for each in found if each.is_open],
        "over": [each for each in found if not each.is_open],
    }
    return render(request, "desk/pending_list.html", context)


@signed_in
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One act: what it would do now, and what the reader can do about it."""
    person = person_of(request)
    found = pending.listed(person, number) if len(str(number)) <= MAX_DIGITS else ()
    row = Pending.objects.select_related("account").filter(pk=number).first() if found else None
    if row is None:
        raise problems.no_such_page("act")
    if request.method != "POST":
        return _page(request, row, found[0])
    try:
        return _answered(request, row, found[0], person)
    except RuleError as error:
        refused = problems.problems_of(error)
        return _page(request, row, found[0], status=problems.status_of(error), problems=refused)


def _answered(request: HttpRequest, row: Pending, act: pending.Waiting, person: Person) -> HttpResponse:
    """Do what the button says that was pressed."""
    step = request.POST.get("step", "")
    if not act.is_open:
        raise _over(act)
    if act.is_mine and step == DO:
        _, address = pending.do(row)
        return HttpResponseRedirect(address)
    if act.is_mine and step == AGAIN:
        looked = pending.look(row)
        digest = looked.seed.digest if looked.seed else looked.shown.digest if looked.shown else ""
        if not digest:
            return _page(request, row, act, status=HTTPStatus.CONFLICT)
        return HttpResponseRedirect(f"/desk/pending/{pending.ask_again(row, person, digest).pk}")
    if act.is_mine and step == BACK:
        pending.refuse(row, person, "taken back")
        return HttpResponseRedirect("/desk/pending")
    if step in (WORD, NO) and not act.is_mine and person.has(Role.REGISTRAR):
        return _word(request, row, act, person) if step == WORD else _no(request, row, act, person)
    raise problems.no_such_page("act")


def _word(request: HttpRequest, row: Pending, act: pending.Waiting, person: Person) -> HttpResponse:
    why, looked = Word(request.POST), pending.look(row)
    if not why.is_valid():
        return _page(request, row, act, status=HTTPStatus.UNPROCESSABLE_ENTITY, why=why)
    if not looked.is_as_shown:
        return _page(request, row, act, status=HTTPStatus.CONFLICT, why=why)
    if barred := pending.own_case(row, person):
        raise RuleError(barred)
    done = pending.give_word(row, person, why.cleaned_data["reason"])
    return HttpResponseRedirect(f"/desk/pending/{row.pk}?done={done.event}")


def _no(request: HttpRequest, row: Pending, act: pending.Waiting, person: Person) -> HttpResponse:
    why_not = No(request.POST)
    if not why_not.is_valid():
        return _page(request, row, act, status=HTTPStatus.UNPROCESSABLE_ENTITY, why_not=why_not)
    if not pending.refuse(row, person, why_not.cleaned_data["words"]):
        raise _over(act)
    return HttpResponseRedirect(f"/desk/pending/{row.pk}")


def _names(acts: Iterable[pending.Waiting]) -> dict[str, str]:
    """How those are called who asked, or answered."""
    return names_of(name for act in acts for name in (act.member, act.answered_by, *act.words))


def _over(act: pending.Waiting) -> RuleError:
    message = f"nobody waits for a word for act {act.number} any more; look at what became of it"
    return RuleError(Problem("E-DESK-OVER", message, "docs/desk.md"))


def _whose(person: Person, row: Pending) -> Whose | None:
    form = pending.form_of(row)
    return whose(person, form) if form else None


def _page(
    request: HttpRequest,
    row: Pending,
    act: pending.Waiting,
    *,
    status: int = HTTPStatus.OK,
    problems: tuple[Problem, ...] = (),
    why: Word | None = None,
    why_not: No | None = None,
) -> HttpResponse:
    person = person_of(request)
    can_answer = act.is_open and not act.is_mine and person.has(Role.REGISTRAR)
    looked = pending.look(row) if act.is_open else None
    context = {
        "act": act,
        "names": _names([act]),
        "look": looked,
        "said": pending.said_of(row),
        "page": path_of(act.what) if person.has(Role.REGISTRAR) else "",
        "whose": _whose(person, row) if act.is_open else None,
        "shown": looked.shown if looked else None,
        "own_case": pending.own_case(row, person) if can_answer else None,
        "can_answer": can_answer,
        "has_my_word": person.member in act.words,
        "problems": problems,
        "why": why or Word(),
        "why_not": why_not or No(),
    }
    return render(request, PAGE, context, status=status)
