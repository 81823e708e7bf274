"""The states of a job."""

from __future__ import annotations

from enum import StrEnum


class JobStatus(StrEnum):
    """Waiting (for its time or a worker), running under a lease, done, or failed for good."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
