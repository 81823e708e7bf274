"""What is answered about the log of a run and its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField
from accounts.api.serializers import AnswerSerializer, ApiAddressField, PersonNameSerializer
from runbooks.enums import RunKind, RunStatus
from runbooks.machine.freshness import WENT_BACK
from runbooks.models import Event, Evidence
from runbooks.runs.replay import Verdict
from runbooks.runs.transaction import MoveAnswer
from runbooks.screen.side import RecentEvent


@dataclass(frozen=True)
class EventAnswer:
    """An event as one person may read it (`line`). `exact`: with the text that was hashed, and its
    digest. Else it has no digest: that of a hidden value could be guessed by trying."""

    event: Event
    line: RecentEvent
    exact: bool

    @cached_property
    def data(self) -> Mapping[str, object]:
        return dict(json.loads(self.event.text))

    @property
    def at(self) -> object:
        return self.data["at"]

    @property
    def step(self) -> object:
        return self._stated("step")

    @property
    def clock_went_back(self) -> object:
        return self._stated(WENT_BACK)

    @property
    def text(self) -> str | None:
        return self.event.text if self.exact else None

    @property
    def digest(self) -> str | None:
        return self.event.digest if self.exact else None

    def _stated(self, name: str) -> object:
        stated = self.data["data"]
        return stated.get(name) if isinstance(stated, dict) else None


class EventLineSerializer(AnswerSerializer[EventAnswer]):
    """A line of the log."""

    sequence = serializers.IntegerField(source="event.sequence")
    kind = serializers.CharField(source="event.kind")
    at = ApiMomentField()
    by = serializers.IntegerField(source="event.by_id", help_text="Account id.")
    name = serializers.CharField(source="line.name")
    role = serializers.CharField(source="line.role", help_text="In the run, then; may be empty.")
    sentence = serializers.CharField(source="line.text")
    step = serializers.IntegerField(allow_null=True)
    refused = serializers.BooleanField(source="line.refused", help_text="Nothing was done.")
    near_miss = serializers.BooleanField(
        source="line.near_miss", help_text="A guard caught something."
    )
    struck = serializers.BooleanField(source="line.struck", help_text="It was struck out later.")
    clock_went_back = ApiMomentField(
        allow_null=True,
        help_text="What the clock showed, when it had gone back behind the event before. `at` is"
        " then the time of that event.",
    )
    text = serializers.CharField(required=False, help_text="With `exact`: what was hashed.")
    digest = serializers.CharField(required=False, help_text="With `exact`: SHA-256 of the chain.")


class ExportedRevisionSerializer(serializers.Serializer[None]):
    """The runbook's text in an export."""

    runbook = serializers.CharField(help_text="The title of this revision.")
    number = serializers.IntegerField()
    sha256 = serializers.CharField()
    source = serializers.CharField(  # type: ignore[assignment]
        allow_null=True, help_text="null until the run has ended."
    )
    withheld = serializers.CharField(help_text="Why `source` is null; '' when it is there.")


class ExportedHeadSerializer(serializers.Serializer[None]):
    """Where the log ends."""

    sequence = serializers.IntegerField()
    digest = serializers.CharField()


class ExportedEventSerializer(serializers.Serializer[None]):
    """What was hashed, and the digest."""

    text = serializers.CharField()
    digest = serializers.CharField()


class ExportSerializer(serializers.Serializer[None]):
    """Everything that is needed to verify the log without this product."""

    # Only the description: the file is written by `runbooks.log.chain.export`, for the page as
    # well.
    format = serializers.CharField()
    run = serializers.IntegerField()
    title = serializers.CharField()
    kind = EnumField(RunKind)
    status = EnumField(RunStatus)
    revision = ExportedRevisionSerializer()
    head = ExportedHeadSerializer()
    events = ExportedEventSerializer(many=True)


class RunVerificationSerializer(AnswerSerializer[Verdict]):
    """Whether the chain holds, the columns are what it says, and a replay gives the state."""

    ok = serializers.BooleanField()
    events = serializers.IntegerField()
    faults = serializers.ListField(child=serializers.CharField())


class EvidenceLineSerializer(AnswerSerializer[Evidence]):
    """A file kept with the run."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    content_type = serializers.CharField()
    step = serializers.IntegerField(allow_null=True)
    at = ApiMomentField()
    by = PersonNameSerializer()
    url = ApiAddressField("evidence_file", "run_id", "pk")


class MoveDoneSerializer(AnswerSerializer[MoveAnswer]):
    """A move that was made. `replayed`: this key was answered before, and nothing was done now."""

    sequence = serializers.IntegerField(help_text="The last event of the log now.")
    events = serializers.ListField(child=serializers.CharField(), help_text="Kinds of the events.")
    replayed = serializers.BooleanField()
