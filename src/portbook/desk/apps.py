"""The desk as a Django application."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Tables with the prefix `desk_`."""

    name = "portbook.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
