"""Django's settings for a command on the register that may write the site's pages too: those of both.

The two halves know nothing of each other (docs/decisions/0004-site.md); the command stands above them.
"""

from portbook.register import settings as register
from portbook.web.settings import *  # noqa: F403

INSTALLED_APPS = register.INSTALLED_APPS
DATABASES = register.DATABASES
