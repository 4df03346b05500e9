"""Takeovers at the desk: somebody says which contact he is; the pages behind the links of letters.

A link is followed by whoever reads the mail of an address, without an account: looking does nothing, the
button does it, once.
"""

import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.desk import problems
from portbook.desk.accounts.addresses import address_of
from portbook.desk.acting.possible import Possible, member_of, possible
from portbook.desk.deeds.forms import MAX_NUMBER, line, words
from portbook.desk.entrance import METHODS, signed_in
from portbook.desk.members import CHANNEL, Person, person_of
from portbook.desk.site_links import absolute
from portbook.errors import RuleError
from portbook.register import roles
from portbook.register.acts import Act, Done
from portbook.register.cases import OPEN, Takeover
from portbook.register.limits import MAX_NAME
from portbook.register.operations import asking_addresses, takeovers
from portbook.register.operations.links import Link
from portbook.register.reading import running
from portbook.register.roles import Matter, Role
from portbook.web import clock
from portbook.web.problems import wrong_method


class Claimed(forms.Form):
    """Which contact somebody says he is."""

    contact = line("Contact", "Its id as the registry has it, like John_Smith_2.")
    words = words("Why you are this contact", "Its old addresses and two registrars read it.")
    key = forms.CharField(max_length=MAX_NAME, widget=forms.HiddenInput)


def new_link(request: HttpRequest, path: str) -> Link:
    """Return a link for a letter, at *path* of this site."""
    secret = secrets.token_urlsafe(32)
    return Link(secret, absolute(request, f"{path}/{secret}"))


def act_of(actor: str, *, reason: str, key: str = "") -> Act:
    """Return an act of *actor*, now."""
    return Act("", actor, "", reason, clock.instant(), CHANNEL, key=key)


# -- by who is signed in


@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """Say which contact I am."""
    if request.method != "POST":
        first = {"contact": request.GET.get("contact", ""), "key": secrets.token_hex(16)}
        return _form(request, Claimed(initial=first))
    form = Claimed(request.POST)
    if not form.is_valid():
        return _form(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    person, given = person_of(request), form.cleaned_data
    links = takeovers.Links(new_link(request, "/desk/link/stop"), new_link(request, "/desk/link/confirm"))
    act = act_of(person.member, reason="a takeover", key=given["key"])
    try:
        done = takeovers.claim(act, given["contact"], given["words"], address=person.email, links=links)
    except RuleError as error:
        return _form(request, form, problems.status_of(error), problems.problems_of(error))
    return HttpResponseRedirect(f"/desk/takeovers/{done.answer['takeover']}?done={done.event}")


def _form(
    request: HttpRequest, form: Claimed, status: int = HTTPStatus.OK, found: tuple[Any, ...] = ()
) -> HttpResponse:
    return render(request, "desk/takeover_new.html", {"form": form, "problems": found}, status=status)


@signed_in
def one(request: HttpRequest, number: int) -> HttpResponse:
    """How a takeover stands: for the claimant, who acts for the contact, and the office."""
    person = person_of(request)
    found = running.takeover(number) if number <= MAX_NUMBER else None
    if found is None or not _sees(person, found):
        raise problems.no_such_page("takeover")
    context = {
        "takeover": found,
        "address": address_of(found.claimant),
        "is_mine": found.claimant == person.member,
        "is_over": clock.instant()[:10] > found.ends,
        "deeds": takeover_deeds(person, found),
        "is_office": person.has(Role.REGISTRAR, Role.AUDITOR),
    }
    return render(request, "desk/takeover.html", context)


def _sees(person: Person, found: Takeover) -> bool:
    is_concerned = found.claimant == person.member or (bool(person.party) and found.contact == person.party)
    return is_concerned or person.has(Role.REGISTRAR, Role.AUDITOR)


def takeover_deeds(person: Person, found: Takeover) -> tuple[Possible, ...]:
    """Return what *person* may do about a takeover."""
    if found.state != OPEN:
        return ()
    if found.claimant == person.member:
        barred = roles.may(member_of(person), "stop claim", (), "", Matter(found.claimant))
        return () if barred else (_taken_back(found),)
    operations = [] if found.confirmation else ["confirm claim"]
    return possible(
        person, {found.contact}, ["decide claim", *operations, "stop claim"], takeover=found.identity
    )


def _taken_back(found: Takeover) -> Possible:
    return Possible(
        "Take it back", f"/desk/do/stop-claim?takeover={found.identity}", "Nothing becomes of it."
    )


# -- by who reads a letter


def stop(request: HttpRequest, secret: str) -> HttpResponse:
    """An old address does not want it."""
    return _followed(
        request,
        "desk/takeover_link.html",
        lambda: _shown(takeovers.linked(secret, "stopping"), is_stop=True),
        lambda act: takeovers.stop_by_link(act, secret),
    )


def confirm(request: HttpRequest, secret: str) -> HttpResponse:
    """An old address says that it is so."""
    return _followed(
        request,
        "desk/takeover_link.html",
        lambda: _shown(takeovers.linked(secret, "confirming"), is_stop=False),
        lambda act: takeovers.confirm_by_link(act, secret),
    )


def _shown(found: Takeover, *, is_stop: bool) -> dict[str, Any]:
    return {"takeover": found, "address": address_of(found.claimant), "is_stop": is_stop}


def address(request: HttpRequest, secret: str) -> HttpResponse:
    """An address of a contact shows that it is read."""
    return _followed(
        request,
        "desk/contact_link.html",
        lambda: {"inquiry": asking_addresses.found_by(secret, clock.instant()[:10])},
        lambda act: asking_addresses.answer(act, secret),
    )


def _followed(
    request: HttpRequest,
    template: str,
    facts: Callable[[], dict[str, Any]],
    do: Callable[[Act], Done],
) -> HttpResponse:
    """Show what a link is for, and do it when its button is pressed; a link that is good no more says so."""
    if request.method not in METHODS:
        return problems.answer(request, wrong_method(request))
    shown = facts()
    if request.method == "POST":
        do(act_of("", reason="by the link of a letter"))
        shown["is_done"] = True
    return render(request, template, shown)
