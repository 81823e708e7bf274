"""A step of a run in the API: its text, its marks, its values, what it demands."""

from __future__ import annotations

from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField
from accounts.api.serializers import AnswerSerializer, LabelField, PersonNameSerializer
from runbooks.api.step_answer import CommandShown, GuardAnswer, StepAnswer, StepMark, WantedValue
from runbooks.enums import CountersignTiming, RunRole, StepStatus, ValueType
from runbooks.machine.state import StepState


class CommandSerializer(AnswerSerializer[CommandShown]):
    """A command with the parameters filled in, as it is to be copied."""

    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()


class WantedValueSerializer(AnswerSerializer[WantedValue]):
    """A value that is to be observed."""

    name = serializers.CharField(source="spec.name")
    label = LabelField(source="spec")  # type: ignore[assignment]
    type = EnumField(ValueType, source="spec.type")
    unit = serializers.CharField(source="spec.unit")
    options = serializers.ListField(child=serializers.CharField(), source="spec.options")
    attach = serializers.BooleanField(help_text="Whether it is a file, sent with `attach`.")
    expected = serializers.CharField(allow_null=True, help_text="Null where it is to be blind.")


class MarkSerializer(AnswerSerializer[StepMark]):
    """Who, and when."""

    at = ApiMomentField()
    by = PersonNameSerializer(allow_null=True)


class MarksSerializer(AnswerSerializer[StepAnswer]):
    """The circle, the slash, the second person, the release."""

    started = MarkSerializer(allow_null=True)
    done = MarkSerializer(allow_null=True)
    countersigned = MarkSerializer(allow_null=True)
    released = MarkSerializer(allow_null=True)


class PastAttemptSerializer(AnswerSerializer[StepState]):
    """An attempt at the step before this one."""

    attempt = serializers.IntegerField()
    status = EnumField(StepStatus)
    reason = serializers.CharField()


class DemandsSerializer(AnswerSerializer[GuardAnswer]):
    """What the step demands, besides values."""

    role = EnumField(RunRole, source="guard.role")
    optional = serializers.BooleanField(source="guard.optional")
    countersign = EnumField(CountersignTiming, source="guard.countersign", allow_null=True)
    hold = EnumField(RunRole, source="guard.hold", allow_null=True)
    expected_seconds = serializers.IntegerField(source="guard.duration.expected", allow_null=True)
    most_seconds = serializers.IntegerField(source="guard.duration.max", allow_null=True)
    question = serializers.CharField(source="guard.decide.question", allow_null=True)
    answers = serializers.ListField(child=serializers.CharField())
    undo = serializers.CharField(
        source="guard.undo", allow_null=True, help_text="Key of the rollback."
    )
    on_mismatch = serializers.CharField(source="guard.on_mismatch", allow_null=True)
    overwrites = serializers.CharField(allow_null=True, help_text="Name of the parameter.")
    deletes = serializers.CharField(allow_null=True, help_text="Name of the parameter.")
    interlocks = serializers.ListField(
        child=serializers.CharField(), help_text="What its interlocks demand, in words."
    )


class RunStepSerializer(AnswerSerializer[StepAnswer]):
    """A step, and its newest attempt."""

    index = serializers.IntegerField(
        source="step.index", help_text="Counts from 0; send it as `step`."
    )
    number = serializers.CharField(source="step.number", help_text="What people say: 3, 3.1.")
    key = serializers.CharField(source="step.key")
    section = serializers.CharField(source="step.section")
    parent = serializers.IntegerField(source="step.parent", allow_null=True)  # type: ignore[assignment]
    depth = serializers.IntegerField(source="step.depth")
    title = serializers.CharField(source="step.title")
    html = serializers.CharField()
    commands = CommandSerializer(
        many=True, help_text="Only while the step is current and its gates are met."
    )
    status = EnumField(StepStatus, source="state.status")
    attempt = serializers.IntegerField(source="state.attempt")
    past = PastAttemptSerializer(many=True)
    values = serializers.DictField(child=serializers.CharField(), allow_null=True)
    verified_values = serializers.DictField(child=serializers.CharField(), allow_null=True)
    hidden = serializers.BooleanField(
        help_text="Whether this person measures it too, and so must not see the values yet."
    )
    wanted = WantedValueSerializer(many=True)
    marks = MarksSerializer(source="*")
    answer = serializers.CharField(source="state.answer")
    reason = serializers.CharField(source="state.reason")
    waiting = serializers.CharField(
        source="row.focus.waiting", help_text="For whom the current step waits; empty: for you."
    )
    guard = DemandsSerializer(source="demands")
