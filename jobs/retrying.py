"""The verb on one job: try it now."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from jobs import queue
from jobs.models import Job, JobStatus
from lib.refusals import Refused


def retry(job: Job, *, by: User, at: datetime) -> None:
    """Let `job` be tried at `at`: a failed one with all its attempts anew, one that waits for a
    later time ahead of it.

    Raises `Refused`: 403 without the right to manage the product, "not_to_retry" when it runs, is
    due already or was done.
    """
    access.check(by, Right.MANAGE_PRODUCT)
    with transaction.atomic():
        now = Job.objects.select_for_update().get(pk=job.pk)
        failed = now.status == JobStatus.FAILED.value and queue.again(now, at=at)
        if not failed and not queue.hasten(now, at=at):
            state = "done" if now.status == JobStatus.DONE.value else "about to be done"
            raise Refused(
                "not_to_retry",
                f"This job is {state}.",
                "Only a job that failed, or one that waits for a later time, can be tried now.",
            )
