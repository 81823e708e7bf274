"""The table of jobs: what is to be done, written in the transaction of what it belongs to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from jobs.enums import JobStatus


class Job(models.Model):
    """One piece of background work. The table is the memory; a broker only wakes workers.

    `kind` names its handler (settings.JOB_HANDLERS) and `key` tells it from others of its kind: the
    same kind and key is the same job, put once. `due_at` is when it may be tried (next).
    `lease` is the mark of the worker that holds it, until `leased_until`; a worker that dies loses
    it by time. `result` and `error` are sentences for people.
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
    attempts = models.PositiveIntegerField(default=0)
    lease = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    result = models.TextField(blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-put_at", "-pk"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(status__in=[JobStatus.WAITING.value, JobStatus.RUNNING.value]),
                name="job_unended_by_due",
            ),
            models.Index(fields=["-ended_at"], name="job_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="job_once"),
            models.CheckConstraint(
                condition=Q(status=JobStatus.RUNNING.value, leased_until__isnull=False)
                | (~Q(status=JobStatus.RUNNING.value) & Q(leased_until__isnull=True, lease="")),
                name="job_running_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[JobStatus.DONE.value, JobStatus.FAILED.value],
                    ended_at__isnull=False,
                )
                | (
                    ~Q(status__in=[JobStatus.DONE.value, JobStatus.FAILED.value])
                    & Q(ended_at__isnull=True)
                ),
                name="job_ended_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.status}"
