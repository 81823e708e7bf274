"""When the last good backup was taken: a note in the data folder, for /metrics."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings

NAME = "last_backup.json"


def note(taken: datetime, copies: Sequence[Path]) -> None:
    """A backup of `taken` (aware) was read back and found good in all its places."""
    content = {"taken": taken.isoformat(), "copies": [str(copy) for copy in copies]}
    part = settings.DATA / f"{NAME}.part"
    part.write_text(json.dumps(content) + "\n", encoding="utf-8")
    part.replace(settings.DATA / NAME)


def last() -> datetime | None:
    """When the newest one was taken; None when there was none, or the note cannot be read."""
    try:
        content = json.loads((settings.DATA / NAME).read_text("utf-8"))
        return datetime.fromisoformat(content["taken"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
