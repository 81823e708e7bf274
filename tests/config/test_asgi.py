"""The dispatcher: which half gets a request, what a broken upload does, how it starts and stops."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from a2wsgi import WSGIMiddleware

from config.dispatch import Server
from runbooks.live.stream import Live

Parts = list[dict[str, Any]]


def converse(server: Server, scope: dict[str, Any], parts: Parts) -> Parts:
    """What the server sends when the browser sends `parts`."""
    sent: Parts = []

    async def receive() -> dict[str, Any]:
        return parts.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(server(scope, receive, send))
    return sent


def http(path: str, method: str = "GET") -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }


def server(page: Callable[[Any, Any], Iterable[bytes]]) -> Server:
    bridge: Any = WSGIMiddleware

    async def build() -> Server:
        return Server(Live(), bridge(page, workers=1))

    return asyncio.run(build())


def page(environ: Any, start: Any) -> Iterable[bytes]:
    start("200 OK", [])
    return [b"a page"]


def text(sent: Parts) -> bytes:
    return b"".join(message.get("body", b"") for message in sent)


def test_streams_go_to_the_live_half_and_everything_else_to_the_pages() -> None:
    assert text(converse(server(page), http("/runs/1/"), [])) == b"a page"
    assert text(converse(server(page), http("/live"), [])) == b"a page"
    answer = json.loads(text(converse(server(page), http("/live/elsewhere"), [])))
    assert answer["sentence"] == "There is no such stream."


def test_a_websocket_is_closed() -> None:
    assert converse(server(page), {"type": "websocket", "path": "/"}, [])[0]["type"] == (
        "websocket.close"
    )


def test_an_upload_is_read_part_by_part() -> None:
    waiting: Parts = [
        {"type": "http.request", "body": bytes([n]) * 1000, "more_body": n < 4} for n in range(5)
    ]
    left: list[int] = []

    def reader(environ: Any, start: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"]
        while body.read(1000):
            left.append(len(waiting))
        return page(environ, start)

    converse(server(reader), http("/", "POST"), waiting)
    assert left == [4, 3, 2, 1, 0]


def test_half_an_upload_is_an_error_and_not_a_short_form() -> None:
    seen: list[type[BaseException]] = []

    def reader(environ: Any, start: Any) -> Iterable[bytes]:
        try:
            environ["wsgi.input"].read()
        except OSError as error:
            seen.append(type(error))
        return page(environ, start)

    parts: Parts = [
        {"type": "http.request", "body": b"reason=the+wrong", "more_body": True},
        {"type": "http.disconnect"},
    ]
    converse(server(reader), http("/", "POST"), parts)
    assert seen == [ConnectionResetError]


def test_it_says_when_it_has_started_and_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    built = server(page)
    parts: Parts = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = converse(built, {"type": "lifespan"}, parts)
    assert [m["type"] for m in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert built.live.hub.stopping
