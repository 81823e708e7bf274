"""What a server runs: `uvicorn config.asgi:application`. Pages and live streams in one process."""

from __future__ import annotations

import os
from typing import Any

import django
from a2wsgi import WSGIMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()  # what follows imports models

from config.dispatch import Server  # noqa: E402
from config.wsgi import application as pages  # noqa: E402
from runbooks.live.stream import Live  # noqa: E402

PAGE_THREADS = 8  # each keeps one database connection

_bridge: Any = WSGIMiddleware  # its types of ASGI are narrower than ours
application = Server(Live(), _bridge(pages, workers=PAGE_THREADS))
