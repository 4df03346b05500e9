"""Answers to programs: JSON, and problem documents (RFC 9457) that tell all that was found."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from portbook.desk import problems
from portbook.errors import PortbookError, Problem, shown
from portbook.web.problems import PROBLEM_TYPE, RequestError

JSON_TYPE = "application/json"


def answered(value: Any, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    """Return *value* as JSON in UTF-8, without NaN."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return HttpResponse(text, status=status, content_type=JSON_TYPE)


def refused(error: PortbookError) -> HttpResponse:
    """Return the problem document of *error*; nothing was done."""
    status = error.status if isinstance(error, RequestError) else problems.status_of(error)
    found = problems.problems_of(error)
    return document(status, [each.as_json() for each in found])


def document(status: HTTPStatus, found: Iterable[Mapping[str, str]]) -> HttpResponse:
    """Return a problem document: the first of what was *found*, and all of it under "problems"."""
    listed = [dict(each) for each in found]
    told = {
        "type": "about:blank",  # RFC 9457 section 4.2.1: the title is then the status's own phrase
        "title": status.phrase,
        "status": status.value,
        "detail": listed[0]["message"],
        "code": listed[0]["code"],
        "source": listed[0]["source"],
        "problems": listed,
    }
    response = answered(told, status)
    response["Content-Type"] = PROBLEM_TYPE
    return response


def wrong_method(request: HttpRequest, allowed: tuple[str, ...]) -> HttpResponse:
    """Answer a method that the address has not."""
    names = ", ".join(allowed)
    message = f"method {shown(str(request.method))} is not for this address; it answers to {names}"
    problem = Problem("E-WEB-METHOD", message, "RFC 9110 section 15.5.6")
    response = refused(RequestError(HTTPStatus.METHOD_NOT_ALLOWED, problem))
    response["Allow"] = names
    return response
