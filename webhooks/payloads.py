"""What is sent about an event in the standard form: described and printed by the same fields."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from rest_framework import serializers

from accounts.api.fields import EnumField
from accounts.api.serializers import AnswerSerializer, ApiAddressField
from incidents.models import Incident, IncidentChange, TimelineEntry
from runbooks.enums import RunKind, RunRole
from runbooks.models import Event, Run
from runbooks.procedure.model import Step


@dataclass(frozen=True)
class RunEventPayload:
    """What is known of an event of a run, without values that were measured or read off."""

    event: Event
    run: Run
    sentence: str
    who: str
    role: str
    near_miss: bool
    step: Step | None
    into_production: bool

    @property
    def incident(self) -> Incident | None:
        return self.run.incident_link.incident if hasattr(self.run, "incident_link") else None


@dataclass(frozen=True)
class IncidentEventPayload:
    """What is known of an event of an incident: a change of its facts, or an entry."""

    row: IncidentChange | TimelineEntry
    sentence: str
    who: str


@dataclass(frozen=True)
class TestPayload:
    """What a test says."""

    sentence: str
    who: str


class PageAddressField(ApiAddressField):
    """The absolute address of the page of what is printed."""

    namespace = ""

    def to_representation(self, value: object) -> str:
        return str(settings.SITE_URL) + super().to_representation(value)


class WebhookStepSerializer(AnswerSerializer[Step]):
    """The step that the event is about."""

    number = serializers.CharField()
    title = serializers.CharField()


class WebhookRunSerializer(AnswerSerializer[Run]):
    """The run that the event belongs to."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    kind = EnumField(RunKind)
    url = PageAddressField("runbooks:run_detail", "pk", help_text="Its page.")


class WebhookIncidentSerializer(AnswerSerializer[Incident]):
    """An incident."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    url = PageAddressField("incidents:incident_detail", "pk", help_text="Its page.")


class RunEventDataSerializer(AnswerSerializer[RunEventPayload]):
    """What is known of an event of a run. Values that were measured or read off are never sent."""

    sequence = serializers.IntegerField(
        source="event.sequence",
        help_text="Number of the event in the log of its run, without gaps. Sort by it.",
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
    system = serializers.CharField(
        source="run.revision.runbook.system.name", allow_null=True, help_text="Name of the system."
    )
    incident = WebhookIncidentSerializer(
        allow_null=True, help_text="The incident that the run answers."
    )


class IncidentEventDataSerializer(AnswerSerializer[IncidentEventPayload]):
    """What is known of a change of an incident."""

    sentence = serializers.CharField(help_text="What happened, in words.")
    who = serializers.CharField(help_text="Name of the person.")
    incident = WebhookIncidentSerializer(source="row.incident")
    system = serializers.CharField(
        source="row.incident.system.name", help_text="Name of the system."
    )


class ChangeEventDataSerializer(IncidentEventDataSerializer):
    """What is known of a change of an incident."""

    version = serializers.IntegerField(source="row.version", help_text="Of the incident.")


class EntryEventDataSerializer(IncidentEventDataSerializer):
    """What is known of an entry of the timeline of an incident."""

    entry = serializers.IntegerField(source="row.pk", help_text="Its id.")
    corrects = serializers.IntegerField(
        source="row.corrects_id", allow_null=True, help_text="The id of the entry that it corrects."
    )


class TestEventDataSerializer(AnswerSerializer[TestPayload]):
    """What a test says."""

    sentence = serializers.CharField()
    who = serializers.CharField(help_text="Name of the person who asked for the test.")
