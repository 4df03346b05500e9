"""One's own account: name, how one signs in, where one is signed in, which letters come."""

from collections import Counter

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.desk import problems
from portbook.desk.accounts import addresses
from portbook.desk.entrance import signed_in
from portbook.desk.members import person_of
from portbook.desk.models import Account
from portbook.register.limits import MAX_NAME

ADDRESS = "/desk/account"
SESSIONS = "/accounts/sessions/"
NAME, LETTERS = "name", "letters"  # parts of the page that are sent


class Named(forms.Form):
    """What one is called at the desk."""

    name = forms.CharField(
        label="Name",
        help_text="As colleagues see you at the desk; your address where it is empty.",
        required=False,
        max_length=MAX_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class Letters(forms.Form):
    """Which letters come, of those that somebody may do without."""

    wanted = forms.MultipleChoiceField(
        label="A letter comes when",
        choices=tuple(addresses.OPTIONAL.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """All of it on one page; the name is changed here, the rest where allauth does it."""
    person = person_of(request)
    row = Account.objects.get(pk=person.account)
    part = request.POST.get("part", NAME) if request.method == "POST" else ""
    form = Named(request.POST if part == NAME else None, initial={"name": row.name})
    letters = Letters(request.POST if part == LETTERS else None, initial={"wanted": _wanted(row.muted)})
    if part and (form if part == NAME else letters).is_valid():
        return _changed(request, row, form if part == NAME else letters)
    factors = Counter(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True))
    context = {
        "form": form,
        "letters": letters,
        "roles": person.roles.split(),
        "factors": factors,
        "has_password": request.user.is_authenticated and request.user.has_usable_password(),
        "sessions": UserSession.objects.filter(user_id=request.user.pk).count(),
        "has_providers": bool(settings.SOCIALACCOUNT_PROVIDERS),
    }
    return render(request, "desk/account.html", context, status=422 if form.errors or letters.errors else 200)


def _changed(request: HttpRequest, row: Account, form: forms.Form) -> HttpResponse:
    """Keep what one part of the page says."""
    if isinstance(form, Letters):
        unwanted = [kind for kind in addresses.OPTIONAL if kind not in form.cleaned_data["wanted"]]
        Account.objects.filter(pk=row.pk).update(muted="\n".join(unwanted))
        messages.success(request, "Kept. Other letters come as before.")
    else:
        Account.objects.filter(pk=row.pk).update(name=form.cleaned_data["name"])
        messages.success(request, "The name is changed.")
    return HttpResponseRedirect(ADDRESS)


def _wanted(muted: str) -> list[str]:
    return [kind for kind in addresses.OPTIONAL if kind not in addresses.kinds_of(muted)]


@signed_in
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in; any of it is ended by a button (T-67)."""
    held = sorted(UserSession.objects.purge_and_list(request.user), key=lambda each: each.created_at)
    if request.method == "POST":
        return _ended(request, held)
    return render(request, "usersessions/usersession_list.html", {"sessions": held})


def end_other_sessions(request: HttpRequest, user: object, **_: object) -> None:
    """End what was begun without the factor that *user* has from now on (T-65)."""
    held = UserSession.objects.purge_and_list(user)
    end_sessions(request, [each for each in held if not each.is_current()])


def _ended(request: HttpRequest, held: list[UserSession]) -> HttpResponse:
    """End the session that is asked for, "others" for all but this one."""
    asked = request.POST.get("session", "")
    ending = [
        each for each in held if (not each.is_current() if asked == "others" else str(each.pk) == asked)
    ]
    if not ending and asked != "others":
        raise problems.no_such_page("session")
    end_sessions(request, ending)
    return HttpResponseRedirect(SESSIONS)


@signed_in
def totp_picture(request: HttpRequest) -> HttpResponse:
    """The key of an authenticator that is being set up, as a picture to scan; not there at other times."""
    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret:
        raise problems.no_such_page("picture")
    adapter = get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    return HttpResponse(picture, content_type="image/svg+xml")
