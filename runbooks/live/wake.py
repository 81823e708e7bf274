"""When to read the log again. Each source answers one question: may something have changed?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from django.db import connection

from runbooks.live import notify

log = logging.getLogger(__name__)

RETRY_AFTER = 1.0  # seconds between two attempts to reach a database that does not answer


class FileVersion:
    """SQLite: the counter that changes when another connection commits to the file.

    Asking costs some 20 microseconds and reads no table, so it can be asked thirty times a second.
    """

    def __init__(self) -> None:
        self._last: int | None = None

    def changed(self) -> bool:
        """Whether anything was committed since the last call (True on the first)."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            (version,) = cursor.fetchone()
        before, self._last = self._last, version
        return bool(version != before)


async def listen(heard: Callable[[int], None]) -> None:
    """PostgreSQL: call `heard(run)` for every notification, for ever, on one connection of its own.

    `heard(0)` means that anything may have been missed (the connection is new). When the database
    goes away it is tried again every second; the hub's safety read goes on meanwhile.
    """
    driver: Any = connection.Database  # type: ignore[attr-defined]
    while True:
        try:
            async with await driver.AsyncConnection.connect(**_parameters()) as link:
                await link.execute(f"LISTEN {notify.CHANNEL}")
                heard(0)
                async for notice in link.notifies():
                    heard(notify.run_of(notice.payload))
        except driver.Error as error:
            log.warning("Listening to the database failed: %s", error)
        await asyncio.sleep(RETRY_AFTER)


def _parameters() -> dict[str, Any]:
    """How Django connects, without what only its own synchronous cursors understand."""
    given = connection.get_connection_params()
    return {
        **{key: value for key, value in given.items() if key not in {"cursor_factory", "context"}},
        "autocommit": True,
    }
