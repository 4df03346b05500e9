"""Django's settings for the site, from the environment: nothing secret, nothing to edit.

PORTBOOK_DATA     a file to show in place of a stored edition
PORTBOOK_EDITION  the id of a stored edition to show; without it the newest
PORTBOOK_HOSTS    the host names that the site answers to, with commas between; without it loopback alone
"""

import os
import secrets
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")

DEBUG = False  # never on: an error page shows a sentence and a number, the log has the rest (T-83)
SECRET_KEY = secrets.token_urlsafe(50)  # Django wants one; no cookie, session or form is signed with it
ALLOWED_HOSTS = [
    host for part in os.environ.get("PORTBOOK_HOSTS", "").split(",") if (host := part.strip())
] or list(LOOPBACK_HOSTS)

PORTBOOK_DATA = os.environ.get("PORTBOOK_DATA") or None
PORTBOOK_EDITION = os.environ.get("PORTBOOK_EDITION") or None

PORTBOOK_ASSETS = [HERE / "static"]  # folders of stylesheets, scripts and icons
PORTBOOK_DESK = ""  # where applications are made, if this site has such a place
PORTBOOK_PRACTICE = False  # whether the people of its register are invented, which each page then says

ROOT_URLCONF = "portbook.web.urls"
WSGI_APPLICATION = "portbook.web.wsgi.application"
APPEND_SLASH = False
INSTALLED_APPS: list[str] = []
MIDDLEWARE = ["portbook.web.front.Front"]
DATABASES: dict[str, dict[str, str]] = {}

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {"context_processors": [], "builtins": ["portbook.web.filters"]},
    }
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "portbook.web.loglines.Lines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # A 404 or a 400 is an answer, not an event; a fault of ours is logged by `problems`.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
        "portbook": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
