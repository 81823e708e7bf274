"""`python -m bench.viewers PORT PATH COOKIE COUNT`: so many screens of one run, as cheap as can be.

Says "ready" when each has got its first bytes; at a line on its input it says what each has seen,
as JSON, and ends.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from typing import Any

import uvloop

LOG = re.compile(rb"id: (\d+)\nevent: log\n")
AT_ONCE = 50  # connections that are opened at the same time


class BenchScreen(asyncio.Protocol):
    """One stream."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.seen: list[tuple[int, int]] = []
        self.rest = b""

    def connection_made(self, transport: Any) -> None:  # uvloop's is none of asyncio's classes
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter_ns()
        if not self.first.done():
            if b" 200 " not in data[:20]:
                raise RuntimeError(f"The stream was refused: {data[:200]!r}")
            self.first.set_result(None)
        *whole, self.rest = (self.rest + data).split(b"\n\n")
        for message in whole:
            match = LOG.search(message + b"\n")
            if match:
                self.seen.append((int(match[1]), at))


async def main(port: int, path: str, cookie: str, count: int) -> None:
    loop = asyncio.get_running_loop()
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode()
    screens = [BenchScreen(request) for _ in range(count)]
    for start in range(0, count, AT_ONCE):
        opened = screens[start : start + AT_ONCE]
        for screen in opened:
            await loop.create_connection(lambda screen=screen: screen, "127.0.0.1", port)  # type: ignore[misc]
        await asyncio.gather(*(screen.first for screen in opened))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.readline)
    sys.stdout.write(json.dumps([screen.seen for screen in screens]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
