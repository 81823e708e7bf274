"""Who has a run open. One row an open screen, refreshed while it lives; not part of the log.

Rows, not memory, because the screens of one run may hang on several server processes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Subquery

from runbooks.enums import RunRole
from runbooks.live import notify
from runbooks.models import Presence, RunPerson

FRESH_FOR = timedelta(seconds=30)  # three missed refreshes: the process that held the screen died


@dataclass(frozen=True)
class Screen:
    """One open connection of one person to one run."""

    run: int
    person: int
    connection: str


@dataclass(frozen=True)
class Here:
    """A person who has the run open, with the role they hold in it (observer: none)."""

    id: int
    name: str
    role: str


@transaction.atomic
def change(*, opened: Collection[Screen], closed: Collection[Screen], at: datetime) -> None:
    """Write the screens that opened, remove those that closed, and wake the other processes."""
    _write(opened, at)
    if closed:
        Presence.objects.filter(connection__in=[screen.connection for screen in closed]).delete()
    for run in sorted({screen.run for screen in (*opened, *closed)}):
        notify.within(run, notify.PRESENCE)


@transaction.atomic
def refresh(*, screens: Collection[Screen], at: datetime) -> None:
    """Say that `screens` are still open, and sweep what dead processes left behind."""
    _write(screens, at)
    Presence.objects.filter(seen_at__lt=at - FRESH_FOR).delete()


def people(runs: Iterable[int], *, at: datetime) -> dict[int, tuple[Here, ...]]:
    """For each of `runs` that somebody has open: the people, each once, by name."""
    role = RunPerson.objects.filter(run=OuterRef("run"), person=OuterRef("person")).values("role")
    rows = (
        Presence.objects.filter(run__in=list(runs), seen_at__gte=at - FRESH_FOR)
        .annotate(role=Subquery(role[:1]))
        .order_by("person__name", "person")
        .values_list("run", "person", "person__name", "role")
        .distinct()
    )
    found: dict[int, tuple[Here, ...]] = {}
    for run, person, name, held in rows:
        found[run] = (*found.get(run, ()), Here(person, name, held or RunRole.OBSERVER.value))
    return found


def _write(screens: Collection[Screen], at: datetime) -> None:
    """An upsert, because a refresh may find its row swept: a suspended machine wakes up late."""
    Presence.objects.bulk_create(
        [
            Presence(run_id=s.run, person_id=s.person, connection=s.connection, seen_at=at)
            for s in screens
        ],
        update_conflicts=True,
        unique_fields=["connection"],
        update_fields=["seen_at"],
    )
