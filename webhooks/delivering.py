"""Sending one delivery: the handler "webhooks.deliver", and what its outcome does to the endpoint;
and the handler "webhooks.prune", which deletes old ones.

Nothing is locked while the receiver is asked. A worker that dies between the POST and the end of
its job leaves no trace, and the job is done again with the same `webhook-id`: a receiver gets a
delivery at least once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from jobs import queue
from jobs.models import Job
from lib.times import stamp
from webhooks import history, parking, sending, signing, targets
from webhooks.enums import DeliveryStatus
from webhooks.models import Delivery, DeliveryAttempt, Endpoint
from webhooks.sending import Exchange

GONE = 410
BUSY = (429, 503)
LONGEST_ASKED = timedelta(hours=1)
#: After so long a time of nothing but failures the endpoint is switched off.
ENDURANCE = timedelta(days=5)
#: How long a delivery is kept: one that arrived, and any other.
DELIVERED_KEPT, FAILED_KEPT = timedelta(days=30), timedelta(days=90)
#: Pauses behind the first attempt, the second, and so on: about two days in all.
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 57600)
)


def deliver(job: Job, at: datetime) -> str:
    """POST a delivery, and keep how that went. Returns what the receiver answered.

    Raises `queue.Postpone` when it is to be tried again, `queue.GiveUp` when it is not.
    """
    rows = Delivery.objects.select_related("endpoint")
    delivery = rows.filter(message=job.data["message"]).first()
    if delivery is None:
        return "It is not kept any more."
    if delivery.status == DeliveryStatus.DELIVERED:
        return "It was delivered already."
    if not delivery.endpoint.enabled:
        _close(delivery, DeliveryStatus.FAILED)
        raise queue.GiveUp(f"{delivery.endpoint} is switched off.")
    if parking.rests(delivery.endpoint, at=at):
        parking.park(delivery)
        return f"Parked: {delivery.endpoint} does not answer, and rests."
    exchange = _send(delivery, at=at)
    endpoint = _keep(delivery, exchange, at=at)
    if exchange.ok:
        return f"It answered {exchange.code} after {exchange.took_ms} ms."
    if exchange.code == GONE or not endpoint.enabled or job.attempts >= queue.MOST_ATTEMPTS:
        _close(delivery, DeliveryStatus.FAILED)
        raise queue.GiveUp(_for_everybody(exchange))
    raise queue.Postpone(_for_everybody(exchange), pause(delivery, job.attempts, exchange))


def _for_everybody(exchange: Exchange) -> str:
    """What the job tells. Whoever may see the product reads jobs; what a name leads to and which
    certificate it has is for those who may read addresses, and stands with the attempt."""
    if exchange.code is None:
        return "No answer came. The page of the delivery says why."
    return exchange.error


def pause(delivery: Delivery, attempts: int, exchange: Exchange) -> timedelta:
    """How long to wait behind attempt number `attempts`: what the receiver asked for, within
    limits, else by the table and up to a tenth more, so that a crowd does not come back at once."""
    if exchange.retry_after is not None:
        return _asked(exchange.retry_after)
    regular = PAUSES[min(attempts, len(PAUSES)) - 1]
    return regular * (1 + int(delivery.message[-4:], 16) / 0xFFFF / 10)


def _asked(seconds: int) -> timedelta:
    return min(max(timedelta(seconds=seconds), PAUSES[0]), LONGEST_ASKED)


def _send(delivery: Delivery, *, at: datetime) -> Exchange:
    endpoint, listed = delivery.endpoint, settings.WEBHOOK_PRIVATE_HOSTS
    try:
        target = targets.read(endpoint.url, listed)
    except ValueError as problem:  # the settings have changed since the address was typed
        return Exchange(None, "", str(problem)[:300], 0)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Countersign",
        **signing.headers(delivery.message, delivery.body, keys=keys(endpoint, at=at), at=at),
    }
    return sending.post(target, delivery.body, headers, listed=listed)


def keys(endpoint: Endpoint, *, at: datetime) -> list[str]:
    """The secrets that sign at `at`: the present one, and the former while it is still valid."""
    former = endpoint.former_until is not None and endpoint.former_until > at
    return [endpoint.secret, *([endpoint.former_secret] if former else [])]


@transaction.atomic
def _keep(delivery: Delivery, exchange: Exchange, *, at: datetime) -> Endpoint:
    """Keep the attempt, and what it says about the endpoint: the row as it is now."""
    endpoint = Endpoint.objects.select_for_update().get(pk=delivery.endpoint_id)
    DeliveryAttempt.objects.create(
        delivery=delivery,
        at=at,
        code=exchange.code,
        took_ms=exchange.took_ms,
        answer=exchange.answer,
        error=exchange.error,
    )
    delivery.tries += 1
    delivery.tried_at, delivery.code = at, exchange.code
    if exchange.ok:
        delivery.status = DeliveryStatus.DELIVERED.value
    delivery.save(update_fields=["tries", "tried_at", "code", "status"])
    if exchange.ok:
        _recovered(endpoint)
    else:
        _failed(endpoint, exchange, at=at)
    return endpoint


def _recovered(endpoint: Endpoint) -> None:
    if endpoint.failures or endpoint.rests_until:
        endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
        endpoint.save(update_fields=["failures", "failing_since", "rests_until"])


def _failed(endpoint: Endpoint, exchange: Exchange, *, at: datetime) -> None:
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or at
    rest = parking.rest(endpoint.failures)
    if exchange.code in BUSY and exchange.retry_after is not None:
        rest = max(rest or timedelta(), _asked(exchange.retry_after))
    endpoint.rests_until = at + rest if rest else None
    endpoint.save(update_fields=["failures", "failing_since", "rests_until"])
    if exchange.code == GONE:
        history.switched_off(endpoint, "The receiver answered 410: it is gone.", at=at)
    elif at - endpoint.failing_since >= ENDURANCE:
        since = stamp(endpoint.failing_since)
        history.switched_off(endpoint, f"Every attempt has failed since {since}.", at=at)


def _close(delivery: Delivery, status: DeliveryStatus) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(status=status.value)


def prune(job: Job, at: datetime) -> str:
    """The handler "webhooks.prune", once a day: delete deliveries with their attempts, what arrived
    after 30 days, all else after 90. The log that they are about stays."""
    old = Delivery.objects.filter(
        status=DeliveryStatus.DELIVERED.value, created_at__lt=at - DELIVERED_KEPT
    )
    older = Delivery.objects.filter(created_at__lt=at - FAILED_KEPT)
    gone = (old | older).delete()[1].get("webhooks.Delivery", 0)
    return f"{gone} deliveries forgotten."
