"""`/live/runs/<run>?after=<sequence>`: the log of a run as server-sent events, as raw ASGI.

A Django view would hold a thread and a database connection for as long as somebody watches; this
holds a queue.

    id: 12
    event: log
    data: {"sequence": 12, "kinds": ["step.ticked"]}

`presence` carries {"people": [{"id", "name", "role"}]} whenever that changes, and `ping` comes
every 4 seconds as long as the log can be read. A browser that reconnects sends the last id it had.

A person is known by the session's cookie, a program by `Authorization: Bearer` and its token.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from django.db import Error

from runbooks.live import authentication
from runbooks.live.hub import Hub, Viewer

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ADDRESS = re.compile(r"/live/runs/([1-9][0-9]{0,17})", re.ASCII)
RECONNECT = b"retry: 1000\n\n"  # milliseconds, for the browser
LAST_WORD = 1.0  # seconds that a viewer gets to take the end of its stream


class Live:
    """The ASGI application behind `/live/`."""

    def __init__(self, hub: Hub | None = None) -> None:
        self.hub = hub or Hub()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        try:
            run, after = _asked(scope, headers)
            authentication.check_origin(headers)
            if self.hub.stopping:
                raise authentication.TurnedAway(503, "The server is stopping.")
            sender = authentication.sender(headers)
            ticket = await self.hub.admit(sender, run)
        except authentication.TurnedAway as refusal:
            await _answer(send, refusal)
        except Error:
            await _answer(send, authentication.TurnedAway(503, "The database does not answer."))
        else:
            viewer = self.hub.join(ticket, sender, after)
            try:
                await _stream(viewer, receive, send)
            finally:
                self.hub.leave(viewer)


def _asked(scope: Scope, headers: dict[str, str]) -> tuple[int, int]:
    """The run and the sequence to go on from. Raises `authentication.TurnedAway`."""
    address = ADDRESS.fullmatch(scope["path"])
    if address is None:
        raise authentication.TurnedAway(404, "There is no such stream.")
    if scope["method"] != "GET":
        raise authentication.TurnedAway(405, "A stream can only be read (GET).")
    # The header is what a browser adds when it reconnects to the address it was first given.
    query = parse_qs(scope["query_string"].decode("latin-1"))
    given = headers.get("last-event-id") or query.get("after", ["0"])[-1]
    if not re.fullmatch(r"[0-9]{1,9}", given, re.ASCII):
        raise authentication.TurnedAway(400, "`after` is the sequence of an event: a whole number.")
    return int(address[1]), int(given)


async def _answer(send: Send, refusal: authentication.TurnedAway) -> None:
    status = refusal.status
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if status == 405:
        headers.append((b"allow", b"GET"))
    if status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="countersign"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    words = {"code": refusal.code, "sentence": refusal.sentence, "remedy": refusal.remedy}
    await send({"type": "http.response.body", "body": json.dumps(words).encode()})


async def _stream(viewer: Viewer, receive: Receive, send: Send) -> None:
    """Send until the browser goes away, the hub ends the viewer, or the server cancels us."""
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),  # nginx would collect events otherwise
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": RECONNECT, "more_body": True})
    tasks = [
        asyncio.create_task(_write(viewer, send)),
        asyncio.create_task(_until_gone(receive)),
        asyncio.create_task(viewer.ended.wait()),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if viewer.ended.is_set():
        end = {"type": "http.response.body", "body": RECONNECT}
        last = asyncio.create_task(_send(send, end))
        await asyncio.wait([last], timeout=LAST_WORD)
        last.cancel()  # a viewer that was dropped because it does not read


async def _write(viewer: Viewer, send: Send) -> None:
    while True:
        text = await viewer.queue.get()
        await send({"type": "http.response.body", "body": text, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, event: Message) -> None:
    await send(event)
