"""Promise and outcome of an incident, and what its runs offer, as they are printed."""

from __future__ import annotations

from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField, SecondsField
from accounts.api.serializers import AnswerSerializer
from incidents import enums as words
from incidents.contamination import Contamination
from incidents.objectives import Figure, Outcome
from incidents.offers import Offer


class FigureSerializer(AnswerSerializer[Figure]):
    """A promise, as it was when the incident was declared, against what happened."""

    name = serializers.ChoiceField(choices=["RPO", "RTO", "MTD"])
    target = SecondsField(allow_null=True, help_text="Seconds; null: nothing was promised.")
    actual = SecondsField(
        allow_null=True, help_text="Seconds; null unless both ends are known and in order."
    )
    state = EnumField(Outcome)
    running = serializers.BooleanField(help_text="`actual` is what has passed so far.")
    text = serializers.CharField(help_text="`actual` as people read it.")
    why = serializers.CharField(help_text="What was compared, or what is missing or wrong.")


class OfferSerializer(AnswerSerializer[Offer]):
    """What a run knows and the incident does not: send its `key` to use it."""

    key = serializers.CharField()
    run = serializers.IntegerField(source="fact.run")
    step = serializers.CharField(source="fact.step")
    moment = EnumField(words.Moment, source="fact.moment", allow_null=True)
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="A moment of the clock, `lost` or `notified`."
    )
    text = serializers.CharField(help_text="The value as people read it.")
    time = ApiMomentField(source="fact.time")
    amount = serializers.IntegerField(source="fact.amount", allow_null=True)
    alone = serializers.BooleanField(help_text="No run offers another value for the same thing.")


class ContaminationSerializer(AnswerSerializer[Contamination]):
    """Writes on wrong data; null where there were none, or nobody knows when they stopped."""

    since = ApiMomentField()
    until = ApiMomentField(
        allow_null=True, help_text="Null: the clock of the incident knows no end."
    )
    length = serializers.CharField(help_text="As people read it.")
    running = serializers.BooleanField(help_text="They still go on.")
    ended_by = EnumField(words.Moment, allow_null=True)
    claim = OfferSerializer(allow_null=True, help_text="What a run says about the end.")
