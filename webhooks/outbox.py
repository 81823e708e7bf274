"""From the append-only tables to deliveries: the handler "webhooks.relay", every few seconds."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from jobs.models import Job
from webhooks import bodies, cursors, delivery_jobs, kinds, outgoing_events, parking
from webhooks.cursors import EventRow
from webhooks.enums import Form, Source
from webhooks.models import Delivery, Endpoint
from webhooks.outgoing_events import OutgoingEvent

MOST_BATCHES = 100  # in one go; the next go takes up the rest


def relay(job: Job, at: datetime) -> str:
    """Make a delivery of every new event for every endpoint that wants it, and a job that sends it.

    Twice at once does no harm: one waits for the other's marks, and a delivery exists once an event
    and endpoint. Also lets parked deliveries go whose endpoint has rested.
    """
    if not Endpoint.objects.filter(enabled=True).exists():
        return "No endpoint is enabled."  # the first who does begins at the end (`cursors.begin`)
    made = sum(_relay(source, at=at) for source in Source if not cursors.up_to_date(source))
    released = parking.release(at=at)
    return f"{made} to send, {released} sent on." if made or released else "Nothing new."


def _relay(source: Source, *, at: datetime) -> int:
    made = 0
    for _ in range(MOST_BATCHES):
        with transaction.atomic():
            mark = cursors.locked(source, at=at)
            endpoints = list(Endpoint.objects.filter(enabled=True))
            rows, more = cursors.read(mark, at=at)
            made += _deliver(source, rows, endpoints, at=at)
        if not more:
            break
    return made


def _deliver(
    source: Source, rows: Iterable[EventRow], endpoints: Collection[Endpoint], *, at: datetime
) -> int:
    wanted = {
        row.pk: [e for e in endpoints if row.at >= e.since and kinds.wanted(row.kind, e.kinds)]
        for row in rows
    }
    names = [f"{source}:{pk}" for pk, by in wanted.items() if by]
    known = Delivery.objects.filter(endpoint__in=endpoints, event__in=names)
    there = set(known.values_list("event", "endpoint"))
    missing = {
        pk: [e for e in by if (f"{source}:{pk}", e.pk) not in there] for pk, by in wanted.items()
    }
    events = outgoing_events.read_events(source, [pk for pk, by in missing.items() if by])
    keys = {f"{source}:{pk}": by for pk, by in missing.items()}
    return put([(event, endpoint) for event in events for endpoint in keys[event.name]], at=at)


def put(wanted: Collection[tuple[OutgoingEvent, Endpoint]], *, at: datetime) -> int:
    """Keep a delivery for each, and put its job. Returns how many. Call it in a transaction."""
    rows = [
        Delivery(
            endpoint=endpoint,
            event=event.name,
            message=message(endpoint, event),
            kind=event.kind,
            sentence=f"{event.about}: {event.who} {event.sentence}"[:300],
            body=bodies.body(Form(endpoint.form), event),
            created_at=at,
        )
        for event, endpoint in wanted
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    delivery_jobs.put_jobs(rows, at=at)
    return len(rows)


def message(endpoint: Endpoint, event: OutgoingEvent) -> str:
    """The `webhook-id`: the same however often it is worked out, so that a receiver who was asked
    twice can tell; another one for an event that took this number after a restore."""
    named = f"{endpoint.pk}/{event.name}/{event.at.isoformat()}"
    return f"msg_{hashlib.sha256(named.encode()).hexdigest()[:32]}"
