"""Handlers for tests. Each leaves a trace in a file, so that the test sees it from outside."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from jobs.models import Job


def write(job: Job, at: datetime) -> str:
    """Write when it begins and when it ends, `seconds` apart."""
    note(job, "start")
    time.sleep(job.data["seconds"])
    note(job, "end")
    return f"Written as {job.key}."


def note(job: Job, what: str) -> None:
    with Path(job.data["file"]).open("a", encoding="utf-8") as file:
        file.write(f"{what} {job.key}\n")
