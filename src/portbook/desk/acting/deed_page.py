"""The page of a deed: its form, what it would change, and the act itself; every refusal keeps what was typed.

A form carries a key, so that sent twice it is done once (I-12).  A grave deed is shown first, with each row
that would change, and then done as shown or not at all.  One that needs several persons waits (`pending`).
"""

import secrets
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.desk import problems
from portbook.desk.acting import changed_rows, pending
from portbook.desk.acting.about import about
from portbook.desk.acting.meanwhile import meanwhile
from portbook.desk.acting.whose import whose
from portbook.desk.deeds import Deed, table
from portbook.desk.deeds.forms import MAX_NUMBER, why
from portbook.desk.entrance import signed_in
from portbook.desk.members import CHANNEL, person_of
from portbook.errors import RuleError
from portbook.register.acts import Act, Done
from portbook.register.limits import MAX_NAME
from portbook.register.reading.whole import last_event
from portbook.register.roles import Role
from portbook.web import clock

SHOW, DO, ASK = "show", "do", "ask"


class Said(forms.Form):
    """What every deed is told besides its own fields."""

    reason = why("Reason", "Why you do this. The books keep it.")
    key = forms.CharField(max_length=MAX_NAME, widget=forms.HiddenInput)
    seen = forms.CharField(max_length=MAX_NAME, required=False, widget=forms.HiddenInput)
    opened = forms.IntegerField(  # the last Event when the page was made
        min_value=0, max_value=MAX_NUMBER, required=False, widget=forms.HiddenInput
    )


@signed_in
def deed(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of a deed, and what becomes of it when it is sent."""
    found = table().get(slug)
    if found is None:
        raise problems.no_such_page("act")
    if request.method != "POST":
        given = {
            name: field.widget.value_from_datadict(request.GET, request.FILES, name)
            for name, field in found.form.base_fields.items()
            if name in request.GET
        }
        return _opened(request, found, given)
    form, said = found.form(request.POST), Said(request.POST)
    if not (form.is_valid() and said.is_valid()):
        return _page(request, found, form, said, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    step = request.POST.get("step", SHOW if found.is_grave else DO)
    if found.is_grave and step == DO and not said.cleaned_data["seen"]:
        step = SHOW  # nobody does unseen what is to be seen first
    try:
        return _step(request, found, form, said, step)
    except RuleError as error:
        found_problems = problems.problems_of(error)
        more = {
            "problems": found_problems,
            "meanwhile": meanwhile(person_of(request), error, form, said.cleaned_data["opened"]),
        }
        return _page(request, found, form, said, status=problems.status_of(error), **more)


def _opened(request: HttpRequest, found: Deed, given: dict[str, Any]) -> HttpResponse:
    """The page of a deed as it is opened; a grave one that asks nothing more is shown at once."""
    form, said = found.form(given), Said({"key": secrets.token_hex(16), "opened": last_event()})
    if not found.is_grave or form.visible_fields() or not (form.is_valid() and said.is_valid()):
        return _page(request, found, found.form(initial=given), said)
    try:
        return _page(request, found, form, said, shown=_tried(request, found, form, said))
    except RuleError as error:
        return _page(request, found, form, said, problems=problems.problems_of(error))


def _tried(request: HttpRequest, found: Deed, form: forms.Form, said: Said) -> changed_rows.Shown:
    return changed_rows.shown(found.do(act_of(request, said, is_dry=True), form.cleaned_data))


def _step(request: HttpRequest, found: Deed, form: forms.Form, said: Said, step: str) -> HttpResponse:
    if step == ASK:
        waiting = pending.ask(request, found, form, said)
        return HttpResponseRedirect(f"/desk/pending/{waiting.pk}")
    if step == SHOW:
        return _page(request, found, form, said, shown=_tried(request, found, form, said))
    done = found.do(act_of(request, said, is_dry=False), form.cleaned_data)
    return HttpResponseRedirect(done_address(found, form, done))


def act_of(request: HttpRequest, said: Said, *, is_dry: bool) -> Act:
    """Return who does it, why and when; what it is called and about, the operation says."""
    return Act(
        operation="",
        actor=person_of(request).member,
        object="",
        reason=said.cleaned_data["reason"],
        instant=clock.instant(),
        channel=CHANNEL,
        key=said.cleaned_data["key"],
        is_dry=is_dry,
        seen="" if is_dry else said.cleaned_data["seen"],
        emails=(person_of(request).email,),
    )


def done_address(found: Deed, form: forms.Form, done: Done) -> str:
    """Return the page that shows what became of a deed, with the number of its Event."""
    address = found.then(form.cleaned_data, done.answer)
    return f"{address}{'&' if '?' in address else '?'}done={done.event}"


def _page(
    request: HttpRequest,
    found: Deed,
    form: forms.Form,
    said: Said,
    *,
    status: int = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    if not person_of(request).has(Role.REGISTRAR):
        _hide(form, getattr(form, "of_the_operator", ()))
    person = person_of(request)
    beside = {"about": about(person, form), "whose": whose(person, form)}
    context = {"deed": found, "form": form, "said": said, **beside, **more}
    return render(request, "desk/deed.html", context, status=status)


def _hide(form: forms.Form, names: Iterable[str]) -> None:
    """Ask holders nothing that the operator alone records; what it says of that, the operation judges."""
    for name in names:
        field = form.fields[name]
        field.widget = field.hidden_widget()
