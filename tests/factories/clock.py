"""Clocks that are set by hand, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from lib import clock


def stop(monkeypatch: pytest.MonkeyPatch, moments: Sequence[datetime]) -> None:
    """Every clock shows the last of `moments`, to which a test may add."""
    follow(monkeypatch, lambda: moments[-1])


def follow(monkeypatch: pytest.MonkeyPatch, now: Callable[[], datetime]) -> None:
    """Every clock shows what `now` gives."""
    monkeypatch.setattr(timezone, "now", now)
    monkeypatch.setattr(clock, "read", lambda value: now())
    monkeypatch.setattr(clock, "now", now)


def set_clocks(
    monkeypatch: pytest.MonkeyPatch,
    *,
    database: timedelta = timedelta(0),
    server: timedelta = timedelta(0),
) -> None:
    """The clock that judges runs is set forward by `database`, that of the web server by `server`;
    both are right otherwise."""
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + server)
    if connection.vendor == "postgresql":
        shifted = f"(clock_timestamp() + interval '{database.total_seconds()} seconds')"
        monkeypatch.setattr(clock, "column", lambda: shifted)
    else:
        monkeypatch.setattr(clock, "read", lambda value: now() + database)
        monkeypatch.setattr(clock, "now", lambda: now() + database)
