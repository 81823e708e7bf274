"""The log of a run, the files that belong to it, and who has it open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    Func,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Expression, RawSQL
from django.db.models.functions import Coalesce, NullIf
from django.db.models.sql.compiler import SQLCompiler

from lib import times
from runbooks.enums import NoticedBy, RunKind
from runbooks.models.runs import Run, RunPerson
from runbooks.procedure.guard_names import OF_GATE, RULES

#: Kinds of events that the page of near misses reads: few among many, found by an index of theirs.
MISSED = ("move.refused", "step.mismatched", "gate.overridden")
NOTICED_KINDS: dict[NoticedBy, str] = dict(zip(NoticedBy, MISSED, strict=True))
#: The condition of their index, letter for letter: a planner takes a partial index when it sees the
#: same condition in the query, and SQLite does not see it in a list of parameters.
_INDEXED = RawSQL(  # noqa: S611 - a fixed text
    "runbooks_event.kind IN ({})".format(", ".join(f"'{kind}'" for kind in MISSED)),
    (),
    BooleanField(),
)
#: A screen that gave no sign of life for as long is gone: three refreshes are missing.
FRESH_FOR = timedelta(seconds=30)


Sql = tuple[str, tuple[str | int, ...]]


class EventText(Func):
    """The text `name` in the data of an event, asked of the database; NULL when there is none.
    Not by `KeyTextTransform`, which takes what it is compared with for JSON, too."""

    arity = 1
    output_field = TextField()

    def __init__(self, name: str, *expressions: Expression | str) -> None:
        self.name = name
        super().__init__(*(expressions or ("text",)))

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Sql:
        template = f"JSON_EXTRACT(%(expressions)s, '$.data.{self.name}')"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Sql:
        template = f"(%(expressions)s::json #>> '{{data,{self.name}}}')"
        return self.as_sql(compiler, connection, template=template, **context)


class EventQuerySet(models.QuerySet["Event"]):
    """What is asked of near misses stands in the hashed texts, not in columns: the text is read as
    JSON where it lies, of the few events that the index of `MISSED` finds."""

    def noticed_by(self, *ways: NoticedBy) -> Self:
        """Events in which something was caught, or a gate overridden, in one of these ways."""
        events = self.filter(_INDEXED)
        if len(set(ways)) < len(NoticedBy):
            events = events.filter(kind__in=[NOTICED_KINDS[way] for way in ways])
        if set(ways) == {NoticedBy.OVERRIDE}:
            return events
        caught = Q(caught__gt="") | Q(kind=NOTICED_KINDS[NoticedBy.OVERRIDE])
        return events.alias(caught=EventText("caught")).filter(caught)

    def near_misses(self) -> Self:
        return self.noticed_by(NoticedBy.REFUSAL, NoticedBy.MISMATCH)

    def with_guard(self) -> models.QuerySet[Any]:
        """With the `guard` of each: the key that it names, else that of the gate that was opened by
        an override."""
        gates = [
            When(Q(gate=gate) | Q(gate__startswith=f"{gate}:"), Value(key))
            for gate, key in OF_GATE.items()
        ]
        return self.alias(gate=EventText("gate")).annotate(
            guard=Coalesce(
                NullIf(EventText("guard"), Value("")),
                Case(*gates, default=None, output_field=TextField()),
                NullIf(EventText("gate"), Value("")),
                Value(RULES),
                output_field=TextField(),
            )
        )

    def in_runs(self, *, kind: RunKind | None = None, runbook: str = "") -> Self:
        """Events of runs of this kind and of the runbook with this slug; '' and None narrow
        nothing."""
        runs = Run.objects.filter(pk=OuterRef("run"))
        runs = runs.filter(kind=kind.value) if kind else runs
        runs = runs.filter(revision__runbook__slug=runbook) if runbook else runs
        # Asked of each event, and not by a join, which would let a planner begin with the runs.
        return self.filter(Exists(runs)) if kind or runbook else self

    def between(self, since: datetime | None, until: datetime | None) -> Self:
        """From `since` (aware) on, before `until`; None is no limit."""
        events = self.filter(at__gte=times.microseconds(since)) if since else self
        return events.filter(at__lt=times.microseconds(until)) if until else events


class PresenceQuerySet(models.QuerySet["Presence"]):
    def fresh(self, *, at: datetime) -> Self:
        """Screens that were open at `at`, as far as anybody knows."""
        return self.filter(seen_at__gte=at - FRESH_FOR)

    def stale(self, *, at: datetime) -> Self:
        """What dead processes left behind."""
        return self.filter(seen_at__lt=at - FRESH_FOR)

    def people_in(self, runs: Iterable[int]) -> models.QuerySet[Any]:
        """Screens of `runs` by the names of their people, each with the `role` in the run."""
        role = RunPerson.objects.filter(run=OuterRef("run"), person=OuterRef("person"))
        here = self.filter(run__in=list(runs)).annotate(role=Subquery(role.values("role")[:1]))
        return here.order_by("person__name", "person")


class Event(models.Model):
    """One line of a run's log. Append-only by triggers (rows and TRUNCATE).

    `text` is the exact canonical JSON that was hashed; `digest` is
    SHA-256(previous digest as hex ‖ text). The columns beside it repeat what `text` says, so that
    it can be searched; `runs.replay.verify` compares them. `at` is microseconds since 1970, UTC.
    `key` is the idempotency key of the move, on the first event it caused.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    at = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, null=True, blank=True)
    text = models.TextField()
    digest = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["run", "sequence"]
        indexes = [
            models.Index(fields=["-at", "-id"], condition=Q(kind__in=MISSED), name="event_missed")
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "sequence"], name="event_sequence_unique"),
            models.UniqueConstraint(fields=["run", "key"], name="event_key_unique"),
        ]

    def __str__(self) -> str:
        return f"run {self.run_id} event {self.sequence}: {self.kind}"


class SentKey(models.Model):
    """What was sent with the move that used an idempotency key, as a keyed digest; see
    `runbooks.runs.idempotency_keys`. Not part of the log: removed after seven days, and with the
    text it is of."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="sent_keys")
    key = models.CharField(max_length=64)
    secret = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="sent_key_unique"),
        ]

    def __str__(self) -> str:
        return f"run {self.run_id}, key {self.key}"


class Evidence(models.Model):
    """A file kept with a run: written once, named by its digest, never overwritten."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="evidence")
    step = models.PositiveIntegerField(null=True, blank=True)
    file = models.FileField(max_length=200)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["run", "pk"]
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(fields=["run", "sha256", "name"], name="evidence_once_per_run")
        ]

    def __str__(self) -> str:
        return self.name


class Presence(models.Model):
    """An open screen of a run: one row a connection, refreshed while it lives. Not logged."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="presence")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    connection = models.CharField(max_length=40, unique=True)
    seen_at = models.DateTimeField(db_index=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "presence"

    def __str__(self) -> str:
        return f"{self.person_id} at run {self.run_id}"
