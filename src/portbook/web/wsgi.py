"""The WSGI application.

The edition is read and its search index made before the first request: a bad edition stops the start, and no
visitor waits for either.
"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portbook.web.settings")
application = get_wsgi_application()

from portbook.web.shown import shown  # noqa: E402  (needs the settings)

shown().current().opened.prepare()
