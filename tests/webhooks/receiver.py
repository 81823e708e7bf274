"""A receiver that really listens, and does what a test tells it to."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

PATIENCE = 20.0  # seconds; only a failing test waits this long
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Act = Callable[[socket.socket, Event], None]


@dataclass
class Request:
    """What arrived: the first line, headers in lower case, the body."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`acts` are done one a connection, the last one again and again; `requests` is what came."""

    port: int
    acts: list[Act]
    requests: list[Request] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in?key=secret-path"

    def meet(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(PATIENCE)
        with connection, suppress(OSError):
            received = read(connection)
            if received:
                self.requests.append(received)
            self.acts[min(number, len(self.acts) - 1)](connection, self.over)


def read(connection: socket.socket) -> Request | None:
    """One request, whole."""
    stream = connection.makefile("rb")
    line = stream.readline().decode().strip()
    if not line:
        return None
    headers = {}
    while text := stream.readline().decode().strip():
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    return Request(line, headers, stream.read(int(headers.get("content-length", "0"))))


def say(*pieces: bytes) -> Act:
    """Answer with exactly these bytes, and hang up."""

    def act(connection: socket.socket, over: Event) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return act


def answer(code: int, headers: str = "", body: bytes = b"") -> Act:
    head = f"HTTP/1.1 {code} Said\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return say(head.encode() + body)


def hang(connection: socket.socket, over: Event) -> None:
    """Take the request and never answer."""
    over.wait(PATIENCE)


def drip(first: bytes) -> Act:
    """Say `first`, then a byte every now and then, for ever."""

    def act(connection: socket.socket, over: Event) -> None:
        connection.sendall(first)
        while not over.wait(0.05):
            connection.sendall(b"a")

    return act


@contextmanager
def receiver(*acts: Act) -> Iterator[Receiver]:
    """A receiver at a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = Receiver(server.getsockname()[1], list(acts) or [say(OK)])
        server.settimeout(0.1)

        def serve() -> None:
            number = 0
            while not made.over.is_set():
                with suppress(TimeoutError):
                    connection, _ = server.accept()
                    Thread(target=made.meet, args=(connection, number), daemon=True).start()
                    number += 1

        thread = Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.over.set()
            thread.join(PATIENCE)
