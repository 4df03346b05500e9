"""The door of a desk for practice: choose who you are; and the letters that would have gone out."""

from collections.abc import Iterator
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.desk import problems
from portbook.desk.entrance import signed_in
from portbook.desk.models import Account
from portbook.desk.practice.cast import PEOPLE
from portbook.register.models import Outbox
from portbook.register.pages import site
from portbook.web.texts import LINE_BREAK, Piece, page_text

MAX_LETTERS = 100
_CALLED = {each.member: f"{each.name}, {each.email}" for each in PEOPLE}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def people(request: HttpRequest) -> HttpResponse:
    """Whom one can be; a form of one button each."""
    if request.method != "POST":
        return render(request, "desk/practice/people.html", {"people": PEOPLE})
    found = Account.objects.filter(member=request.POST.get("member", "")).select_related("user").first()
    if found is None:
        raise problems.no_such_page("person of this practice")
    logout(request)
    login(request, found.user, backend=BACKEND)
    record_authentication(request, found.user, method="practice", reauthenticated=True)
    UserSession.objects.create_from_request(request)
    return HttpResponseRedirect("/desk")


@signed_in
def letters(request: HttpRequest) -> HttpResponse:
    """The newest letters of the register, to whomever they are."""
    newest = Outbox.objects.select_related("event").order_by("-id")[:MAX_LETTERS]
    found = [
        (letter, _CALLED.get(letter.recipient, letter.recipient), tuple(_pieces(letter.body)))
        for letter in newest
    ]
    return render(request, "desk/practice/letters.html", {"letters": found})


def _pieces(body: str) -> Iterator[Piece]:
    """The lines of a letter; one that is an address of this site leads there."""
    for line in body.split("\n"):
        leads = line.startswith(f"{site()}/")
        yield Piece(page_text(line), line.removeprefix(site()) if leads else "")
        yield LINE_BREAK


def around(request: HttpRequest) -> dict[str, Any]:
    """Tell each page that it is of a practice, for Django's list of context processors."""
    return {"is_practice": True}
