"""Incidents: what happened, when and how sure we are, who took part, which runs answered it."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Subquery

from incidents.enums import Certainty, Kind, Moment, Part, Reconciliation, SavedBy, Severity, Status
from inventory.enums import choices
from inventory.models import System
from runbooks.models import Run, Runbook


class IncidentQuerySet(models.QuerySet["Incident"]):
    def with_words(self, *words: str) -> Self:
        """Incidents with every one of `words` in the title or in what happened; case does not
        count."""
        incidents = self
        for word in words:
            incidents = incidents.filter(
                Q(title__icontains=word) | Q(what_happened__icontains=word)
            )
        return incidents

    def of_system(self, slug: str) -> Self:
        """By key and not by a join, which would let a planner begin with the systems and sort."""
        return self.filter(system=Subquery(System.objects.filter(slug=slug).values("pk")))


class IncidentRunQuerySet(models.QuerySet["IncidentRun"]):
    def with_runbook(self) -> Self:
        """The newest first, each with its run and runbook, without their texts."""
        linked = self.select_related("run__revision__runbook", "linked_by").order_by("-run_id")
        return linked.defer("run__revision__source", "run__revision__procedure")


class Incident(models.Model):
    """A data loss, a corruption, a near miss or a good catch. Times are in `IncidentTime`.

    `rpo`, `rto`, `mtd` are what was promised of the system when the incident was declared. A
    trigger lets them change together with the system only, where the incident was of another one.
    """

    title = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=20, choices=choices(Kind))
    severity = models.CharField(
        max_length=20, choices=choices(Severity), default=Severity.UNKNOWN.value
    )
    status = models.CharField(max_length=12, choices=choices(Status), default=Status.OPEN.value)
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="incidents")
    rpo = models.DurationField(null=True, blank=True)
    rto = models.DurationField(null=True, blank=True)
    mtd = models.DurationField(null=True, blank=True)
    what_happened = models.TextField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)  # grows with every change of the facts
    runbooks = models.ManyToManyField(Runbook, blank=True, related_name="incidents")
    reconciliation = models.CharField(
        max_length=20, choices=choices(Reconciliation), default=Reconciliation.UNDECIDED.value
    )
    reconciliation_note = models.CharField(max_length=300, blank=True)
    saved_by = models.CharField(
        max_length=20, choices=choices(SavedBy), default=SavedBy.UNKNOWN.value
    )
    saved_by_note = models.CharField(max_length=300, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        indexes = [
            # Each ends with the key, as the order of the list does: no page is ever sorted.
            models.Index(fields=["-opened_at", "-id"], name="incident_by_opening"),
            models.Index(fields=["status", "-opened_at", "-id"], name="incident_by_status_opening"),
            models.Index(fields=["system", "-opened_at", "-id"], name="incident_by_system_opening"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status=Status.CLOSED.value, closed_at__isnull=False)
                | (~Q(status=Status.CLOSED.value) & Q(closed_at__isnull=True)),
                name="incident_closed_has_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.title


class IncidentTime(models.Model):
    """One clock field, with how sure it is; without a time, `unknown` says why nobody can know."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="times")
    moment = models.CharField(max_length=20, choices=choices(Moment))
    at = models.DateTimeField(null=True, blank=True)
    certainty = models.CharField(max_length=10, choices=choices(Certainty))
    unknown = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["incident", "at"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "moment"], name="incident_moment_once"),
            models.CheckConstraint(
                condition=Q(at__isnull=False, unknown="") | (Q(at__isnull=True) & ~Q(unknown="")),
                name="incident_moment_known_or_why_not",
            ),
        ]

    def __str__(self) -> str:
        if self.at is None:
            return f"{self.moment}: unknown because {self.unknown}"
        return f"{self.moment}: {self.at:%Y-%m-%d %H:%M} ({self.certainty})"


class IncidentPerson(models.Model):
    """Somebody's part in answering an incident."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="incident_parts"
    )
    part = models.CharField(max_length=20, choices=choices(Part))

    class Meta:
        ordering = ["incident", "pk"]
        verbose_name_plural = "incident people"
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "person", "part"], name="incident_person_part_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.part}"


class IncidentRun(models.Model):
    """A live run that answers an incident. A drill has none; a run answers at most one incident."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="runs")
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="incident_link")
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = IncidentRunQuerySet.as_manager()

    class Meta:
        ordering = ["incident", "run_id"]

    def __str__(self) -> str:
        return f"run {self.run_id} for incident {self.incident_id}"


class TimelineEntry(models.Model):
    """What a person adds to the timeline. Append-only by triggers: a correction is a new row that
    names the row it `corrects`, and the old text stays readable."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="entries")
    happened_at = models.DateTimeField()
    certainty = models.CharField(max_length=10, choices=choices(Certainty))
    text = models.TextField()
    html = models.TextField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    entered_by_name = models.CharField(max_length=120)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="correction"
    )
    reason = models.CharField(max_length=300, blank=True)  # why it corrects

    class Meta:
        ordering = ["incident", "happened_at", "pk"]
        verbose_name_plural = "timeline entries"

    def __str__(self) -> str:
        return self.text[:60]


class IncidentChange(models.Model):
    """One line of an incident's history: who changed which fact, from what to what.

    Append-only by triggers. `version` is the version of the incident that the change made, so that
    a form which had seen an older one can be told what it missed.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="changes")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    verb = models.CharField(max_length=40)
    fields = models.JSONField()  # {"severity": ["not judged yet", "severity 2"]}: old, new
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["incident", "version"]
        indexes = [models.Index(fields=["incident", "-at"], name="incident_change_by_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "version"], name="incident_change_makes_one_version"
            )
        ]

    def __str__(self) -> str:
        return f"incident {self.incident_id} version {self.version}: {self.verb}"
