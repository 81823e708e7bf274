"""Incidents, as they are sent and as they are printed."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.paging import PageQuery
from accounts.api.serializers import Moment, Named, Number, PersonName, Sent, SentText, Word
from accounts.models import User
from incidents import entries, listing, records
from incidents import enums as words
from incidents.api.ending_facts import EndingFacts
from incidents.api.outcome_facts import ContaminationFacts, FigureFacts, OfferFacts
from incidents.models import Incident, IncidentChange, IncidentPerson, IncidentRun, TimelineEntry
from incidents.reading import Tick
from incidents.timeline import Former, Row
from inventory.api.serializers import SystemName
from inventory.models import System
from runbooks.models import Runbook

SEEN = (
    "The version you knew; a newer change of the same fact is then a 409 instead of being undone."
)


class Seen(Sent):
    """What every change of a fact may carry."""

    seen = Number(required=False, allow_null=True, default=None, help_text=SEEN)


class IncidentLine(serializers.Serializer[Incident]):
    """An incident in a list."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    kind = Word(words.Kind)
    severity = Word(words.Severity)
    status = Word(words.Status)
    system = SystemName()
    opened_at = Moment()
    closed_at = Moment(allow_null=True)


class ClockFacts(serializers.Serializer[Tick]):
    """One moment of an incident's clock."""

    moment = Word(words.Moment)
    at = Moment(allow_null=True, help_text="null as long as it is not known.")
    certainty = Word(words.Certainty)
    unknown = serializers.CharField(help_text="Why nobody can know it; empty as long as it may be.")


class PartFacts(serializers.Serializer[IncidentPerson]):
    """Who does what for the incident."""

    person = PersonName()
    part = Word(words.Part)


class RunbookName(serializers.Serializer[Runbook]):
    """A runbook, as it is named elsewhere."""

    slug = serializers.CharField()
    title = serializers.CharField()


class LinkedRun(serializers.Serializer[IncidentRun]):
    """A run that answers the incident."""

    run = serializers.IntegerField(source="run_id")
    title = serializers.CharField(source="run.title")
    status = serializers.CharField(source="run.status")
    linked_at = Moment()
    linked_by = PersonName()


class IncidentFacts(IncidentLine):
    """An incident with everything but its timeline."""

    what_happened = serializers.CharField()
    opened_by = PersonName()
    seen = serializers.IntegerField(
        source="version", help_text="Grows with every change. Send it back with an edit."
    )
    may_become = serializers.ListField(child=Word(words.Status))
    clock = ClockFacts(many=True)
    outcome = FigureFacts(many=True)
    contamination = ContaminationFacts(allow_null=True)
    offers = OfferFacts(many=True, help_text="What its runs know and it does not.")
    people = PartFacts(many=True)
    runbooks = RunbookName(many=True)
    runs = LinkedRun(many=True)
    ending = EndingFacts()


class NewIncident(Sent):
    """Four facts; everything else can wait."""

    title = SentText(max_length=160)
    system = Named(queryset=System.objects.all())
    what_happened = SentText(max_length=records.LONGEST_STORY)
    noticed_at = Moment()
    certainty = Word(words.Certainty, default=words.Certainty.ABOUT)
    kind = Word(words.Kind, default=words.Kind.DATA_LOSS)


class Facts(Seen):
    """The facts of an incident, all of them."""

    title = SentText(max_length=160)
    kind = Word(words.Kind)
    system = Named(queryset=System.objects.all())
    what_happened = SentText(max_length=records.LONGEST_STORY)


class Judgement(Seen):
    """How bad it is."""

    severity = Word(words.Severity)
    reason = SentText(max_length=300, allow_blank=True, default="")


class NextStatus(Seen):
    """How far the answer has come."""

    status = Word(words.Status)
    reason = SentText(max_length=300, allow_blank=True, default="")


class ClockTime(Seen):
    """When something happened, and how sure that is."""

    time = Moment()
    certainty = Word(words.Certainty)


class NewPart(Sent):
    """Who is to do what for the incident."""

    person = serializers.PrimaryKeyRelatedField(
        pk_field=Number(), queryset=User.objects.filter(is_active=True)
    )
    part = Word(words.Part)


class NewRun(Sent):
    """Which revision to start, with what. An instance or a copy is named by its id, as text."""

    runbook = Named(queryset=Runbook.objects.all())
    revision = Number(min_value=1, max_value=2**31 - 1)
    parameters = serializers.DictField(child=serializers.CharField(allow_blank=True), default=dict)
    title = SentText(max_length=200, allow_blank=True, default="")
    key = serializers.RegexField(
        r"^[\x21-\x7e]{1,64}$",
        required=False,
        default=None,
        allow_null=True,
        help_text="The same key again gives the same run.",
    )


class NewEntry(Sent):
    """What happened, in Markdown, and when."""

    text = SentText(max_length=entries.LONGEST)
    happened_at = Moment()
    certainty = Word(words.Certainty)


class Correction(NewEntry):
    """What an entry ought to say, and why."""

    reason = SentText(max_length=300)


class EntryFacts(serializers.Serializer[TimelineEntry]):
    """What a person wrote into the timeline."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    html = serializers.CharField()
    happened_at = Moment()
    certainty = Word(words.Certainty)
    entered_at = Moment()
    entered_by = serializers.CharField(source="entered_by_name")
    corrects = serializers.IntegerField(source="corrects_id", allow_null=True)
    reason = serializers.CharField(help_text="Why it corrects.")


class FormerText(serializers.Serializer[Former]):
    """What an entry said before it was corrected."""

    time = serializers.CharField()
    html = serializers.CharField()
    entered = serializers.CharField()
    reason = serializers.CharField()
    corrected_by = serializers.CharField()


class TimelineLine(serializers.Serializer[Row]):
    """One line of the timeline: of a run's log, of a person, or of the history of the facts."""

    kind = serializers.ChoiceField(choices=["log", "entry", "change"])
    at = Moment()
    time = serializers.CharField(help_text="As people read it, with how certain it is.")
    who = serializers.CharField()
    role = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()
    run = serializers.IntegerField(allow_null=True)
    near_miss = serializers.BooleanField()
    entry = serializers.IntegerField(allow_null=True, help_text="The id of the entry.")
    reason = serializers.CharField()
    former = FormerText(many=True)


class FactChange(serializers.Serializer[IncidentChange]):
    """One line of the history of the facts."""

    version = serializers.IntegerField()
    at = Moment()
    by = serializers.CharField(source="by_name")
    verb = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField(allow_blank=True))
    )
    reason = serializers.CharField()


class IncidentQuery(PageQuery):
    """Which incidents."""

    q = serializers.CharField(
        required=False, max_length=listing.LONGEST, help_text="Words of the title or the story."
    )
    status = Word(words.Status, required=False)
    severity = Word(words.Severity, required=False)
    kind = Word(words.Kind, required=False)
    system = serializers.SlugField(required=False, help_text="The slug of a system.")


class SeenQuery(Sent):
    """What taking a fact away may carry."""

    seen = Number(required=False, default=None, help_text=SEEN)


def facts(**parts: Any) -> dict[str, Any]:
    """An incident as it is printed: `incident` and what was read beside it."""
    incident = parts.pop("incident")
    names = (*IncidentLine().fields, "what_happened", "opened_by", "version")
    whole: Any = {name: getattr(incident, name) for name in names}
    return dict(IncidentFacts(whole | parts).data)
