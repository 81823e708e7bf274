"""Prints the address of a PostgreSQL server that the tests may use, or nothing.

COUNTERSIGN_TEST_POSTGRES (postgres://user:password@host:port) where set, else the server of this
machine if it lets the user `postgres` in without a password, as a test server does.
"""

from __future__ import annotations

import os
import socket
import struct


def trusts(host: str, port: int) -> bool:
    """Whether a server at `host` and `port` lets `postgres` in without asking for a password.

    Speaks the start-up message of the frontend/backend protocol 3.0, so nothing is installed for it.
    """
    body = struct.pack("!i", 196608) + b"user\0postgres\0database\0postgres\0\0"
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            connection.sendall(struct.pack("!i", len(body) + 4) + body)
            answer = connection.recv(9)
    except OSError:
        return False
    return answer[:1] == b"R" and answer[5:9] == b"\0\0\0\0"


if __name__ == "__main__":
    given = os.environ.get("COUNTERSIGN_TEST_POSTGRES", "")
    if given or trusts("127.0.0.1", 5432):
        print(given or "postgres://postgres@127.0.0.1:5432")  # noqa: T201
