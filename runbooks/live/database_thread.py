"""One thread with one database connection, for the event loop to hand short work to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connections

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseThread:
    """Runs one piece of database work after the other, so that a hundred open streams need one
    connection between them and none while nothing happens."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"live-{name}")

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """What `work` returns or raises. A broken or over-aged connection is replaced first.

        Work is done in the order in which it was handed over, and done even if who waits for it is
        cancelled meanwhile: a screen that closed must not stay in the table of presence.
        """

        def job() -> T:
            close_old_connections()
            try:
                return work(*args, **kwargs)
            finally:
                close_old_connections()

        return asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, job))

    async def rest(self) -> None:
        """Give the database connection back until there is work again."""
        await self.run(connections.close_all)
