"""`python -m tests.postgres`: succeeds when a PostgreSQL of this machine lets `postgres` in."""

from __future__ import annotations

import sys

import psycopg


def reachable(host: str = "127.0.0.1", port: int = 5432) -> bool:
    """Whether a server at `host` answers within two seconds and asks for no password."""
    try:
        psycopg.connect(host=host, port=port, user="postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(0 if reachable() else 1)
