"""The product, but a POST waits: it makes the file `inside` and goes on when there is a file `go`.
So a test can tell the server to stop while a tick is under way."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from config import asgi
from config.dispatch import Server
from config.wsgi import application as pages
from runbooks.live.stream import Live

FOLDER = Path(os.environ["COUNTERSIGN_TEST_HOLD"])


def held(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "POST":
        (FOLDER / "inside").touch()
        while not (FOLDER / "go").exists():
            time.sleep(0.01)
    return pages(environ, start_response)


application = Server(Live(), asgi._bridge(held, workers=asgi.PAGE_THREADS))
