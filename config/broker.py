"""Where the messages that wake workers lie: in Redis, or in files of the data folder.

Celery's own file transport is not safe against kill -9: a message is visible before it is written,
and a worker that reads such a one ends; a table of exchanges that was being written stays broken.
`Transport` makes a message visible whole, throws away what cannot be read (the sweep hands that job
again), and needs no such table.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any, TypedDict
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, filesystem, virtual
from kombu.utils.json import dumps

log = logging.getLogger(__name__)

TRANSPORT_ALIASES["files"] = f"{__name__}:Transport"


class Channel(filesystem.Channel):
    """Messages as files, whole or not at all."""

    supports_fanout = False  # only that would want the table of exchanges in a file

    def get_table(self, exchange: str) -> Any:
        return virtual.Channel.get_table(self, exchange)

    # kombu's own two classes do not agree on the name of `payload`.
    def _put(self, queue: str, payload: object, **kwargs: object) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        hidden = folder / f".{uuid4().hex}"
        hidden.write_text(dumps(payload), encoding="utf-8")
        name = f"{time.time_ns():020}_{uuid4().hex}.{queue}.msg"  # read in this order
        hidden.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        while True:  # until one can be read; `Empty` ends it
            try:
                return super()._get(queue)
            except ValueError:
                log.warning("A message to the workers could not be read; its job is handed again.")


class Transport(filesystem.Transport):
    """As `files://localhost//` names it."""

    Channel = Channel


class BrokerSettings(TypedDict):
    """Celery's settings of the broker, by Celery's names."""

    broker_url: str
    broker_transport_options: dict[str, Any]


def settings(url: str, folder: Path) -> BrokerSettings:
    """Celery's settings of the broker: Redis at `url`, or files in `folder` when that is empty.

    Makes the folder, for nobody else to read.
    """
    options: dict[str, Any]
    if url:
        options = {
            # A message whose job runs longer is offered again, and refused by the job's lease.
            "visibility_timeout": 600,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
        }
        return {"broker_url": url, "broker_transport_options": options}
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "polling_interval": 0.1,
    }
    return {"broker_url": "files://localhost//", "broker_transport_options": options}
