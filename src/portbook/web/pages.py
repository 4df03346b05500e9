"""The first page and the search.

Each answers from the edition alone.  Parameters that a page does not know are ignored, for links come with
what others hang on them; the API refuses them.
"""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from portbook.web import files, heads, questions, results
from portbook.web.doors import crowd
from portbook.web.layout import page, piece
from portbook.web.problems import RequestError
from portbook.web.shown import edition_of
from portbook.web.table_questions import ADDRESS as TABLE
from portbook.web.texts import page_text

HITS = 50  # on one page of results, unless more are asked for
HINTS = 8  # below the search field
EXAMPLES = {
    "ports": ("443", "tcp/80", "22, 80", "6000-6063"),
    "documents": ("RFC 9110",),
    "labels": ("_http._tcp",),
}


def home(request: HttpRequest) -> HttpResponse:
    """The first page: the head of the registry as IANA's page shows it; with a query the results of it."""
    if query := questions.query_of(request.GET.get("q", "")):
        return _results(request, query)
    here = edition_of(request)
    context = {
        "counts": here.opened.counts,
        "parts": heads.parts_of(here),
        "notes": heads.notes_of(here),
        "examples": heads.examples_of(here),
        "service": heads.service_of(here),
        "request_address": heads.REQUEST,
        "files": files.files_of(here),
    }
    return page(request, "home.html", context)


def search(request: HttpRequest) -> HttpResponse:
    """The results of a search, or the first page when nothing is asked."""
    return home(request)


def hints(request: HttpRequest) -> HttpResponse:
    """The first few results, as a piece of a page: what is shown below the field while one types."""
    query = questions.query_of(request.GET.get("q", ""))
    here = edition_of(request)
    try:
        context = results.hinted(results.found_for(here, query, HINTS)) if query else {}
    except RequestError as error:
        context = {"query": query, "problem": error.problem}
    return piece(request, "hints.html", context)


def _results(request: HttpRequest, query: str) -> HttpResponse:
    """What a search found; `limit` as in the API, for a link that shows more."""
    here = edition_of(request)
    limit = questions.limit_of(request.GET.get("limit", str(HITS)))
    found = results.found_for(here, query, limit)
    more = found["more"] and limit < questions.MAX_HITS
    context = found | {
        "query_shown": page_text(query),
        "hits": results.explained(found["found"], query),
        "in_table": results.in_table(here, query),
        "crowd": crowd(here, query, found["doors"]),
        "narrowed": results.narrowed(here, query),
        "everywhere": results.everywhere(here, query),
        "examples": {
            kind: [(text, here.links.search(text)) for text in texts] for kind, texts in EXAMPLES.items()
        },
        "longer": f"{here.links.search(query)}&limit={questions.MAX_HITS}" if more else "",
        "longest": questions.MAX_HITS,
        "plain": here.links.to(f"{TABLE}?{urlencode({'search': query})}"),
        "json": here.links.json(f"/search?{urlencode({'q': query, 'limit': limit})}"),
    }
    return page(request, "results.html", context)
