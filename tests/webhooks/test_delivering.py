"""Deliveries against a receiver that listens: taken, tried again, given up, sent once more."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings

from accounts.models import User
from jobs import queue
from jobs.models import Job
from lib.refusals import Refused
from notices.models import Notice
from tests.factories.webhooks import attempt, endpoint, run_relay
from tests.runbooks.live.live_world import ROOT, World, open_world
from tests.webhooks.receiver import Receiver, answer, receiver
from tests.webhooks.test_signing import verified
from webhooks import delivering, endpoints, parking, sending
from webhooks.enums import DeliveryStatus
from webhooks.models import Delivery, Endpoint
from webhooks.sending import Exchange

pytestmark = pytest.mark.processes

Deliver = Callable[..., Delivery]
WAITING, PARKED = DeliveryStatus.WAITING.value, DeliveryStatus.PARKED.value
DELIVERED, FAILED = DeliveryStatus.DELIVERED.value, DeliveryStatus.FAILED.value


@pytest.fixture(autouse=True)
def listed(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.0/8"]


@pytest.fixture
def tested(admin: User, at: datetime) -> Callable[[Receiver], Delivery]:
    """`tested(receiver)`: a test event for an endpoint that leads there."""
    return lambda server: endpoints.send_test(endpoint(admin, at, url=server.url), by=admin, at=at)


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """`says(500, 200)`: what the receiver answers, without one; returns the ids it was sent."""

    def script(*codes: int | None, retry_after: int | None = None) -> list[str]:
        sent: list[str] = []

        def post(target: Any, body: str, headers: dict[str, str], **more: Any) -> Exchange:
            code = codes[min(len(sent), len(codes) - 1)]
            sent.append(headers["webhook-id"])
            fine = code is not None and code < 300
            error = "" if fine else f"It answered {code}." if code else "No answer within 10 s."
            return Exchange(code, "", error, 3, retry_after)

        monkeypatch.setattr(sending, "post", post)
        return sent

    return script


def due(delivery: Delivery) -> datetime:
    return Job.objects.get(key=delivery.message).due_at


def test_a_delivery_is_taken_and_its_signature_holds(tested, at: datetime) -> None:
    with receiver() as server:
        delivery = tested(server)
        result = attempt(delivery, at)
    (request,) = server.requests
    assert result.startswith("It answered 200 after ")
    assert delivery.status == DELIVERED
    assert request.headers["webhook-id"] == delivery.message
    assert request.headers["webhook-timestamp"] == str(int(at.timestamp()))
    assert verified(delivery.endpoint.secret, request.headers, request.body)
    assert json.loads(request.body)["type"] == "webhook.tested"


def test_the_old_secret_signs_beside_the_new_one_for_a_day(tested, admin: User, at: datetime):
    with receiver() as server:
        delivery = tested(server)
        old = delivery.endpoint.secret
        new = endpoints.rotate(delivery.endpoint, by=admin, at=at).secret
        attempt(delivery, at + endpoints.OVERLAP - timedelta(seconds=1))
        endpoints.resend(delivery, by=admin, at=at + endpoints.OVERLAP)
        attempt(delivery, at + endpoints.OVERLAP)
    first, second = server.requests
    assert verified(old, first.headers, first.body)
    assert verified(new, first.headers, first.body)
    assert not verified(old, second.headers, second.body)
    assert verified(new, second.headers, second.body)


def test_two_failures_and_then_it_is_taken(tested, at: datetime) -> None:
    with receiver(answer(500, body=b"broken"), answer(502), answer(200)) as server:
        delivery = tested(server)
        assert attempt(delivery, at) == "It answered 500."
        assert delivery.status == WAITING
        for _ in range(2):
            attempt(delivery, due(delivery))
    assert delivery.status == DELIVERED
    assert delivery.tries == 3
    assert [tried.code for tried in delivery.attempts.order_by("pk")] == [500, 502, 200]
    assert delivery.attempts.earliest("pk").answer == "broken"
    assert len({request.headers["webhook-id"] for request in server.requests}) == 1
    assert len({request.headers["webhook-timestamp"] for request in server.requests}) == 3
    assert len({request.body for request in server.requests}) == 1
    hub = Endpoint.objects.get()
    assert (hub.failures, hub.failing_since) == (0, None)


def test_the_pauses_grow_to_two_days_and_then_it_has_failed(
    admin: User, at: datetime, says, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parking, "PATIENCE", 99)
    sent = says(500)
    delivery = endpoints.send_test(endpoint(admin, at), by=admin, at=at)
    moments = [at]
    while delivery.status == WAITING:
        attempt(delivery, moments[-1])
        moments.append(due(delivery))
    assert delivery.status == FAILED
    assert len(sent) == queue.MOST_ATTEMPTS == len(delivering.PAUSES) + 1
    assert timedelta(hours=43) < moments[-2] - at < timedelta(hours=49)
    waits = [late - early for early, late in zip(moments, moments[1:-1], strict=False)]
    assert waits == sorted(waits)
    for wait, regular in zip(waits, delivering.PAUSES, strict=True):
        assert regular <= wait <= regular * 1.1


@pytest.mark.parametrize(("asked", "pause"), [(90, 90), (0, 5), (10**7, 3600)])
def test_a_receiver_that_asks_for_time_gets_it_within_limits(
    admin: User, at: datetime, says, asked: int, pause: int
) -> None:
    says(429, retry_after=asked)
    delivery = endpoints.send_test(endpoint(admin, at), by=admin, at=at)
    attempt(delivery, at)
    assert due(delivery) == at + timedelta(seconds=pause)
    assert Endpoint.objects.get().rests_until == at + timedelta(seconds=pause)


def test_gone_switches_the_endpoint_off_and_admins_are_told(
    admin: User, at: datetime, says
) -> None:
    says(410)
    hub = endpoint(admin, at)
    first, second = (endpoints.send_test(hub, by=admin, at=at) for _ in range(2))
    attempt(first, at)
    hub.refresh_from_db()
    assert not hub.enabled
    assert first.status == FAILED
    line = hub.changes.latest("pk")
    assert (line.by, line.by_name, line.verb) == (None, "Countersign", "switched it off")
    notice = Notice.objects.get()
    assert notice.person == admin
    assert "410" in notice.text
    assert attempt(second, at) == "hub is switched off."
    assert second.status == FAILED
    with pytest.raises(Refused, match="nothing is sent"):
        endpoints.resend(first, by=admin, at=at)


def test_five_days_of_nothing_but_failures_switch_it_off(admin: User, at: datetime, says) -> None:
    says(500)
    hub = endpoint(admin, at)
    for days in (0, 4.99):
        attempt(endpoints.send_test(hub, by=admin, at=at), at + timedelta(days=days))
        hub.refresh_from_db()
        assert hub.enabled
    last = endpoints.send_test(hub, by=admin, at=at)
    attempt(last, at + timedelta(days=5))
    hub.refresh_from_db()
    assert not hub.enabled
    assert "Every attempt has failed since 2026-03-04 03:12 UTC." in str(
        hub.changes.latest("pk").fields
    )


def test_an_endpoint_that_hangs_is_left_in_peace_and_then_all_goes_out(
    admin: User, at: datetime, says
) -> None:
    """Each attempt would hold a worker for twenty seconds, and mail would wait behind it."""
    sent = says(*[None] * (parking.PATIENCE + 1), 200)
    hub = endpoint(admin, at)
    rows = [endpoints.send_test(hub, by=admin, at=at) for _ in range(12)]
    for row in rows:
        attempt(row, at)
    assert len(sent) == parking.PATIENCE
    assert [row.status for row in rows] == [WAITING] * 5 + [PARKED] * 7
    assert run_relay(at + parking.FIRST_REST - timedelta(seconds=1)) == "Nothing new."
    later = at + parking.FIRST_REST
    assert run_relay(later) == "0 to send, 1 sent on."
    attempt(rows[5], later)
    hub.refresh_from_db()
    assert hub.rests_until == later + 2 * parking.FIRST_REST
    again = later + 2 * parking.FIRST_REST
    assert run_relay(again) == "0 to send, 1 sent on."
    attempt(rows[6], again)
    assert rows[6].status == DELIVERED
    assert run_relay(again) == "0 to send, 5 sent on."
    for row in rows[7:]:
        attempt(row, again)
        assert row.status == DELIVERED


def test_what_was_parked_for_days_has_failed(admin: User, at: datetime, says) -> None:
    says(None)
    hub = endpoint(admin, at)
    rows = [endpoints.send_test(hub, by=admin, at=at) for _ in range(parking.PATIENCE + 1)]
    for row in rows:
        attempt(row, at)
    assert rows[-1].status == PARKED
    run_relay(at + parking.TOO_OLD + timedelta(seconds=1))
    rows[-1].refresh_from_db()
    assert rows[-1].status == FAILED


def test_what_was_taken_is_not_sent_twice_but_by_hand(admin: User, at: datetime, says) -> None:
    sent = says(200)
    delivery = endpoints.send_test(endpoint(admin, at), by=admin, at=at)
    attempt(delivery, at)
    job = Job.objects.get(key=delivery.message)
    assert delivering.deliver(job, at) == "It was delivered already."
    assert len(sent) == 1
    endpoints.resend(delivery, by=admin, at=at)
    attempt(delivery, at)
    assert sent == [delivery.message] * 2
    job.refresh_from_db()
    Job.objects.filter(pk=job.pk).delete()  # pruned
    endpoints.resend(delivery, by=admin, at=at)
    attempt(delivery, at)
    assert sent == [delivery.message] * 3


def test_an_address_that_the_settings_forbid_by_now_is_not_sent_to(
    tested, at: datetime, settings: Any
) -> None:
    with receiver() as server:
        delivery = tested(server)
        settings.WEBHOOK_PRIVATE_HOSTS = []
        result = attempt(delivery, at)
    assert server.requests == []
    # Everybody may read jobs; where a webhook leads is for admins.
    assert result == "No answer came. The page of the delivery says why."
    why = delivery.attempts.get().error
    assert "127.0.0.1" in why
    assert "COUNTERSIGN_WEBHOOK_PRIVATE_HOSTS" in why


KILLED = """
import os, signal, sys
import django
django.setup()
from datetime import UTC, datetime
from django.conf import settings
from jobs import queue
from jobs.models import Job
from webhooks import delivering
settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.0/8"]
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
delivering._keep = die
at = datetime(2026, 3, 4, 3, 13, tzinfo=UTC)
job = queue.take(Job.objects.get(key=sys.argv[1]).pk, at=at)
delivering.deliver(job, at)
"""


@pytest.fixture
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(django_db_blocker, tmp_path_factory.mktemp("killed")) as opened:
        yield opened


def test_a_worker_that_is_killed_behind_the_post_leads_to_the_same_number_again(
    world: World, at: datetime
) -> None:
    by = User.objects.create_user("root", "root@example.org", name="Root", initials="rt")
    by.is_superuser = True
    by.save()
    with receiver() as server:
        hub = endpoint(by, at, url=server.url)
        delivery = endpoints.send_test(hub, by=by, at=at)
        command = [sys.executable, "-c", KILLED, delivery.message]
        settings = {"DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]}
        done = subprocess.run(command, cwd=ROOT, env=world.environment | settings, check=False)
        assert done.returncode == -signal.SIGKILL
        assert Job.objects.get(key=delivery.message).status == "running"
        attempt(delivery, at + 10 * timedelta(seconds=django_settings.JOB_LEASE_SECONDS))
    assert [request.headers["webhook-id"] for request in server.requests] == [delivery.message] * 2
    assert delivery.status == DELIVERED
    assert delivery.tries == 1
