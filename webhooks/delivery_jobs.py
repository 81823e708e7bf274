"""The jobs that send deliveries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from jobs import queue
from jobs.models import Job
from webhooks.enums import DeliveryStatus
from webhooks.models import Delivery

DELIVER = "webhooks.deliver"


def put_jobs(deliveries: Iterable[Delivery], *, at: datetime) -> None:
    """A job for each of `deliveries`, once. Call it in the transaction that makes them."""
    orders = [queue.Order(DELIVER, d.message, {"message": d.message}) for d in deliveries]
    queue.put_all(orders, at=at)


@transaction.atomic
def again(delivery: Delivery, *, at: datetime) -> bool:
    """Let a job send `delivery` at `at`: with all its attempts if it has ended, ahead of its time
    if it waits for the next one. False when it is being sent, or about to be."""
    job = Job.objects.filter(kind=DELIVER, key=delivery.message).first()
    if job is None:
        put_jobs([delivery], at=at)
    elif not queue.again(job, at=at) and not queue.hasten(job, at=at):
        return False
    Delivery.objects.filter(pk=delivery.pk).update(status=DeliveryStatus.WAITING.value)
    return True
