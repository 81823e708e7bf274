"""What is answered about runbooks and their revisions."""

from __future__ import annotations

from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField
from accounts.api.serializers import (
    AnswerSerializer,
    ApiAddressField,
    Instance,
    LabelField,
    PersonNameSerializer,
)
from runbooks.api.library_answer import (
    ProcedureAnswer,
    RevisionAnswer,
    RunbookAnswer,
    StepRead,
    TextAnswer,
)
from runbooks.enums import Deviation, Level, ParameterType
from runbooks.library.failures import Failure, Tie
from runbooks.lint.findings import WaivedRule
from runbooks.models import Revision
from runbooks.procedure.difference import Difference, DifferenceRow, RowKind
from runbooks.procedure.model import Finding, ParameterSpec


class FindingLineSerializer(AnswerSerializer[Finding]):
    """Something to say about a line of the text."""

    code = serializers.CharField(help_text="Stable; made for programs.")
    level = EnumField(
        Level,
        help_text="An error keeps a text from being approved; one of `syntax.` or `library.` keeps"
        " it from being saved.",
    )
    line = serializers.IntegerField(help_text="From 1.")
    column = serializers.IntegerField(help_text="From 1.")
    sentence = serializers.CharField()
    remedy = serializers.CharField(
        source="suggestion", help_text="What to write instead; may be empty."
    )


class WaiverSerializer(AnswerSerializer[WaivedRule]):
    """A rule of the linter that the text waives."""

    code = serializers.CharField()
    summary = serializers.CharField(help_text="What the rule flags; empty when there is none.")
    reason = serializers.CharField(help_text="Why it does not apply here, by the author.")
    findings = FindingLineSerializer(many=True, help_text="What would count otherwise.")


class RunbookParameterSerializer(AnswerSerializer[ParameterSpec]):
    """A parameter that a run chooses."""

    name = serializers.CharField()
    label = LabelField(source="*")  # type: ignore[assignment]
    type = EnumField(ParameterType)
    default = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    environment = serializers.ListField(child=serializers.CharField())
    not_environment = serializers.ListField(child=serializers.CharField())
    most_seconds_old = serializers.IntegerField(source="max_age", allow_null=True)


class RunbookStepSerializer(AnswerSerializer[StepRead]):
    """A step as it was read."""

    index = serializers.IntegerField(source="step.index")
    number = serializers.CharField(source="step.number")
    key = serializers.CharField(source="step.key")
    section = serializers.CharField(source="step.section")
    title = serializers.CharField(source="step.title")
    html = serializers.CharField(source="step.body_html")
    demands = serializers.ListField(child=serializers.CharField())


class PurposeSerializer(AnswerSerializer[Instance]):
    """What a text is for, and when it is not."""

    purpose = serializers.CharField(source="procedure.purpose")
    worst_case = serializers.CharField(source="procedure.worst_case")
    abort_rule = serializers.CharField(source="procedure.abort_rule")
    entry = serializers.ListField(child=serializers.CharField(), source="procedure.entry")
    do_not_use_if = serializers.ListField(
        child=serializers.CharField(), source="procedure.do_not_use_if"
    )


class ProcedureSerializer(PurposeSerializer[ProcedureAnswer]):
    """What the text says."""

    title = serializers.CharField(source="procedure.title")
    system = serializers.CharField(source="procedure.system")
    parameters = RunbookParameterSerializer(many=True, source="procedure.parameters")
    steps = RunbookStepSerializer(many=True)


class TextReadSerializer(AnswerSerializer[TextAnswer]):
    """How a text was understood. `procedure` is null when it has errors."""

    findings = FindingLineSerializer(many=True, source="judgement.open")
    waivers = WaiverSerializer(many=True, source="judgement.waivers")
    procedure = ProcedureSerializer(allow_null=True)


class RevisionHeadSerializer(AnswerSerializer[Instance]):
    """What a revision is."""

    number = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="Of the text, byte for byte.")
    author = PersonNameSerializer()
    created_at = ApiMomentField()
    summary = serializers.CharField()
    approved_at = ApiMomentField(allow_null=True)
    approved_by = PersonNameSerializer(allow_null=True)
    steps = serializers.IntegerField(
        help_text="Numbered steps of the main path, without the sub-steps and the contingency"
        " sections: the count that every page shows."
    )
    substeps = serializers.IntegerField(help_text="Sub-steps of those.")
    contingency_steps = serializers.IntegerField(
        help_text="Steps and sub-steps of the sections off the main path."
    )
    url = ApiAddressField("revision_detail", "runbook.slug", "number")


class FailureSerializer(AnswerSerializer[Failure]):
    """An attempt that went wrong: a run, in what, where and why."""

    run = serializers.IntegerField(source="run.pk")
    url = ApiAddressField("run_detail", "run.pk", help_text="Of the run.")
    ended_at = ApiMomentField(source="run.ended_at")
    deviation = EnumField(Deviation, source="run.deviation")
    step = serializers.CharField(help_text="Number and title; empty when it stood at none.")
    because = serializers.CharField(source="why")
    waived_by = PersonNameSerializer(source="waiver.by", allow_null=True)
    waived_at = ApiMomentField(source="waiver.at", allow_null=True)
    waived_because = serializers.CharField(
        source="waiver.reason", help_text="Empty when nobody waived it."
    )


class FailureTieSerializer(AnswerSerializer[Tie]):
    """A failed run that locks texts which act the same."""

    failure = FailureSerializer()
    same = serializers.BooleanField(help_text="Whether this text acts the same as the one it ran.")
    changed = serializers.BooleanField(
        help_text="Whether the failed step has another command or guard: `reason` lifts the lock."
    )
    lifted = serializers.BooleanField()
    step = serializers.CharField(
        help_text="Number of the step that acts the same as the one that failed in another runbook,"
        " reached on another way: nothing is locked, and an approval needs its `reason`."
    )
    sentence = serializers.CharField()


class RevisionLineSerializer(RevisionHeadSerializer[Revision]):
    """A revision in the list."""


class RevisionWholeSerializer(RevisionHeadSerializer[RevisionAnswer]):
    """A revision with its text and what was read in it; the findings are those of today."""

    inherited_source = "revision"

    runbook = serializers.CharField(source="revision.runbook.slug", help_text="Slug.")
    source = serializers.CharField(help_text="As text; `source_url` gives the exact bytes.")  # type: ignore[assignment]
    source_url = ApiAddressField("revision_source", "revision.runbook.slug", "revision.number")
    findings = FindingLineSerializer(many=True, source="judgement.open")
    waivers = WaiverSerializer(many=True, source="judgement.waivers")
    procedure = ProcedureSerializer()
    lock = FailureSerializer(
        allow_null=True, help_text="What keeps it from being run live, if something does."
    )
    ties = FailureTieSerializer(
        many=True, help_text="What an approver should know of runs that went wrong."
    )
    approval_reason = serializers.CharField(
        source="revision.approval_reason",
        help_text="Why the approver said that it will not go wrong again; empty where nothing had.",
    )


class RunbookLineSerializer(AnswerSerializer[RunbookAnswer]):
    """A runbook."""

    slug = serializers.CharField(source="runbook.slug")
    title = serializers.CharField(source="runbook.title")
    system = serializers.CharField(source="runbook.system.slug", allow_null=True, help_text="Slug.")
    archived_at = ApiMomentField(source="runbook.archived_at", allow_null=True)
    newest = serializers.IntegerField(
        source="newest.number", allow_null=True, help_text="Number of the last revision."
    )
    approved = serializers.IntegerField(
        source="approved.number",
        allow_null=True,
        help_text="Number of the newest approved one: it is run live.",
    )
    findings = serializers.IntegerField(
        help_text="In the approved revision, else in the newest; waived ones do not count."
    )
    url = ApiAddressField("runbook_detail", "runbook.slug")


class RunbookWholeSerializer(RunbookLineSerializer):
    """A runbook with the revision that counts: the newest approved one, else the newest."""

    revision = RevisionWholeSerializer(allow_null=True)


class DifferenceRowSerializer(AnswerSerializer[DifferenceRow]):
    """A line; `skipped` stands for `count` unchanged ones."""

    kind = EnumField(RowKind)
    old = serializers.IntegerField(allow_null=True)
    new = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()
    count = serializers.IntegerField()


class DifferenceSerializer(AnswerSerializer[Difference]):
    """What leads from one text to another."""

    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    remark = serializers.CharField()
    rows = DifferenceRowSerializer(many=True)
