"""Contacts at the desk: one with its addresses; which answered when, and letters that ask them again."""

import secrets

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.desk import problems
from portbook.desk.acting.possible import possible
from portbook.desk.deeds.forms import line
from portbook.desk.entrance import for_roles, signed_in
from portbook.desk.holding.entries import line_of
from portbook.desk.holding.holdings import change_deeds, contact_deeds
from portbook.desk.holding.takeovers import act_of, new_link
from portbook.desk.layout import EVENT_READERS
from portbook.desk.limits import MAX_MONTHS
from portbook.desk.members import person_of
from portbook.desk.office import event_sentences
from portbook.errors import RuleError
from portbook.register.limits import MAX_NAME, VERIFIED_MONTHS
from portbook.register.operations import asking_addresses
from portbook.register.reading import asked_addresses, holdings, running
from portbook.register.roles import Role
from portbook.web import clock

_ROWS = "Where this contact is Assignee or Contact"


class Age(forms.Form):
    """Since when no address answered."""

    months = forms.IntegerField(
        label="Months without an answer",
        min_value=1,
        max_value=MAX_MONTHS,
        help_text=f"From 1 to {MAX_MONTHS}. An address counts as verified for {VERIFIED_MONTHS}.",
    )


class Letters(Age):
    """Letters to those that did not answer."""

    reason = line("Reason", "The books keep it.", required=False)
    key = forms.CharField(max_length=MAX_NAME, widget=forms.HiddenInput)


@for_roles(Role.REGISTRAR, Role.AUDITOR)
def contacts(request: HttpRequest) -> HttpResponse:
    """Which contacts did not answer for long, and what became of letters to them."""
    if request.method == "POST":
        return _send(request)
    asked = Age(request.GET if "months" in request.GET else {"months": VERIFIED_MONTHS})
    months = asked.cleaned_data["months"] if asked.is_valid() else VERIFIED_MONTHS
    return _page(request, asked, months)


def _page(
    request: HttpRequest,
    asked: Age,
    months: int,
    *,
    status: int = 200,
    problems: tuple[object, ...] = (),
) -> HttpResponse:
    person, today = person_of(request), clock.instant()[:10]
    context = {
        "asked": asked,
        "months": months,
        "contacts": asked_addresses.by_age(today, months),
        "to_ask": len(asked_addresses.to_ask(today, months)),
        "progress": asked_addresses.progress(),
        "can_send": person.has(Role.REGISTRAR),
        "letters": Letters(initial={"months": months, "key": secrets.token_hex(16)}, auto_id="letters-%s"),
        "deeds": possible(person, (), ["add contact"]),
        "problems": problems,
    }
    return render(request, "desk/contacts.html", context, status=status)


def _send(request: HttpRequest) -> HttpResponse:
    """Send the next letters, as many as one act may."""
    form, person = Letters(request.POST), person_of(request)
    if not form.is_valid():
        return _page(request, form, VERIFIED_MONTHS, status=422)
    given = form.cleaned_data
    act = act_of(person.member, reason=given["reason"], key=given["key"])
    try:
        done = asking_addresses.ask(act, given["months"], lambda: new_link(request, "/desk/link/address"))
    except RuleError as error:
        found = problems.problems_of(error)
        return _page(request, form, given["months"], status=problems.status_of(error), problems=found)
    return HttpResponseRedirect(f"/desk/contacts?months={given['months']}&done={done.event}")


@signed_in
def contact(request: HttpRequest, contact_id: str) -> HttpResponse:
    """One contact: for the office, and for who acts for it."""
    person = person_of(request)
    is_office = person.has(Role.REGISTRAR, Role.AUDITOR)
    found = holdings.party(contact_id) if len(contact_id) <= MAX_NAME else None
    if found is None or not (is_office or person.party == contact_id):
        raise problems.no_such_page("contact")
    changes = [each for each in running.contact_changes() if each.name == contact_id]
    entries = holdings.of_party(contact_id) if is_office else holdings.Page((), None)
    objects = [f"contact {contact_id}", *(f"notice {each.notice.identity}" for each in changes)]
    context = {
        "party": found,
        "deeds": contact_deeds(person, found),
        "changes": [(each, change_deeds(person, each)) for each in changes],
        "takeovers": [each for each in running.takeovers() if each.contact == contact_id],
        "rows": [line_of(held) for held in entries.rows],
        "caption": f"{_ROWS}, the first of them" if entries.next else _ROWS,
        **event_sentences.on_a_page(person, running.told_of(objects) if person.has(*EVENT_READERS) else None),
        "is_office": is_office,
    }
    return render(request, "desk/contact.html", context)
