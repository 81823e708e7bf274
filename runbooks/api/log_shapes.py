"""What is answered about the log of a run and its files, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField
from accounts.api.serializers import PersonNameSerializer
from runbooks.enums import RunKind, RunStatus

Shape = serializers.Serializer[Any]


class EventLine(Shape):
    """A line of the log."""

    sequence = serializers.IntegerField()
    kind = serializers.CharField()
    at = ApiMomentField()
    by = serializers.IntegerField(help_text="Account id.")
    name = serializers.CharField()
    role = serializers.CharField(help_text="In the run, then; may be empty.")
    sentence = serializers.CharField()
    step = serializers.IntegerField(allow_null=True)
    refused = serializers.BooleanField(help_text="Nothing was done.")
    near_miss = serializers.BooleanField(help_text="A guard caught something.")
    struck = serializers.BooleanField(help_text="It was struck out later.")
    clock_went_back = ApiMomentField(
        allow_null=True,
        help_text="What the clock showed, when it had gone back behind the event before. `at` is"
        " then the time of that event.",
    )
    text = serializers.CharField(required=False, help_text="With `exact`: what was hashed.")
    digest = serializers.CharField(required=False, help_text="With `exact`: SHA-256 of the chain.")


class ExportedRevision(Shape):
    """The runbook's text in an export."""

    runbook = serializers.CharField(help_text="The title of this revision.")
    number = serializers.IntegerField()
    sha256 = serializers.CharField()
    source = serializers.CharField(  # type: ignore[assignment]
        allow_null=True, help_text="null until the run has ended."
    )
    withheld = serializers.CharField(help_text="Why `source` is null; '' when it is there.")


class ExportedHead(Shape):
    """Where the log ends."""

    sequence = serializers.IntegerField()
    digest = serializers.CharField()


class ExportedEvent(Shape):
    """What was hashed, and the digest."""

    text = serializers.CharField()
    digest = serializers.CharField()


class Export(Shape):
    """Everything that is needed to verify the log without this product."""

    format = serializers.CharField()
    run = serializers.IntegerField()
    title = serializers.CharField()
    kind = EnumField(RunKind)
    status = EnumField(RunStatus)
    revision = ExportedRevision()
    head = ExportedHead()
    events = ExportedEvent(many=True)


class Verified(Shape):
    """Whether the chain holds, the columns are what it says, and a replay gives the state."""

    ok = serializers.BooleanField()
    events = serializers.IntegerField()
    faults = serializers.ListField(child=serializers.CharField())


class EvidenceLine(Shape):
    """A file kept with the run."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    content_type = serializers.CharField()
    step = serializers.IntegerField(allow_null=True)
    at = ApiMomentField()
    by = PersonNameSerializer()
    url = serializers.CharField()
