"""The entrance of each page of the desk: who may enter at all, and by which methods."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import urlencode

from portbook.desk import problems
from portbook.desk.members import person_of
from portbook.register.roles import Role
from portbook.web.problems import wrong_method

METHODS = ("GET", "HEAD", "POST")

View = Callable[..., HttpResponse]


def sign_in_address(request: HttpRequest) -> str:
    """Return where somebody shows who he is, and comes back from to the page that he wanted."""
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"


def signed_in(view: View) -> View:
    """Let whoever is signed in enter; others are led to the door and back."""

    @wraps(view)
    def entered(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        if request.method not in METHODS:
            return problems.answer(request, wrong_method(request))
        if not request.user.is_authenticated:
            return HttpResponseRedirect(sign_in_address(request))
        return view(request, *arguments, **named)

    entered.roles = ()  # type: ignore[attr-defined]  # whom the page is for; () for everybody
    return entered


def for_roles(*roles: Role) -> Callable[[View], View]:
    """Let members with one of *roles* enter; for others the page is not there."""

    def decorated(view: View) -> View:
        @wraps(view)
        def entered(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            person = person_of(request)
            if not (person.has(*roles) or (Role.HOLDER in roles and person.party)):
                raise problems.no_such_page("page")
            return view(request, *arguments, **named)

        outer = signed_in(entered)
        outer.roles = roles  # type: ignore[attr-defined]
        return outer

    return decorated
