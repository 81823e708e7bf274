"""What has to be looked at afterwards: an item for every override that was used."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from runbooks.models.runs import Run


class ReviewQuerySet(models.QuerySet["Review"]):
    def waiting(self) -> Self:
        """Reviews that nobody has closed, with their run."""
        return self.filter(reviewed_at__isnull=True).select_related("run")


class Review(models.Model):
    """A gate was overridden; somebody else looks at it and writes down what they find.

    `sequence` is that of the event in the log of the run, which tells the gate and the reason.
    Opened with the event and never deleted; but for the finding, frozen by triggers.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="reviews")
    sequence = models.PositiveIntegerField()
    overridden_at = models.DateTimeField()
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finding = models.TextField(blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = [F("reviewed_at").desc(nulls_first=True), "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "sequence"], name="review_unique"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, finding="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(finding="")),
                name="review_reviewed_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("overridden_by")),
                name="review_by_somebody_else",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-id"], condition=Q(reviewed_at__isnull=True), name="review_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"review of run {self.run_id}, line {self.sequence}"
