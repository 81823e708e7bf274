"""Endpoints and their work, driven by the product's own verbs and handlers."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from accounts.models import User
from jobs import queue
from jobs.models import Job
from webhooks import delivering, endpoints, outbox
from webhooks.enums import Form
from webhooks.models import Delivery, Endpoint


def endpoint(by: User, at: datetime, **facts: Any) -> Endpoint:
    """An endpoint that wants everything, unless `facts` say otherwise."""
    given: dict[str, Any] = {
        "name": "hub",
        "url": "https://hooks.example.org/in",
        "form": Form.STANDARD,
        "patterns": ["*"],
    }
    return endpoints.add(**given | facts, by=by, at=at)


def run_relay(at: datetime) -> str:
    """What the schedule does every few seconds."""
    return outbox.relay(Job(kind="webhooks.relay", key="now"), at)


def bodies(endpoint: Endpoint) -> list[dict[str, Any]]:
    """What was made for `endpoint`, the oldest first."""
    return [json.loads(row.body) for row in endpoint.deliveries.order_by("pk")]


def attempt(delivery: Delivery, at: datetime) -> str:
    """Take the delivery's job and do it, as a worker does: its result, or why it did not end."""
    key = Job.objects.get(kind="webhooks.deliver", key=delivery.message).pk
    job = queue.take(key, at=at)
    assert job, "the job is not due"
    try:
        result = delivering.deliver(job, at)
    except queue.Postpone as postponed:
        queue.postpone(job, postponed.sentence, at=at, pause=postponed.pause)
        result = postponed.sentence
    except queue.GiveUp as given_up:
        queue.fail(job, given_up.sentence, at=at)
        result = given_up.sentence
    else:
        queue.end(job, result, at=at)
    delivery.refresh_from_db()
    return result
