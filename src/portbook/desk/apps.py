"""The desk as a Django application."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Tables with the prefix `desk_`."""

    name = "portbook.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for new factors."""
        from allauth.mfa.signals import authenticator_added

        from portbook.desk.accounts.own_account import end_other_sessions

        authenticator_added.connect(end_other_sessions, dispatch_uid="portbook-factor")
