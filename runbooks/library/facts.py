"""What the linter is told besides a text: promises and instances of the system, when the runbook
was last run and how long that took, when its text was last looked at. One place for all who lint.

Rules count in days, so `now` is the full hour before `at`: within it, a text that is looked at
again has the same facts, and the same findings (`runbooks.library.linting` remembers them).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, OuterRef, Subquery

from accounts.access import holds
from accounts.enums import Right
from accounts.models import User
from inventory.enums import DataClass
from inventory.models import Change, Copy, Instance, System
from runbooks.enums import RunRole, RunStatus
from runbooks.lint.facts import LintFacts
from runbooks.models import Revision, Run, Runbook

_CONFIDENTIAL = frozenset({DataClass.CONFIDENTIAL.value, DataClass.RESTRICTED.value})
#: What changes a thing so that a text about it may be out of date. A run that freezes a server
#: writes a line of history too, and changes nothing of the kind.
_CHANGING = ("registered", "edited")


@dataclass(frozen=True)
class _SharedFacts:
    """What is the same for every text that is looked at together."""

    instances: Mapping[int, list[Instance]]
    copies: Mapping[int, list[str]]
    changed: Mapping[int, datetime]
    last: Mapping[int, tuple[datetime, timedelta | None]]
    people: frozenset[str]
    unfilled: frozenset[RunRole]


def of_revisions(revisions: Iterable[Revision], *, at: datetime) -> dict[int, LintFacts]:
    """The facts for each revision, by its key, as of `at` (aware). Five queries, however many;
    give them with their runbooks and systems (`select_related`)."""
    kept = list(revisions)
    books = {revision.runbook_id: revision.runbook for revision in kept}
    known = _known([book.system for book in books.values() if book.system], set(books))
    return {
        text.pk: _facts(
            text.runbook.system,
            text.runbook_id,
            known,
            at,
            reviewed=text.approved_at or text.created_at,
            approved=text.approved_at,
        )
        for text in kept
    }


def of_text(system: System | None, runbook: Runbook | None, *, at: datetime) -> LintFacts:
    """The facts for a text that is being written for `system`, as the next revision of `runbook`
    when it is not None: somebody looks at it right now."""
    numbers = {runbook.pk} if runbook else set()
    known = _known([system] if system else [], numbers)
    return _facts(system, runbook.pk if runbook else 0, known, at, reviewed=at, approved=None)


def _facts(
    system: System | None,
    book: int,
    known: _SharedFacts,
    at: datetime,
    *,
    reviewed: datetime,
    approved: datetime | None,
) -> LintFacts:
    drilled_at, restore_time = known.last.get(book, (None, None))
    places = known.instances.get(system.pk, []) if system else []
    return LintFacts(
        rpo=system.rpo if system else None,
        rto=system.rto if system else None,
        mtd=system.mtd if system else None,
        instances=frozenset(place.name for place in places),
        hosts=frozenset(place.host for place in places),
        copies=frozenset(known.copies.get(system.pk, ()) if system else ()),
        people=known.people,
        unfilled=known.unfilled,
        restore_time=restore_time,
        drilled_at=drilled_at,
        drill_every=timedelta(days=settings.DRILL_DAYS),
        reviewed_at=reviewed,
        review_every=timedelta(days=settings.REVIEW_DAYS),
        approved_at=approved,
        changed_at=known.changed.get(system.pk) if system else None,
        confidential=system.data_class in _CONFIDENTIAL if system else None,
        now=at.replace(minute=0, second=0, microsecond=0),
    )


def _known(systems: Iterable[System], books: Iterable[int]) -> _SharedFacts:
    numbers = {system.pk for system in systems}
    instances: dict[int, list[Instance]] = {number: [] for number in numbers}
    for place in Instance.objects.filter(system__in=numbers):
        instances[place.system_id].append(place)
    copies: dict[int, list[str]] = {number: [] for number in numbers}
    kept = Copy.objects.existing().filter(system__in=numbers)
    for number, where in kept.values_list("system", "place").distinct().order_by():
        copies[number].append(where)
    people = User.objects.filter(is_active=True).annotate(
        operates=holds(Right.OPERATE), decides=holds(Right.DECIDE)
    )
    rows = list(people.values_list("name", "operates", "decides"))
    names = frozenset(name for name, _, _ in rows)
    unfilled = set()
    if sum(operates for _, operates, _ in rows) < 2:
        unfilled.add(RunRole.VERIFIER)
    if not any(decides for _, _, decides in rows):
        unfilled.add(RunRole.DECIDER)
    last = _last_runs(books)
    return _SharedFacts(instances, copies, _changed(instances), last, names, frozenset(unfilled))


def _changed(instances: Mapping[int, list[Instance]]) -> dict[int, datetime]:
    """When each system, or one of its instances, was last registered or edited."""
    owners = {place.pk: number for number, places in instances.items() for place in places}
    lines = Change.objects.filter(verb__in=_CHANGING)
    newest = (
        lines.filter(kind="system", object_id__in=instances)
        | lines.filter(kind="instance", object_id__in=owners)
    ).values_list("kind", "object_id")
    changed: dict[int, datetime] = {}
    for kind, number, at in newest.annotate(newest=Max("at")).order_by():
        system = number if kind == "system" else owners[number]
        changed[system] = max(at, changed.get(system, at))
    return changed


def _last_runs(books: Iterable[int]) -> dict[int, tuple[datetime, timedelta | None]]:
    """Of each runbook, when it was last gone through to its end, drill or not, and how long that
    took."""
    completed = Run.objects.filter(
        status=RunStatus.COMPLETED.value, revision__runbook=OuterRef("pk")
    ).order_by("-ended_at", "-pk")
    rows = (
        Runbook.objects.filter(pk__in=set(books))
        .annotate(
            began=Subquery(completed.values("started_at")[:1]),
            ended=Subquery(completed.values("ended_at")[:1]),
        )
        .values_list("pk", "began", "ended")
        .order_by()
    )
    return {book: (end, end - began if began else None) for book, began, end in rows if end}
