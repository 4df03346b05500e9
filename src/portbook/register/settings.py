"""Django's settings for a process that works on the register and serves no page: the command, the worker.

PORTBOOK_DATABASE  the URL of the database (`database`); without it SQLite in Portbook's own folder
PORTBOOK_ADDRESS   where the desk stands, "https://ports.example": letters name its pages; none without it
"""

import os
import secrets

from portbook.register import database, pages

SECRET_KEY = secrets.token_urlsafe(50)  # Django wants one; nothing is signed with it
INSTALLED_APPS = ["portbook.register"]
PORTBOOK_ADDRESS = pages.configured()
DATABASES = {"default": database.settings(os.environ.get(database.VARIABLE))}

USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
