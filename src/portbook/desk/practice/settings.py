"""Django's settings for practice: the desk's, for loopback alone, with a choice of people for a door."""

from portbook.desk.accounts import rates
from portbook.desk.settings import *  # noqa: F403
from portbook.desk.settings import LOOPBACK_HOSTS, TEMPLATES

ALLOWED_HOSTS = list(LOOPBACK_HOSTS)
ROOT_URLCONF = "portbook.desk.practice.urls"
LOGIN_URL = "/desk/practice"
PORTBOOK_PRACTICE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = rates.SESSION_SECONDS  # nobody has a password to show again
TEMPLATES[0]["OPTIONS"]["context_processors"].append("portbook.desk.practice.pages.around")  # type: ignore[index]
