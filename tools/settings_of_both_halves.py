"""Django's settings for mypy alone: those of the site with its desk, which are the most there are."""

from portbook.desk.settings import *  # noqa: F403
