"""Publishing by a token: what is new is seen first, and then published as it was seen."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from portbook.desk.programs import answers
from portbook.desk.programs.api import act_of, asked_of, body_of
from portbook.desk.programs.bearers import bearing, check_scope
from portbook.desk.programs.scopes import scope_of
from portbook.errors import FormatError, Problem, RuleError
from portbook.formats.json_text import read_json
from portbook.register import publishing, roles
from portbook.register.acts import check
from portbook.register.reading.unpublished import Unpublished, unpublished
from portbook.register.roles import Role
from portbook.store import EditionStore
from portbook.web import questions
from portbook.web.problems import RequestError

_SOURCE = "docs/desk.md"


@bearing("POST", scope=None, roles=(*map(Role, roles.RIGHTS[publishing.PUBLISH]),))
def publish(request: HttpRequest) -> HttpResponse:
    """Publish the register as it was seen, or say what is new in it."""
    questions.refuse_unknown(request.GET, ())
    check_scope(request, scope_of(publishing.PUBLISH))
    asked = read_json(body_of(request), asked_of)
    if asked.values:
        raise FormatError(Problem("E-DESK-BODY", "publishing is told no values", _SOURCE))
    act = act_of(request, asked)._replace(is_dry=False, seen="", request=asked.seen)  # no digest, an Event
    check(act)
    if not asked.dry_run and (before := publishing.answered_before(act)):
        return _answered(before.number, before.edition, before.sha256)
    following = unpublished()
    if asked.dry_run:
        return answers.answered(_told(following))
    if not asked.seen:
        message = 'what is new is to be seen first: send it with "dry_run", then its "events" as "seen"'
        raise RequestError(HTTPStatus.PRECONDITION_REQUIRED, Problem("E-DESK-SEEN", message, _SOURCE))
    if asked.seen != str(following.events):
        message = f"the books went on to Event {following.events} since this was seen; look again"
        raise RuleError(Problem("E-STALE", message, "docs/register.md"))
    done = publishing.publish(act, EditionStore(), seen=following.events)
    return _answered(done.number, done.file.id, done.file.sha256)


def _answered(number: int, edition: str, sha256: str) -> HttpResponse:
    return answers.answered({"number": number, "edition": edition, "sha256": sha256})


def _told(following: Unpublished) -> dict[str, int]:
    return {"events": following.events, "after_event": following.after_event, **following.counts}
