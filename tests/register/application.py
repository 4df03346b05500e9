"""The settings of the site know no application; importing this brings in the tables of the register."""

from django.apps import apps

apps.set_installed_apps(["portbook.register"])
