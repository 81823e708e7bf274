"""Round every request: its id, its log line, its counters. And the probes, which have none."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from secrets import token_hex
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch
from django.utils.functional import SimpleLazyObject
from structlog.contextvars import bind_contextvars, clear_contextvars

from config import metrics, views
from runbooks.live.stream import Live, Message, Receive, Scope, Send

log = logging.getLogger("countersign.access")

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)


def request_id(given: str) -> str:
    """What the proxy in front calls this request, when that can stand in a log; else a new one."""
    return given if _SANE.fullmatch(given) else token_hex(8)


class Probes:
    """Answers /livez, /readyz and /metrics before anything else looks at the request: a probe
    comes by number and without TLS, so neither the host's name nor the redirect may refuse it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = views.PROBES.get(request.path_info)
        return self.get_response(request) if probe is None else probe(request)


class Observe:
    """Names the request, says in one line what became of it, and counts it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        name = request_id(request.META.get("HTTP_X_REQUEST_ID", ""))
        clear_contextvars()
        bind_contextvars(request=name)
        request.request_id = name  # type: ignore[attr-defined]
        statements = Statements()
        try:
            with connection.execute_wrapper(statements):
                response = self.get_response(request)
            response.headers[HEADER] = name
            self._tell(request, response, time.perf_counter() - began, statements.number)
        finally:
            clear_contextvars()
        return response

    def _tell(
        self, request: HttpRequest, response: HttpResponse, seconds: float, statements: int
    ) -> None:
        match = request.resolver_match
        view = (match.view_name if match else "") or "none"
        method = request.method if request.method in _METHODS else "other"
        metrics.count_request(view, method, response.status_code, seconds)
        if match and (move := _move(match)):
            metrics.count_move(move, response.status_code)
        if log.isEnabledFor(logging.INFO):
            fields = {
                "view": view,
                "method": method,
                "status": response.status_code,
                "ms": round(seconds * 1000, 1),
                "person": _person(request),
                "statements": statements,
            }
            log.info("request", extra=fields)


def _move(match: ResolverMatch) -> str:
    """The move that the page or the API was sent, '' for other requests."""
    if match.url_name and match.url_name.startswith("move_"):
        return match.url_name.removeprefix("move_")
    return str(match.kwargs.get("move", ""))


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Statements:
    """Counts what Django sends to the database."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.number += 1
        return execute(*args)


def _person(request: HttpRequest) -> int | None:
    """Who asked, when something has looked already: the log costs no statement of its own."""
    known = vars(request).get("_cached_user") or vars(request).get("user")
    return None if type(known) is SimpleLazyObject else getattr(known, "pk", None)


async def observed_stream(live: Live, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a live stream through `live`: counted while it is open, one log line at its end."""
    began, status = time.perf_counter(), 0
    given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    name = request_id(given)
    bind_contextvars(request=name)

    async def first(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            message["headers"] = [*message["headers"], (b"x-request-id", name.encode())]
            if status == 200:
                metrics.STREAMS.inc()
        await send(message)

    try:
        await live(scope, receive, first)
    finally:
        if status == 200:
            metrics.STREAMS.dec()
        seconds = round(time.perf_counter() - began, 1)
        fields = {"view": "live", "method": scope["method"], "status": status, "seconds": seconds}
        log.info("stream", extra=fields)
