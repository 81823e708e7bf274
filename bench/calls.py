"""A request handed to Django's WSGI handler in this process: no socket, no client, least noise."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from accounts.models import User
from bench.worlds import TOKEN, BenchWorld


@dataclass(frozen=True)
class Call:
    """One request of `person` in `world`. `data` makes it a POST of a form, or of JSON with
    `as_json`."""

    world: BenchWorld
    person: User
    path: str
    data: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    as_json: bool = False


@dataclass(frozen=True)
class Work:
    """Something else than a request that is timed in a round: a function of the product."""

    world: BenchWorld
    do: Callable[[], object]


@dataclass(frozen=True)
class CallResult:
    """What came, and the seconds from the handler's call to the closed response."""

    seconds: float
    body: bytes
    headers: Mapping[str, str]


class WrongAnswer(Exception):
    """A status that the case does not expect: its numbers would mean nothing."""


class Caller:
    """Holds the handler with its middleware, loaded once."""

    def __init__(self) -> None:
        self._handler: Any = WSGIHandler()

    def call(self, call: Call) -> CallResult:
        """Make the request. Raises `WrongAnswer` for any status but the expected one."""
        environ = _environ(call)
        starts: list[tuple[int, dict[str, str]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            starts.append((int(status[:3]), dict(headers)))

        call.world.enter()
        started = perf_counter()
        response = self._handler(environ, start_response)
        body = b"".join(response)
        response.close()
        seconds = perf_counter() - started
        [(status, headers)] = starts
        if status != call.status:
            raise WrongAnswer(f"{call.path}: {status} instead of {call.status}: {body[:600]!r}")
        return CallResult(seconds, body, headers)

    def time(self, thing: Call | Work) -> float:
        """The seconds that a request or a piece of work takes."""
        if isinstance(thing, Call):
            return self.call(thing).seconds
        thing.world.enter()
        started = perf_counter()
        thing.do()
        return perf_counter() - started

    def statements(self, call: Call | Work) -> list[str]:
        """The statements that it sends to the database, over a connection that is open."""
        call.world.enter()
        connection.ensure_connection()
        if isinstance(call, Call):
            call.world.cookie(call.person)  # signing in is not part of it
        sent: list[str] = []

        def note(
            execute: Callable[..., object], sql: str, params: object, many: bool, context: object
        ) -> object:
            sent.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            self.time(call)
        return sent


def _environ(call: Call) -> dict[str, object]:
    path, _, query = call.path.partition("?")
    body = b""
    if call.data is not None:
        body = (json.dumps(call.data) if call.as_json else urlencode(call.data)).encode()
    kind = "application/json" if call.as_json else "application/x-www-form-urlencoded"
    environ: dict[str, object] = {
        "REQUEST_METHOD": "GET" if call.data is None else "POST",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "CONTENT_TYPE": kind if body else "",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if "Authorization" not in call.headers:  # a browser, and no program with a token
        environ |= {"HTTP_COOKIE": call.world.cookie(call.person), "HTTP_X_CSRFTOKEN": TOKEN}
    for name, value in call.headers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    return environ
