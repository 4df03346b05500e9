"""What is answered for a name that an edition does not have: an error, with links to names like it.

As a page or as a problem document, as `problems` does; here the names lead to more than services.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from portbook.errors import Problem, shown
from portbook.web import problems
from portbook.web.editions import Served
from portbook.web.layout import page
from portbook.web.problems import RequestError
from portbook.web.texts import Piece


def missing(code: str, kind: str, name: str, here: Served, near: tuple[str, ...] = ()) -> RequestError:
    """Return the error for a *name* of which the edition has no *kind*: "contact", "reference"."""
    message = f"no {kind} is called {shown(name)} in the edition of {here.date}"
    problem = Problem(code, message, f"edition {here.label}")
    return RequestError(HTTPStatus.NOT_FOUND, problem, near)


def missing_page(
    request: HttpRequest, error: RequestError, near: tuple[Piece, ...], every: Piece
) -> HttpResponse:
    """Return *error* as the client reads it; a page links *near* names, and *every*, the whole list."""
    if problems.wants_document(request):
        return problems.answer(request, error)
    context = {
        "status": error.status.value,
        "phrase": error.status.phrase,
        "problem": error.problem,
        "near": near,
        "every": every,
    }
    response = page(request, "missing.html", context, status=error.status)
    response["Cache-Control"] = problems.NO_STORE
    response["Vary"] = "Accept"
    return response
