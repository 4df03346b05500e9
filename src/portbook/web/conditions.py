"""Conditional requests: 304 or 412 in place of an answer that has validators (RFC 9110 section 13)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe

from portbook.web import problems


def checked(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return *response*, which has an ETag and perhaps a Last-Modified, or 304 or 412 in its place.

    If-Modified-Since counts only when it is our very Last-Modified: another edition may stand at the address
    whose date is older.  Where there is no Last-Modified, If-Unmodified-Since is ignored (section 13.1.4).
    """
    modified = response.get("Last-Modified")
    if request.META.get("HTTP_IF_MODIFIED_SINCE") != modified:
        request.META.pop("HTTP_IF_MODIFIED_SINCE", None)
    if modified is None:
        request.META.pop("HTTP_IF_UNMODIFIED_SINCE", None)
    instant = parse_http_date_safe(modified) if modified else None
    answer: Any = get_conditional_response(request, response["ETag"], instant, response)
    if answer.status_code == 412:
        return problems.answer(request, problems.changed())
    found: HttpResponse = answer
    return found
