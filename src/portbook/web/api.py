"""The JSON API of the public half: /v1/ports, /v1/services, /v1/search, and its OpenAPI description.

Thin: a handler turns an address into a question to the edition.  Every error is a problem document
(`problems`); validators and caching are `front`'s.  A parameter that a handler does not take is refused:
who asks for what is not there yet, such as another edition, must not get an answer to something else.
"""

import inspect
import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.renderers import BaseRenderer

from portbook import answers
from portbook.answers import Answer
from portbook.errors import Problem
from portbook.search import DEFAULT_LIMIT
from portbook.web import questions
from portbook.web.problems import RequestError
from portbook.web.schemas import (
    IndexAnswer,
    LimitParameter,
    NameParameter,
    PortAnswer,
    PortParameter,
    PortTransportAnswer,
    ProblemDocument,
    QueryParameter,
    SearchAnswer,
    ServiceAnswer,
    TransportParameter,
)
from portbook.web.shown import edition_of

OPENAPI = "/v1/openapi.json"
RESOURCES = {  # URI templates (RFC 6570)
    "/v1/ports/{port}": "a port on each transport",
    "/v1/ports/{port}/{transport}": "a port on one transport",
    "/v1/services/{name}": "a service name or an alias",
    "/v1/search{?q,limit}": "what fits words, a port or an RFC",
}


class Json(BaseRenderer):
    """JSON in UTF-8, without NaN (T-33)."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return json.dumps(data, ensure_ascii=False, allow_nan=False).encode()


def takes_no_other(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse parameters but those that the signature of *handler* names and the address does not hold."""
    _, *names = inspect.signature(handler).parameters

    @wraps(handler)
    def checked(request: HttpRequest, *arguments: Any, **values: Any) -> Any:
        in_address = request.resolver_match.kwargs if request.resolver_match else {}
        questions.refuse_unknown(request.GET, [name for name in names if name not in in_address])
        return handler(request, *arguments, **values)

    return checked


def takes_none(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same for the description, which django-ninja answers."""

    def checked(request: HttpRequest) -> HttpResponse:
        questions.refuse_unknown(request.GET, ())
        return view(request)

    return checked


api = NinjaAPI(
    title="Portbook",
    version="1",
    description=(
        "The IANA registry of service names and port numbers, as published on the date of the edition. "
        "It says what the registry lists, never what traffic is."
    ),
    renderer=Json(),
    docs_url=None,  # the page that ninja brings loads scripts from another host
    docs_decorator=takes_none,
    urls_namespace="v1",
)
api.add_decorator(takes_no_other)
BAD_QUERY = {400: ProblemDocument}
REFUSED = {**BAD_QUERY, 404: ProblemDocument}


@api.get("/", response={200: IndexAnswer, **BAD_QUERY}, tags=["index"])
def index(request: HttpRequest) -> Answer:
    """The addresses of the API."""
    resources = [{"href": href, "description": description} for href, description in RESOURCES.items()]
    return {"edition": edition_of(request).id, "resources": resources, "openapi": OPENAPI}


@api.get("/ports/{port}", response={200: PortAnswer, **REFUSED}, tags=["ports"])
def port(request: HttpRequest, port: PortParameter) -> Answer:
    """What the registry says of a port, 0 to 65535, on each of the four transports."""
    here = edition_of(request)
    return answers.port_answer(here.edition, here.id, questions.port_of(port))


@api.get("/ports/{port}/{transport}", response={200: PortTransportAnswer, **REFUSED}, tags=["ports"])
def port_transport(request: HttpRequest, port: PortParameter, transport: TransportParameter) -> Answer:
    """What the registry says of a port on tcp, udp, sctp or dccp."""
    here = edition_of(request)
    number, over = questions.port_of(port), questions.transport_of(transport)
    return answers.port_transport_answer(here.edition, here.id, number, over)


@api.get("/services/{anything:name}", response={200: ServiceAnswer, **REFUSED}, tags=["services"])
def service(request: HttpRequest, name: NameParameter) -> Answer:
    """All rows of a service, by its name or an alias, in any case; encode a slash as %2F."""
    here = edition_of(request)
    return answers.service_answer(here.edition, here.id, questions.service_of(here, name))


@api.get("/search", response={200: SearchAnswer, **BAD_QUERY}, tags=["search"])
def search(request: HttpRequest, q: QueryParameter = "", limit: LimitParameter = DEFAULT_LIMIT) -> Answer:
    """What fits a name, a port, an RFC or words, best first; at most 100 characters, 1 to 100 hits."""
    here = edition_of(request)
    query = questions.required_query_of(q)
    hits, more = questions.hits_of(here, query, limit)
    return answers.search_answer(here.edition, here.id, query, hits, more)


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Parameters that the signatures above refuse."""
    names = ", ".join(str(item["loc"][-1]) for item in error.errors)
    message = f"these parameters are not as described: {names}"
    problem = Problem("E-WEB-PARAMETER", message, OPENAPI)
    raise RequestError(HTTPStatus.BAD_REQUEST, problem)
