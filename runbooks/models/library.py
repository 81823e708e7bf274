"""Runbooks, their immutable revisions, and what was waived of them."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from inventory.models import System
from runbooks.procedure.counting import StepCount


class RunbookQuerySet(models.QuerySet["Runbook"]):
    def active(self) -> Self:
        """Runbooks that are not archived."""
        return self.filter(archived_at__isnull=True)

    def with_revisions(self) -> models.QuerySet[Any]:
        """With `newest_pk` and `approved_pk`: the keys of the last revision and of the newest
        approved one; None where there is none."""
        revisions = Revision.objects.filter(runbook=OuterRef("pk")).newest_first()
        return self.annotate(
            newest_pk=Subquery(revisions.values("pk")[:1]),
            approved_pk=Subquery(revisions.approved().values("pk")[:1]),
        )


class RevisionQuerySet(models.QuerySet["Revision"]):
    def approved(self) -> Self:
        """Revisions that may be run live."""
        return self.filter(approved_at__isnull=False)

    def newest_first(self) -> Self:
        return self.order_by("-number")

    def newest(self) -> Revision | None:
        """The one with the highest number; None when there is none."""
        return self.with_people().newest_first().first()

    def with_people(self) -> Self:
        """With the author and the approver, and the system of the runbook."""
        return self.select_related("runbook__system", "author", "approved_by")

    def light(self) -> Self:
        """Without the text, for lists; with the author and the approver."""
        return self.select_related("author", "approved_by").defer("source", "procedure")


class WaiverQuerySet(models.QuerySet["Waiver"]):
    def newest_first(self) -> Self:
        """With the person and the run."""
        return self.select_related("by", "run").order_by("-at", "-pk")


class Runbook(models.Model):
    """A procedure. Its text is in its revisions; title and system follow the newest one: what
    names a run asks its revision. No two titles have one `title_key`
    (`runbooks.library.reading`)."""

    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(max_length=200, unique=True)
    title_key = models.CharField(max_length=800, unique=True)
    system = models.ForeignKey(
        System, on_delete=models.PROTECT, null=True, blank=True, related_name="runbooks"
    )
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = RunbookQuerySet.as_manager()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Revision(models.Model):
    """One text of a runbook, stored byte for byte. Only the approval is ever written later
    (triggers refuse the rest).

    `procedure` is what the parser read when the text was saved
    (`runbooks.procedure.serialization`), `acts` the digest of what of it acts
    (`runbooks.procedure.executable`). For lists, which do not load the procedure, its title and its
    steps are kept beside it (`runbooks.procedure.counting`): a run is named by the title of its
    revision, whatever later ones are called. `approval_reason` is why the approver thinks that it
    will not go wrong as an earlier text did; '' where nothing had.
    """

    runbook = models.ForeignKey(Runbook, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    source = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    procedure = models.JSONField()
    title = models.CharField(max_length=200)
    steps = models.PositiveIntegerField()
    substeps = models.PositiveIntegerField()
    contingency_steps = models.PositiveIntegerField()
    acts = models.CharField(max_length=64, blank=True, db_index=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    summary = models.CharField(max_length=200, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approval_reason = models.TextField(blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["runbook", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["runbook", "number"], name="revision_number_unique"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="revision_approved_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("author")),
                name="revision_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} · revision {self.number}"

    @property
    def step_count(self) -> StepCount:
        return StepCount(self.steps, self.substeps, self.contingency_steps)


class Waiver(models.Model):
    """A locked text was let go on without a change: `run` went wrong in `revision`, and `by`, who
    was not its operator, says why it may be run live again. Append-only by triggers."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="waivers")
    run = models.OneToOneField("runbooks.Run", on_delete=models.PROTECT, related_name="waiver")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField()

    objects = WaiverQuerySet.as_manager()

    class Meta:
        ordering = ["revision", "-at"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"waiver of run {self.run_id}"
