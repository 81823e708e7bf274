"""What Celery wakes: thin edges. The table of jobs is the memory; a message only says "look"."""

from __future__ import annotations

from typing import Any, cast

from celery import current_app, shared_task
from django.utils import timezone

from jobs import heartbeat, queue, schedules, worker

#: More messages than this are not left with the broker; the table holds the rest.
MOST_MESSAGES = 500


@shared_task(name="jobs.sweep", ignore_result=True)
def sweep() -> None:
    """Put what schedules have due, and hand due jobs to the broker; beat sends this every 5 s."""
    at = timezone.now()
    heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=at)
    schedules.sweep(at=at)
    most = MOST_MESSAGES - waiting()
    sent: list[int] = []
    try:
        for pk in queue.to_hand(at, most, again=worker.lease()):
            work.delay(pk)
            sent.append(pk)
    finally:
        queue.handed(sent, at=at)


@shared_task(name="jobs.work", ignore_result=True)
def work(pk: int) -> None:
    """Do the job of this key, if nobody else does."""
    worker.work(pk, clock=timezone.now)


def waiting() -> int:
    """How many messages the broker holds for workers."""
    name = current_app.conf.task_default_queue
    with current_app.producer_pool.acquire(block=True) as producer:
        channel = cast(Any, producer.channel)
        return int(channel.queue_declare(name, durable=True).message_count)
