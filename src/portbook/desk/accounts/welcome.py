"""The page behind an invitation: somebody chooses a password, or goes on with the account that he has."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import EmailAddress, Login
from django import forms
from django.contrib.auth import logout, password_validation
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.desk import problems
from portbook.desk.accounts import invitations, rates
from portbook.desk.accounts.wording import PASSWORD_HELP
from portbook.desk.entrance import METHODS
from portbook.desk.members import person_of
from portbook.desk.models import Invitation
from portbook.register.limits import MAX_NAME
from portbook.web.problems import wrong_method

NEXT = "/accounts/2fa/"


class Beginning(forms.Form):
    """Who he is, and his password."""

    email = forms.EmailField(
        label="E-mail",
        help_text="You sign in with it.",
        max_length=rates.MAX_EMAIL,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = forms.CharField(
        label="Name",
        help_text="As colleagues see you.",
        max_length=MAX_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password1 = forms.CharField(
        label="Password",
        help_text=PASSWORD_HELP,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label="The same password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_email(self) -> str:
        """Refuse an address that has an account."""
        email = str(self.cleaned_data["email"]).lower()
        if EmailAddress.objects.filter(email=email, verified=True).exists():
            raise ValidationError("This address has an account: sign in with it, then open the link again.")
        return email

    def clean_password1(self) -> str:
        """Refuse what is too weak."""
        password = str(self.cleaned_data["password1"])
        email = self.cleaned_data.get("email", "")
        password_validation.validate_password(password, User(username=email, email=email))
        return password

    def clean_password2(self) -> str:
        """Refuse what is not the same."""
        password = str(self.cleaned_data["password2"])
        if password != self.data.get("password1"):
            raise ValidationError("This is not the same password.")
        return password


def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """For whom the link is; the form, or the button; and what comes of either."""
    if request.method not in METHODS:
        return problems.answer(request, wrong_method(request))
    held = invitations.found(token)
    if request.user.is_authenticated:
        return _with_account(request, held)
    form = Beginning(request.POST if request.method == "POST" else None, initial={"email": held.email})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        wanted = invitations.Wanted(given["email"], given["name"], given["password2"])
        return _signed_in(request, invitations.take(held, wanted), wanted.email)
    return _page(request, held, form)


def _with_account(request: HttpRequest, held: Invitation) -> HttpResponse:
    if request.method != "POST":
        return _page(request, held)
    invitations.take_with(held, person_of(request).account)
    logout(request)  # what he is has changed: he comes in anew (T-67)
    return HttpResponseRedirect("/accounts/login/?next=/desk")


def _signed_in(request: HttpRequest, user: User, email: str) -> HttpResponse:
    response: HttpResponse = perform_login(request, Login(user=user, email=email, redirect_url=NEXT))
    record_authentication(
        request, user, method="password", reauthenticated=True
    )  # he has just typed it twice
    return response


def _page(request: HttpRequest, held: Invitation, form: Beginning | None = None) -> HttpResponse:
    context = {"invitation": held, "roles": invitations.roles_of(held), "form": form}
    return render(request, "desk/welcome.html", context, status=422 if form and form.errors else 200)
