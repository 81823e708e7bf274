"""What is sent and answered about runbooks."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.fields import ApiMomentField, EnumField, WholeNumberField
from accounts.api.paging import PageQuery
from accounts.api.serializers import InputSerializer, PersonNameSerializer
from runbooks.api.fields import Text
from runbooks.difference import RowKind
from runbooks.enums import Deviation, Level, ParameterType

Shape = serializers.Serializer[Any]


class RunbookQuery(PageQuery):
    """Which runbooks."""

    system = serializers.SlugField(required=False, help_text="Slug.")
    archived = serializers.BooleanField(required=False, default=False)
    approved = serializers.BooleanField(
        required=False, default=None, allow_null=True, help_text="Whether a revision is approved."
    )


class SentText(InputSerializer):
    """A text to read. As `text/markdown` it is the body itself."""

    source = Text(max_length=None, allow_blank=False, help_text="Markdown.")  # type: ignore[assignment]
    runbook = Text(
        max_length=120, required=False, help_text="Slug, when it is to be its next revision."
    )


class SentFirst(InputSerializer):
    """The first revision of a new runbook."""

    source = Text(max_length=None, allow_blank=False, help_text="Markdown.")  # type: ignore[assignment]
    summary = Text(max_length=None, default="", help_text="What changed, in one line.")
    name = Text(max_length=200, default="", help_text="The title of a text that has none.")


class SentNext(InputSerializer):
    """The next revision of a runbook."""

    source = Text(max_length=None, allow_blank=False, help_text="Markdown.")  # type: ignore[assignment]
    summary = Text(max_length=None, default="", help_text="What changed, in one line.")
    seen = WholeNumberField(help_text="Number of the revision that the writer started from.")


class SentApproval(InputSerializer):
    """What an approver says besides yes."""

    waivers_seen = serializers.ListField(
        child=Text(max_length=20),
        required=False,
        max_length=100,
        help_text="The codes of the waived rules whose reasons the approver has read: all of them.",
    )
    reason = Text(
        max_length=1000,
        required=False,
        help_text="Why it will not go wrong again: if one of `ties` is `changed` or has a `step`.",
    )


class FirstQuery(InputSerializer):
    """What goes with a first revision that is sent as `text/markdown`."""

    summary = Text(max_length=None, required=False, default="")
    name = Text(max_length=200, required=False, default="")


class NextQuery(InputSerializer):
    """What goes with a next revision that is sent as `text/markdown`."""

    summary = Text(max_length=None, required=False, default="")
    seen = WholeNumberField(required=False)


class FindingLine(Shape):
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
    remedy = serializers.CharField(help_text="What to write instead; may be empty.")


class WaiverShape(Shape):
    """A rule of the linter that the text waives."""

    code = serializers.CharField()
    summary = serializers.CharField(help_text="What the rule flags; empty when there is none.")
    reason = serializers.CharField(help_text="Why it does not apply here, by the author.")
    findings = FindingLine(many=True, help_text="What would count otherwise.")


class ParameterShape(Shape):
    """A parameter that a run chooses."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    type = EnumField(ParameterType)
    default = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    environment = serializers.ListField(child=serializers.CharField())
    not_environment = serializers.ListField(child=serializers.CharField())
    most_seconds_old = serializers.IntegerField(allow_null=True)


class StepShape(Shape):
    """A step as it was read."""

    index = serializers.IntegerField()
    number = serializers.CharField()
    key = serializers.CharField()
    section = serializers.CharField()
    title = serializers.CharField()
    html = serializers.CharField()
    demands = serializers.ListField(child=serializers.CharField())


class ProcedureShape(Shape):
    """What the text says."""

    title = serializers.CharField()
    system = serializers.CharField()
    purpose = serializers.CharField()
    worst_case = serializers.CharField()
    abort_rule = serializers.CharField()
    entry = serializers.ListField(child=serializers.CharField())
    do_not_use_if = serializers.ListField(child=serializers.CharField())
    parameters = ParameterShape(many=True)
    steps = StepShape(many=True)


class TextRead(Shape):
    """How a text was understood. `procedure` is null when it has errors."""

    findings = FindingLine(many=True)
    waivers = WaiverShape(many=True)
    procedure = ProcedureShape(allow_null=True)


class RevisionLine(Shape):
    """A revision in the list."""

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
    url = serializers.CharField()


class FailureShape(Shape):
    """An attempt that went wrong: a run, in what, where and why."""

    run = serializers.IntegerField()
    url = serializers.CharField(help_text="Of the run.")
    ended_at = ApiMomentField()
    deviation = EnumField(Deviation)
    step = serializers.CharField(help_text="Number and title; empty when it stood at none.")
    because = serializers.CharField()
    waived_by = PersonNameSerializer(allow_null=True)
    waived_at = ApiMomentField(allow_null=True)
    waived_because = serializers.CharField(help_text="Empty when nobody waived it.")


class TieShape(Shape):
    """A failed run that locks texts which act the same."""

    failure = FailureShape()
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


class RevisionWhole(RevisionLine):
    """A revision with its text and what was read in it; the findings are those of today."""

    runbook = serializers.CharField(help_text="Slug.")
    source = serializers.CharField(help_text="As text; `source_url` gives the exact bytes.")  # type: ignore[assignment]
    source_url = serializers.CharField()
    findings = FindingLine(many=True)
    waivers = WaiverShape(many=True)
    procedure = ProcedureShape()
    lock = FailureShape(
        allow_null=True, help_text="What keeps it from being run live, if something does."
    )
    ties = TieShape(many=True, help_text="What an approver is told of runs that went wrong.")
    approval_reason = serializers.CharField(
        help_text="Why the approver said that it will not go wrong again; empty where nothing had."
    )


class RunbookLine(Shape):
    """A runbook."""

    slug = serializers.CharField()
    title = serializers.CharField()
    system = serializers.CharField(allow_null=True, help_text="Slug.")
    archived_at = ApiMomentField(allow_null=True)
    newest = serializers.IntegerField(allow_null=True, help_text="Number of the last revision.")
    approved = serializers.IntegerField(
        allow_null=True, help_text="Number of the newest approved one: it is run live."
    )
    findings = serializers.IntegerField(
        help_text="In the approved revision, else in the newest; waived ones do not count."
    )
    url = serializers.CharField()


class RunbookWhole(RunbookLine):
    """A runbook with the revision that counts: the newest approved one, else the newest."""

    revision = RevisionWhole(allow_null=True)


class DifferenceRow(Shape):
    """A line; `skipped` stands for `count` unchanged ones."""

    kind = EnumField(RowKind)
    old = serializers.IntegerField(allow_null=True)
    new = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()
    count = serializers.IntegerField()


class DifferenceShape(Shape):
    """What leads from one text to another."""

    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    remark = serializers.CharField()
    rows = DifferenceRow(many=True)
