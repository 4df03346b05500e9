"""What the desk decides where allauth asks: who may sign up, and how letters go out."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # untyped
    """Accounts with a password or a passkey."""


class OtherAccounts(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts of a provider of OpenID Connect."""
