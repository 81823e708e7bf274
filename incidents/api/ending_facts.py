"""The end of an incident, as it is printed."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField
from accounts.api.serializers import PersonNameSerializer
from incidents import action_titles
from incidents import enums as words
from incidents.lifecycle import Missing
from incidents.models import ActionItem
from incidents.summary import LostWindow


class Stated(serializers.Serializer[Any]):
    """Who stated it; who struck it out, null and '' as long as it stands."""

    id = serializers.IntegerField()
    stated_at = ApiMomentField()
    stated_by = serializers.CharField(source="stated_by_name")
    struck_at = ApiMomentField(allow_null=True)
    struck_by = serializers.CharField(source="struck_by_name")
    struck_reason = serializers.CharField()


class LossFacts(Stated):
    """A loss in numbers."""

    what = EnumField(words.LossOf)
    amount = serializers.IntegerField(allow_null=True, help_text="null: unknown, see `reason`.")
    unit = serializers.CharField()
    state = EnumField(words.LossState)
    counted = EnumField(words.Counted)
    reason = serializers.CharField(help_text="Why it is unknown, or which run says it.")
    window_start = ApiMomentField(allow_null=True)
    window_end = ApiMomentField(allow_null=True)


class NotifiedFacts(Stated):
    """Who was told, or why nobody is affected."""

    whom = serializers.CharField(help_text="Empty: nobody is affected, see `reason`.")
    told_at = ApiMomentField(allow_null=True)
    reason = serializers.CharField()


class ActionFacts(serializers.Serializer[ActionItem]):
    """What is changed so that it does not happen again."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    kind = EnumField(words.ActionKind)
    strength = EnumField(words.Strength)
    owner = PersonNameSerializer()
    due = serializers.DateField()
    done_when = serializers.CharField()
    replaces_luck = serializers.BooleanField()
    status = EnumField(words.ActionStatus)
    note = serializers.CharField()
    settled_at = ApiMomentField(allow_null=True)
    warning = serializers.SerializerMethodField(
        help_text="A word about a title that only warns; may be empty. Such an action is never"
        " stronger."
    )

    def get_warning(self, item: ActionItem) -> str:
        return action_titles.warning(item.title)


class WindowFacts(serializers.Serializer[LostWindow]):
    """What the clock says about the loss: these writes are not in what was restored."""

    start = ApiMomentField()
    end = ApiMomentField()
    minutes = serializers.IntegerField()
    exact = serializers.BooleanField()


class MissingFacts(serializers.Serializer[Missing]):
    """Something that closing demands."""

    part = serializers.ChoiceField(
        choices=[
            "recovery_point",
            "restored",
            "losses",
            "reconciliation",
            "notified",
            "saved_by",
            "actions",
        ]
    )
    lacks = serializers.CharField()
    remedy = serializers.CharField()


class EndingFacts(serializers.Serializer[Any]):
    """How the incident ended, as far as it is stated."""

    losses = LossFacts(many=True)
    lost_window = WindowFacts(
        allow_null=True, help_text="What the clock suggests; null once it is stated."
    )
    reconciliation = EnumField(words.Reconciliation)
    reconciliation_note = serializers.CharField()
    notified = NotifiedFacts(many=True)
    saved_by = EnumField(words.SavedBy)
    saved_by_note = serializers.CharField()
    actions = ActionFacts(many=True)
    lacking = MissingFacts(many=True, help_text="What closing demands, empty when it may be.")
