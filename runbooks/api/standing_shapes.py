"""What is answered about what holds a run as a whole, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField
from accounts.api.serializers import PersonNameSerializer
from runbooks.enums import RunRole

Shape = serializers.Serializer[Any]


class Held(Shape):
    """STOP was pressed, or a step did not fit twice."""

    at = ApiMomentField()
    by = PersonNameSerializer()
    for_mismatch = serializers.BooleanField(help_text="Whether a second person has to resume.")
    for_clock = serializers.BooleanField(help_text="Whether the clock had gone back.")


class HandOver(Shape):
    """The run was offered to somebody; nothing moves until it is accepted or withdrawn."""

    by = PersonNameSerializer()
    to = PersonNameSerializer()
    position = serializers.CharField(required=False)
    running = serializers.CharField(required=False)
    next_step = serializers.CharField(required=False)
    worries = serializers.CharField(required=False)


class Replacement(Shape):
    """Somebody is to take a role from who is gone; a second person has to confirm it."""

    role = EnumField(RunRole)
    person = PersonNameSerializer()
    to = PersonNameSerializer()
    by = PersonNameSerializer()
    reason = serializers.CharField()
    at = ApiMomentField()
