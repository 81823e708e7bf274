"""What is answered about a run."""

from __future__ import annotations

from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField, SecondsField
from accounts.api.serializers import (
    AnswerSerializer,
    ApiAddressField,
    Instance,
    LabelField,
    PersonNameSerializer,
)
from runbooks.api.library_serializers import FailureSerializer, PurposeSerializer
from runbooks.api.run_answer import (
    AllowedMove,
    ChosenParameter,
    OverrideAnswer,
    PersonPresent,
    ReplacementAnswer,
    RunAnswer,
    RunLoss,
)
from runbooks.api.step_serializers import RunStepSerializer
from runbooks.enums import Deviation, ParameterType, RunKind, RunRole, RunStatus
from runbooks.machine.interlocks.loss import Basis, LossVerdict
from runbooks.machine.moves import BY_KIND
from runbooks.machine.requests import Gate
from runbooks.models import Revision, Run, RunPerson
from runbooks.runs.other_runs import OtherRun
from runbooks.screen.head import DirectionEnd
from runbooks.screen.steps import StepSection


class RunbookOfRunSerializer(AnswerSerializer[Revision]):
    """The text that the run goes through."""

    slug = serializers.CharField(source="runbook.slug")
    title = serializers.CharField(help_text="As the revision of this run has it.")
    revision = serializers.IntegerField(source="number")
    sha256 = serializers.CharField(help_text="Of the text, byte for byte.")


class RunPersonSerializer(AnswerSerializer[RunPerson]):
    """Somebody with a role in the run."""

    id = serializers.IntegerField(source="person_id")
    name = serializers.CharField()
    initials = serializers.CharField()
    role = EnumField(RunRole)


class RunHeadSerializer(AnswerSerializer[Instance]):
    """What a run is."""

    id = serializers.IntegerField(help_text="The number that people say.")
    title = serializers.CharField()
    kind = EnumField(RunKind)
    status = EnumField(RunStatus)
    sequence = serializers.IntegerField(help_text="The last event of the log: send it as `seen`.")
    runbook = RunbookOfRunSerializer(source="revision")
    system = serializers.CharField(
        source="revision.runbook.system.slug", allow_null=True, help_text="Its slug."
    )
    prepared_at = ApiMomentField()
    started_at = ApiMomentField(allow_null=True)
    ended_at = ApiMomentField(allow_null=True)
    deviation = EnumField(Deviation, allow_null=True, help_text="In what it went wrong, if it did.")
    overridden = serializers.IntegerField(help_text="Gates that were passed without condition.")
    url = ApiAddressField("run_detail", "pk")


class RunLineSerializer(RunHeadSerializer[Run]):
    """A run in the list."""

    people = RunPersonSerializer(many=True)


class PlaceSerializer(AnswerSerializer[DirectionEnd]):
    """One end of the direction."""

    name = serializers.CharField()
    environment = serializers.CharField(help_text="Empty for a copy.")


class HeldSerializer(AnswerSerializer[RunAnswer]):
    """STOP was pressed, or a step did not fit twice."""

    at = ApiMomentField(source="state.held_at")
    by = PersonNameSerializer(source="held_by")
    for_mismatch = serializers.BooleanField(
        source="state.held_for_mismatch", help_text="Whether a second person has to resume."
    )
    for_clock = serializers.BooleanField(
        source="state.stated.held_by_clock", help_text="Whether the clock had gone back."
    )


class HandOverSerializer(AnswerSerializer[RunAnswer]):
    """The run was offered to somebody; nothing moves until it is accepted or withdrawn."""

    by = PersonNameSerializer(source="hand_over_by")
    to = PersonNameSerializer(source="hand_over_to")
    position = serializers.CharField(source="note.position", required=False)
    running = serializers.CharField(source="note.running", required=False)
    next_step = serializers.CharField(source="note.next_step", required=False)
    worries = serializers.CharField(source="note.worries", required=False)


class ReplacementSerializer(AnswerSerializer[ReplacementAnswer]):
    """Somebody is to take a role from who is gone; a second person has to confirm it."""

    role = EnumField(RunRole, source="proposed.role")
    person = PersonNameSerializer()
    to = PersonNameSerializer()
    by = PersonNameSerializer()
    reason = serializers.CharField(source="proposed.reason")
    at = ApiMomentField(source="proposed.at")


class BriefSerializer(PurposeSerializer[RunAnswer]):
    """What is read before the start."""

    last_failure = FailureSerializer(
        allow_null=True,
        help_text=(
            "The last live attempt before it, if that went wrong; in the briefing, and on hold."
        ),
    )
    lock = FailureSerializer(
        allow_null=True, help_text="The attempt that keeps this run from being started."
    )


class OtherRunSerializer(AnswerSerializer[OtherRun]):
    """Another run that works on a target of this one."""

    id = serializers.IntegerField(source="run.pk")
    kind = EnumField(RunKind, source="run.kind")
    status = EnumField(RunStatus, source="run.status")
    instance = serializers.CharField(  # type: ignore[assignment]
        source="instance.name", help_text="Name of the instance that both name."
    )
    prepared_at = ApiMomentField(source="run.prepared_at")
    started_at = ApiMomentField(source="run.started_at", allow_null=True)
    unlocked_at = ApiMomentField(
        source="overwrote_at",
        allow_null=True,
        help_text="When it last unlocked its overwrite or deletion of it.",
    )
    blocks = serializers.BooleanField(
        help_text="Whether it keeps this run from unlocking: it started first, or has unlocked."
    )
    sentence = serializers.CharField()
    url = ApiAddressField("run_detail", "run.pk")


class ParameterSerializer(AnswerSerializer[ChosenParameter]):
    """A parameter as chosen, with what the inventory said then."""

    name = serializers.CharField(source="spec.name")
    label = LabelField(source="spec")  # type: ignore[assignment]
    type = EnumField(ParameterType, source="spec.type")
    value = serializers.CharField(source="facts.value")
    facts = serializers.DictField(
        child=serializers.CharField(allow_null=True), source="facts.fields"
    )


class PresenceSerializer(AnswerSerializer[PersonPresent]):
    """Somebody with a role in the run, or who has it open."""

    id = serializers.IntegerField(source="person.id")
    name = serializers.CharField(source="person.name")
    initials = serializers.CharField(source="person.initials")
    role = EnumField(RunRole, allow_null=True)
    here = serializers.BooleanField()


class GateSerializer(AnswerSerializer[Gate]):
    """One thing that the current step waits for."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    open = serializers.BooleanField()
    how = serializers.CharField(help_text="How it is opened.")
    guard = serializers.CharField(help_text="Key of the guard that keeps it.")
    overridden = serializers.BooleanField(help_text="It was passed without its condition.")


class RunLossSerializer(AnswerSerializer[RunLoss]):
    """What would be lost, or was, with the copy that is read from."""

    newest = ApiMomentField(
        source="loss.newest",
        allow_null=True,
        help_text="Newest record of the copy, as far as it is known.",
    )
    until = ApiMomentField(
        source="loss.until.at", allow_null=True, help_text="The last moment of a good write."
    )
    until_is = EnumField(
        Basis, source="loss.until.basis", help_text="What that moment is known by."
    )
    seconds = SecondsField(source="loss.span", allow_null=True, help_text="How much is lost.")
    most_seconds = SecondsField(
        source="loss.limit",
        allow_null=True,
        help_text="What was promised: the RPO, or what the runbook takes.",
    )
    state = EnumField(
        LossVerdict, source="loss.state", help_text="The loss against what was promised."
    )
    sentence = serializers.CharField()
    as_found = ApiMomentField(
        allow_null=True, help_text="Newest record of the data as this run found it: no yardstick."
    )


class OverrideSerializer(AnswerSerializer[OverrideAnswer]):
    """A gate that somebody asked to pass without its condition."""

    step = serializers.IntegerField(
        source="asked.step", allow_null=True, help_text="Null for a gate of the start."
    )
    gate = serializers.CharField(source="asked.gate")
    by = PersonNameSerializer(allow_null=True)
    reason = serializers.CharField(source="asked.reason")
    asked_at = ApiMomentField(source="asked.asked_at")
    not_before = ApiMomentField(help_text="The first moment at which it can be used.")
    used_at = ApiMomentField(source="asked.opened_at", allow_null=True)


class AllowedMoveSerializer(AnswerSerializer[AllowedMove]):
    """A move that this person may make now."""

    move = serializers.ChoiceField(choices=list(BY_KIND), source="allowed.move.kind")
    step = serializers.IntegerField(source="allowed.step", allow_null=True)
    url = serializers.CharField()


class SectionOfRunSerializer(AnswerSerializer[StepSection]):
    """A heading of the runbook, with its text that belongs to no step."""

    key = serializers.CharField(source="section.key")
    title = serializers.CharField(source="section.title")
    html = serializers.CharField()
    aside = serializers.BooleanField(source="section.aside")


class RunNowSerializer(RunHeadSerializer[RunAnswer]):
    """A run as the person who asks may see it now."""

    inherited_source = "run"

    environment = serializers.CharField(
        source="head.stripe", help_text="That is written into; may be empty."
    )
    source = PlaceSerializer(source="head.source", allow_null=True)  # type: ignore[assignment]
    target = PlaceSerializer(source="head.target", allow_null=True)
    goal_seconds = serializers.IntegerField(allow_null=True, help_text="RTO of the system.")
    on_hold = HeldSerializer(allow_null=True)
    hand_over = HandOverSerializer(allow_null=True)
    replacement = ReplacementSerializer(allow_null=True)
    turned_back = serializers.BooleanField(source="state.turned_back")
    brief = BriefSerializer(source="*")
    other_runs = OtherRunSerializer(
        many=True, help_text="Other runs that overwrite, delete, freeze or mark the same instance."
    )
    parameters = ParameterSerializer(many=True)
    people = PresenceSerializer(many=True)
    role = EnumField(RunRole, allow_null=True, help_text="Yours in this run.")
    open_roles = serializers.ListField(child=EnumField(RunRole))
    required_roles = serializers.ListField(child=EnumField(RunRole))
    current = serializers.IntegerField(allow_null=True, help_text="Index of the current step.")
    gates = GateSerializer(many=True)
    remarks = GateSerializer(
        many=True, help_text="What the step should know, and does not wait for."
    )
    loss = RunLossSerializer(allow_null=True)
    overrides = OverrideSerializer(many=True)
    allowed_moves = AllowedMoveSerializer(many=True)
    sections = SectionOfRunSerializer(many=True)
    steps = RunStepSerializer(many=True)
