"""Settings for worker processes that a test starts: one handler more, and a quicker sweep."""

from __future__ import annotations

from config.settings import *  # noqa: F403
from config.settings import JOB_HANDLERS

JOB_HANDLERS["tests.write"] = "tests.jobs.handlers.write"
JOB_SWEEP_SECONDS = 1
JOB_SCHEDULES = {}  # nothing is done but what a test puts
