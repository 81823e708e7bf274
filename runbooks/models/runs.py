"""Runs: a row a run, a row a person in it, a row an attempt at a step.

Written by `runbooks.runs.transaction` and `runbooks.runs.moves` only, through
`runbooks.runs.persistence`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from inventory.enums import choices
from inventory.models import Copy, Instance
from runbooks.enums import Deviation, RunKind, RunRole, RunStatus, StepStatus
from runbooks.models.library import Revision, Runbook

#: Statuses of a run that is over.
_ENDED = (RunStatus.COMPLETED.value, RunStatus.ABORTED.value)
#: A live run that went wrong in one of these ways locks its text.
LOCKING = (Deviation.WRONG_TARGET.value, Deviation.WRONG_DIRECTION.value)


class RunQuerySet(models.QuerySet["Run"]):
    def live(self) -> Self:
        """Runs that are no drills."""
        return self.filter(kind=RunKind.LIVE.value)

    def ended(self) -> Self:
        return self.filter(status__in=_ENDED)

    def under_way(self) -> Self:
        """Runs that have not ended."""
        return self.exclude(status__in=_ENDED)

    def of_runbook(self, runbook: Runbook) -> Self:
        """Runs of any revision of `runbook`."""
        return self.filter(revision__runbook=runbook)

    def latest_of(self, runbook: Runbook) -> Run | None:
        """The run of `runbook` that was started last, or prepared if it was not; with its revision.
        None before the first."""
        runs = self.of_runbook(runbook).select_related("revision")
        return runs.order_by(Coalesce("started_at", "prepared_at").desc(), "-pk").first()

    def with_failures(self) -> Self:
        """With what the account of a failure names: the runbook, and who waived it."""
        return self.select_related("revision__runbook", "waiver__by")

    def gone_wrong(self) -> Self:
        """Live runs at the wrong target or in the wrong direction, ended early."""
        return self.live().filter(status=RunStatus.ABORTED.value, deviation__in=LOCKING)

    def locking(self) -> Self:
        """Runs that lock their text: they went wrong, and nobody waived it."""
        return self.gone_wrong().filter(waiver__isnull=True)

    def with_runbook(self) -> Self:
        """With the revision and its runbook, without their texts."""
        light = self.select_related("revision__runbook")
        return light.defer("revision__source", "revision__procedure")

    def with_system(self) -> Self:
        """The same, and the system of the runbook."""
        return self.with_runbook().select_related("revision__runbook__system")

    def with_procedure(self) -> Self:
        """With the revision and what the parser read of its text, without the text."""
        return self.select_related("revision").defer("revision__source")

    def moved_since_anchored(self) -> Self:
        """Runs whose log has another head than the one that was anchored last."""
        same = Q(anchored__sequence=F("sequence"), anchored__digest=F("digest"))
        return self.exclude(same)


class RunParameterQuerySet(models.QuerySet["RunParameter"]):
    def under_way(self, *, since: datetime | None) -> Self:
        """Parameters of runs that have not ended, or did so at `since` (if any) or later; each with
        its instance, its run and the revision, without the text."""
        wanted = ~Q(run__status__in=_ENDED)
        rows = self.filter(wanted | Q(run__ended_at__gte=since) if since else wanted)
        rows = rows.select_related("run__revision", "instance")
        return rows.defer("run__revision__source", "run__revision__procedure")


class Run(models.Model):
    """One live execution, or a drill, of one revision.

    `sequence` and `digest` are the head of its log. `turned` is the sequence of the last event that
    changed the run as a whole: a sender who has not seen it is stale.
    """

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=10, choices=choices(RunKind))
    status = models.CharField(max_length=12, choices=[(s.value, s.label) for s in RunStatus])
    title = models.CharField(max_length=200)
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    held_for_mismatch = models.BooleanField(default=False)
    hand_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    hand_over_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    turned_back = models.BooleanField(default=False)
    deviation = models.CharField(max_length=20, blank=True, choices=choices(Deviation))
    overridden = models.PositiveIntegerField(default=0)  # gates passed without their condition
    entered = models.JSONField(default=list)  # keys of the asides entered, in order
    sequence = models.PositiveIntegerField(default=0)
    turned = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-prepared_at", "-pk"]
        indexes = [models.Index(fields=["status", "-prepared_at"], name="run_by_status")]
        constraints = [
            models.CheckConstraint(
                condition=Q(held_at__isnull=True, held_by__isnull=True)
                | Q(held_at__isnull=False, held_by__isnull=False),
                name="run_held_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(status=RunStatus.ON_HOLD.value, held_at__isnull=False)
                | (~Q(status=RunStatus.ON_HOLD.value) & Q(held_at__isnull=True)),
                name="run_on_hold_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(hand_over_by__isnull=True, hand_over_to__isnull=True)
                | (
                    Q(hand_over_by__isnull=False, hand_over_to__isnull=False)
                    & ~Q(hand_over_by=F("hand_over_to"))
                ),
                name="run_hand_over_between_two",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[RunStatus.COMPLETED.value, RunStatus.ABORTED.value],
                    ended_at__isnull=False,
                )
                | (
                    ~Q(status__in=[RunStatus.COMPLETED.value, RunStatus.ABORTED.value])
                    & Q(ended_at__isnull=True)
                ),
                name="run_ended_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Run {self.pk} — {self.title}"


class RunParameter(models.Model):
    """A parameter as chosen at the start. `facts` is what the inventory said then: the run keeps it
    even when the inventory changes (`runbooks.machine.state.ParameterFacts` as JSON)."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="parameters")
    name = models.CharField(max_length=80)
    value = models.CharField(max_length=400)
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, null=True, related_name="+")
    copy = models.ForeignKey(Copy, on_delete=models.PROTECT, null=True, related_name="run_uses")
    facts = models.JSONField(default=dict)

    objects = RunParameterQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "name"], name="run_parameter_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"


class RunPerson(models.Model):
    """A role that a person holds, or held, in a run."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="run_roles"
    )
    name = models.CharField(max_length=120)
    initials = models.CharField(max_length=4)
    role = models.CharField(max_length=12, choices=choices(RunRole))

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "run people"
        constraints = [
            models.UniqueConstraint(fields=["run", "person"], name="run_person_has_one_role"),
            models.UniqueConstraint(
                fields=["run", "role"],
                condition=Q(role__in=[RunRole.OPERATOR.value, RunRole.DECIDER.value]),
                name="run_one_operator_one_decider",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}"


class RunStep(models.Model):
    """One attempt at a step. `step` is its index in the procedure; the newest attempt counts.

    `values` and `verified_values` are what was recorded and what the verifier measured, as text.
    `touched` is the sequence of the last event that changed it.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="steps")
    step = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=24, choices=choices(StepStatus))
    started_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    countersigned_at = models.DateTimeField(null=True, blank=True)
    countersigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    values = models.JSONField(default=dict)
    verified_values = models.JSONField(default=dict)
    answer = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    touched = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["run", "step", "attempt"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "step", "attempt"], name="run_step_attempt_unique"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{pair}_at__isnull": True, f"{pair}_by__isnull": True})
                    | Q(**{f"{pair}_at__isnull": False, f"{pair}_by__isnull": False}),
                    name=f"run_step_{pair}_at_and_by_together",
                )
                for pair in ("started", "done", "countersigned", "released")
            ),
            models.CheckConstraint(
                condition=Q(countersigned_by__isnull=True)
                | Q(done_by__isnull=True)
                | ~Q(countersigned_by=F("done_by")),
                name="run_step_nobody_verifies_their_own",
            ),
            models.CheckConstraint(
                condition=~Q(status=StepStatus.DONE.value) | Q(done_at__isnull=False),
                name="run_step_done_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.run_id} step {self.step} attempt {self.attempt}: {self.status}"
