"""What every answer has in common, whatever made it: methods, hosts, validators, HEAD, security headers.

The only middleware.  Public answers neither read nor set cookies, so one copy serves everybody.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from portbook.web import problems
from portbook.web.editions import served

READ = ("GET", "HEAD")
REVALIDATE = "public, max-age=60, must-revalidate"

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS = "max-age=31536000"  # only where the request came over TLS

View = Callable[[HttpRequest], HttpResponse]


class Front:
    """Django middleware around everything."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        bodiless = request.method == "HEAD"
        if bodiless:
            request.method = "GET"  # HEAD is GET without the body (RFC 9110 section 9.3.2)
        response = self._checked(request)
        for name, value in SECURITY.items():
            response[name] = value
        if request.is_secure():
            response["Strict-Transport-Security"] = HSTS
        if response.status_code != HTTPStatus.NOT_MODIFIED:
            response["Content-Length"] = str(len(response.content))
        if bodiless:
            response.content = b""
        return response

    def process_view(self, request: HttpRequest, view: object, *arguments: object) -> HttpResponse | None:
        if request.method in READ:
            return None
        return problems.answer(request, problems.wrong_method(request))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, problems.RequestError):
            return problems.answer(request, exception)
        return None

    def _checked(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            return problems.answer(request, problems.wrong_host())
        response = self.get_response(request)
        if response.status_code == HTTPStatus.MOVED_PERMANENTLY:
            response["Cache-Control"] = REVALIDATE  # another edition may have a name that ends in a slash
        if response.status_code != HTTPStatus.OK:
            return response
        return _conditional(request, response)


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give a good answer its validator, or replace it by 304 or 412 (RFC 9110 section 13)."""
    if "ETag" not in response:
        representation = response["Content-Type"].partition(";")[0].rpartition("/")[2]
        response["ETag"] = served().etag(representation)
    if "Cache-Control" not in response:
        response["Cache-Control"] = REVALIDATE
    answer: Any = get_conditional_response(request, etag=response["ETag"], response=response)
    if answer.status_code == HTTPStatus.PRECONDITION_FAILED:
        return problems.answer(request, problems.changed())
    checked: HttpResponse = answer
    return checked
