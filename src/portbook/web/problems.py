"""Errors as answers: a page for people, a problem document (RFC 9457) for programs.

Addresses under /v1 always answer with a document; elsewhere the Accept header decides.  A client gets a
code, a sentence and the next step; details go to the log (T-83).
"""

import json
import logging
import re
import secrets
import sys
from dataclasses import replace
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from portbook.errors import DataMissing, PortbookError, Problem, RuleError, shown
from portbook.numbers import Transport, parse_port, parse_transport
from portbook.search.queries import MAX_QUERY
from portbook.web.addresses import API, EDITIONS, of_edition
from portbook.web.layout import page
from portbook.web.shown import edition_of
from portbook.web.texts import Piece, page_text

PROBLEM_TYPE = "application/problem+json"
ALLOWED = "GET, HEAD"
NO_STORE = "no-store"

_HTML = "text/html"
_OFFERED = [_HTML, PROBLEM_TYPE, "application/json"]  # the first is taken when Accept says nothing
_HTTP = "RFC 9110"
_OF_THE_API = re.compile(rf"(?:{EDITIONS}/[^/]+)?{API}(?:/.*)?", re.DOTALL)  # dated or not
_FOR_THE_COMMAND = " (portbook editions list)"
_NAMED = re.compile(r"(?<=[ ,])[0-9]{4}-[0-9]{2}-[0-9]{2}(?:\.[0-9]+)?(?=,|\Z)", re.ASCII)
_log = logging.getLogger("portbook.web")


class RequestError(PortbookError):
    """A request that gets an error: its HTTP status, the problem, and what may have been meant.

    *suggestions* are names of services, *offers* links to anything else, for pages.
    """

    def __init__(
        self,
        status: HTTPStatus,
        problem: Problem,
        suggestions: tuple[str, ...] = (),
        offers: tuple[Piece, ...] = (),
    ) -> None:
        super().__init__(problem)
        self.status = status
        self.suggestions = suggestions
        self.offers = offers


def answer(request: HttpRequest, error: RequestError, fault_id: str = "") -> HttpResponse:
    """Return the answer that *error* gets, in the form that the client reads."""
    if wants_document(request):
        response = _document(error, fault_id)
    else:
        context = {
            "status": error.status.value,
            "phrase": error.status.phrase,
            "problem": error.problem,
            "suggestions": error.suggestions,
            "offers": error.offers,
            "fault_id": fault_id,
        }
        response = page(None if fault_id else request, "error.html", context, status=error.status)
    response["Cache-Control"] = NO_STORE
    if not _is_api(request):
        response["Vary"] = "Accept"
    if error.status is HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = ALLOWED
    return response


def wants_document(request: HttpRequest) -> bool:
    """Say whether an error at this request is a problem document rather than a page."""
    if _is_api(request):
        return True
    preferred = request.get_preferred_type(_OFFERED)
    return preferred is not None and preferred != _HTML


def _is_api(request: HttpRequest) -> bool:
    return _OF_THE_API.fullmatch(request.path) is not None


def _document(error: RequestError, fault_id: str) -> HttpResponse:
    problem = error.problem
    document: dict[str, object] = {
        "type": "about:blank",  # RFC 9457 section 4.2.1: the title is then the status's own phrase
        "title": error.status.phrase,
        "status": error.status.value,
        "detail": problem.message,
        "code": problem.code,
        "source": problem.source,
    }
    if error.suggestions:
        document["suggestions"] = error.suggestions
    if fault_id:
        document["id"] = fault_id
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    return HttpResponse(text, status=error.status, content_type=PROBLEM_TYPE)


# -- the errors that belong to no page


def no_such_address(request: HttpRequest) -> RequestError:
    """Nothing has that address; what its end may mean is offered: "/443", "/https", "/port/443/tcp"."""
    message = f"there is nothing at the address {shown(request.path)}"
    problem = Problem("E-WEB-ADDRESS", message, f"{_HTTP} section 15.5.5")
    return RequestError(HTTPStatus.NOT_FOUND, problem, offers=_meant(request))


def _meant(request: HttpRequest) -> tuple[Piece, ...]:
    """What the last words of the address name: a port, a service, else a text to search for."""
    words = [word for word in request.path_info.split("/") if word]
    if not words or len(request.path_info) > MAX_QUERY:
        return ()
    here = edition_of(request)
    if len(words) > 1 and (over := _transport(words[-1])) and (port := _port(words[-2])) is not None:
        return (Piece(f"port {port}/{over.value}", here.links.port(port, over)),)
    last, offers = words[-1], []
    if (port := _port(last)) is not None:
        offers.append(Piece(f"port {port}", here.links.port(port)))
    if service := here.edition.service(last):
        offers.append(Piece(f"service {page_text(service.name)}", here.links.service(service.name)))
    return (*offers, Piece(f"a search for “{page_text(last)}”", here.links.search(last)))


def _port(text: str) -> int | None:
    try:
        return parse_port(text)
    except RuleError:
        return None


def _transport(text: str) -> Transport | None:
    try:
        return parse_transport(text)
    except RuleError:
        return None


def wrong_method(request: HttpRequest) -> RequestError:
    message = f"method {shown(str(request.method))} is not for this address; it answers to {ALLOWED}"
    problem = Problem("E-WEB-METHOD", message, f"{_HTTP} section 15.5.6")
    return RequestError(HTTPStatus.METHOD_NOT_ALLOWED, problem)


def wrong_host() -> RequestError:
    message = "the Host header names no host that this site answers to (PORTBOOK_HOSTS)"
    return RequestError(HTTPStatus.BAD_REQUEST, Problem("E-WEB-HOST", message, f"{_HTTP} section 7.2"))


def no_edition(error: PortbookError) -> RequestError:
    """The edition of a dated address is not here, or is damaged; what is wrong with it goes to the log."""
    if isinstance(error, (RuleError, DataMissing)):
        message = error.problem.message.removesuffix(_FOR_THE_COMMAND)
        near = tuple(Piece(each, of_edition(each)) for each in _NAMED.findall(message))
        offers = (*near, Piece("all editions", EDITIONS)) if near else ()
        return RequestError(HTTPStatus.NOT_FOUND, replace(error.problem, message=message), offers=offers)
    _log.error("a dated edition cannot be shown: %s", error)
    message = "this edition is kept here and cannot be read now; `portbook editions verify` says why"
    problem = Problem("E-WEB-EDITION", message, "docs/store.md")
    return RequestError(HTTPStatus.SERVICE_UNAVAILABLE, problem)


def changed() -> RequestError:
    message = "If-Match names a version that is not the one shown here now"
    problem = Problem("E-WEB-PRECONDITION", message, f"{_HTTP} section 13.1.1")
    return RequestError(HTTPStatus.PRECONDITION_FAILED, problem)


# -- Django's handlers


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, no_such_address(request))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    message = "the request is malformed or larger than this site reads"
    problem = Problem("E-WEB-REQUEST", message, f"{_HTTP} section 15.5.1")
    return answer(request, RequestError(HTTPStatus.BAD_REQUEST, problem))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for a fault of ours: a number to find it by in the log, and no more."""
    fault_id = secrets.token_hex(8)
    _log.error("fault", extra={"request": request, "fault_id": fault_id}, exc_info=sys.exc_info())
    message = "something went wrong on our side; it was noted under the number shown"
    problem = Problem("E-WEB-FAULT", message, f"{_HTTP} section 15.6.1")
    return answer(request, RequestError(HTTPStatus.INTERNAL_SERVER_ERROR, problem), fault_id)
