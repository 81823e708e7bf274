"""Jobs: put one, take one under a lease, end it. The only writer of the table `Job`.

A job is put in the same transaction as what it belongs to, so it exists exactly when that does.
Nothing here speaks to a broker: `jobs.tasks` hands due jobs to workers, and a broker that is lost
delays them and loses none.

A worker holds a job by a lease. `end` and `postpone` write only under the mark of that lease, so
whoever lost it (killed, or asleep too long) cannot end the job a second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from django.db.models import F, Q

from jobs.models import Job, JobStatus

#: A worker that says nothing for so long is taken for dead; it renews three times as often.
LEASE = timedelta(seconds=60)
#: Pauses between attempts: 10 s, 20 s, 40 s … at most 1 h.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
MOST_ATTEMPTS = 12  # about five hours


class Postpone(Exception):
    """Raised by a handler: not now, again after `pause` (a regular back-off when None); the
    sentence says why. Counts as an attempt."""

    def __init__(self, sentence: str, pause: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.pause = pause


class GiveUp(Exception):
    """Raised by a handler: no further attempt makes sense; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Order:
    """A job to be put."""

    kind: str
    key: str
    data: Mapping[str, object]
    due: datetime | None = None


def put(
    kind: str,
    key: str,
    data: Mapping[str, object] | None = None,
    *,
    at: datetime,
    due: datetime | None = None,
) -> None:
    """Put one job, to be done at `due` (aware; None: at once). One query.

    A job of the same kind and key, whatever became of it, stays as it is: a thing is done once.
    `data` is plain JSON. Call it in the transaction of what the job belongs to.
    """
    put_all([Order(kind, key, data or {}, due)], at=at)


def put_all(orders: list[Order], *, at: datetime) -> None:
    """Put several at once, as `put` does."""
    Job.objects.bulk_create(
        [
            Job(kind=o.kind, key=o.key, data=dict(o.data), put_at=at, due_at=o.due or at)
            for o in orders
        ],
        ignore_conflicts=True,
    )


def to_hand(at: datetime, most: int, *, again: timedelta = LEASE) -> list[int]:
    """Keys of at most `most` due jobs for the broker, the longest due first.

    What was handed less than `again` ago and not taken since is left out: it is on its way. Later,
    it counts as lost by the broker.
    """
    recently = Q(handed_at__gt=at - again, handed_at__lte=at)
    due = Job.objects.due(at=at).exclude(recently).order_by("due_at", "pk")
    return list(due.values_list("pk", flat=True)[: max(most, 0)])


def handed(pks: list[int], *, at: datetime) -> None:
    """Remember that these were handed to the broker at `at`, but for what was taken already."""
    Job.objects.due(at=at).filter(pk__in=pks).update(handed_at=at)


def take(pk: int, *, at: datetime, lease: timedelta = LEASE) -> Job | None:
    """The job under a new lease, or None when it is not due, ended, or held by somebody else."""
    mark = token_hex(16)
    taken = (
        Job.objects.due(at=at)
        .filter(pk=pk)
        .update(
            status=JobStatus.RUNNING.value,
            lease=mark,
            leased_until=at + lease,
            handed_at=None,
            attempts=F("attempts") + 1,
        )
    )
    return Job.objects.get(pk=pk, lease=mark) if taken else None


def renew(job: Job, *, at: datetime, lease: timedelta = LEASE) -> bool:
    """Hold the job longer. False when the lease was lost: somebody else has it now."""
    return bool(Job.objects.same_lease(job).update(leased_until=at + lease))


def end(job: Job, result: str, *, at: datetime) -> bool:
    """The job is done; `result` says what came of it. False when the lease was lost."""
    return _close(job, JobStatus.DONE, at=at, result=result, error="")


def fail(job: Job, error: str, *, at: datetime) -> bool:
    """The job failed for good; `error` says why. False when the lease was lost."""
    return _close(job, JobStatus.FAILED, at=at, error=error)


def postpone(job: Job, error: str, *, at: datetime, pause: timedelta | None = None) -> bool:
    """Try again after `pause`, or after a pause that doubles; `fail` after `MOST_ATTEMPTS`."""
    if job.attempts >= MOST_ATTEMPTS:
        return fail(job, error, at=at)
    wait = pause if pause is not None else backoff(job.attempts)
    waiting = {"status": JobStatus.WAITING.value, "lease": "", "leased_until": None}
    return bool(Job.objects.same_lease(job).update(**waiting, due_at=at + wait, error=error))


def backoff(attempts: int) -> timedelta:
    """The pause after attempt number `attempts` (1, 2, …)."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), LONGEST_PAUSE)


def again(job: Job, *, at: datetime) -> bool:
    """Put an ended job back, with all its attempts. False when it has not ended."""
    ended = Job.objects.ended().filter(pk=job.pk)
    waiting = {"status": JobStatus.WAITING.value, "ended_at": None, "attempts": 0}
    return bool(ended.update(**waiting, due_at=at, result="", error=""))


def hasten(job: Job, *, at: datetime) -> bool:
    """Let a job that waits for a later time be tried at once. False when it does not wait so."""
    later = Job.objects.filter(pk=job.pk, status=JobStatus.WAITING.value, due_at__gt=at)
    return bool(later.update(due_at=at, handed_at=None))


def prune(*, before: datetime, kind: str = "") -> int:
    """Forget jobs (of `kind`) that were done before `before`; failed ones are kept. Returns how
    many."""
    done = Job.objects.filter(status=JobStatus.DONE.value, ended_at__lt=before)
    return (done.filter(kind=kind) if kind else done).delete()[0]


def _close(job: Job, status: JobStatus, *, at: datetime, **texts: str) -> bool:
    free = {"status": status.value, "lease": "", "leased_until": None, "ended_at": at}
    return bool(Job.objects.same_lease(job).update(**free, **texts))
