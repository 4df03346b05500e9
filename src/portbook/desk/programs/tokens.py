"""The page of tokens: one is made after a fresh sign-in and shown once, and revoked at any time (T-70)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.transaction import atomic
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.desk import problems
from portbook.desk.entrance import signed_in
from portbook.desk.limits import MAX_DIGITS, MAX_TOKEN_DAYS, MAX_TOKENS
from portbook.desk.members import Person, person_of
from portbook.desk.models import Token
from portbook.desk.programs import token_texts
from portbook.desk.programs.scopes import MEANING, Scope, scopes_for
from portbook.register.limits import MAX_NAME
from portbook.web import clock

ADDRESS = "/desk/account/tokens"
DAYS = 90  # that a token holds if nothing else is said


class Wanted(forms.Form):
    """What a token is made for."""

    name = forms.CharField(
        label="Name", help_text="What uses it: backup script, inventory.", max_length=MAX_NAME
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        help_text="Of what you may do yourself, no more. Choose as little as it needs.",
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(
        label="Days that it holds",
        min_value=1,
        max_value=MAX_TOKEN_DAYS,
        initial=DAYS,
        help_text="At most 366.",
    )

    def __init__(self, person: Person, data: Any = None) -> None:
        super().__init__(data, initial={"scopes": [Scope.READ]})
        self.person = person
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  # as it is written above
        field.choices = [(scope.value, f"{scope}: {MEANING[scope]}") for scope in scopes_for(person)]

    def clean_name(self) -> str:
        """Refuse a name that another token has."""
        name: str = self.cleaned_data["name"]
        if _held(self.person).filter(name=name).exists():
            raise ValidationError("You have a token of this name. Revoke it first, or choose another name.")
        return name

    def clean(self) -> None:
        """Refuse one token too many."""
        super().clean()
        if _held(self.person).count() >= MAX_TOKENS:
            raise ValidationError(f"You have {MAX_TOKENS} tokens. Revoke one first.")


@signed_in
def tokens(request: HttpRequest) -> HttpResponse:
    """The list of tokens, and the form for another."""
    if request.method == "POST":
        made: HttpResponse = _made(request)
        return made
    return _page(request, Wanted(person_of(request)))


@reauthentication_required  # type: ignore[untyped-decorator]
def _made(request: HttpRequest) -> HttpResponse:
    """Make a token and show it, for this once; allauth sends the form on after a fresh sign-in."""
    person = person_of(request)
    form = Wanted(person, request.POST)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    text = token_texts.new()
    try:
        with atomic():
            token = make(person, text, **form.cleaned_data)
    except IntegrityError:  # sent twice, at once
        form.add_error("name", "You have a token of this name.")
        return _page(request, form, status=HTTPStatus.CONFLICT)
    get_adapter(request).send_notification_mail("desk/letters/token_made", request.user, {"token": token})
    return _page(request, Wanted(person), made=token, text=text)


def make(person: Person, text: str, name: str, scopes: Iterable[str], days: int) -> Token:
    """Keep what is stored of the token *text*."""
    now = clock.instant()
    ends = datetime.fromisoformat(now) + timedelta(days=days)
    return Token.objects.create(
        account_id=person.account,
        name=name,
        prefix=text[: token_texts.SHOWN],
        digest=token_texts.digest_of(text),
        scopes=" ".join(scopes),
        made=now,
        expires=ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        used="",
        roles=person.standing,
    )


@signed_in
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """End a token, at once; one that is another's is not there."""
    if request.method != "POST":
        return HttpResponseRedirect(ADDRESS)
    mine = Token.objects.filter(account_id=person_of(request).account)
    if len(str(number)) > MAX_DIGITS or not mine.filter(pk=number).update(is_revoked=True):
        raise problems.no_such_page("token")
    return HttpResponseRedirect(ADDRESS)


def _held(person: Person) -> Any:
    """The tokens of *person* that are not revoked."""
    return Token.objects.filter(account_id=person.account, is_revoked=False)


def _page(request: HttpRequest, form: Wanted, *, status: int = HTTPStatus.OK, **made: Any) -> HttpResponse:
    person, now = person_of(request), clock.instant()
    context = {
        "form": form,
        "tokens": _held(person).order_by("-pk"),
        "roles": person.standing,
        "now": now,
        "days": DAYS,
        **made,
    }
    return render(request, "desk/tokens.html", context, status=status)
