"""Webhooks in the OpenAPI document: what is sent in the standard form, and what answers lead to."""

from __future__ import annotations

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import process_webhooks
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, OpenApiWebhook, extend_schema
from rest_framework import serializers

from accounts.api.schema import OpenApi
from accounts.api.serializers import SerializerKind
from webhooks import kinds
from webhooks.outgoing_events import EXAMPLE
from webhooks.payloads import (
    ChangeEventDataSerializer,
    EntryEventDataSerializer,
    RunEventDataSerializer,
    TestEventDataSerializer,
)

_CHANGE_KINDS = (*kinds.CHANGES.values(), kinds.OTHER_CHANGE)
_ENTRY_KINDS = (kinds.ENTRY_ADDED, kinds.ENTRY_CORRECTED)
_RUN_KINDS = tuple(kind for kind in kinds.MEANINGS if kind not in {*_CHANGE_KINDS, *_ENTRY_KINDS})
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


class RunEventSerializer(serializers.Serializer[None]):
    """An event of a run."""

    type = serializers.ChoiceField(choices=_RUN_KINDS)
    timestamp = serializers.DateTimeField(help_text=_TIMESTAMP)
    data = RunEventDataSerializer()  # type: ignore[assignment]


class IncidentEventSerializer(serializers.Serializer[None]):
    """A change of an incident."""

    type = serializers.ChoiceField(choices=_CHANGE_KINDS)
    timestamp = serializers.DateTimeField(help_text=_TIMESTAMP)
    data = ChangeEventDataSerializer()  # type: ignore[assignment]


class EntryEventSerializer(serializers.Serializer[None]):
    """An entry of the timeline of an incident."""

    type = serializers.ChoiceField(choices=_ENTRY_KINDS)
    timestamp = serializers.DateTimeField(help_text=_TIMESTAMP)
    data = EntryEventDataSerializer()  # type: ignore[assignment]


class TestEventSerializer(serializers.Serializer[None]):
    """A test of the endpoint."""

    type = serializers.ChoiceField(choices=[kinds.TEST])
    timestamp = serializers.DateTimeField(help_text=_TIMESTAMP)
    data = TestEventDataSerializer()  # type: ignore[assignment]


def _webhook(
    name: str, body: SerializerKind, description: str, example: object = None
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
    "An incident changed.",
)
ENTRY_EVENT = _webhook(
    "entry_event",
    EntryEventSerializer,
    "The timeline of an incident has a new entry, or one that corrects another.",
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
    webhooks = process_webhooks(
        [RUN_EVENT, INCIDENT_EVENT, ENTRY_EVENT, TEST_EVENT], generator.registry
    )
    for webhook in webhooks.values():
        webhook["post"] |= {"parameters": headers, "security": []}
    return {**result, "components": generator.registry.build({}), "webhooks": webhooks}
