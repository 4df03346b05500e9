"""Refusals as answers: a page that says what, why and the next step; a problem document for programs."""

import logging
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portbook.errors import DataMissing, PortbookError, Problem, RuleError, StoreError
from portbook.web import problems as public
from portbook.web.problems import RequestError

# What a code says of a request; whatever else the rules refuse is a conflict with how things stand.
STATUS = {
    "E-ROLE": HTTPStatus.FORBIDDEN,
    "E-OWN-CASE": HTTPStatus.FORBIDDEN,
    "E-EXPERT-COI": HTTPStatus.FORBIDDEN,
    "E-MEMBER-ROLE": HTTPStatus.FORBIDDEN,
    "E-MEMBER-UNKNOWN": HTTPStatus.FORBIDDEN,
    "E-APPLICATION-UNKNOWN": HTTPStatus.NOT_FOUND,
    "E-DESK-LINK": HTTPStatus.NOT_FOUND,
    "E-DESK-INVITE": HTTPStatus.FORBIDDEN,
    "E-REGISTER-TEXT": HTTPStatus.UNPROCESSABLE_ENTITY,
}

_HEADINGS = {  # what a page says first; of a code, or of a status
    "E-DESK-FORM": "This form is too old",
    "E-DESK-LINK": "This link leads nowhere",
    HTTPStatus.FORBIDDEN: "This is not open to you",
    HTTPStatus.NOT_FOUND: "There is no such page",
    HTTPStatus.CONFLICT: "This cannot be done now",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something here cannot be read",
}

_log = logging.getLogger("portbook.desk")


def status_of(error: PortbookError) -> HTTPStatus:
    """Return the status that *error* has as an answer."""
    if isinstance(error, RuleError):
        return STATUS.get(error.problem.code, HTTPStatus.CONFLICT)
    if isinstance(error, (DataMissing, StoreError)):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.BAD_REQUEST


def problems_of(error: PortbookError) -> tuple[Problem, ...]:
    """Return all that was found, the gravest first."""
    found = getattr(error, "findings", ())
    return tuple(each.problem for each in found) or (error.problem,)


def refused(request: HttpRequest, error: PortbookError) -> HttpResponse:
    """Answer that the register refused this; nothing was done."""
    return answer(request, RequestError(status_of(error), error.problem), problems_of(error))


def answer(request: HttpRequest, error: RequestError, found: tuple[Problem, ...] = ()) -> HttpResponse:
    """Return the answer that *error* gets, in the form that the client reads."""
    if public.wants_document(request):
        return public.answer(request, error)
    told = found or (error.problem,)
    heading = _HEADINGS.get(told[0].code) or _HEADINGS.get(error.status, error.status.phrase)
    context = {"heading": heading, "problems": told, "is_act": request.method == "POST"}
    return render(request, "desk/refused.html", context, status=error.status)


def no_database(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer while the register's database does not answer; the public pages go on (I-10)."""
    _log.error("the register's database does not answer: %s", type(exception).__name__, exc_info=exception)
    message = "the register cannot be reached now; nothing was done, and what you sent can be sent again"
    problem = Problem("E-REGISTER-DATABASE", message, "docs/operating.md")
    return public.answer(request, RequestError(HTTPStatus.SERVICE_UNAVAILABLE, problem), "register")


def no_such_page(what: str) -> RequestError:
    """Return the error for something of the desk that is not there, or not for who asks (T-58)."""
    message = f"there is no {what} that you could see"
    return RequestError(HTTPStatus.NOT_FOUND, Problem("E-DESK-NONE", message, "docs/desk.md"))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that does not come from a page of this site, or from one that is too old (T-68)."""
    message = "this form was not opened here, or too long ago; go back, load the page anew and send it again"
    problem = Problem("E-DESK-FORM", message, "docs/desk.md")
    return answer(request, RequestError(HTTPStatus.FORBIDDEN, problem))
