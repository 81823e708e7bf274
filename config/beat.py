"""Beat's scheduler: wakes the sweep, also after the clock was set back, and only who is awake."""

from __future__ import annotations

import logging
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import schedstate
from django.conf import settings
from kombu import Producer

from jobs import tasks

log = logging.getLogger(__name__)


class Steady(Scheduler):
    """Remembers nothing between starts: there is one entry, the sweep.

    Celery's own would be silent for as long as the clock was set back, and would leave thousands
    of messages for a worker that was away for a day.
    """

    def is_due(self, entry: ScheduleEntry) -> Any:
        """Whether `entry` is due, and the seconds until it is asked again."""
        last = entry.last_run_at
        if last is not None and last > entry.default_now():
            return schedstate(is_due=True, next=float(settings.JOB_SWEEP_SECONDS))
        return super().is_due(entry)

    def apply_entry(self, entry: ScheduleEntry, producer: Producer | None = None) -> None:
        """Send the message, unless more wait already than a sweep would leave there."""
        try:
            full = tasks.waiting() >= tasks.MOST_MESSAGES
        except Exception as error:
            log.warning("The broker does not answer: %s", error)
            return
        if not full:
            super().apply_entry(entry, producer=producer)
