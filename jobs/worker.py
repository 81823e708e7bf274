"""One job, from being taken to being ended: what a worker does when it is woken.

A handler is `def handler(job: Job, at: datetime) -> str`, named in settings.JOB_HANDLERS; what it
returns is the result, a sentence for people. It may be called again for the same job, when a worker
died with it or lost its lease: it keeps its transactions short and can stand being repeated. The
job itself ends once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import cast

from django.conf import settings
from django.db import Error, connection
from django.utils.module_loading import import_string
from structlog.contextvars import bound_contextvars

from jobs import heartbeat, queue
from jobs.models import Job

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Handler = Callable[[Job, datetime], str]

BEATS_A_LEASE = 3


def lease() -> timedelta:
    """How long a worker may be silent before its job is given to another."""
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


def work(pk: int, *, clock: Clock) -> bool:
    """Take job `pk`, call its handler, and write what came of it. `clock` gives now (aware).

    False when there was nothing to do (not due, ended, or held by somebody else) or when the lease
    was lost meanwhile; then whoever has the job ends it.
    """
    job = queue.take(pk, at=clock(), lease=lease())
    if job is None:
        return False
    log.debug("Job %s (%s) is taken, attempt %s.", job.pk, job.kind, job.attempts)
    if job.attempts > queue.MOST_ATTEMPTS:
        error = f"The worker died {queue.MOST_ATTEMPTS} times while it did this."
        return queue.fail(job, error, at=clock())
    with _held(job, clock), bound_contextvars(job=job.pk, kind=job.kind):
        close = _call(job, clock)
    if not _written(close):
        log.warning("Job %s lost its lease; what came of it is not written.", job.pk)
        return False
    return True


def _call(job: Job, clock: Clock) -> Callable[[], bool]:
    """Call the handler; the answer writes what came of it."""
    path = settings.JOB_HANDLERS.get(job.kind)
    if path is None:
        unknown = f"Nothing here does jobs of the kind {job.kind}."
        return lambda: queue.fail(job, unknown, at=clock())
    try:
        result = cast(Handler, import_string(path))(job, clock())
    except queue.GiveUp as no:
        sentence = no.sentence
        return lambda: queue.fail(job, sentence, at=clock())
    except queue.Postpone as later:
        sentence, pause = later.sentence, later.pause
        return lambda: queue.postpone(job, sentence, at=clock(), pause=pause)
    except Exception as error:
        log.exception("Job %s (%s) met something unexpected.", job.pk, job.kind)
        sentence = f"Something unexpected: {type(error).__name__}: {error}"[:2000]
        return lambda: queue.postpone(job, sentence, at=clock())
    return lambda: queue.end(job, result, at=clock())


def _written(close: Callable[[], bool]) -> bool:
    """Write what came of a job; once more when the handler left a connection that is broken."""
    try:
        return close()
    except Error:
        connection.close()
        return close()


@contextmanager
def _held(job: Job, clock: Clock) -> Iterator[None]:
    """The lease is renewed inside, by a thread with a database connection of its own."""
    over = Event()
    heart = Thread(
        target=_beat, args=(job, clock, over), name=f"lease of job {job.pk}", daemon=True
    )
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()


def _beat(job: Job, clock: Clock, over: Event) -> None:
    while not over.wait(lease().total_seconds() / BEATS_A_LEASE):
        try:
            if not queue.renew(job, at=clock(), lease=lease()):
                break
            heartbeat.beat(heartbeat.BackgroundPart.WORK, at=clock())
        except Error as error:
            log.warning("The lease of job %s could not be renewed: %s", job.pk, error)
            connection.close()  # a broken one stays broken
    connection.close()
