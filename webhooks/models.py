"""Endpoints, what is sent to them, and how each attempt went."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from inventory.enums import choices
from webhooks.enums import DeliveryStatus, Form, Source


class Endpoint(models.Model):
    """An address that events are sent to. It is switched off, never deleted: deliveries name it.

    `secret` signs and is kept in clear, for a hash cannot sign; `former_secret` signs beside it
    until `former_until`. `kinds` are patterns (`webhooks.kinds`). Events before `since` are not
    sent. `failures` counts attempts that failed in a row, the first of them at `failing_since`;
    until `rests_until` nothing is sent.
    """

    name = models.CharField(max_length=80, unique=True)
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=120)
    former_secret = models.CharField(max_length=120, blank=True)
    former_until = models.DateTimeField(null=True, blank=True)
    form = models.CharField(max_length=10, choices=choices(Form))
    kinds = models.JSONField()
    enabled = models.BooleanField(default=True)
    since = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    rests_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(former_secret="", former_until__isnull=True)
                | (~Q(former_secret="") & Q(former_until__isnull=False)),
                name="endpoint_former_secret_ends",
            ),
            models.CheckConstraint(
                condition=Q(failures=0, failing_since__isnull=True)
                | Q(failures__gt=0, failing_since__isnull=False),
                name="endpoint_failing_has_a_beginning",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("webhooks:endpoint_detail", args=[self.pk])


class EndpointChange(models.Model):
    """One line of an endpoint's history. Append-only by triggers; no secret and no path of an
    address is ever written here. `by` is None when the product did it (the receiver is gone)."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    by_name = models.CharField(max_length=120)
    verb = models.CharField(max_length=40)
    fields = models.JSONField()  # {"events": ["run.*", "run.*, step.*"]}: old, new

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.by_name} {self.verb} {self.endpoint_id}"


class ReadCursor(models.Model):
    """How far a source is read: everything up to the key `reached` has been seen once, and was
    looked at again at `read_at`, or up to a minute later."""

    source = models.CharField(max_length=10, choices=choices(Source), unique=True)
    reached = models.PositiveBigIntegerField()
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["source"]

    def __str__(self) -> str:
        return f"{self.source} up to {self.reached}"


class Delivery(models.Model):
    """One event for one endpoint: the exact text that is sent, however often that takes.

    `event` names what it tells of ("run:48211"), once an endpoint. `message` is the `webhook-id`,
    the same in every attempt. `tries`, `tried_at` and `code` sum the attempts up.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries")
    event = models.CharField(max_length=60)
    message = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)
    body = models.TextField()
    status = models.CharField(
        max_length=10, choices=choices(DeliveryStatus), default=DeliveryStatus.WAITING.value
    )
    created_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    code = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
            models.Index(fields=["endpoint", "status", "-id"], name="delivery_by_status"),
            models.Index(fields=["created_at"], name="delivery_by_age"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.message}: {self.status}"

    def get_absolute_url(self) -> str:
        return reverse("webhooks:delivery_detail", args=[self.pk])


class DeliveryAttempt(models.Model):
    """One POST of a delivery. `code` is None when no answer came; `answer` is the beginning of what
    the receiver said; `error` is a sentence, '' when it took the delivery."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    code = models.PositiveIntegerField(null=True, blank=True)
    took_ms = models.PositiveIntegerField()
    answer = models.TextField(blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.delivery_id} at {self.at:%Y-%m-%d %H:%M:%S}: {self.code or self.error}"
