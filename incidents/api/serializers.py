"""Incidents, as they are sent and as they are printed."""

from __future__ import annotations

from rest_framework import serializers

from accounts.api.fields import (
    ApiMomentField,
    ApiTextField,
    EnumField,
    RowBySlugField,
    WholeNumberField,
)
from accounts.api.paging import PageQuerySerializer
from accounts.api.serializers import (
    AnswerSerializer,
    InputSerializer,
    Instance,
    PersonNameSerializer,
)
from accounts.models import User
from incidents import entries, listing, records
from incidents import enums as words
from incidents.api.ending_facts import EndingSerializer
from incidents.api.incident_answer import IncidentAnswer
from incidents.api.outcome_facts import (
    ContaminationSerializer,
    FigureSerializer,
    OfferSerializer,
)
from incidents.models import Incident, IncidentChange, IncidentPerson, IncidentRun, TimelineEntry
from incidents.summary import ClockField
from incidents.timeline import Former, TimelineRow
from inventory.api.serializers import SystemNameSerializer
from inventory.models import System
from runbooks.models import Runbook

SEEN = (
    "The version you knew; a newer change of the same fact is then a 409 instead of being undone."
)


class SeenVersionSerializer(InputSerializer):
    """What every change of a fact may carry."""

    seen = WholeNumberField(required=False, allow_null=True, default=None, help_text=SEEN)


class IncidentHeadSerializer(AnswerSerializer[Instance]):
    """What an incident is."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    kind = EnumField(words.Kind)
    severity = EnumField(words.Severity)
    status = EnumField(words.Status)
    system = SystemNameSerializer()
    opened_at = ApiMomentField()
    closed_at = ApiMomentField(allow_null=True)


class IncidentLineSerializer(IncidentHeadSerializer[Incident]):
    """An incident in a list."""


class ClockMomentSerializer(AnswerSerializer[ClockField]):
    """One moment of an incident's clock."""

    moment = EnumField(words.Moment)
    at = ApiMomentField(allow_null=True, help_text="null as long as it is not known.")
    certainty = EnumField(words.Certainty)
    unknown = serializers.CharField(help_text="Why nobody can know it; empty as long as it may be.")


class IncidentPartSerializer(AnswerSerializer[IncidentPerson]):
    """Who does what for the incident."""

    person = PersonNameSerializer()
    part = EnumField(words.Part)


class RunbookNameSerializer(AnswerSerializer[Runbook]):
    """A runbook, as it is named elsewhere."""

    slug = serializers.CharField()
    title = serializers.CharField()


class LinkedRunSerializer(AnswerSerializer[IncidentRun]):
    """A run that answers the incident."""

    run = serializers.IntegerField(source="run_id")
    title = serializers.CharField(source="run.title")
    status = serializers.CharField(source="run.status")
    linked_at = ApiMomentField()
    linked_by = PersonNameSerializer()


class IncidentSerializer(IncidentHeadSerializer[IncidentAnswer]):
    """An incident with everything but its timeline."""

    inherited_source = "incident"

    what_happened = serializers.CharField(source="incident.what_happened")
    opened_by = PersonNameSerializer(source="incident.opened_by")
    seen = serializers.IntegerField(
        source="incident.version", help_text="Grows with every change. Send it back with an edit."
    )
    may_become = serializers.ListField(child=EnumField(words.Status))
    clock = ClockMomentSerializer(many=True)
    outcome = FigureSerializer(many=True)
    contamination = ContaminationSerializer(allow_null=True)
    offers = OfferSerializer(many=True, help_text="What its runs know and it does not.")
    people = IncidentPartSerializer(many=True)
    runbooks = RunbookNameSerializer(many=True)
    runs = LinkedRunSerializer(many=True)
    ending = EndingSerializer(source="*")


class NewIncidentSerializer(InputSerializer):
    """Four facts; everything else can wait."""

    title = ApiTextField(max_length=160)
    system = RowBySlugField(queryset=System.objects.all())
    what_happened = ApiTextField(max_length=records.LONGEST_STORY)
    noticed_at = ApiMomentField()
    certainty = EnumField(words.Certainty, default=words.Certainty.ABOUT)
    kind = EnumField(words.Kind, default=words.Kind.DATA_LOSS)


class FactsSerializer(SeenVersionSerializer):
    """The facts of an incident, all of them."""

    title = ApiTextField(max_length=160)
    kind = EnumField(words.Kind)
    system = RowBySlugField(queryset=System.objects.all())
    what_happened = ApiTextField(max_length=records.LONGEST_STORY)


class JudgementSerializer(SeenVersionSerializer):
    """How bad it is."""

    severity = EnumField(words.Severity)
    reason = ApiTextField(max_length=300, allow_blank=True, default="")


class NextStatusSerializer(SeenVersionSerializer):
    """How far the answer has come."""

    status = EnumField(words.Status)
    reason = ApiTextField(max_length=300, allow_blank=True, default="")


class ClockTimeSerializer(SeenVersionSerializer):
    """When something happened, and how sure that is."""

    time = ApiMomentField()
    certainty = EnumField(words.Certainty)


class NewPartSerializer(InputSerializer):
    """Who is to do what for the incident."""

    person = serializers.PrimaryKeyRelatedField(
        pk_field=WholeNumberField(), queryset=User.objects.filter(is_active=True)
    )
    part = EnumField(words.Part)


class NewRunSerializer(InputSerializer):
    """Which revision to start, with what. An instance or a copy is named by its id, as text."""

    runbook = RowBySlugField(queryset=Runbook.objects.all())
    revision = WholeNumberField(min_value=1, max_value=2**31 - 1)
    parameters = serializers.DictField(child=serializers.CharField(allow_blank=True), default=dict)
    title = ApiTextField(max_length=200, allow_blank=True, default="")
    key = serializers.RegexField(
        r"^[\x21-\x7e]{1,64}$",
        required=False,
        default=None,
        allow_null=True,
        help_text="The same key again gives the same run.",
    )


class NewEntrySerializer(InputSerializer):
    """What happened, in Markdown, and when."""

    text = ApiTextField(max_length=entries.LONGEST)
    happened_at = ApiMomentField()
    certainty = EnumField(words.Certainty)


class CorrectionSerializer(NewEntrySerializer):
    """What an entry ought to say, and why."""

    reason = ApiTextField(max_length=300)


class EntrySerializer(AnswerSerializer[TimelineEntry]):
    """What a person wrote into the timeline."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    html = serializers.CharField()
    happened_at = ApiMomentField()
    certainty = EnumField(words.Certainty)
    entered_at = ApiMomentField()
    entered_by = serializers.CharField(source="entered_by_name")
    corrects = serializers.IntegerField(source="corrects_id", allow_null=True)
    reason = serializers.CharField(help_text="Why it corrects.")


class FormerTextSerializer(AnswerSerializer[Former]):
    """What an entry said before it was corrected."""

    time = serializers.CharField()
    html = serializers.CharField()
    entered = serializers.CharField()
    reason = serializers.CharField()
    corrected_by = serializers.CharField()


class TimelineLineSerializer(AnswerSerializer[TimelineRow]):
    """One line of the timeline: of a run's log, of a person, or of the history of the facts."""

    kind = serializers.ChoiceField(choices=["log", "entry", "change"])
    at = ApiMomentField()
    time = serializers.CharField(help_text="As people read it, with how certain it is.")
    who = serializers.CharField()
    role = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()
    run = serializers.IntegerField(allow_null=True)
    near_miss = serializers.BooleanField()
    entry = serializers.IntegerField(allow_null=True, help_text="The id of the entry.")
    reason = serializers.CharField()
    former = FormerTextSerializer(many=True)


class FactChangeSerializer(AnswerSerializer[IncidentChange]):
    """One line of the history of the facts."""

    version = serializers.IntegerField()
    at = ApiMomentField()
    by = serializers.CharField(source="by_name")
    verb = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField(allow_blank=True))
    )
    reason = serializers.CharField()


class IncidentQuerySerializer(PageQuerySerializer):
    """Which incidents."""

    q = serializers.CharField(
        required=False, max_length=listing.LONGEST, help_text="Words of the title or the story."
    )
    status = EnumField(words.Status, required=False)
    severity = EnumField(words.Severity, required=False)
    kind = EnumField(words.Kind, required=False)
    system = serializers.SlugField(required=False, help_text="The slug of a system.")


class SeenQuerySerializer(InputSerializer):
    """What taking a fact away may carry."""

    seen = WholeNumberField(required=False, default=None, help_text=SEEN)
