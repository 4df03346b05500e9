"""The JSON API of the public half: /v1/ports, /v1/services, /v1/search, and its OpenAPI description.

Thin: a handler turns an address into a question to the edition.  Every error is a problem document
(`problems`); validators and caching are `front`'s.
"""

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.renderers import BaseRenderer

from portbook import answers
from portbook.answers import Answer
from portbook.errors import Problem
from portbook.web import questions
from portbook.web.editions import served
from portbook.web.problems import RequestError
from portbook.web.schemas import PortAnswer, PortTransportAnswer, ProblemDocument, SearchAnswer, ServiceAnswer


class Json(BaseRenderer):
    """JSON in UTF-8, without NaN (T-33)."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return json.dumps(data, ensure_ascii=False, allow_nan=False).encode()


api = NinjaAPI(
    title="Portbook",
    version="1",
    description=(
        "The IANA registry of service names and port numbers, as published on the date of the edition. "
        "It says what the registry lists, never what traffic is."
    ),
    renderer=Json(),
    docs_url=None,  # the page that ninja brings loads scripts from another host
    urls_namespace="v1",
)
NOT_FOUND = {404: ProblemDocument}
BAD_QUERY = {400: ProblemDocument}


@api.get("/ports/{port}", response={200: PortAnswer, **NOT_FOUND}, tags=["ports"])
def port(request: HttpRequest, port: str) -> Answer:
    """What the registry says of a port, 0 to 65535, on each of the four transports."""
    return answers.port_answer(served().edition, served().id, questions.port_of(port))


@api.get("/ports/{port}/{transport}", response={200: PortTransportAnswer, **NOT_FOUND}, tags=["ports"])
def port_transport(request: HttpRequest, port: str, transport: str) -> Answer:
    """What the registry says of a port on tcp, udp, sctp or dccp."""
    number, over = questions.port_of(port), questions.transport_of(transport)
    return answers.port_transport_answer(served().edition, served().id, number, over)


@api.get("/services/{anything:name}", response={200: ServiceAnswer, **NOT_FOUND}, tags=["services"])
def service(request: HttpRequest, name: str) -> Answer:
    """All rows of a service, by its name or an alias, in any case; encode a slash as %2F."""
    return answers.service_answer(served().edition, served().id, questions.service_of(served(), name))


@api.get("/search", response={200: SearchAnswer, **BAD_QUERY}, tags=["search"])
def search(request: HttpRequest, q: str = "", limit: str = "20") -> Answer:
    """What fits a name, a port, an RFC or words, best first; at most 100 characters, 1 to 100 hits."""
    query = questions.required_query_of(q)
    hits = questions.hits_of(served(), query, questions.limit_of(limit))
    return answers.search_answer(served().edition, served().id, query, hits)


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Parameters that the signatures above refuse."""
    names = ", ".join(str(item["loc"][-1]) for item in error.errors)
    message = f"these parameters are not as described: {names}"
    problem = Problem("E-WEB-PARAMETER", message, "/v1/openapi.json")
    raise RequestError(HTTPStatus.BAD_REQUEST, problem)
