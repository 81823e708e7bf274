"""The log of a run, the files that belong to it, and who has it open."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from runbooks.models.runs import Run

#: Kinds of events that the page of near misses reads: few among many, found by an index of theirs.
MISSED = ("move.refused", "step.mismatched", "gate.overridden")


class Event(models.Model):
    """One line of a run's log. Append-only by triggers (rows and TRUNCATE).

    `text` is the exact canonical JSON that was hashed; `digest` is
    SHA-256(previous digest as hex ‖ text). The columns beside it repeat what `text` says, so that
    it can be searched; `runs.replay.verify` compares them. `at` is microseconds since 1970, UTC.
    `key` is the idempotency key of the move, on the first event it caused.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    at = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, null=True, blank=True)
    text = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["run", "sequence"]
        indexes = [
            models.Index(fields=["-at", "-id"], condition=Q(kind__in=MISSED), name="event_missed")
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "sequence"], name="event_sequence_unique"),
            models.UniqueConstraint(fields=["run", "key"], name="event_key_unique"),
        ]

    def __str__(self) -> str:
        return f"run {self.run_id} event {self.sequence}: {self.kind}"


class SentKey(models.Model):
    """What was sent with the move that used an idempotency key, as a keyed digest; see
    `runbooks.runs.idempotency_keys`. Not part of the log: removed after seven days, and with the
    text it is of."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="sent_keys")
    key = models.CharField(max_length=64)
    secret = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="sent_key_unique"),
        ]

    def __str__(self) -> str:
        return f"run {self.run_id}, key {self.key}"


class Evidence(models.Model):
    """A file kept with a run: written once, named by its digest, never overwritten."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="evidence")
    step = models.PositiveIntegerField(null=True, blank=True)
    file = models.FileField(max_length=200)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["run", "pk"]
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(fields=["run", "sha256", "name"], name="evidence_once_per_run")
        ]

    def __str__(self) -> str:
        return self.name


class Presence(models.Model):
    """An open screen of a run: one row a connection, refreshed while it lives. Not logged."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="presence")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    connection = models.CharField(max_length=40, unique=True)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "presence"

    def __str__(self) -> str:
        return f"{self.person_id} at run {self.run_id}"
