"""Forgetting old deliveries: the handler "webhooks.prune", once a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from jobs.models import Job
from webhooks.enums import DeliveryStatus
from webhooks.models import Delivery

DELIVERED_KEPT = timedelta(days=30)
FAILED_KEPT = timedelta(days=90)


def prune(job: Job, at: datetime) -> str:
    """Forget deliveries, with their attempts: what arrived after 30 days, all else after 90. The
    log that they tell of stays."""
    old = Delivery.objects.filter(
        status=DeliveryStatus.DELIVERED.value, created_at__lt=at - DELIVERED_KEPT
    )
    older = Delivery.objects.filter(created_at__lt=at - FAILED_KEPT)
    gone = (old | older).delete()[1].get("webhooks.Delivery", 0)
    return f"{gone} deliveries forgotten."
