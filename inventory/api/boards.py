"""The board as the API prints it: what could be restored, and how much would be lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rest_framework import serializers

from accounts.api.fields import ApiMomentField
from accounts.api.serializers import AnswerSerializer
from inventory.api.serializers import SystemNameSerializer
from inventory.board import Light, SystemSummary
from inventory.models import Copy


class LightSerializer(AnswerSerializer[Light]):
    """One figure of the 3-2-1-1-0 rule."""

    label = serializers.CharField()  # type: ignore[assignment]
    have = serializers.IntegerField()
    want = serializers.IntegerField()
    lit = serializers.BooleanField()


class CopyNameSerializer(AnswerSerializer[Copy]):
    """A copy, as it is named on the board."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    place = serializers.CharField()
    data_as_of = ApiMomentField(allow_null=True)


class DoubtedCopySerializer(CopyNameSerializer):
    """A copy that is in doubt, as it is named on the board."""

    doubt = serializers.CharField()


class BoardLineSerializer(AnswerSerializer[SystemSummary]):
    """What could be restored of one system, and how much would be lost."""

    system = SystemNameSerializer()
    verdict = serializers.CharField()
    sentence = serializers.CharField()
    severity = serializers.IntegerField(help_text="0 is the worst.")
    copies = serializers.IntegerField(help_text="Copies that are not destroyed.")
    good = serializers.IntegerField(help_text="Good copies.")
    doubtful = serializers.IntegerField(help_text="Copies that are unverified or suspect.")
    doubted_copy = DoubtedCopySerializer(
        source="doubted", allow_null=True, help_text="The newest one that is in doubt, and why."
    )
    rpo_met = serializers.BooleanField(source="met", allow_null=True)
    newest_good_copy = CopyNameSerializer(source="newest", allow_null=True)
    lights = LightSerializer(many=True)


@dataclass(frozen=True)
class BoardNow:
    """The lines of the board as of `at`."""

    at: datetime
    lines: Sequence[SystemSummary]


class BoardSerializer(AnswerSerializer[BoardNow]):
    """All systems, the worst first."""

    at = ApiMomentField()
    lines = BoardLineSerializer(many=True)
