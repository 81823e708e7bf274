"""What a server runs, `config.asgi:application`: pages and live streams in one process."""

from __future__ import annotations

import os
from typing import Any

import django
from a2wsgi import WSGIMiddleware

from config import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
with logs.startup():
    django.setup()  # what follows imports models

    from config.dispatch import Server
    from config.wsgi import application as pages
    from runbooks.live.stream import Live

PAGE_THREADS = 8  # each keeps one database connection

_bridge: Any = WSGIMiddleware  # its types of ASGI are narrower than ours
application = Server(Live(), _bridge(pages, workers=PAGE_THREADS))
