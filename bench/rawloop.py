"""`python -m bench.rawloop FD`: the least that a live stream can cost. Takes every connection for a
viewer, and writes each line of its input, as a message of the product, to all of them."""

from __future__ import annotations

import asyncio
import socket
import sys

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 1000\n\n"


class RawViewer(asyncio.Protocol):
    """A connection that asked for something."""

    def __init__(self, all_of_them: set[asyncio.Transport]) -> None:
        self.all_of_them = all_of_them

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(HEAD)
        self.all_of_them.add(self.transport)

    def connection_lost(self, reason: Exception | None) -> None:
        self.all_of_them.discard(self.transport)


async def main(number: int) -> None:
    loop = asyncio.get_running_loop()
    viewers: set[asyncio.Transport] = set()
    await loop.create_server(lambda: RawViewer(viewers), sock=socket.socket(fileno=number))
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        message = line.replace(b"|", b"\n").rstrip() + b"\n\n"
        for viewer in viewers:
            viewer.write(message)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
