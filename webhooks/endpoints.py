"""Verbs on endpoints and deliveries: add, edit, switch on and off, rotate the secret, test, send
again.

All need `Right.MANAGE_PRODUCT` (`Refused` 403 without it) and run in one transaction. `at` is the
moment of the deed, aware.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from accounts.texts import says_something
from lib.refusals import Invalid, Refused
from webhooks import (
    cursors,
    delivery_jobs,
    history,
    kinds,
    outbox,
    outgoing_events,
    signing,
    targets,
)
from webhooks.enums import DeliveryStatus, Form
from webhooks.models import Delivery, Endpoint
from webhooks.outgoing_events import OutgoingEvent
from webhooks.payloads import TestEventDataSerializer, TestPayload

OVERLAP = timedelta(hours=24)
_TAKEN = "There is an endpoint of this name already: choose another."


def add(
    *, name: str, url: str, form: Form, patterns: Collection[str], by: User, at: datetime
) -> Endpoint:
    """Add an endpoint, enabled, with a new secret. It gets what happens from now on.

    Raises `Invalid` (name, url, patterns).
    """
    access.check(by, Right.MANAGE_PRODUCT)
    endpoint = Endpoint(
        secret=signing.new_secret(), since=at, created_at=at, created_by=by, form=Form(form).value
    )
    _put(endpoint, name, url, patterns)
    with transaction.atomic():
        _begin_reading(at=at)
        _save(endpoint)
        change = {fact: ("", value) for fact, value in _facts(endpoint).items()}
        history.record(endpoint, "added it", change, by=by, at=at)
    return endpoint


def edit(
    endpoint: Endpoint,
    *,
    name: str,
    url: str,
    form: Form,
    patterns: Collection[str],
    seen: int | None = None,
    by: User,
    at: datetime,
) -> Endpoint:
    """Change what an endpoint is. What waits for it is sent to the new address, in the old form.

    `seen`: the newest line of history that the sender had read. Raises `Invalid` as `add` does,
    `Refused` "changed_meanwhile".
    """
    access.check(by, Right.MANAGE_PRODUCT)
    with transaction.atomic():
        row = _locked(endpoint)
        history.check_seen(row, seen)
        before, address = _facts(row), row.url
        row.form = Form(form).value
        _put(row, name, url, patterns)
        after = _facts(row)
        change = {
            fact: (before[fact], after[fact]) for fact in after if before[fact] != after[fact]
        }
        if row.url != address:
            change.setdefault("address", (before["address"], f"{after['address']} (another path)"))
            row.failures, row.failing_since, row.rests_until = 0, None, None
        if change:
            _save(row)
            history.record(row, "edited it", change, by=by, at=at)
    return row


def switch_on(endpoint: Endpoint, *, by: User, at: datetime) -> Endpoint:
    """Send to `endpoint` again, what happens from now on. Nothing when it is on."""
    access.check(by, Right.MANAGE_PRODUCT)
    with transaction.atomic():
        row = _locked(endpoint)
        if not row.enabled:
            _begin_reading(at=at)
            row.enabled, row.since = True, at
            row.failures, row.failing_since, row.rests_until = 0, None, None
            row.save()
            history.record(row, "switched it on", {}, by=by, at=at)
    return row


def switch_off(endpoint: Endpoint, *, by: User, at: datetime) -> Endpoint:
    """Send nothing more to `endpoint`. What is parked for it has failed, and what waits fails when
    its turn comes. Nothing when it is off."""
    access.check(by, Right.MANAGE_PRODUCT)
    with transaction.atomic():
        row = _locked(endpoint)
        if row.enabled:
            row.enabled = False
            row.save(update_fields=["enabled"])
            parked = row.deliveries.filter(status=DeliveryStatus.PARKED.value)
            parked.update(status=DeliveryStatus.FAILED.value)
            history.record(row, "switched it off", {}, by=by, at=at)
    return row


def rotate(endpoint: Endpoint, *, by: User, at: datetime) -> Endpoint:
    """Give `endpoint` a new secret; the old one signs beside it for 24 hours.

    Raises `Refused` "rotating" while an older one still does: a third could not be told.
    """
    access.check(by, Right.MANAGE_PRODUCT)
    with transaction.atomic():
        row = _locked(endpoint)
        if row.former_until and row.former_until > at:
            raise Refused(
                "rotating",
                "The secret was changed within the last 24 hours, and both are still valid.",
                "Put the new one into the receiver. If it is lost, end the old one first.",
            )
        row.former_secret, row.former_until = row.secret, at + OVERLAP
        row.secret = signing.new_secret()
        row.save(update_fields=["secret", "former_secret", "former_until"])
        history.record(row, "changed the secret", {}, by=by, at=at)
    return row


def end_former(endpoint: Endpoint, *, by: User, at: datetime) -> Endpoint:
    """Let the former secret sign nothing more, at once: it was seen by somebody."""
    access.check(by, Right.MANAGE_PRODUCT)
    with transaction.atomic():
        row = _locked(endpoint)
        if row.former_secret:
            row.former_secret, row.former_until = "", None
            row.save(update_fields=["former_secret", "former_until"])
            history.record(row, "ended the old secret", {}, by=by, at=at)
    return row


def send_test(endpoint: Endpoint, *, by: User, at: datetime) -> Delivery:
    """Send `endpoint` an event that happened nowhere. Raises `Refused` "switched_off"."""
    access.check(by, Right.MANAGE_PRODUCT)
    with transaction.atomic():
        row = _locked(endpoint)
        _check_enabled(row)
        sentence = "sent a test event"
        event = OutgoingEvent(
            name=f"test:{uuid4().hex}",
            kind=kinds.TEST,
            at=at,
            who=str(by),
            sentence=sentence,
            about=f"Test of {row}",
            url=outgoing_events.link("webhooks:endpoint_detail", row.pk),
            data=TestEventDataSerializer.printed(TestPayload(sentence, str(by))),
        )
        _rested(row)
        outbox.put([(event, row)], at=at)
    return Delivery.objects.get(endpoint=row, event=event.name)


def resend(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """Send `delivery` again, whatever became of it: the same text under the same `webhook-id`.

    Raises `Refused` "switched_off", and "being_sent" while an attempt runs or is due.
    """
    access.check(by, Right.MANAGE_PRODUCT)
    with transaction.atomic():
        row = _locked(delivery.endpoint)
        _check_enabled(row)
        if not delivery_jobs.again(delivery, at=at):
            raise Refused(
                "being_sent",
                "This delivery is being sent, or about to be.",
                "Reload its page to see what came of it.",
            )
        _rested(row)
        history.record(row, "sent again", {"delivery": ("", delivery.message)}, by=by, at=at)
    delivery.refresh_from_db()
    return delivery


def _locked(endpoint: Endpoint) -> Endpoint:
    return Endpoint.objects.select_for_update().get(pk=endpoint.pk)


def _begin_reading(*, at: datetime) -> None:
    """As long as nobody listens, nothing is read; the first listener begins at the end."""
    if not Endpoint.objects.filter(enabled=True).exists():
        cursors.begin(at=at)


def _rested(endpoint: Endpoint) -> None:
    """Somebody wants to see now whether it answers."""
    endpoint.rests_until = None
    endpoint.save(update_fields=["rests_until"])


def _check_enabled(endpoint: Endpoint) -> None:
    if not endpoint.enabled:
        raise Refused(
            "switched_off", f"{endpoint} is switched off: nothing is sent.", "Switch it on first."
        )


def _put(endpoint: Endpoint, name: str, url: str, patterns: Collection[str]) -> None:
    """Check the facts and put them. Raises `Invalid` with a sentence for each that is wrong."""
    errors: dict[str, str] = {}
    endpoint.name = " ".join(name.split())
    if len(endpoint.name) > 80 or not says_something(endpoint.name):
        errors["name"] = "Write a name of at most 80 characters, with a letter or digit."
    elif Endpoint.objects.filter(name__iexact=endpoint.name).exclude(pk=endpoint.pk).exists():
        errors["name"] = _TAKEN
    endpoint.url = url.strip()
    try:
        targets.read(url, settings.WEBHOOK_PRIVATE_HOSTS)
    except ValueError as problem:
        errors["url"] = str(problem)
    unknown = sorted({pattern for pattern in patterns if not kinds.known(pattern)})
    if unknown:
        errors["patterns"] = f"There is no event of this kind: {', '.join(unknown)}."
    elif not patterns:
        errors["patterns"] = "Choose at least one kind of event."
    endpoint.kinds = sorted(set(patterns))
    if errors:
        raise Invalid(errors)


def _facts(endpoint: Endpoint) -> dict[str, str]:
    """What the history tells. The path of an address stays out of it: in a chat's address it is
    the key to the channel, and a history is kept for ever."""
    try:
        address = targets.read(endpoint.url, settings.WEBHOOK_PRIVATE_HOSTS).masked
    except ValueError:
        address = "an address that is not allowed any more"
    return {
        "name": endpoint.name,
        "address": address,
        "form": endpoint.form,
        "events": ", ".join(endpoint.kinds),
    }


def _save(endpoint: Endpoint) -> None:
    try:
        with transaction.atomic():
            endpoint.save()
    except IntegrityError:
        raise Invalid({"name": _TAKEN}) from None
