"""Webhooks in the OpenAPI document: what is sent in the standard form, and what answers lead to."""

from __future__ import annotations

from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import process_webhooks
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, OpenApiWebhook, extend_schema
from rest_framework import serializers

from accounts.api.fields import EnumField
from accounts.api.schema import OpenApi
from runbooks.enums import RunKind, RunRole
from webhooks import kinds
from webhooks.outgoing_events import EXAMPLE

_Shape = serializers.Serializer[Any]
_INCIDENT_KINDS = (
    *kinds.CHANGES.values(),
    kinds.OTHER_CHANGE,
    kinds.ENTRY_ADDED,
    kinds.ENTRY_CORRECTED,
)
_RUN_KINDS = tuple(kind for kind in kinds.MEANINGS if kind not in _INCIDENT_KINDS)
_TIMESTAMP = "When the event happened (UTC)."
_HEADERS = {
    "webhook-id": "The delivery. The same in every attempt: do nothing twice for one id.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
    "webhook-signature": "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`, keyed with the"
    " decoded secret. Two, separated by a blank, while a secret is being changed.",
}
_ANSWERS = {
    "2XX": OpenApiResponse(description="Delivered."),
    "410": OpenApiResponse(description="The endpoint is switched off, and admins are told."),
    "default": OpenApiResponse(description="Failed: it is tried again."),
}


class WebhookStepSerializer(_Shape):
    """The step that the event is about."""

    number = serializers.CharField()
    title = serializers.CharField()


class WebhookRunSerializer(_Shape):
    """The run that the event belongs to."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    kind = EnumField(RunKind)
    url = serializers.CharField(help_text="Its page.")


class WebhookIncidentSerializer(_Shape):
    """An incident."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    url = serializers.CharField(help_text="Its page.")


class RunEventDataSerializer(_Shape):
    """What is known of an event of a run. Values that were measured or read off are never sent."""

    sequence = serializers.IntegerField(
        help_text="Number of the event in the log of its run, without gaps. Sort by it."
    )
    sentence = serializers.CharField(help_text="What happened, in words.")
    who = serializers.CharField(help_text="Name of the person.")
    role = serializers.ChoiceField(
        choices=["", *RunRole], help_text="Their role in the run; empty for none."
    )
    near_miss = serializers.BooleanField(
        help_text="Whether a guard refused something, or saw a mismatch."
    )
    step = WebhookStepSerializer(allow_null=True)
    run = WebhookRunSerializer()
    into_production = serializers.BooleanField(
        help_text="Whether the run is live and writes into a production instance."
    )
    system = serializers.CharField(allow_null=True, help_text="Name of the system.")
    incident = WebhookIncidentSerializer(
        allow_null=True, help_text="The incident that the run answers."
    )


class RunEventSerializer(_Shape):
    """An event of a run."""

    type = serializers.ChoiceField(choices=_RUN_KINDS)
    timestamp = serializers.DateTimeField(help_text=_TIMESTAMP)
    data = RunEventDataSerializer()  # type: ignore[assignment]


class IncidentEventDataSerializer(_Shape):
    """What is known of a change of an incident, or of an entry of its timeline."""

    sentence = serializers.CharField(help_text="What happened, in words.")
    who = serializers.CharField(help_text="Name of the person.")
    incident = WebhookIncidentSerializer()
    system = serializers.CharField(help_text="Name of the system.")
    version = serializers.IntegerField(
        required=False, help_text="Of a change: version of the incident."
    )
    entry = serializers.IntegerField(required=False, help_text="Of an entry: its id.")
    corrects = serializers.IntegerField(
        required=False, allow_null=True, help_text="Of an entry: id of the entry that it corrects."
    )


class IncidentEventSerializer(_Shape):
    """An event of an incident."""

    type = serializers.ChoiceField(choices=_INCIDENT_KINDS)
    timestamp = serializers.DateTimeField(help_text=_TIMESTAMP)
    data = IncidentEventDataSerializer()  # type: ignore[assignment]


class TestEventDataSerializer(_Shape):
    """What a test says."""

    sentence = serializers.CharField()
    who = serializers.CharField(help_text="Name of the person who asked for the test.")


class TestEventSerializer(_Shape):
    """A test of the endpoint."""

    type = serializers.ChoiceField(choices=[kinds.TEST])
    timestamp = serializers.DateTimeField(help_text=_TIMESTAMP)
    data = TestEventDataSerializer()  # type: ignore[assignment]


def _webhook(
    name: str, body: type[_Shape], description: str, example: object = None
) -> OpenApiWebhook:
    examples = [OpenApiExample("request", value=example)] if example else []
    described = extend_schema(
        operation_id=name,
        description=description,
        tags=["Webhooks"],
        request={"application/json": body},
        responses=_ANSWERS,
        examples=examples,
    )
    return OpenApiWebhook(name=name, decorator=described)


RUN_EVENT = _webhook(
    "run_event",
    RunEventSerializer,
    "Something happened in a run. Deliveries come at least once, and in no certain order: sort by"
    " `sequence`. New members may come; ignore those that you do not know.",
    EXAMPLE,
)
INCIDENT_EVENT = _webhook(
    "incident_event",
    IncidentEventSerializer,
    "An incident changed, or its timeline has a new entry.",
)
TEST_EVENT = _webhook(
    "test_event",
    TestEventSerializer,
    "An admin tests the endpoint. It is sent whatever kinds the endpoint wants.",
)


def add_webhooks(result: OpenApi, *, generator: SchemaGenerator, **context: object) -> OpenApi:
    """Hook of the document's making: `webhooks`, and the shapes that they refer to. (The setting
    `WEBHOOKS` of drf-spectacular would lose these shapes: it collects them too early.)"""
    headers = [
        {
            "in": "header",
            "name": name,
            "required": True,
            "description": description,
            "schema": {"type": "string"},
        }
        for name, description in _HEADERS.items()
    ]
    webhooks = process_webhooks([RUN_EVENT, INCIDENT_EVENT, TEST_EVENT], generator.registry)
    for webhook in webhooks.values():
        webhook["post"] |= {"parameters": headers, "security": []}
    return {**result, "components": generator.registry.build({}), "webhooks": webhooks}
