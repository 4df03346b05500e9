"""What is answered for a name that an edition does not have: an error, with links to what may have been meant.

As a page or as a problem document, as `problems` does; here the names that are near lead to more than services.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from portbook.errors import Problem, shown
from portbook.web import problems
from portbook.web.editions import Served
from portbook.web.layout import page
from portbook.web.problems import RequestError
from portbook.web.texts import Piece, page_text


def missing(code: str, kind: str, name: str, here: Served, near: tuple[str, ...] = ()) -> RequestError:
    """Return the error for a *name* of which the edition has no *kind*: "contact", "reference"."""
    message = f"no {kind} is called {shown(name)} in the edition of {here.date}"
    problem = Problem(code, message, f"edition {here.label}")
    return RequestError(HTTPStatus.NOT_FOUND, problem, near)


def missing_page(request: HttpRequest, error: RequestError, near: tuple[Piece, ...], every: Piece) -> HttpResponse:
    """Return *error* as the client reads it; *near* and *every*, the whole list, are where a page leads to."""
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
