"""The table of jobs: what is to be done, written in the transaction of what it belongs to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models import User


class JobStatus(StrEnum):
    """Waiting (for its time or a worker), running under a lease, done, or failed for good."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


_ENDED = [JobStatus.DONE.value, JobStatus.FAILED.value]


class JobQuerySet(models.QuerySet["Job"]):
    def due(self, *, at: datetime) -> Self:
        """Jobs that a worker may take at `at`: waiting and due, or held by a lease that ran out."""
        waiting = Q(status=JobStatus.WAITING.value, due_at__lte=at)
        orphaned = Q(status=JobStatus.RUNNING.value, leased_until__lt=at)
        return self.filter(waiting | orphaned)

    def same_lease(self, job: Job) -> Self:
        """`job`, as long as it is held under the lease that it was read with."""
        return self.filter(pk=job.pk, lease=job.lease, status=JobStatus.RUNNING.value)

    def ended(self) -> Self:
        return self.filter(status__in=_ENDED)

    def unended(self) -> Self:
        """Jobs that wait or run."""
        return self.filter(status__in=(JobStatus.WAITING.value, JobStatus.RUNNING.value))

    def failed(self) -> Self:
        """Jobs that failed for good, newest first."""
        return self.filter(status=JobStatus.FAILED.value).order_by("-pk")

    def of_schedule(self, kind: str) -> Self:
        """The jobs that the schedule of `kind` put, newest first: their keys sort by time."""
        return self.filter(kind=kind, key__startswith=f"{kind}@").order_by("-key")


class Job(models.Model):
    """One piece of background work. The table is the memory; a broker only wakes workers.

    `kind` names its handler (settings.JOB_HANDLERS) and `key` tells it from others of its kind: the
    same kind and key is the same job, put once. `due_at` is when it may be tried (next).
    `handed_at` is when it was handed to the broker and nobody has taken it since. `lease` is the
    mark of the worker that holds it, until `leased_until`; a worker that dies loses it by time.
    `result` and `error` are sentences for people.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    data = models.JSONField(default=dict)
    status = models.CharField(
        max_length=10,
        choices=[(status.value, status.value) for status in JobStatus],
        default=JobStatus.WAITING.value,
    )
    put_at = models.DateTimeField()
    due_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    lease = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    result = models.TextField(blank=True)
    error = models.TextField(blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-put_at", "-pk"]
        indexes = [
            models.Index(fields=["status", "due_at"], name="job_by_status_and_due"),
            models.Index(fields=["status", "-id"], name="job_by_status_newest"),
            models.Index(fields=["status", "ended_at"], name="job_by_status_and_end"),
            models.Index(fields=["kind", "status", "-id"], name="job_by_kind_and_status"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="job_once"),
            models.CheckConstraint(
                condition=Q(status=JobStatus.RUNNING.value, leased_until__isnull=False)
                | (~Q(status=JobStatus.RUNNING.value) & Q(leased_until__isnull=True, lease="")),
                name="job_running_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(status__in=_ENDED, ended_at__isnull=False)
                | (~Q(status__in=_ENDED) & Q(ended_at__isnull=True)),
                name="job_ended_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.status}"


class Schedule(models.Model):
    """When a kind of job is put again: the rule in force, and the moments counted from it.

    settings.JOB_SCHEDULES says which kinds there are and their rules; a row that an admin
    `adjusted` keeps its own. `next_due` is empty until the sweep has counted it.
    """

    kind = models.CharField(max_length=60, unique=True)
    rule = models.CharField(max_length=40)
    adjusted = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    last_due = models.DateTimeField(null=True, blank=True)
    next_due = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.rule}"


class ScheduleChange(models.Model):
    """One line of the history of schedules: who changed what. Append-only by triggers."""

    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="changes")
    verb = models.CharField(max_length=40)
    fields = models.JSONField()  # {"rule": ["daily 03:30", "daily 04:00"]}: old, new

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.by_name} {self.verb} {self.schedule_id}"


class Heartbeat(models.Model):
    """When a part of the background was last seen at work: one row a part."""

    part = models.CharField(max_length=20, unique=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.part}, {self.seen_at:%Y-%m-%d %H:%M} UTC"
