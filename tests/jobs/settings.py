"""Settings for worker processes that a test starts: its handler alone, and a quicker sweep."""

from __future__ import annotations

from config.settings import *  # noqa: F403

JOB_HANDLERS = {"tests.write": "tests.jobs.handlers.write"}
JOB_SCHEDULES: dict[str, tuple[str, str]] = {}
JOB_SWEEP_SECONDS = 1
