"""Endpoints and deliveries, read for their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count

from jobs.models import Job, JobStatus
from lib.times import stamp
from webhooks import delivery_jobs, parking, targets
from webhooks.enums import DeliveryStatus
from webhooks.models import Delivery, Endpoint

PAGE = 50


@dataclass(frozen=True)
class EndpointLine:
    """An endpoint in the list. `sign` is the class of the sign beside `state`; `waiting` and
    `failed` count deliveries."""

    endpoint: Endpoint
    address: str
    state: str
    sign: str
    waiting: int
    failed: int


def endpoint_lines(*, at: datetime) -> list[EndpointLine]:
    """Every endpoint, the enabled first. Two queries."""
    rows = list(Endpoint.objects.order_by("-enabled", "name"))
    undone = (DeliveryStatus.WAITING.value, DeliveryStatus.PARKED.value)
    deliveries = Delivery.objects.filter(
        endpoint__in=rows, status__in=(*undone, DeliveryStatus.FAILED.value)
    )
    grouped = deliveries.order_by().values_list("endpoint", "status").annotate(number=Count("pk"))
    counts = {(endpoint, status): number for endpoint, status, number in grouped}
    return [
        EndpointLine(
            row,
            address(row),
            *state(row, at=at),
            sum(counts.get((row.pk, status), 0) for status in undone),
            counts.get((row.pk, DeliveryStatus.FAILED.value), 0),
        )
        for row in rows
    ]


def address(endpoint: Endpoint) -> str:
    """Where it sends to, without the path."""
    try:
        return targets.read(endpoint.url, settings.WEBHOOK_PRIVATE_HOSTS).masked
    except ValueError:
        return "not allowed by the settings any more"


def state(endpoint: Endpoint, *, at: datetime) -> tuple[str, str]:
    """How it is in words, and the class of the sign beside them."""
    if not endpoint.enabled:
        return "off", "off"
    if endpoint.failing_since is None:
        return "on", "good"
    failing = f"failing since {stamp(endpoint.failing_since)}"
    if endpoint.rests_until is not None and parking.rests(endpoint, at=at):
        return f"{failing}; next attempt {stamp(endpoint.rests_until)}", "bad"
    return failing, "warn"


def next_attempt(delivery: Delivery) -> datetime | None:
    """When `delivery` is sent again; None when it is over, parked, or being sent."""
    waiting = Job.objects.filter(kind=delivery_jobs.DELIVER, status=JobStatus.WAITING.value)
    return waiting.filter(key=delivery.message).values_list("due_at", flat=True).first()


@dataclass(frozen=True)
class DeliveryPage:
    """Deliveries, the newest first. `older` is the key to ask the next page with, or None."""

    deliveries: Sequence[Delivery]
    older: int | None


def delivery_page(
    endpoint: Endpoint, *, status: str = "", kind: str = "", before: int | None = None
) -> DeliveryPage:
    """The newest deliveries of `endpoint` before the key `before`. `kind` is the beginning of a
    kind: "run." or "step.ticked"."""
    rows = endpoint.deliveries.defer("body")
    if status:
        rows = rows.filter(status=status)
    if kind:
        rows = rows.filter(kind__startswith=kind.rstrip("*"))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    deliveries = list(rows.order_by("-pk")[: PAGE + 1])
    return DeliveryPage(
        deliveries[:PAGE], deliveries[PAGE - 1].pk if len(deliveries) > PAGE else None
    )
