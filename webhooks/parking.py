"""An endpoint that does not answer is left in peace: what is for it is parked.

Each attempt at a receiver that hangs holds a worker for twenty seconds. During an incident events
come faster than that, and mails to people would wait behind them. So after a few failures in a row
the endpoint rests; one delivery tries it when the rest is over, and all follow when that one came
through.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from webhooks import delivery_jobs
from webhooks.enums import DeliveryStatus
from webhooks.models import Delivery, Endpoint

PATIENCE = 5  # failures in a row before the endpoint rests
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=15)
MOST_RELEASED = 100  # in one go
TOO_OLD = timedelta(days=3)


def rest(failures: int) -> timedelta | None:
    """How long an endpoint rests after so many failures in a row; None: it does not."""
    if failures < PATIENCE:
        return None
    return min(FIRST_REST * (1 << min(failures - PATIENCE, 20)), LONGEST_REST)


def rests(endpoint: Endpoint, *, at: datetime) -> bool:
    """Whether nothing is sent to `endpoint` at `at`."""
    return endpoint.rests_until is not None and endpoint.rests_until > at


def park(delivery: Delivery) -> None:
    """Put `delivery` aside until its endpoint has rested."""
    waiting = Delivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.WAITING.value)
    waiting.update(status=DeliveryStatus.PARKED.value)


def release(*, at: datetime) -> int:
    """Send on what is parked for endpoints that have rested, the oldest first: one delivery while
    the endpoint still fails, else many. What waited for days has failed. Returns how many go."""
    every = Endpoint.objects.all()
    parked = Delivery.objects.filter(endpoint__in=every, status=DeliveryStatus.PARKED.value)
    waited_for = set(parked.order_by().values_list("endpoint", flat=True).distinct())
    released = 0
    for endpoint in every.filter(pk__in=waited_for):
        here = parked.filter(endpoint=endpoint)
        here.filter(created_at__lt=at - TOO_OLD).update(status=DeliveryStatus.FAILED.value)
        if rests(endpoint, at=at):
            continue
        most = 1 if rest(endpoint.failures) else MOST_RELEASED
        for delivery in here.order_by("pk")[:most]:
            released += delivery_jobs.again(delivery, at=at)
    return released
