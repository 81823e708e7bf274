"""Jobs for tests, made by the verbs that make them in earnest."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from jobs import heartbeat, queue, schedules
from jobs.models import Job

KIND = "tests.write"


def waiting(at: datetime, key: str = "1", *, kind: str = KIND, **data: Any) -> Job:
    """A job that is due at `at`."""
    queue.put(kind, key, data, at=at)
    return Job.objects.get(kind=kind, key=key)


def running(at: datetime, key: str = "1", *, kind: str = KIND, lease: int = 60) -> Job:
    """A job under a lease of so many seconds from `at`."""
    taken = queue.take(waiting(at, key, kind=kind).pk, at=at, lease=timedelta(seconds=lease))
    assert taken is not None
    return taken


def done(at: datetime, key: str = "1", *, kind: str = KIND) -> Job:
    """A job that was done at `at`."""
    job = running(at, key, kind=kind)
    assert queue.end(job, "It is done.", at=at)
    job.refresh_from_db()
    return job


def failed(at: datetime, key: str = "1", *, kind: str = KIND) -> Job:
    """A job that failed for good at `at`."""
    job = running(at, key, kind=kind)
    assert queue.fail(job, "The mail server refuses the address.", at=at)
    job.refresh_from_db()
    return job


def background(at: datetime) -> dict[str, str]:
    """A background that is at work: a schedule with a result, a job that failed, one that is to be
    tried again; the numbers of both."""
    heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=at)
    schedules.sweep(at=at)
    done(at, schedules.key("jobs.prune", at), kind="jobs.prune")
    later = running(at, "notice 2", kind="notices.mail")
    queue.postpone(later, "The mail server does not answer.", at=at, pause=timedelta(days=1))
    return {
        "failed_job": str(failed(at, "notice 1", kind="notices.mail").pk),
        "later_job": str(later.pk),
    }
