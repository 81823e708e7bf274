"""Near misses, read from the logs of all runs: what was refused, what was found wrong in time, and
which gates were opened by an override.

A near miss is a refusal (`move.refused`) or a mismatch (`step.mismatched`) whose event says what a
guard `caught` (`runbooks.enums.Caught`): the wrong target, direction, copy or place, or an account
that can do too much. What is not done yet, mistyped, or not for this person is refused and kept in
the log, and is none; nor is a value that was measured and does not fit. Overrides
(`gate.overridden`) are no near misses either; they are counted beside them, because they show how
often a guard stood in the way of somebody who was right, or thought so.

Blameless (PRODUCT, principle 9): nothing here carries a person's name or account. Who it was stands
in the log of the run, for whoever has a reason to open it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from lib import times
from runbooks.enums import NoticedBy, RunKind, RunStatus
from runbooks.log import blind_values
from runbooks.log.words import ProcedureWords
from runbooks.models import Event, Runbook
from runbooks.models.log import NOTICED_KINDS, EventQuerySet
from runbooks.procedure.guard_names import guard_name
from runbooks.runs.persistence import known, procedure_of

PAGE = 50
_WAYS = {kind: way for way, kind in NOTICED_KINDS.items()}
#: What is shown of an attempt besides its move; the rest (values, reasons) stays in the log.
_PLAIN = ("role", "answer", "gate")
_LIVING = {RunStatus.BRIEFING.value, RunStatus.RUNNING.value, RunStatus.ON_HOLD.value}


@dataclass(frozen=True)
class NearMissFilters:
    """What is looked for; '' and None narrow nothing. `guard` is a key of `guard_names`, `runbook`
    a slug; `since` (aware) is the first moment, `until` the first one after. `noticed_by` None
    means near misses, without overrides."""

    noticed_by: NoticedBy | None = None
    guard: str = ""
    runbook: str = ""
    kind: RunKind | None = None
    run: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def narrow(self, events: EventQuerySet) -> QuerySet[Any]:
        """Those of `events` that the filters let through, each with its `guard`; but for the
        filters on the guard and on the way of noticing."""
        events = events.filter(run=self.run) if self.run is not None else events
        events = events.in_runs(kind=self.kind, runbook=self.runbook)
        return events.between(self.since, self.until).with_guard()

    def matching(self) -> QuerySet[Any]:
        """The events that all the filters let through, each with its `guard`."""
        events = Event.objects.all()
        events = events.noticed_by(self.noticed_by) if self.noticed_by else events.near_misses()
        narrowed = self.narrow(events)
        return narrowed.filter(guard=self.guard) if self.guard else narrowed


class NearMissPlace(NamedTuple):
    """Where a row stands: microseconds since 1970 (UTC), and its primary key."""

    at: int
    pk: int

    def __str__(self) -> str:
        return f"{self.at}-{self.pk}"

    @classmethod
    def read(cls, text: str) -> NearMissPlace | None:
        """The inverse of `str`; None for anything else, such as an address typed by hand."""
        at, _, pk = text.partition("-")
        if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in (at, pk)):
            return None
        return cls(int(at), int(pk))


@dataclass(frozen=True)
class NearMiss:
    """One of them. `step` is its number and title, '' when it was about the run as a whole. `tried`
    is the attempt in words, without what was typed. `sequence` is its line in the log."""

    place: NearMissPlace
    noticed_by: NoticedBy
    at: datetime
    guard: str
    guard_name: str
    run: int
    run_title: str
    kind: RunKind
    runbook: str
    runbook_title: str
    revision: int
    sequence: int
    step_index: int | None
    step: str
    tried: str
    sentence: str
    remedy: str
    caught: str


@dataclass(frozen=True)
class NearMissPage:
    """The newest first. `older` is the place to go on from, None on the last page."""

    rows: tuple[NearMiss, ...]
    older: NearMissPlace | None


@dataclass(frozen=True)
class Tally:
    """The near misses of one guard (`key`) or one runbook (its slug): `n` of them, of which
    `mismatches`; and how many `overrides` beside them."""

    key: str
    name: str
    n: int
    mismatches: int
    overrides: int


@dataclass(frozen=True)
class Tallies:
    """The most frequent first. `n`, `mismatches` and `overrides` are of what the filters let
    through; `guards` leaves the filter on the guard aside and `runbooks` the one on the runbook, so
    that one sees what else there would be."""

    n: int
    mismatches: int
    overrides: int
    guards: tuple[Tally, ...]
    runbooks: tuple[Tally, ...]


def page(
    filters: NearMissFilters,
    *,
    before: NearMissPlace | None = None,
    size: int = PAGE,
    reader: int | None = None,
) -> NearMissPage:
    """The `size` newest before `before` (or of all), as the person with account id `reader` may
    read them: without what they may still have to measure themselves. None is a stranger."""
    events = filters.matching()
    if before is not None:
        # The first condition says nothing new, but an index can be entered with it.
        here = Q(at__lt=before.at) | Q(pk__lt=before.pk)
        events = events.filter(Q(at__lte=before.at) & here)
    events = events.select_related("run__revision__runbook").defer("run__revision__source")
    got = list(events.order_by("-at", "-pk")[: size + 1])
    rows = tuple(_near_miss(event, reader) for event in got[:size])
    return NearMissPage(rows, rows[-1].place if len(got) > size else None)


def tallies(filters: NearMissFilters) -> Tallies:
    """How many there are, by guard and by runbook. Two queries, however many there are."""
    wide = replace(filters, guard="", runbook="")
    counted = (
        wide.narrow(Event.objects.noticed_by(*NoticedBy))
        .order_by()
        .values_list("kind", "guard", "run__revision__runbook")
        .annotate(n=Count("pk"))
    )
    groups = [_Group(_WAYS[kind], guard, runbook, n) for kind, guard, runbook, n in counted]
    books = Runbook.objects.in_bulk({group.runbook for group in groups})
    slugs = {pk: book.slug for pk, book in books.items()}
    of_book = [g for g in groups if filters.runbook in ("", slugs[g.runbook])]
    of_guard = [g for g in groups if filters.guard in ("", g.guard)]
    both = _sums([g for g in of_book if g in of_guard])
    guards = _by(of_book, {g.guard: (g.guard, guard_name(g.guard)) for g in groups}, "guard")
    titles = {pk: (book.slug, book.title) for pk, book in books.items()}
    return Tallies(*both, guards, _by(of_guard, titles, "runbook"))


class _Group(NamedTuple):
    noticed_by: NoticedBy
    guard: str
    runbook: int
    n: int


def _sums(groups: Iterable[_Group]) -> tuple[int, int, int]:
    """Near misses, mismatches among them, overrides."""
    by: Counter[NoticedBy] = Counter()
    for group in groups:
        by[group.noticed_by] += group.n
    mismatches = by[NoticedBy.MISMATCH]
    return by[NoticedBy.REFUSAL] + mismatches, mismatches, by[NoticedBy.OVERRIDE]


def _by(
    groups: list[_Group], names: Mapping[Any, tuple[str, str]], field: str
) -> tuple[Tally, ...]:
    tallies = [
        Tally(key, name, *_sums(g for g in groups if getattr(g, field) == value))
        for value, (key, name) in names.items()
    ]
    kept = [tally for tally in tallies if tally.n or tally.overrides]
    return tuple(sorted(kept, key=lambda tally: (-tally.n, -tally.overrides, tally.name)))


def _near_miss(event: Any, reader: int | None) -> NearMiss:
    """`event` with its `guard`, for `reader`."""
    run, data = event.run, json.loads(event.text)["data"]
    noticed_by, step = _WAYS[event.kind], data.get("step")
    return NearMiss(
        place=NearMissPlace(event.at, event.pk),
        noticed_by=noticed_by,
        at=times.from_microseconds(event.at),
        guard=event.guard,
        guard_name=guard_name(event.guard),
        run=run.pk,
        run_title=run.title,
        kind=RunKind(run.kind),
        runbook=run.revision.runbook.slug,
        runbook_title=run.revision.title,
        revision=run.revision.number,
        sequence=event.sequence,
        step_index=step,
        step=ProcedureWords(procedure_of(run)).step(step),
        tried=_tried(noticed_by, data),
        sentence=_sentence(event, noticed_by, data, reader),
        remedy=str(data.get("remedy", "")),
        caught=str(data.get("caught") or "").replace("-", " "),
    )


def _tried(noticed_by: NoticedBy, data: Mapping[str, Any]) -> str:
    if noticed_by is NoticedBy.MISMATCH:
        return "values that do not fit"
    if noticed_by is NoticedBy.OVERRIDE:
        return "override"
    sent: Mapping[str, str] = data.get("tried") or {}
    plain = [f"{name} {sent[name]}" for name in _PLAIN if sent.get(name)]
    return ", ".join([str(data.get("move", "")).replace("_", " "), *plain])


def _sentence(
    event: Event, noticed_by: NoticedBy, data: Mapping[str, Any], reader: int | None
) -> str:
    if noticed_by is NoticedBy.REFUSAL:
        return str(data.get("sentence", ""))
    if noticed_by is NoticedBy.OVERRIDE:
        return str(data.get("reason", ""))
    hidden = frozenset[int]()
    if event.run.status in _LIVING:
        hidden = blind_values.steps(known(event.run), reader)
    return "Shown after your own measurement." if data.get("step") in hidden else str(data["why"])
