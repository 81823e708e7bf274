"""Webhooks are what the OpenAPI document says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import jsonschema  # type: ignore[import-untyped]
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from accounts.models import User
from config.api import document
from incidents import entries, records
from incidents.enums import Certainty, Severity
from tests.factories.story import story
from tests.factories.webhooks import bodies, endpoint, run_relay
from tests.incidents.world import incident
from webhooks import endpoints, kinds
from webhooks.models import Endpoint

SOON = timedelta(hours=1)


def closed(schema: object) -> object:
    """`schema`, in which nothing may come that is not named."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(part) for name, part in schema.items()}
    return {"additionalProperties": False, **made} if "properties" in made else made


def check(body: dict[str, object], webhook: str) -> None:
    """Fail unless `body` is one of the document's `webhook`."""
    made = document.made()
    content = made["webhooks"][webhook]["post"]["requestBody"]["content"]
    whole = {"components": closed(made["components"])}
    resource = Resource.from_contents(whole, default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:api", resource)
    schema = {"$ref": f"urn:api{content['application/json']['schema']['$ref']}"}
    jsonschema.Draft202012Validator(schema, registry=registry).validate(body)


@pytest.fixture
def hub(admin: User, at: datetime) -> Endpoint:
    return endpoint(admin, at - SOON)


def sent(hub: Endpoint, at: datetime) -> Iterator[tuple[str, dict[str, object]]]:
    """Each body with the name of its webhook."""
    run_relay(at + SOON)
    for body in bodies(hub):
        family = str(body["type"]).split(".")[0]
        webhook = {"incident": "incident_event", "webhook": "test_event"}.get(family, "run_event")
        yield (
            ("entry_event" if "entry_" in str(body["type"]) and family == "incident" else webhook),
            body,
        )


def test_every_event_of_a_run(
    hub: Endpoint,
    operator: User,
    verifier: User,
    decider: User,
    author: User,
    approver: User,
    at: datetime,
) -> None:
    people = {user.username: user for user in (operator, verifier, decider, author, approver)}
    story(people, at).start().measured()
    deliveries = list(sent(hub, at))
    assert len(deliveries) > 5
    for webhook, body in deliveries:
        assert webhook == "run_event"
        check(body, webhook)


def test_every_event_of_an_incident(hub: Endpoint, manager: User, at: datetime) -> None:
    broken = incident(manager, at)
    records.judge(broken, severity=Severity.SEV1, reason="Gone.", seen=None, by=manager, at=at)
    entries.add(
        broken,
        text="It stopped.",
        happened_at=at,
        certainty=Certainty.EXACT,
        by=manager,
        at=at,
    )
    deliveries = list(sent(hub, at))
    assert len(deliveries) >= 3
    assert {webhook for webhook, _ in deliveries} == {"incident_event", "entry_event"}
    for webhook, body in deliveries:
        check(body, webhook)


def test_a_test(hub: Endpoint, admin: User, at: datetime) -> None:
    endpoints.send_test(hub, by=admin, at=at)
    ((webhook, body),) = sent(hub, at)
    assert webhook == "test_event"
    check(body, webhook)


def test_every_kind_is_one_of_a_webhook() -> None:
    shapes = document.made()["components"]["schemas"]
    named = [
        kind
        for name in ("RunEvent", "IncidentEvent", "EntryEvent", "TestEvent")
        for kind in shapes[name]["properties"]["type"]["enum"]
    ]
    assert sorted(named) == sorted([*kinds.MEANINGS, kinds.TEST])
