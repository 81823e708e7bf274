"""What is kept about the end of an incident: losses, who was told, actions.

What somebody stated is never edited. Triggers freeze its columns, and it is corrected by striking
it out with a reason and stating it anew: both stay readable.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from incidents.enums import ActionKind, ActionStatus, Counted, LossOf, LossState, Strength
from inventory.enums import choices


class Statement(models.Model):
    """Who stated it and when; who struck it out, when and why (empty as long as it stands)."""

    stated_at = models.DateTimeField()
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    stated_by_name = models.CharField(max_length=120)
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    struck_by_name = models.CharField(max_length=120, blank=True)
    struck_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


_STANDS_OR_STRUCK = Q(struck_at__isnull=True, struck_by__isnull=True, struck_reason="") | (
    Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(struck_reason="")
)


class LossMeasure(Statement):
    """A loss in numbers (M17 of the story: it was never measured). `amount` is whole and counts
    `what`, in `unit` where that needs a word ("GB", "orders"). Without an amount, or where nobody
    knows what became of it, `reason` says why. The window is UTC, either end may be open."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="losses"
    )
    what = models.CharField(max_length=20, choices=choices(LossOf))
    amount = models.PositiveBigIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=20, choices=choices(LossState))
    counted = models.CharField(max_length=12, choices=choices(Counted))
    reason = models.CharField(max_length=300, blank=True)
    window_start = models.DateTimeField(null=True, blank=True)
    window_end = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["incident", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=_STANDS_OR_STRUCK, name="loss_struck_at_and_by_together"
            ),
            models.CheckConstraint(
                condition=(Q(amount__isnull=False) & ~Q(state=LossState.UNKNOWN.value))
                | ~Q(reason=""),
                name="loss_unknown_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(window_start__isnull=True)
                | Q(window_end__isnull=True)
                | Q(window_start__lte=models.F("window_end")),
                name="loss_window_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.amount} ({self.state})"


class Notification(Statement):
    """Who of those affected was told, and when (UTC); or, with `whom` empty, why nobody is."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="notified"
    )
    whom = models.CharField(max_length=300, blank=True)
    notified_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["incident", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=_STANDS_OR_STRUCK, name="notification_struck_at_and_by_together"
            ),
            models.CheckConstraint(
                condition=(~Q(whom="") & Q(notified_at__isnull=False))
                | (Q(whom="", notified_at__isnull=True) & ~Q(reason="")),
                name="notification_notified_or_nobody",
            ),
        ]

    def __str__(self) -> str:
        return self.whom or f"nobody: {self.reason}"


class ActionItem(models.Model):
    """What is changed so that it does not happen again (M19: lessons ended as slogans). Nobody's
    without an owner, a day and a definition of done, so none of them can be empty. `replaces_luck`:
    it puts a control where luck saved us (M18). `note`: how it was done, or why it was declined."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="actions"
    )
    title = models.CharField(max_length=160)
    kind = models.CharField(max_length=24, choices=choices(ActionKind))
    strength = models.CharField(max_length=12, choices=choices(Strength))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="incident_actions"
    )
    due = models.DateField()
    done_when = models.CharField(max_length=300)
    replaces_luck = models.BooleanField(default=False)
    status = models.CharField(
        max_length=10, choices=choices(ActionStatus), default=ActionStatus.OPEN.value
    )
    note = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["incident", "due", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(done_when=""), name="action_says_when_it_is_done"
            ),
            models.CheckConstraint(
                condition=Q(
                    status=ActionStatus.OPEN.value,
                    settled_at__isnull=True,
                    settled_by__isnull=True,
                )
                | (
                    ~Q(status=ActionStatus.OPEN.value)
                    & Q(settled_at__isnull=False, settled_by__isnull=False)
                ),
                name="action_settled_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return self.title
