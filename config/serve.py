"""The pages, the API and the live streams: `python -m config.serve`, with uvicorn.

What must not be forgotten is here and not in a command line: lines of the log in one format, no
access line of the server's own (its path may hold a key), no header of a proxy that nobody asked
for (Django reads the proxy's), and a time after which open requests keep no process from ending.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

import uvicorn
from django.conf import settings

from config import logs

GRACE = 3  # seconds that open requests get when the server is told to stop


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m config.serve", description="Serve the pages.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument("--fd", type=int, help="socket that listens already, by its number")
    parser.add_argument("--workers", type=int, default=1, help="processes (1)")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with logs.startup():
        lines = settings.LOGGING
    uvicorn.run(
        "config.asgi:application",
        **vars(options),
        log_config=lines,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )


if __name__ == "__main__":
    main()
