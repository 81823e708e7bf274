"""Celery: it wakes workers. `celery -A config.celery worker` and `… beat` start from here.

Messages carry the key of a job and nothing else, so losing or doubling one does no harm: the table
of jobs is swept every few seconds (docs/decisions/background.md).
"""

from __future__ import annotations

import os

import celery.apps.worker
from celery import Celery
from celery.signals import setup_logging

from config import broker, logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def keep_logging(**given: object) -> None:
    """Celery sets up logging of its own unless somebody listens here: Django's LOGGING stands."""


setup_logging.connect(keep_logging)

with logs.startup():
    from django.conf import settings  # wants the variable above

    if settings.LOG_FORMAT == "json":
        # What it says when it is told to stop, past all logging.
        vars(celery.apps.worker)["safe_say"] = lambda text, f=None: logs.write(
            "celery.worker", text.strip()
        )

app = Celery("countersign")
app.conf.update(
    **broker.settings(settings.BROKER_URL, settings.BROKER_FOLDER),
    imports=("jobs.tasks",),
    beat_schedule={
        "sweep": {
            "task": "jobs.sweep",
            "schedule": float(settings.JOB_SWEEP_SECONDS),
            # One that comes so late is a waste, and machines' clocks may differ by less.
            "options": {"expires": 12 * settings.JOB_SWEEP_SECONDS},
        }
    },
    beat_scheduler="config.beat:Steady",
    task_default_queue="countersign",
    task_ignore_result=True,
    result_expires=None,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    accept_content=["json"],
    task_serializer="json",
    timezone="UTC",
)
