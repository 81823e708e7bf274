"""What a person was told, and what they do not want to be told."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> Self:
        """Notices that wait for their person: not marked as read, and not over."""
        return self.filter(read_at__isnull=True, over_at__isnull=True)


class Notice(models.Model):
    """One thing that one person was told. The same `key` is told to the same person once.

    `url` is a path of the product. `read_at` is when this person said that they had read it.
    `about` names what it asks something for ("run:5"; '' where it asks for nothing): when that is
    settled, `over_at` says when, and `over` in a sentence how. It is unread no longer then.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices"
    )
    key = models.CharField(max_length=160)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    url = models.CharField(max_length=300)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    about = models.CharField(max_length=60, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)
    over = models.CharField(max_length=200, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_by_person"),
            models.Index(
                fields=["person"],
                condition=models.Q(read_at__isnull=True, over_at__isnull=True),
                name="notice_unread",
            ),
            models.Index(
                fields=["about"],
                condition=models.Q(over_at__isnull=True) & ~models.Q(about=""),
                name="notice_asks",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="notice_told_once"),
            models.CheckConstraint(
                condition=models.Q(over_at__isnull=True, over="")
                | (models.Q(over_at__isnull=False) & ~models.Q(over="")),
                name="notice_over_says_how",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_unread(self) -> bool:
        """Whether it still waits for this person: not read, and not over."""
        return self.read_at is None and self.over_at is None


class Preference(models.Model):
    """What a person chose about notices; somebody without a row chose nothing."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notice_preference"
    )
    digest = models.BooleanField(default=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.person_id}: digest {'yes' if self.digest else 'no'}"
