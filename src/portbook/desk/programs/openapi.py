"""The description of the register's API (OpenAPI 3.1), made of what answers: deeds, their forms, scopes.

Each deed has an address of its own here.  What fields take and answers hold, `schemas` says.
"""

from collections.abc import Iterable

from django import forms
from django.http import HttpRequest, HttpResponse

from portbook.desk.deeds import Deed, table
from portbook.desk.limits import MAX_DIGITS
from portbook.desk.programs import answers
from portbook.desk.programs.schemas import NUMBER, SCHEMAS, TEXT, Schema, field_schema, list_of, object_of
from portbook.desk.programs.scopes import MEANING, Scope, scope_of
from portbook.register.limits import MAX_NAME, MAX_TEXT
from portbook.register.reading.lists import Sought
from portbook.web import questions
from portbook.web.problems import PROBLEM_TYPE

ADDRESS = "/v1/register/openapi.json"

_STATUS = {
    400: "The body or a parameter is not what the address takes.",
    401: "No token, or one that does not hold.",
    403: "The member may not, or the token has not the scope.",
    404: "It is not there, or not for this member.",
    409: "It cannot be done as things stand; what was seen may be old.",
    415: "The body is not JSON.",
    422: "A field is wrong; it is named.",
    428: "What this changes is to be seen first: a dry run.",
    429: "Too many requests; Retry-After says when.",
    503: "The register cannot be reached.",
}
_READING, _DOING = (400, 401, 403, 404, 429, 503), (400, 401, 403, 404, 409, 415, 422, 429, 503)


def openapi(request: HttpRequest) -> HttpResponse:
    """The description; it needs no token, for it tells of nobody."""
    if request.method not in ("GET", "HEAD"):
        return answers.wrong_method(request, ("GET", "HEAD"))
    questions.refuse_unknown(request.GET, ())
    return answers.answered(document())


def document() -> Schema:
    """Return the whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Portbook: the register",
            "version": "1",
            "description": "What a member may read and do, by a token. docs/desk.md says more.",
        },
        "security": [{"token": []}],
        "tags": [{"name": scope.value, "description": MEANING[scope]} for scope in Scope],
        "paths": {
            **_READS,
            **{_address(deed): {"post": _act(deed)} for deed in table().values()},
            **_PUBLISH,
        },
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of /desk/account/tokens.",
                }
            },
            "schemas": SCHEMAS,
        },
    }


# -- what is done


def _address(deed: Deed) -> str:
    return f"/v1/register/acts/{deed.slug}"


def _act(deed: Deed) -> Schema:
    """A deed: its body, what it answers, and with what it is refused."""
    body = _said(_values(deed.form.base_fields))
    refusals = (*_DOING, 428) if deed.is_grave else _DOING
    return {
        **_operation(deed.slug, deed.title, scope_of(deed.operation)),
        **({"description": deed.explained} if deed.explained else {}),
        "parameters": [_KEY],
        "requestBody": {"required": True, "content": {answers.JSON_TYPE: {"schema": body}}},
        "responses": {"200": _answer({"anyOf": [_of("Done"), _of("Shown")]}), **_refusals(refusals)},
    }


def _said(values: Schema | None) -> Schema:
    """The body of an act."""
    said = {
        "reason": {"type": "string", "maxLength": MAX_TEXT},
        "dry_run": {"type": "boolean", "description": "Nothing is done; the answer says what would change."},
        "seen": {
            "type": "string",
            "maxLength": MAX_NAME,
            "description": "The digest that a dry run answered.",
        },
    }
    if values is None:
        return {"type": "object", "additionalProperties": False, "properties": said}
    needs = {"required": ["values"]} if "required" in values else {}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {"values": values, **said},
        **needs,
    }


def _values(fields: dict[str, forms.Field]) -> Schema:
    required = [name for name, field in fields.items() if field.required]
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: field_schema(field) for name, field in fields.items()},
        **({"required": required} if required else {}),
    }


# -- what is answered


def _of(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(schema: Schema, description: str = "An answer.") -> Schema:
    return {"description": description, "content": {answers.JSON_TYPE: {"schema": schema}}}


def _refusals(statuses: Iterable[int]) -> Schema:
    content = {PROBLEM_TYPE: {"schema": _of("Refusal")}}
    return {str(status): {"description": _STATUS[status], "content": content} for status in sorted(statuses)}


def _operation(name: str, summary: str, scope: Scope | None) -> Schema:
    told = {"operationId": name, "summary": summary}
    return {**told, "tags": [scope.value], "security": [{"token": [scope.value]}]} if scope else told


def _read(name: str, summary: str, schema: Schema, *parameters: Schema) -> Schema:
    return {
        "get": {
            **_operation(name, summary, Scope.READ),
            **({"parameters": [*parameters]} if parameters else {}),
            "responses": {"200": _answer(schema), **_refusals((*_READING, 400))},
        }
    }


def _asked(name: str, schema: Schema, where: str = "query") -> Schema:
    return {"name": name, "in": where, "required": where == "path", "schema": schema}


_IN_PATH = _asked("number", {**NUMBER, "maximum": 10**MAX_DIGITS - 1}, "path")
_KEY = {
    **_asked("Idempotency-Key", {"type": "string", "maxLength": MAX_NAME}, "header"),
    "description": "Names the act: sent again with the same key, it is answered as before and done once.",
}
_READS: Schema = {
    "/v1/register/queue": _read(
        "queue", "What waits for you", object_of({"waiting": list_of(_of("Waiting"))})
    ),
    "/v1/register/applications": _read(
        "applications",
        "The applications that you may see",
        object_of({"applications": list_of(_of("Listed")), "next": TEXT}),
        *(_asked(name, TEXT) for name in Sought._fields),
    ),
    "/v1/register/applications/{number}": _read(
        "application", "How an application stands", _of("Application"), _IN_PATH
    ),
    "/v1/register/events": _read(
        "events",
        "The Events from one on",
        object_of({"events": list_of(_of("Line")), "more": {"type": "boolean"}}),
        _asked("after", NUMBER),
    ),
    "/v1/register/events/{number}": _read(
        "event",
        "One Event, and whether it hangs in the chain",
        object_of({"event": _of("Event"), "hash": TEXT, "fits": {"type": "boolean"}}),
        _IN_PATH,
    ),
    ADDRESS: {
        "get": {
            "operationId": "description",
            "summary": "This description",
            "security": [],
            "responses": {"200": _answer({"type": "object"})},
        }
    },
}
_PUBLISH: Schema = {
    "/v1/register/publish": {
        "post": {
            **_operation("publish", "Publish the register as the next edition", scope_of("publish")),
            "description": 'A dry run says what is new; its "events" are sent as "seen".',
            "parameters": [_KEY],
            "requestBody": {"required": True, "content": {answers.JSON_TYPE: {"schema": _said(None)}}},
            "responses": {
                "200": _answer({"anyOf": [_of("Published"), _of("Unpublished")]}),
                **_refusals((*_DOING, 428)),
            },
        }
    }
}
