"""The board as the API prints it: what could be restored, and how much would be lost."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import ApiMomentField
from inventory.api.serializers import SystemName
from inventory.board import Light, Line
from inventory.models import Copy


class LightFacts(serializers.Serializer[Light]):
    """One figure of the 3-2-1-1-0 rule."""

    label = serializers.CharField()  # type: ignore[assignment]
    have = serializers.IntegerField()
    want = serializers.IntegerField()
    lit = serializers.BooleanField()


class CopyName(serializers.Serializer[Copy]):
    """A copy, as it is named on the board."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    place = serializers.CharField()
    data_as_of = ApiMomentField(allow_null=True)


class DoubtedCopy(CopyName):
    """A copy that is in doubt, as it is named on the board."""

    doubt = serializers.CharField()


class BoardLine(serializers.Serializer[Line]):
    """What could be restored of one system, and how much would be lost."""

    system = SystemName()
    verdict = serializers.CharField()
    sentence = serializers.CharField()
    severity = serializers.IntegerField(help_text="0 is the worst.")
    copies = serializers.IntegerField(help_text="Copies that are not destroyed.")
    good = serializers.IntegerField(help_text="Good copies.")
    doubtful = serializers.IntegerField(help_text="Copies that are unverified or suspect.")
    doubted_copy = DoubtedCopy(
        source="doubted", allow_null=True, help_text="The newest one that is in doubt, and why."
    )
    rpo_met = serializers.BooleanField(source="met", allow_null=True)
    newest_good_copy = CopyName(source="newest", allow_null=True)
    lights = LightFacts(many=True)


class Board(serializers.Serializer[Any]):
    """All systems, the worst first."""

    at = ApiMomentField()
    lines = BoardLine(many=True)
