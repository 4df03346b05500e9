"""What was typed while the session ended: kept for whoever signs in again, if it is the same account.

Each page of the form carries a ticket, signed for its account, so that nobody but who had the page open can
leave anything here.  What was sent with it waits in the session of the browser, and is read by that account
alone, when it opens the page again.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict

from portbook.desk.applying import mapping
from portbook.desk.applying.mapping import Typed
from portbook.desk.members import Person

TICKET_SECONDS = 24 * 3_600

_KEY = "portbook-typed"
_SALT = "portbook.desk.applying.form_pages"

View = Callable[..., HttpResponse]


def ticket(person: Person) -> str:
    """Return what shows later that a page was opened by *person*."""
    return signing.dumps(person.account, salt=_SALT)


def keeps_typed(view: View) -> View:
    """Before a view for who is signed in: keep what is sent to it when nobody is."""

    @wraps(view)
    def keeping(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            _keep(request)
        return view(request, *arguments, **named)

    return keeping


def _keep(request: HttpRequest) -> None:
    try:
        account = signing.loads(request.POST.get("ticket", ""), salt=_SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature:
        return
    page = request.POST.get("page", "")
    request.session[_KEY] = {"page": page, "account": account, "sent": _encoded(request.POST)}


def _encoded(data: QueryDict) -> str:
    fields = QueryDict(mutable=True)
    for name in data:
        if mapping.field_of(name):
            fields.setlist(name, data.getlist(name))
    return fields.urlencode()


def returned(request: HttpRequest, person: Person) -> Typed | None:
    """Return what *person* sent to this page while signed out, once; None when nothing waits."""
    kept = request.session.get(_KEY)
    if not kept or kept["page"] != request.path_info or kept["account"] != person.account:
        return None
    del request.session[_KEY]
    return mapping.posted(QueryDict(kept["sent"]))
