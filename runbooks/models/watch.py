"""What the watch over the logs keeps: the checks that were made, and the anchors that were cast."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from django.db import models

from runbooks.models.runs import Run


class LogCheckQuerySet(models.QuerySet["LogCheck"]):
    def newest(self) -> LogCheck | None:
        """The last check without its faults; None before the first."""
        return self.defer("faults").order_by("-pk").first()


class AnchorQuerySet(models.QuerySet["Anchor"]):
    def in_file(self, path: Path) -> Self:
        """Anchors that were written to the file at `path`."""
        return self.filter(file=str(path))


class LogCheck(models.Model):
    """One verification of all logs, begun at `at`. Append-only by triggers.

    `heads` is how many anchored heads were compared. `faults` is a list of
    {"run": number or null, "sentence": text}: the first ones; `fault_count` counts them all.
    """

    at = models.DateTimeField()
    took = models.DurationField()
    runs = models.PositiveBigIntegerField()
    events = models.PositiveBigIntegerField()
    heads = models.PositiveBigIntegerField(default=0)
    faults = models.JSONField(default=list)
    fault_count = models.PositiveIntegerField(default=0)

    objects = LogCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"check of {self.at:%Y-%m-%d %H:%M}: {self.fault_count} faults"


class Anchor(models.Model):
    """A line that was written into the file of anchors `file`; `digest` is the SHA-256 of the line.

    The file is the witness; this row knows that the line must be there. Append-only by triggers.
    """

    at = models.DateTimeField()
    file = models.CharField(max_length=400)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    heads = models.PositiveIntegerField()

    objects = AnchorQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["file", "number"], name="anchor_by_file")]

    def __str__(self) -> str:
        return f"anchor {self.number} with {self.heads} heads"


class AnchoredHead(models.Model):
    """The head of a run's log as it was anchored last: tells which runs have moved since."""

    run = models.OneToOneField(
        Run, on_delete=models.PROTECT, primary_key=True, related_name="anchored"
    )
    sequence = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"run {self.run_id} at event {self.sequence}"
