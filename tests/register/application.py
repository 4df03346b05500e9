"""The settings of the site know no application; importing this brings in the tables of register and desk."""

from django.apps import apps
from django.test import override_settings

from portbook.desk import settings as desk_settings

SETTINGS = {name: getattr(desk_settings, name) for name in dir(desk_settings) if name.isupper()}
del SETTINGS["DATABASES"]  # each test has its own

with override_settings(MIDDLEWARE=SETTINGS["MIDDLEWARE"]):  # allauth looks whether it stands there
    apps.set_installed_apps(SETTINGS.pop("INSTALLED_APPS"))
