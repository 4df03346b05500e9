"""The expert's checklist: questions of RFC 7605 and RFC 6335, whose answers become a draft of the reasons.

What is asked, `portbook.review.checklist` says.  Nothing is kept of the answers but the draft, and that is
the expert's to change; no answer refuses by itself (R-REV-15, R-REV-16).  The questions belong to the form of
the recommendation, so that what was typed there comes back with the draft.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from portbook.desk import problems
from portbook.desk.acting import offers
from portbook.desk.deeds import table
from portbook.desk.deeds.forms import MAX_NUMBER, lines
from portbook.desk.dossiers import asked as asks
from portbook.desk.entrance import for_roles
from portbook.desk.limits import MAX_REMARK
from portbook.desk.members import person_of
from portbook.findings import Finding
from portbook.register import tables
from portbook.register.limits import MAX_TEXT
from portbook.register.reading import whole
from portbook.register.roles import Role
from portbook.review import CHECKLIST, Item, items_for
from portbook.web import clock

YES, NO = "yes", "no"
REMEMBERED = 64  # lists of questions that nobody answered yet

_BETWEEN = "\n\n"
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


def asked(form: Checklist, findings: Iterable[Finding], items: Iterable[Item]) -> tuple[Asked, ...]:
    """Return the questions *items* with what was answered, what is wrong with that, and the findings."""
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
        for item in items
    )


@lru_cache(maxsize=REMEMBERED)  # most applications have the same findings, or none
def unanswered(findings: tuple[Finding, ...], items: tuple[Item, ...]) -> SafeString:
    """Return the questions *items* as HTML, with the findings and no answer."""
    return _shown(asked(Checklist(), findings, items))


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


def with_draft(typed: str, before: str, now: str) -> str:
    """Return the reasons *typed* with the draft *now*: in the place of the one *before*, else below."""
    kept = typed.replace(before, "", 1) if before else typed
    room = max(MAX_TEXT - len(kept) - len(_BETWEEN), 0)  # what was typed is never cut
    if before and before in typed:
        return typed.replace(before, now[:room], 1)
    return _BETWEEN.join(filter(None, (typed.strip(), now[:room])))


def _typed(posted: QueryDict) -> dict[str, Any]:
    """What stands in the form of the recommendation."""
    texts = {name: lines(posted.get(name, "")) for name in ("verdict", "reasons", "drafted")}
    return {**texts, "grounds": posted.getlist("grounds")}


@for_roles(Role.EXPERT)
@tables.remembering()
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
    given = offers.of(opened, deed) | _typed(request.POST)
    if is_made := form.is_bound and form.is_valid():
        made = draft(form.cleaned_data)
        given |= {"reasons": with_draft(given["reasons"], given["drafted"], made), "drafted": made}
    recommendation, said = offers.forms_of(deed, given)
    context = {
        "opened": opened,
        "questions": _shown(asked(form, opened.status.findings, items_for(dossier.case()))),
        "offer": offers.Offer(deed, deed.address, recommendation, said, is_in_time=False),
        "has_draft": is_made,
        "asks": asks.lines(opened.asks, opened.policy),
    }
    return render(request, "desk/checklist.html", context)
