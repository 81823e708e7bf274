"""How one process serves both: live streams as raw ASGI, everything else Django under WSGI.

Django's own ASGI handler serves pages at half the speed and holds a thread and a database
connection for every open stream (docs/decisions/server.md).
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from config.request_log import observed_stream
from runbooks.live.stream import Live, Message, Receive, Scope, Send

STOP_WITHIN = 3.0  # seconds for the live streams to write who left


class Server:
    """Sends each request to its half, and ends the streams when the process is told to stop."""

    def __init__(self, live: Live, pages: Any) -> None:
        self.live = live
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"].startswith("/live/"):
            await observed_stream(self.live, scope, receive, send)
        elif scope["type"] == "http":
            await self.pages(scope, _whole(receive), send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        _when_told_to_stop(self.live.hub.stop)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.live.hub.stop()
        await asyncio.wait([asyncio.create_task(self.live.hub.finished())], timeout=STOP_WITHIN)
        await send({"type": "lifespan.shutdown.complete"})


def _when_told_to_stop(stop: Callable[[], None]) -> None:
    """Call `stop` at SIGTERM or SIGINT, before the server's own handler.

    The server waits for open requests before it says "shutdown" to the application, and an open
    stream never ends by itself: without this, every stop would last the full time of grace.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # embedded in another program, which handles its own signals
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def handle(given: int, frame: FrameType | None, before: Any = before) -> None:
            loop.call_soon_threadsafe(stop)
            if callable(before):
                before(given, frame)

        signal.signal(number, handle)


def _whole(receive: Receive) -> Receive:
    """`receive` for a request body that breaks when the sender hangs up half-way.

    The bridge to WSGI takes a hang-up for the end of the body, so half a form would be saved as if
    it were the whole.
    """

    async def next_part() -> Message:
        part = await receive()
        if part["type"] == "http.disconnect":
            raise ConnectionResetError("The sender hung up before the body was complete.")
        return part

    return next_part
