"""What is answered about a run, for the OpenAPI document. `runbooks.api.present` makes it, and a
test holds the two together."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField
from accounts.api.serializers import PersonNameSerializer
from runbooks.api.library_shapes import FailureShape
from runbooks.api.loss import LossShape
from runbooks.api.other_runs import OtherRunShape
from runbooks.api.standing_shapes import HandOver, Held, Replacement
from runbooks.enums import (
    CountersignTiming,
    Deviation,
    Move,
    ParameterType,
    RunKind,
    RunRole,
    RunStatus,
    StepStatus,
    ValueType,
)

Shape = serializers.Serializer[Any]


class RunbookOfRun(Shape):
    """The text that the run goes through."""

    slug = serializers.CharField()
    title = serializers.CharField(help_text="As the revision of this run has it.")
    revision = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="Of the text, byte for byte.")


class RunPerson(PersonNameSerializer):
    """Somebody with a role in the run."""

    role = EnumField(RunRole)


class RunHead(Shape):
    """What a run is."""

    id = serializers.IntegerField(help_text="The number that people say.")
    title = serializers.CharField()
    kind = EnumField(RunKind)
    status = EnumField(RunStatus)
    sequence = serializers.IntegerField(help_text="The last event of the log: send it as `seen`.")
    runbook = RunbookOfRun()
    system = serializers.CharField(allow_null=True, help_text="Its slug.")
    prepared_at = ApiMomentField()
    started_at = ApiMomentField(allow_null=True)
    ended_at = ApiMomentField(allow_null=True)
    deviation = EnumField(Deviation, allow_null=True, help_text="In what it went wrong, if it did.")
    overridden = serializers.IntegerField(help_text="Gates that were passed without condition.")
    url = serializers.CharField()


class RunLine(RunHead):
    """A run in the list."""

    people = RunPerson(many=True)


class Place(Shape):
    """One end of the direction."""

    name = serializers.CharField()
    environment = serializers.CharField(help_text="Empty for a copy.")


class Brief(Shape):
    """What is read before the start."""

    purpose = serializers.CharField()
    worst_case = serializers.CharField()
    abort_rule = serializers.CharField()
    entry = serializers.ListField(child=serializers.CharField())
    do_not_use_if = serializers.ListField(child=serializers.CharField())
    last_failure = FailureShape(
        allow_null=True,
        help_text="The last live attempt before it, if that went wrong; in the briefing, and held.",
    )
    lock = FailureShape(
        allow_null=True, help_text="The attempt that keeps this run from being started."
    )


class Parameter(Shape):
    """A parameter as chosen, with what the inventory said then."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    type = EnumField(ParameterType)
    value = serializers.CharField()
    facts = serializers.DictField(child=serializers.CharField(allow_null=True))


class Presence(PersonNameSerializer):
    """Somebody with a role in the run, or who has it open."""

    role = EnumField(RunRole, allow_null=True)
    here = serializers.BooleanField()


class Gate(Shape):
    """One thing that the current step waits for."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    open = serializers.BooleanField()
    how = serializers.CharField(help_text="How it is opened.")
    guard = serializers.CharField(help_text="Key of the guard that keeps it.")
    overridden = serializers.BooleanField(help_text="It was passed without its condition.")


class OverrideShape(Shape):
    """A gate that somebody asked to pass without its condition."""

    step = serializers.IntegerField(allow_null=True, help_text="Null for a gate of the start.")
    gate = serializers.CharField()
    by = PersonNameSerializer(allow_null=True)
    reason = serializers.CharField()
    asked_at = ApiMomentField()
    not_before = ApiMomentField(help_text="The first moment at which it can be used.")
    used_at = ApiMomentField(allow_null=True)


class AllowedMove(Shape):
    """A move that this person may make now."""

    move = EnumField(Move, offered=[move for move in Move if move is not Move.PREPARE])
    step = serializers.IntegerField(allow_null=True)
    url = serializers.CharField()


class SectionOfRun(Shape):
    """A heading of the runbook, with its text that belongs to no step."""

    key = serializers.CharField()
    title = serializers.CharField()
    html = serializers.CharField()
    aside = serializers.BooleanField()


class Command(Shape):
    """A command with the parameters filled in, as it is to be copied."""

    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()


class WantedValue(Shape):
    """A value that is to be observed."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    type = EnumField(ValueType)
    unit = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    attach = serializers.BooleanField(help_text="Whether it is a file, sent with `attach`.")
    expected = serializers.CharField(allow_null=True, help_text="Null where it is to be blind.")


class Mark(Shape):
    """Who, and when."""

    at = ApiMomentField()
    by = PersonNameSerializer(allow_null=True)


class Marks(Shape):
    """The circle, the slash, the second person, the release."""

    started = Mark(allow_null=True)
    done = Mark(allow_null=True)
    countersigned = Mark(allow_null=True)
    released = Mark(allow_null=True)


class PastAttempt(Shape):
    """An attempt at the step before this one."""

    attempt = serializers.IntegerField()
    status = EnumField(StepStatus)
    reason = serializers.CharField()


class Demands(Shape):
    """What the step demands, besides values."""

    role = EnumField(RunRole)
    optional = serializers.BooleanField()
    countersign = EnumField(CountersignTiming, allow_null=True)
    hold = EnumField(RunRole, allow_null=True)
    expected_seconds = serializers.IntegerField(allow_null=True)
    most_seconds = serializers.IntegerField(allow_null=True)
    question = serializers.CharField(allow_null=True)
    answers = serializers.ListField(child=serializers.CharField())
    undo = serializers.CharField(allow_null=True, help_text="Key of the way back.")
    on_mismatch = serializers.CharField(allow_null=True)
    overwrites = serializers.CharField(allow_null=True, help_text="Name of the parameter.")
    deletes = serializers.CharField(allow_null=True, help_text="Name of the parameter.")
    interlocks = serializers.ListField(
        child=serializers.CharField(), help_text="What its interlocks demand, in words."
    )


class RunStep(Shape):
    """A step, and its newest attempt."""

    index = serializers.IntegerField(help_text="Counts from 0; send it as `step`.")
    number = serializers.CharField(help_text="What people say: 3, 3.1.")
    key = serializers.CharField()
    section = serializers.CharField()
    parent = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]
    depth = serializers.IntegerField()
    title = serializers.CharField()
    html = serializers.CharField()
    commands = Command(many=True, help_text="Only while the step is open and its gates are.")
    status = EnumField(StepStatus)
    attempt = serializers.IntegerField()
    past = PastAttempt(many=True)
    values = serializers.DictField(child=serializers.CharField(), allow_null=True)
    verified_values = serializers.DictField(child=serializers.CharField(), allow_null=True)
    hidden = serializers.BooleanField(
        help_text="Whether this person measures it too, and so must not see the values yet."
    )
    wanted = WantedValue(many=True)
    marks = Marks()
    answer = serializers.CharField()
    reason = serializers.CharField()
    waiting = serializers.CharField(help_text="For whom the open step waits; empty: for you.")
    guard = Demands()


class RunNow(RunHead):
    """A run as the person who asks may see it now."""

    environment = serializers.CharField(help_text="That is written into; may be empty.")
    source = Place(allow_null=True)  # type: ignore[assignment]
    target = Place(allow_null=True)
    goal_seconds = serializers.IntegerField(allow_null=True, help_text="RTO of the system.")
    held = Held(allow_null=True)
    hand_over = HandOver(allow_null=True)
    replacement = Replacement(allow_null=True)
    turned_back = serializers.BooleanField()
    brief = Brief()
    other_runs = OtherRunShape(
        many=True, help_text="Other runs that overwrite, delete, freeze or mark the same instance."
    )
    parameters = Parameter(many=True)
    people = Presence(many=True)
    role = EnumField(RunRole, allow_null=True, help_text="Yours in this run.")
    open_roles = serializers.ListField(child=EnumField(RunRole))
    required_roles = serializers.ListField(child=EnumField(RunRole))
    current = serializers.IntegerField(allow_null=True, help_text="Index of the open step.")
    gates = Gate(many=True)
    remarks = Gate(many=True, help_text="What the step is told, and does not wait for.")
    loss = LossShape(allow_null=True)
    overrides = OverrideShape(many=True)
    allowed_moves = AllowedMove(many=True)
    sections = SectionOfRun(many=True)
    steps = RunStep(many=True)


class MoveDone(Shape):
    """A move that was made. `replayed`: this key was answered before, and nothing was done now."""

    sequence = serializers.IntegerField(help_text="The last event of the log now.")
    events = serializers.ListField(child=serializers.CharField(), help_text="Kinds of the events.")
    replayed = serializers.BooleanField()
