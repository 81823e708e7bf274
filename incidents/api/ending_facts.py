"""The end of an incident, as it is printed."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import Moment, PersonName, Word
from incidents import enums as words
from incidents import slogans
from incidents.aftermath import ActionItem
from incidents.lifecycle import Missing
from incidents.reading import LostWindow


class Stated(serializers.Serializer[Any]):
    """Who stated it; who struck it out, null and '' as long as it stands."""

    id = serializers.IntegerField()
    stated_at = Moment()
    stated_by = serializers.CharField(source="stated_by_name")
    struck_at = Moment(allow_null=True)
    struck_by = serializers.CharField(source="struck_by_name")
    struck_reason = serializers.CharField()


class LossFacts(Stated):
    """A loss in numbers."""

    what = Word(words.LossOf)
    amount = serializers.IntegerField(allow_null=True, help_text="null: unknown, see `reason`.")
    unit = serializers.CharField()
    state = Word(words.LossState)
    counted = Word(words.Counted)
    reason = serializers.CharField(help_text="Why it is unknown, or which run says it.")
    window_start = Moment(allow_null=True)
    window_end = Moment(allow_null=True)


class NotifiedFacts(Stated):
    """Who was told, or why nobody is affected."""

    whom = serializers.CharField(help_text="Empty: nobody is affected, see `reason`.")
    told_at = Moment(allow_null=True)
    reason = serializers.CharField()


class ActionFacts(serializers.Serializer[ActionItem]):
    """What is changed so that it does not happen again."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    kind = Word(words.ActionKind)
    strength = Word(words.Strength)
    owner = PersonName()
    due = serializers.DateField()
    done_when = serializers.CharField()
    replaces_luck = serializers.BooleanField()
    status = Word(words.ActionStatus)
    note = serializers.CharField()
    settled_at = Moment(allow_null=True)
    warning = serializers.SerializerMethodField(
        help_text="A word about a title that only warns; may be empty. Such an action is never"
        " stronger."
    )

    def get_warning(self, item: ActionItem) -> str:
        return slogans.warning(item.title)


class WindowFacts(serializers.Serializer[LostWindow]):
    """What the clock says about the loss: these writes are not in what was restored."""

    start = Moment()
    end = Moment()
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
    reconciliation = Word(words.Reconciliation)
    reconciliation_note = serializers.CharField()
    notified = NotifiedFacts(many=True)
    saved_by = Word(words.SavedBy)
    saved_by_note = serializers.CharField()
    actions = ActionFacts(many=True)
    lacking = MissingFacts(many=True, help_text="What closing demands, empty when it may be.")
