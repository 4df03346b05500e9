"""What stands before the pages: which of Django's parts see a request, and what every private answer has.

The public half is served as it is without a desk: no session is read there and no cookie set (T-80).  Behind
the addresses of `PRIVATE` every answer is its reader's alone, and whoever acts is looked up in the register
anew for each request (T-61).
"""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers

from portbook.desk import environment, members, problems
from portbook.errors import PortbookError, Problem
from portbook.web import problems as public
from portbook.web.front import HSTS, SECURITY, Front

PRIVATE = ("/desk", "/accounts")
API = "/v1/register"  # with a token; no cookie counts there
IDLE_SECONDS = {
    True: 30 * 60,
    False: 2 * 3_600,
}  # until a session ends: of who works for the operator, of others
NOTED_SECONDS = 60  # a session notes so often that it is used

# With "no-referrer" a browser sends forms with "Origin: null", which tells nothing of where they come from.
PRIVATE_SECURITY = {"Referrer-Policy": "same-origin"}

_SEEN = "portbook-seen"
_BEGAN = "portbook-began"
_ROLES = "portbook-roles"
_OPEN_WITHOUT_FACTOR = ("/accounts/",)

View = Callable[[HttpRequest], HttpResponse]


def is_private(request: HttpRequest) -> bool:
    """Say whether the address belongs to the desk or to accounts."""
    return _is_below(request.path_info, PRIVATE)


def is_api(request: HttpRequest) -> bool:
    """Say whether the address belongs to the register's API."""
    return _is_below(request.path_info, (API,))


def _is_below(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


class Public(Front):
    """The front of the public half, around whatever is not private."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_private(request) or is_api(request):
            return self.get_response(request)
        return super().__call__(request)

    def process_view(self, request: HttpRequest, view: object, *arguments: object) -> HttpResponse | None:
        if is_private(request) or is_api(request):
            return None
        return super().process_view(request, view, *arguments)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if is_private(request) or is_api(request):
            return None
        return super().process_exception(request, exception)


class Door:
    """The headers of private answers, and what is told when an act or a page is refused."""

    def __init__(self, get_response: View) -> None:
        environment.check_address(settings.PORTBOOK_ADDRESS, settings.ALLOWED_HOSTS)  # as the site starts
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not (is_private(request) or is_api(request)):
            return self.get_response(request)
        refusal = _refusal(request)
        response = public.answer(request, refusal) if refusal else self.get_response(request)
        for name, value in (SECURITY | PRIVATE_SECURITY).items():
            response[name] = value
        if request.is_secure():
            response["Strict-Transport-Security"] = HSTS
        response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["Cookie"])
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not (is_private(request) or is_api(request)):
            return None
        if isinstance(exception, public.RequestError):
            return problems.answer(request, exception)
        if isinstance(exception, PortbookError):
            return problems.refused(request, exception)
        if isinstance(exception, (DatabaseError, InterfaceError)):
            return problems.no_database(request, exception)
        return None


def _refusal(request: HttpRequest) -> public.RequestError | None:
    """What is wrong with a request before anything looks at what it asks."""
    try:
        request.get_host()
    except DisallowedHost:
        return public.wrong_host()
    if "\0" in request.path_info:  # no name has one, and PostgreSQL takes none
        return public.no_such_address(request)
    if "%00" in request.META.get("QUERY_STRING", ""):
        message = "a parameter holds the character NUL, which nothing here has"
        problem = Problem("E-WEB-REQUEST", message, "RFC 9110 section 15.5.1")
        return public.RequestError(HTTPStatus.BAD_REQUEST, problem)
    return None


# -- Django's own, for private addresses alone


class _OnPrivate:
    """Before one of Django's middlewares: lets requests for public addresses pass by it."""

    def __call__(self, request: HttpRequest) -> Any:
        if not is_private(request):
            return self.get_response(request)  # type: ignore[attr-defined]
        return super().__call__(request)  # type: ignore[misc]

    def process_view(self, request: HttpRequest, *arguments: Any) -> Any:
        process = getattr(super(), "process_view", None)
        return process(request, *arguments) if process and is_private(request) else None


class Sessions(_OnPrivate, SessionMiddleware):
    """Sessions behind the door."""


class Forms(_OnPrivate, CsrfViewMiddleware):
    """No form from elsewhere (T-68)."""


class Authentication(_OnPrivate, AuthenticationMiddleware):
    """Who is signed in."""


class Messages(_OnPrivate, MessageMiddleware):
    """What accounts tell once."""


# -- who acts


class Members:
    """Who acts, as the register has it now; ends sessions whose roles changed, or that idled (T-61, T-67)."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_private(request) or not request.user.is_authenticated:
            return self.get_response(request)
        try:
            person = members.person_of(request)
        except PortbookError as error:  # no member any more; or nobody joins, for the register stands still
            logout(request)
            return problems.refused(request, error)
        now = int(time.time())
        if _is_over(request.session, person, now):
            logout(request)
            del request.person  # type: ignore[attr-defined]  # nobody any more
            return self.get_response(request)  # pages lead to the door, and a form keeps what was typed
        _note(request.session, person, now)
        is_open = request.path_info.startswith(_OPEN_WITHOUT_FACTOR)
        if person.needs_factor and not person.has_factor and not is_open:
            return redirect("/accounts/2fa/")
        return self.get_response(request)


def _is_over(session: SessionBase, person: members.Person, now: int) -> bool:
    """Whether it idled, lasted too long, or was begun by somebody with other roles."""
    return bool(
        now - session.get(_SEEN, now) > IDLE_SECONDS[person.needs_factor]
        or now - session.get(_BEGAN, now) > settings.SESSION_COOKIE_AGE
        or session.get(_ROLES, person.roles) != person.roles
    )


def _note(session: SessionBase, person: members.Person, now: int) -> None:
    """Note that it is used, now and then; and at first, when it began and in which roles."""
    if _BEGAN not in session:
        session[_BEGAN], session[_ROLES] = now, person.roles
    if now - session.get(_SEEN, 0) >= NOTED_SECONDS:
        session[_SEEN] = now
