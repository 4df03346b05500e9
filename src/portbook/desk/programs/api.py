"""The register's API for programs: every deed of the desk by a token, and what its member may read.

    POST /v1/register/acts/withdraw  {"values": {"application": 17}, "reason": "no longer wanted"}

The same forms check what is sent as on pages, and the same operations decide.  What a page shows before it is
done has to be shown to a program as well: it asks with "dry_run" first, and names what it saw.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from portbook.desk import problems
from portbook.desk.acting import changed_rows
from portbook.desk.deeds import Deed, table
from portbook.desk.layout import EVENT_READERS
from portbook.desk.limits import MAX_DIGITS, MAX_EVENTS
from portbook.desk.members import person_of
from portbook.desk.programs import answers, scopes
from portbook.desk.programs.bearers import bearing, check_scope
from portbook.errors import FormatError, Problem, shown
from portbook.formats.json_text import read_json
from portbook.register.acts import Act, Done
from portbook.register.reading import ledger, lists, statuses
from portbook.web import clock, questions
from portbook.web.problems import RequestError

CHANNEL = "api"
GET = ("GET", "HEAD")

_ASKED = {"values": dict, "reason": str, "dry_run": bool, "seen": str}
_SOURCE = "docs/desk.md"


class Asked(NamedTuple):
    """The body of an act, as it was sent."""

    values: Mapping[str, Any] = {}
    reason: str = ""
    dry_run: bool = False
    seen: str = ""


# -- acts


@bearing("POST", scope=None)
def act(request: HttpRequest, slug: str) -> HttpResponse:
    """Do a deed, or say what it would change."""
    questions.refuse_unknown(request.GET, ())
    deed = table().get(slug)
    if deed is None:
        raise problems.no_such_page("act")
    check_scope(request, scopes.scope_of(deed.operation))
    asked = read_json(body_of(request), asked_of)
    form = deed.form(_form_data(deed, asked.values))
    if not form.is_valid():
        return answers.document(HTTPStatus.UNPROCESSABLE_ENTITY, _faults(form))
    if deed.is_grave and not asked.dry_run and not asked.seen:
        message = 'what this changes is to be seen first: send it with "dry_run", then its digest as "seen"'
        raise RequestError(HTTPStatus.PRECONDITION_REQUIRED, Problem("E-DESK-SEEN", message, _SOURCE))
    done = deed.do(act_of(request, asked), form.cleaned_data)
    return answers.answered(_shown(done) if asked.dry_run else _done(done))


def act_of(request: HttpRequest, asked: Asked) -> Act:
    """Who does it, why and when; what it is called and about, the operation says."""
    return Act(
        operation="",
        actor=person_of(request).member,
        object="",
        reason=asked.reason,
        instant=clock.instant(),
        channel=CHANNEL,
        key=request.headers.get("Idempotency-Key", ""),
        is_dry=asked.dry_run,
        seen="" if asked.dry_run else asked.seen,
        emails=(person_of(request).email,),
    )


def _done(done: Done) -> dict[str, Any]:
    return {"answer": done.answer, "event": done.event, "repeated": done.is_repeated}


def _shown(done: Done) -> dict[str, Any]:
    """What a dry run showed, as the page of the deed shows it."""
    shown = changed_rows.shown(done)
    rows = [
        {
            "table": row.table,
            "identity": row.identity,
            "change": row.what,
            "cells": [cell._asdict() for cell in row.cells],
        }
        for row in (*shown.rows, *shown.others)
    ]
    return {"answer": done.answer, "changes": rows, "files": shown.files}


# -- what an act is told


def body_of(request: HttpRequest) -> bytes:
    """The body of a request, of a size that forms have too (T-77)."""
    if request.content_type != answers.JSON_TYPE:
        kind = shown(request.content_type or "")
        problem = Problem("E-DESK-BODY", f"the body is {kind}, not {answers.JSON_TYPE}", _SOURCE)
        raise RequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, problem)
    try:
        return request.body
    except RequestDataTooBig:
        problem = Problem("E-DESK-BODY", "the body is larger than this site reads", "docs/limits.md")
        raise RequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, problem) from None


def asked_of(value: Any) -> Asked:
    """Take the object of a body apart; raise `FormatError` E-DESK-BODY for what is none."""
    if not isinstance(value, dict):
        raise _malformed("the body is no JSON object")
    for name, given in value.items():
        if name not in _ASKED:
            raise _malformed(f"an act is told {', '.join(_ASKED)}; {shown(name)} is none of these")
        if type(given) is not _ASKED[name]:
            raise _malformed(f"{shown(name)} is no {_ASKED[name].__name__}")
    return Asked(**value)


def _form_data(deed: Deed, values: Mapping[str, Any]) -> dict[str, Any]:
    """*values* as the form of *deed* reads them; raises `FormatError` E-DESK-BODY for other fields."""
    fields = deed.form.base_fields
    if unknown := [name for name in values if name not in fields]:
        known = ", ".join(fields) or "no values"
        raise _malformed(f"{shown(deed.operation)} is told {known}; {shown(unknown[0])} is none of these")
    return {name: _field_data(name, fields[name], value) for name, value in values.items()}


def _field_data(name: str, field: forms.Field, value: Any) -> Any:
    takes_several = getattr(field.widget, "allow_multiple_selected", False)
    if takes_several and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return value
    if isinstance(field, forms.BooleanField):
        if isinstance(value, bool):
            return value
    elif isinstance(value, (str, int)) and not isinstance(value, bool) and not takes_several:
        return str(value)
    raise _malformed(f"{shown(name)} has a value of another kind than this field")


def _malformed(message: str) -> FormatError:
    return FormatError(Problem("E-DESK-BODY", message, _SOURCE))


def _faults(form: forms.Form) -> list[dict[str, str]]:
    """What a form found, each with the field that it is about."""
    return [
        {"code": "E-DESK-FIELD", "message": f"{name}: {message}", "source": _SOURCE, "field": name}
        for name, found in form.errors.items()
        for message in found
    ]


# -- reading


@bearing(*GET)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for the member."""
    questions.refuse_unknown(request.GET, ())
    waiting = statuses.queue(person_of(request).member, clock.instant())
    return answers.answered({"waiting": [each._asdict() for each in waiting]})


@bearing(*GET)
def application(request: HttpRequest, number: int) -> HttpResponse:
    """How one application stands, for the member."""
    questions.refuse_unknown(request.GET, ())
    if len(str(number)) > MAX_DIGITS:
        raise problems.no_such_page("application")
    status = statuses.status(person_of(request).member, number, clock.instant())
    told = {
        **status.waiting._asdict(),
        "state": status.state.value,
        "version": status.version,
        "next": status.next,
        "findings": [finding.as_json() for finding in status.findings],
        "conversation": [word._asdict() for word in status.conversation],
        "clocks": {clock.party: clock.seconds for clock in status.clocks},
        "gross": status.gross,
    }
    return answers.answered(told)


@bearing(*GET)
def applications(request: HttpRequest) -> HttpResponse:
    """The applications that the member may see, a page at a time."""
    given = {name: request.GET[name] for name in request.GET}
    questions.refuse_unknown(given, lists.Sought._fields)
    page = lists.applications(person_of(request).member, clock.instant(), lists.Sought(**given))
    return answers.answered({"applications": [each._asdict() for each in page.found], "next": page.next})


@bearing(*GET, roles=EVENT_READERS)
def event_list(request: HttpRequest) -> HttpResponse:
    """The Events after the one that "after" names, the oldest first, without what they changed."""
    questions.refuse_unknown(request.GET, ("after",))
    after = request.GET.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) <= MAX_DIGITS):
        raise _malformed(f"after={shown(after)} is no number of an Event")
    sheet = ledger.sheet(ledger.Asked(), MAX_EVENTS, after=int(after))
    told = [each._asdict() | {"persons": json.loads(each.persons)} for each in reversed(sheet.lines)]
    return answers.answered({"events": told, "more": sheet.has_newer})


@bearing(*GET, roles=EVENT_READERS)
def one_event(request: HttpRequest, number: int) -> HttpResponse:
    """One Event whole, as a dump of the books has it, and whether it hangs in the chain."""
    questions.refuse_unknown(request.GET, ())
    link = ledger.link(number) if len(str(number)) <= MAX_DIGITS else None
    if link is None:
        raise problems.no_such_page("Event")
    fits = link.is_what_its_hash_says and link.follows and link.is_followed is not False
    return answers.answered({"event": link.event._asdict(), "hash": link.hash, "fits": fits})
