"""Publishing from the desk: what the next edition changes against the last, and the button that makes it.

The difference is that of the Events since the last publication, each row told once.  It takes the answer
some seconds with a registry of today's size; the public half shows the new edition as soon as it is there.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.desk import problems
from portbook.desk.acting import changed_rows
from portbook.desk.entrance import for_roles
from portbook.desk.limits import ROWS_SHOWN
from portbook.desk.members import CHANNEL, person_of
from portbook.desk.office.forms import Publishing
from portbook.desk.office.registry import registry_now
from portbook.errors import PortbookError, Problem
from portbook.register import tables
from portbook.register.acts import Act
from portbook.register.models import Publication
from portbook.register.publishing import PUBLISH, PUBLISHED
from portbook.register.publishing import publish as publish_register
from portbook.register.reading.unpublished import published_in, unpublished
from portbook.register.roles import RIGHTS
from portbook.store import EditionStore
from portbook.web import clock, shown


@for_roles(*RIGHTS[PUBLISH])
def publish(request: HttpRequest) -> HttpResponse:
    """What would be published; POST publishes it."""
    if request.method != "POST":
        return _page(request, Publishing(initial={"seen": str(registry_now().events)}))
    why = Publishing(request.POST)
    if not why.is_valid():
        return _page(request, why, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    act = Act("", person_of(request).member, "", why.cleaned_data["reason"], clock.instant(), channel=CHANNEL)
    try:
        result = publish_register(act, EditionStore(), seen=int(why.cleaned_data["seen"]))
    except PortbookError as error:
        again = Publishing(initial={"seen": str(registry_now().events), "reason": act.reason})
        found = problems.problems_of(error)
        return _page(request, again, status=problems.status_of(error), problems=found)
    shown.shown().look_now()  # the next page is headed by it
    return HttpResponseRedirect(f"/desk/publish?published={result.number}")


def _page(
    request: HttpRequest, why: Publishing, *, status: int = HTTPStatus.OK, problems: tuple[Problem, ...] = ()
) -> HttpResponse:
    following = unpublished()
    published = _published(request.GET.get("published", ""))
    context = {
        "next": following,
        "registry": registry_now(),
        "has_news": not following.last or bool(following.changes) or following.has_other_head,
        "rows": changed_rows.rows_of(following.changes[:ROWS_SHOWN]),
        "left_out": max(len(following.changes) - ROWS_SHOWN, 0),
        "files": changed_rows.files_of(following.changes[:ROWS_SHOWN]),
        "why": why,
        "published": published,
        "pages": changed_rows.pages_of(published_in(published.number))[:ROWS_SHOWN] if published else (),
        "problems": problems,
    }
    return render(request, "desk/publish.html", context, status=status)


def _published(number: str) -> Publication | None:
    """The publication that the page was sent on from."""
    if not (number.isascii() and number.isdigit() and len(number) < len(str(10**9))):
        return None
    where = "WHERE number = %s AND state = %s"
    return next(iter(tables.load(Publication, where, [int(number), PUBLISHED])), None)
