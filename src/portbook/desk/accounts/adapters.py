"""What the desk decides where allauth asks: how letters go out, where one goes next, what keys are called."""

import logging
import secrets
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db.transaction import atomic, set_rollback
from django.http import HttpRequest

from portbook.desk.accounts import crowds, rates, sealing
from portbook.desk.site_links import absolute
from portbook.errors import Problem
from portbook.web.problems import RequestError

_ROWS_OF_A_SIGN_UP = 2  # a user, an address

_log = logging.getLogger("portbook.desk")


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # untyped
    """Accounts with a password or a passkey."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "This address and this password do not belong together.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, or sign in with a passkey.",
        "incorrect_code": "This code is not right, or not valid any more.",
        "incorrect_password": "This is not your password.",
        "enter_current_password": "This is not your password.",
        "rate_limited": "Too many tries. Wait a minute.",
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter, but no more than a few an hour to one address, nor more than a crowd may cause.

        Whoever asks sees no difference.
        """
        allowed = ratelimit.consume(self.request, action=rates.LETTERS, key=email.lower())
        if allowed and crowds.may_cause(self.request, template_prefix):
            send(
                self.render_mail(template_prefix, email, {"email": email, **context, **self._links(context)})
            )

    def _links(self, context: dict[str, Any]) -> dict[str, str]:
        """The links of a letter, as this site is reached, whatever host the request names."""
        links = {name: urlsplit(link).path for name, link in context.items() if name.endswith("_url")}
        return {name: absolute(self.request, path) for name, path in links.items()}

    def send_notification_mail(self, *arguments: Any, **named: Any) -> None:
        """Tell of a change; it stands, whether the letter goes out or not."""
        with suppress(RequestError):
            super().send_notification_mail(*arguments, **named)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Work as long as a sign-up does, and keep nothing of it (T-69)."""
        with atomic():
            self._make_nobody(email)
            set_rollback(True)
        for _ in range(_ROWS_OF_A_SIGN_UP):
            cache.set(secrets.token_urlsafe(), "", timeout=1)  # to commit a row takes the longest
        super().send_account_already_exists_mail(email)

    def _make_nobody(self, email: str) -> None:
        """What is made of somebody new: a name, the hash of a password, two rows."""
        user = User(email=email)
        self.populate_username(self.request, user)
        user.set_password(secrets.token_urlsafe())
        user.save()
        EmailAddress.objects.create(user=user, email=email, primary=True)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead back to one's account."""
        return "/desk/account"


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": Accounts.error_messages["incorrect_code"]
    }

    def encrypt(self, text: str) -> str:
        """Keep a secret sealed."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed."""
        return sealing.unseal(encrypted_text)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        """Propose what a passkey is called."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"


class OtherAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts of a provider of OpenID Connect."""


def send(letter: EmailMessage) -> None:
    """Send *letter*; raise `RequestError` E-DESK-MAIL when no server takes it.  Nothing of it is logged."""
    try:
        letter.send()
    except OSError as error:  # what smtplib raises is one too
        _log.error("no letter could be sent: %s", type(error).__name__)
        message = "no letter can be sent now; try again in a few minutes"
        problem = Problem("E-DESK-MAIL", message, "docs/desk.md")
        raise RequestError(HTTPStatus.SERVICE_UNAVAILABLE, problem) from None
