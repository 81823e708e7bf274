"""The end of an incident, as it is printed."""

from __future__ import annotations

from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField
from accounts.api.serializers import AnswerSerializer, PersonNameSerializer
from incidents import action_titles
from incidents import enums as words
from incidents.api.incident_answer import IncidentAnswer
from incidents.lifecycle import Missing
from incidents.models import ActionItem, LossMeasure, Notification
from incidents.summary import LostWindow


class StatedSerializer(AnswerSerializer[LossMeasure | Notification]):
    """Who stated it; who struck it out, null and '' as long as it stands."""

    id = serializers.IntegerField()
    stated_at = ApiMomentField()
    stated_by = serializers.CharField(source="stated_by_name")
    struck_at = ApiMomentField(allow_null=True)
    struck_by = serializers.CharField(source="struck_by_name")
    struck_reason = serializers.CharField()


class LossSerializer(StatedSerializer):
    """A loss in numbers."""

    what = EnumField(words.LossOf)
    amount = serializers.IntegerField(allow_null=True, help_text="null: unknown, see `reason`.")
    unit = serializers.CharField()
    state = EnumField(words.LossState)
    counted = EnumField(words.Counted)
    reason = serializers.CharField(help_text="Why it is unknown, or which run says it.")
    window_start = ApiMomentField(allow_null=True)
    window_end = ApiMomentField(allow_null=True)


class NotifiedSerializer(StatedSerializer):
    """Who was told, or why nobody is affected."""

    whom = serializers.CharField(help_text="Empty: nobody is affected, see `reason`.")
    notified_at = ApiMomentField(allow_null=True)
    reason = serializers.CharField()


class ActionSerializer(AnswerSerializer[ActionItem]):
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


class LostWindowSerializer(AnswerSerializer[LostWindow]):
    """What the clock says about the loss: these writes are not in what was restored."""

    start = ApiMomentField()
    end = ApiMomentField()
    minutes = serializers.IntegerField()
    exact = serializers.BooleanField()


class MissingSerializer(AnswerSerializer[Missing]):
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


class EndingSerializer(AnswerSerializer[IncidentAnswer]):
    """How the incident ended, as far as it is stated."""

    losses = LossSerializer(many=True)
    lost_window = LostWindowSerializer(
        source="ending.window",
        allow_null=True,
        help_text="What the clock suggests; null once it is stated.",
    )
    reconciliation = EnumField(words.Reconciliation, source="incident.reconciliation")
    reconciliation_note = serializers.CharField(source="incident.reconciliation_note")
    notified = NotifiedSerializer(many=True)
    saved_by = EnumField(words.SavedBy, source="incident.saved_by")
    saved_by_note = serializers.CharField(source="incident.saved_by_note")
    actions = ActionSerializer(many=True)
    lacking = MissingSerializer(
        many=True, source="ending.lacking", help_text="What closing demands, empty when it may be."
    )
