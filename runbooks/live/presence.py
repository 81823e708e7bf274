"""Who has a run open. One row an open screen, refreshed while it lives; not part of the log.

Rows, not memory, because the screens of one run may hang on several server processes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from runbooks.enums import RunRole
from runbooks.live import notify
from runbooks.models import Presence


@dataclass(frozen=True)
class OpenScreen:
    """One open connection of one person to one run."""

    run: int
    person: int
    connection: str


@dataclass(frozen=True)
class PersonHere:
    """A person who has the run open, with the role they hold in it (observer: none)."""

    id: int
    name: str
    role: str


@transaction.atomic
def change(*, opened: Collection[OpenScreen], closed: Collection[OpenScreen], at: datetime) -> None:
    """Write the screens that opened, remove those that closed, and wake the other processes."""
    _write(opened, at)
    if closed:
        Presence.objects.filter(connection__in=[screen.connection for screen in closed]).delete()
    for run in sorted({screen.run for screen in (*opened, *closed)}):
        notify.within(run, notify.PRESENCE)


@transaction.atomic
def refresh(*, screens: Collection[OpenScreen], at: datetime) -> None:
    """Say that `screens` are still open, and sweep what dead processes left behind."""
    _write(screens, at)
    Presence.objects.stale(at=at).delete()


def people_in(runs: Iterable[int], *, at: datetime) -> dict[int, tuple[PersonHere, ...]]:
    """For each of `runs` that somebody has open: the people, each once, by name."""
    rows = Presence.objects.fresh(at=at).people_in(runs).distinct()
    people: dict[int, tuple[PersonHere, ...]] = {}
    for run, person, name, role in rows.values_list("run", "person", "person__name", "role"):
        here = PersonHere(person, name, role or RunRole.OBSERVER.value)
        people[run] = (*people.get(run, ()), here)
    return people


def _write(screens: Collection[OpenScreen], at: datetime) -> None:
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
