"""What every answer has in common: methods, hosts, dated addresses, validators, packing, headers.

The only middleware.  Public answers neither read nor set cookies, so one copy serves everybody.  What a page
said is remembered by its address (`memory`); an answer depends on nothing else that a client sends, but for
whether it takes gzip.
"""

import re
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_vary_headers

from portbook.errors import PortbookError
from portbook.web import codings, conditions, problems
from portbook.web.addresses import EDITIONS, of_edition
from portbook.web.assets import FOR_EVER
from portbook.web.editions import Served
from portbook.web.memory import Answer
from portbook.web.shown import choose, edition_of, shown

READ = ("GET", "HEAD")
REVALIDATE = "public, max-age=60, must-revalidate"

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
MAX_ADDRESS = 8_000  # characters that a redirect leads to; Django and servers take some thousands more
HSTS = "max-age=31536000"  # only where the request came over TLS

_DATED = re.compile(rf"{EDITIONS}/([^/]+)(/.*)", re.DOTALL)
_UNDATED = (EDITIONS, "/static")  # what has no dated address
_KEPT = ("Content-Type", "Cache-Control")  # headers of a view that are remembered

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
        if elsewhere := self._find_edition(request):
            return elsewhere
        here, state = edition_of(request), edition_of(request).state
        key = f"{request.path}?{request.META.get('QUERY_STRING', '')}"  # the query as it came, undecoded
        answer = here.memory.get(state, key) if request.method in READ else None
        if answer is None:
            response = self.get_response(request)
            if response.status_code == HTTPStatus.MOVED_PERMANENTLY:
                response["Cache-Control"] = REVALIDATE  # another edition may have a name that ends in a slash
            if response.status_code != HTTPStatus.OK:
                return response
            if "ETag" in response:  # a file, which knows its own digest
                return conditions.checked(request, response)
            headers = tuple((name, response[name]) for name in _KEPT if name in response)
            answer = Answer(response.content, headers)
            here.memory.keep(state, key, answer)
        return conditions.checked(request, _packed(request, answer, here))

    def _find_edition(self, request: HttpRequest) -> HttpResponse | None:
        """Note which edition is asked, its address taken off; or lead to the whole id, or refuse."""
        match = _DATED.fullmatch(request.path_info)
        if not match:
            return None
        if request.method not in READ:
            return problems.answer(request, problems.wrong_method(request))
        wanted, rest = match[1], match[2]
        try:
            if rest.startswith(_UNDATED):
                raise problems.no_such_address(request)
            here = shown().dated(wanted)
        except problems.RequestError as error:
            return problems.answer(request, error)
        except PortbookError as error:
            return problems.answer(request, problems.no_edition(error))
        if here.id != wanted:  # "current", or the beginning of an id
            query = request.META.get("QUERY_STRING", "")
            path = of_edition(here.id) + quote(rest)
            address = f"{path}?{query}" if query else path
            if len(address) > MAX_ADDRESS:
                return problems.bad_request(request)
            return _moved(address)
        choose(request, here)
        request.path_info = rest
        return None


def _moved(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    response["Cache-Control"] = REVALIDATE
    return response


def _packed(request: HttpRequest, answer: Answer, here: Served) -> HttpResponse:
    """*answer* as a response, packed if the client takes that; either has a strong validator of its own."""
    packs = answer.is_packable and codings.takes_gzip(request.headers.get("Accept-Encoding", ""))
    response = HttpResponse(answer.packed if packs else answer.content)
    for name, value in answer.headers:
        response[name] = value
    kind = response["Content-Type"].partition(";")[0].rpartition("/")[2]
    state = here.state if kind == "html" else here.content  # only a page tells the age
    response["ETag"] = f'"{state}-{kind}{"-gzip" if packs else ""}"'
    if kind == "json" and here.age:
        response["Portbook-Edition-Age"] = f"{here.age.days} days"
    if "Cache-Control" not in response:
        response["Cache-Control"] = FOR_EVER if here.is_dated else REVALIDATE
    if packs:
        response["Content-Encoding"] = "gzip"
    if answer.is_packable:
        patch_vary_headers(response, ["Accept-Encoding"])
    return response
