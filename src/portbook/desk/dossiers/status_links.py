"""Public status: how one application stands, at an address that nobody can guess, while its author wants it.

The address is shown once; a digest of it is kept.  The page says nothing of who asks or for what, and a link
that was taken back answers as one that never was.
"""

import secrets
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portbook.desk import problems, sentences
from portbook.desk.applying import changes
from portbook.desk.entrance import for_roles
from portbook.desk.members import person_of
from portbook.desk.models import StatusLink
from portbook.errors import RuleError
from portbook.register.operations.turns import TURNS
from portbook.register.reading import statuses
from portbook.register.roles import Role
from portbook.web import clock
from portbook.web.problems import RequestError, wrong_method

TOKEN_BYTES = 32


@for_roles(Role.APPLICANT)
def manage(request: HttpRequest, number: int) -> HttpResponse:
    """The link to an application of one's own: made, shown once, taken back."""
    person = person_of(request)
    standing = changes.standing_of(person, number)
    address = ""
    if request.method == "POST":
        StatusLink.objects.filter(application=number).delete()
        if request.POST.get("go") != "revoke":
            token = secrets.token_urlsafe(TOKEN_BYTES)
            StatusLink.objects.update_or_create(
                application=number, defaults={"digest": _digest(token), "made_by_id": person.account}
            )
            address = request.build_absolute_uri(f"/desk/status/{token}")
    context = {
        "number": number,
        "standing": standing,
        "address": address,
        "is_made": StatusLink.objects.filter(application=number).exists(),
        "is_revoked": request.method == "POST" and not address,
    }
    return render(request, "desk/apply_link.html", context)


def status(request: HttpRequest, token: str) -> HttpResponse:
    """How the application stands to which *token* leads, for anybody who has it."""
    if request.method not in ("GET", "HEAD"):
        return problems.answer(request, wrong_method(request))
    link = StatusLink.objects.select_related("made_by").filter(digest=_digest(token)).first()
    if link is None:
        raise _nothing()
    instant = clock.instant()
    try:
        found = statuses.status(link.made_by.member, link.application, instant)
    except RuleError:  # whoever made it may see the application no more
        raise _nothing() from None
    waiting = found.waiting
    is_open = found.state in TURNS
    sentence = sentences.standing(waiting.word, waiting.turn, waiting.since, waiting.due, instant[:10])
    context = {"number": link.application, "waiting": waiting, "sentence": sentence, "is_open": is_open}
    return render(request, "desk/apply_status.html", context | {"next": found.next})


def _nothing() -> RequestError:
    return problems.no_such_page("status here")


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
