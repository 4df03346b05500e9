"""The JSON API of the public half: ports, services, people, references, search, editions; its description.

Thin: a handler turns an address into a question to the edition.  Every error is a problem document
(`problems`); validators and caching are `front`'s.  A parameter that a handler does not take is refused:
who asks for what is not there yet, such as another edition, must not get an answer to something else.
"""

import inspect
import json
from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus
from itertools import chain
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import ValidationError
from ninja.renderers import BaseRenderer

from portbook import answers
from portbook.answers import MAX_RECORDS, Answer, Part, records_at
from portbook.errors import Problem
from portbook.numbers import Ports
from portbook.records import Record
from portbook.search import DEFAULT_LIMIT
from portbook.web import questions
from portbook.web.addresses import of_document
from portbook.web.citations import reference_of
from portbook.web.edition_facts import edition_fields
from portbook.web.edition_pages import edition_called, kept_editions
from portbook.web.editions import Served
from portbook.web.front import REVALIDATE
from portbook.web.paging import ROWS
from portbook.web.people import person_of
from portbook.web.problems import RequestError
from portbook.web.ranges import few_ports_of
from portbook.web.schemas import (
    CitedAnswer,
    ContactAnswer,
    ContactParameter,
    EditionAnswer,
    EditionParameter,
    EditionsAnswer,
    FromParameter,
    IndexAnswer,
    LabelParameter,
    LimitParameter,
    NameParameter,
    OffsetParameter,
    PortAnswer,
    PortParameter,
    PortsAnswer,
    PortTransportAnswer,
    ProblemDocument,
    QueryParameter,
    RowsParameter,
    SearchAnswer,
    ServiceAnswer,
    ToParameter,
    TransportParameter,
)
from portbook.web.sending import Content, send
from portbook.web.shown import edition_of

OPENAPI = "/v1/openapi.json"
RESOURCES = {  # URI templates (RFC 6570)
    "/v1/ports/{port}": "a port on each transport",
    "/v1/ports/{port}/{transport}": "a port on one transport",
    "/v1/ports{?from,to}": "a range of ports on each transport",
    "/v1/services/{name}{?limit,offset}": "a service name or an alias",
    "/v1/contacts/{contact}{?limit,offset}": "a contact and the rows that mention it",
    "/v1/references/{label}{?limit,offset}": "a document and the rows that cite it",
    "/v1/search{?q,limit}": "what fits words, a port or an RFC",
    "/v1/editions": "the editions that can be asked for",
    "/v1/editions/{edition}": "one of them",
}


class Json(BaseRenderer):
    """JSON in UTF-8, without NaN (T-33)."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return json.dumps(data, ensure_ascii=False, allow_nan=False).encode()


def takes_no_other(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse parameters but those that the signature of *handler* names and the address does not hold."""
    _, *parameters = inspect.signature(handler).parameters
    names = [name.rstrip("_") for name in parameters]  # "from_": the word itself is Python's

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
FEWER_PORTS = "ask for fewer ports, for one transport of one port, or read /table"
FEWER_ROWS = "ask for fewer with limit"


def refuse_many(records: Iterable[Record], here: Served, code: str, advice: str) -> None:
    """Raise 400 when the *records* are more than one answer holds; what would hold them is not made yet."""
    if not answers.fits(records, here.edition):
        message = f"the answer would hold more than {MAX_RECORDS:,} rows, or very long ones; {advice}"
        raise RequestError(HTTPStatus.BAD_REQUEST, Problem(code, message, "docs/limits.md"))


@api.get("/", response={200: IndexAnswer, **BAD_QUERY}, tags=["index"])
def index(request: HttpRequest) -> Answer:
    """The addresses of the API."""
    resources = [{"href": href, "description": description} for href, description in RESOURCES.items()]
    return {"edition": edition_of(request).id, "resources": resources, "openapi": OPENAPI}


@api.get("/ports/{port}", response={200: PortAnswer, **REFUSED}, tags=["ports"])
def port(request: HttpRequest, port: PortParameter) -> Answer:
    """What the registry says of a port, 0 to 65535, on each of the four transports."""
    here = edition_of(request)
    number = questions.port_of(port)
    refuse_many(records_at(here.edition, Ports(number, number)), here, "E-WEB-PORTS", FEWER_PORTS)
    return answers.port_answer(here.edition, here.id, number)


@api.get("/ports/{port}/{transport}", response={200: PortTransportAnswer, **REFUSED}, tags=["ports"])
def port_transport(request: HttpRequest, port: PortParameter, transport: TransportParameter) -> Answer:
    """What the registry says of a port on tcp, udp, sctp or dccp."""
    here = edition_of(request)
    number, over = questions.port_of(port), questions.transport_of(transport)
    rows = records_at(here.edition, Ports(number, number), (over,))
    refuse_many(rows, here, "E-WEB-PORTS", FEWER_PORTS)
    return answers.port_transport_answer(here.edition, here.id, number, over)


@api.get("/ports", response={200: PortsAnswer, **BAD_QUERY}, tags=["ports"])
def ports(request: HttpRequest, from_: FromParameter, to: ToParameter) -> Answer:
    """What the registry says of the ports of a range, as runs with one state; at most 1,024 ports."""
    here = edition_of(request)
    asked = few_ports_of(from_, to)
    refuse_many(records_at(here.edition, asked), here, "E-WEB-PORTS", FEWER_PORTS)
    return answers.ports_answer(here.edition, here.id, asked)


@api.get("/services/{anything:name}", response={200: ServiceAnswer, **REFUSED}, tags=["services"])
def service(
    request: HttpRequest, name: NameParameter, limit: RowsParameter = ROWS, offset: OffsetParameter = 0
) -> Answer:
    """The rows of a service, by its name or an alias, in any case; encode a slash as %2F."""
    here, part = edition_of(request), Part(limit, offset)
    found = questions.service_of(here, name)
    refuse_many(part.of(found.records), here, "E-WEB-LIMIT", FEWER_ROWS)
    return answers.service_answer(here.edition, here.id, found, part=part)


@api.get("/contacts/{anything:contact}", response={200: ContactAnswer, **REFUSED}, tags=["contacts"])
def contact(
    request: HttpRequest, contact: ContactParameter, limit: RowsParameter = ROWS, offset: OffsetParameter = 0
) -> Answer:
    """One contact, by its id in any case.  There is no list of them all (T-72)."""
    here, part = edition_of(request), Part(limit, offset)
    person = person_of(here, contact)
    refuse_many(part.of(person.records), here, "E-WEB-LIMIT", FEWER_ROWS)
    return answers.contact_answer(here.edition, here.id, person, part)


@api.get("/references/{anything:label}", response={200: CitedAnswer, **REFUSED}, tags=["references"])
def reference(
    request: HttpRequest, label: LabelParameter, limit: RowsParameter = ROWS, offset: OffsetParameter = 0
) -> Answer:
    """One document, by any of its spellings, and the rows that cite it."""
    here, part = edition_of(request), Part(limit, offset)
    cited = reference_of(here, label)
    refuse_many(part.of(cited.records), here, "E-WEB-LIMIT", FEWER_ROWS)
    answer = answers.reference_answer(here.edition, here.id, cited, part)
    return answer | {"document": of_document(cited.reference) or None}


@api.get("/search", response={200: SearchAnswer, **BAD_QUERY}, tags=["search"])
def search(request: HttpRequest, q: QueryParameter = "", limit: LimitParameter = DEFAULT_LIMIT) -> Answer:
    """What fits a name, a port, an RFC or words, best first; at most 100 characters, 1 to 100 hits."""
    here = edition_of(request)
    query = questions.required_query_of(q)
    hits, more = questions.hits_of(here, query, limit)
    refuse_many(chain.from_iterable(hit.records for hit in hits), here, "E-WEB-LIMIT", FEWER_ROWS)
    return answers.search_answer(here.edition, here.id, query, hits, more)


@api.get("/editions", response={200: EditionsAnswer, **BAD_QUERY, 503: ProblemDocument}, tags=["editions"])
def editions(request: HttpRequest) -> HttpResponse:
    """The editions that can be asked for, newest first; its href before an address lets one answer."""
    here = edition_of(request)
    kept = kept_editions(here)
    told = [edition_fields(file) | {"is_whole": file.id not in kept.damaged} for file in kept.files]
    return of_the_store(
        request, EditionsAnswer(edition=here.id, editions=[EditionAnswer(**one) for one in told])
    )


@api.get(
    "/editions/{anything:edition}",
    response={200: EditionAnswer, **REFUSED, 503: ProblemDocument},
    tags=["editions"],
)
def edition(request: HttpRequest, edition: EditionParameter) -> HttpResponse:
    """One edition, by its id or the beginning of it that names one: where it came from and its digest."""
    found = edition_called(edition, edition_of(request))
    return of_the_store(request, EditionAnswer(**edition_fields(found.file), is_whole=True))


def of_the_store(request: HttpRequest, answer: Schema) -> HttpResponse:
    """*answer* with validators of its own: it tells of the store, which changes under a shown edition."""
    content = Content(Json().render(request, answer.dict(), response_status=HTTPStatus.OK), Json.media_type)
    return send(request, content, {"Cache-Control": REVALIDATE})


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Parameters that the signatures above refuse."""
    names = ", ".join(str(item["loc"][-1]) for item in error.errors)
    message = f"these parameters are not as described: {names}"
    problem = Problem("E-WEB-PARAMETER", message, OPENAPI)
    raise RequestError(HTTPStatus.BAD_REQUEST, problem)
