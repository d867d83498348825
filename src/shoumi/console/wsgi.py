"""The console as a WSGI application: what gunicorn, or another server, loads."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoumi.console.settings")
application = get_wsgi_application()
