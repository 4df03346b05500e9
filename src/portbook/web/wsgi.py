"""The WSGI application.  The edition is read before the first request, so that a bad one stops the start."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portbook.web.settings")
application = get_wsgi_application()

from portbook.web.editions import served  # noqa: E402  (needs the settings)

served()
