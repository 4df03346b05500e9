"""The expert's checklist: questions of RFC 7605 and RFC 6335, whose answers become a draft of the reasons.

What is asked, `portbook.review.checklist` says.  Nothing is kept of the answers but the draft, and that is
the expert's to change; no answer refuses by itself (R-REV-15, R-REV-16).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from portbook.desk import problems
from portbook.desk.acting import offers
from portbook.desk.deeds import table
from portbook.desk.deeds.forms import MAX_NUMBER
from portbook.desk.entrance import for_roles
from portbook.desk.limits import MAX_REMARK
from portbook.desk.members import person_of
from portbook.findings import Finding
from portbook.register.limits import MAX_TEXT
from portbook.register.reading import whole
from portbook.register.roles import Role
from portbook.review import CHECKLIST, Item
from portbook.web import clock

YES, NO = "yes", "no"
REMEMBERED = 64  # lists of questions that nobody answered yet

_FOR, _AGAINST, _BESIDES = "It speaks for the request:", "It speaks against it:", "Besides:"


class Checklist(forms.Form):
    """A yes, a no or nothing to each question, and a remark."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for item in CHECKLIST:
            self.fields[item.id] = forms.ChoiceField(choices=((YES, "Yes"), (NO, "No")), required=False)
            self.fields[f"{item.id}-remark"] = forms.CharField(max_length=MAX_REMARK, required=False)


class Asked(NamedTuple):
    """One question on the page, and what the rules found that bears on it."""

    item: Item
    answer: str
    remark: str
    wrong: tuple[str, ...]
    findings: tuple[Finding, ...]


def asked(form: Checklist, findings: Iterable[Finding]) -> tuple[Asked, ...]:
    """Return the questions with what was answered, what is wrong with that, and the findings."""
    found = tuple(findings)
    return tuple(
        Asked(
            item,
            form.data.get(item.id, ""),
            form.data.get(f"{item.id}-remark", ""),
            tuple(
                str(error) for name in (item.id, f"{item.id}-remark") for error in form.errors.get(name, ())
            ),
            tuple(each for each in found if each.code in item.codes),
        )
        for item in CHECKLIST
    )


@lru_cache(maxsize=REMEMBERED)  # most applications have the same findings, or none
def unanswered(findings: tuple[Finding, ...]) -> SafeString:
    """Return the questions as HTML, with the findings and no answer."""
    return _shown(asked(Checklist(), findings))


def _shown(questions: tuple[Asked, ...]) -> SafeString:
    return render_to_string("desk/checklist_questions.html", {"asked": questions})


def draft(answers: dict[str, str]) -> str:
    """Return the reasons that the answers make: what speaks against the request first."""
    parts: dict[str, list[str]] = {_AGAINST: [], _FOR: [], _BESIDES: []}
    for item in CHECKLIST:
        answer, remark = answers.get(item.id, ""), answers.get(f"{item.id}-remark", "").strip()
        if answer or remark:
            heading = _BESIDES if not answer else _FOR if (answer == YES) == item.good else _AGAINST
            words = " ".join(filter(None, (item.question, answer and f"{answer.capitalize()}.", remark)))
            parts[heading].append(f"- {words} ({item.source})")
    text = "\n\n".join("\n".join((heading, *lines)) for heading, lines in parts.items() if lines)
    return text[:MAX_TEXT]


@for_roles(Role.EXPERT)
def checklist(request: HttpRequest, number: int) -> HttpResponse:
    """The checklist of an application, and the recommendation with the draft that it makes."""
    if number > MAX_NUMBER:
        raise problems.no_such_page("application")
    person = person_of(request)
    dossier = whole.dossier_of(person.member, number, clock.instant(), (person.email,))
    opened = whole.application(dossier)
    if offers.RECOMMEND not in opened.may:
        raise problems.no_such_page("recommendation to give")
    form = Checklist(request.POST or None)
    deed = table()[offers.RECOMMEND]
    given = offers.of(opened, deed)
    if form.is_bound and form.is_valid():
        given["reasons"] = draft(form.cleaned_data)
    recommendation, said = offers.forms_of(deed, given)
    context = {
        "opened": opened,
        "questions": _shown(asked(form, opened.status.findings)),
        "offer": offers.Offer(deed, deed.address, recommendation, said, is_in_time=False),
        "has_draft": "reasons" in given,
    }
    return render(request, "desk/checklist.html", context)
