"""The register as a Django application."""

import os

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Tables with the prefix `register_`."""

    name = "portbook.register"
    label = "register"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A child of `fork` opens a connection of its own."""
        from portbook.register.database import forget_connections

        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=forget_connections)
