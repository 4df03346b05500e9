"""Applications as files: a draft or an application as application.toml; files and what ended as drafts."""

from http import HTTPStatus

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from portbook.applications import read, to_toml
from portbook.desk import problems
from portbook.desk.applying import changes, drafts, form_pages, mapping
from portbook.desk.entrance import for_roles
from portbook.desk.limits import MAX_UPLOAD
from portbook.desk.members import Person, person_of
from portbook.errors import FormatError, PortbookError, Problem, RuleError
from portbook.register.operations.acting import Refused
from portbook.register.roles import Role
from portbook.states import ApplicationState

FILE = "application.toml"
ENDED = (ApplicationState.WITHDRAWN, ApplicationState.REFUSED)  # with nothing assigned


@for_roles(Role.APPLICANT)
def bring(request: HttpRequest) -> HttpResponse:
    """Make a draft of a file."""
    person = person_of(request)
    if request.method != "POST":
        return HttpResponseRedirect("/desk/apply")
    try:
        kept = _brought(person, request.FILES.get("file"))
    except PortbookError as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return form_pages.start_page(request, person, problems.problems_of(error), status)
    return HttpResponseRedirect(f"{kept.address}/review")


def _brought(person: Person, file: "UploadedFile[bytes] | None") -> drafts.Kept:
    """The draft that *file* makes; raises everything that is wrong with it."""
    if file is None:
        raise FormatError(Problem("E-DESK-UPLOAD", "no file was chosen", "docs/desk.md"))
    if (file.size or 0) > MAX_UPLOAD:
        message = f"the file has {file.size:,} bytes; {MAX_UPLOAD:,} are allowed"
        raise RuleError(Problem("E-DESK-UPLOAD", message, "docs/limits.md"))
    reading = read(file.read())
    if reading.faults:
        raise Refused(reading.faults)
    return drafts.begin(person, reading.application.kind, typed=mapping.typed_of(reading.application))


@for_roles(Role.APPLICANT)
def draft_file(request: HttpRequest, number: int) -> HttpResponse:
    """A draft as a file; of a field that no file can hold, the page of the draft says so."""
    kept = drafts.mine(person_of(request), number)
    reading = mapping.reading_of(kept.kind, kept.typed)
    if reading.faults:
        return HttpResponseRedirect(f"{kept.address}/review")
    return _answer(to_toml(reading.application))


@for_roles(Role.APPLICANT)
def application_file(request: HttpRequest, number: int) -> HttpResponse:
    """An application of one's own as a file."""
    return _answer(to_toml(changes.standing_of(person_of(request), number).asks))


@for_roles(Role.APPLICANT)
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Make a new draft of what an application of one's own asked for that came to nothing."""
    person = person_of(request)
    standing = changes.standing_of(person, number)
    if request.method != "POST" or standing.state not in ENDED:
        return HttpResponseRedirect(f"/desk/applications/{number}")
    kept = drafts.begin(person, standing.asks.kind, typed=changes.typed_of(person, standing))
    return HttpResponseRedirect(f"{kept.address}/review")


def _answer(text: str) -> HttpResponse:
    response = HttpResponse(text.encode(), content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{FILE}"'
    return response


@for_roles(Role.APPLICANT)
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Throw a draft away."""
    kept = drafts.mine(person_of(request), number)
    if request.method == "POST":
        drafts.delete(kept)
    return HttpResponseRedirect("/desk/apply")
