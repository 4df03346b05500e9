"""Django's settings for mypy alone: the site's, and the register's tables, which the site does not know."""

from portbook.web.settings import *  # noqa: F403

INSTALLED_APPS = ["portbook.register"]
