"""What the SQL of the product says, asked of the models. Tests hold that both answer the same, and
lines of the benchmark that the SQL is needed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.enums import Right
from accounts.models import User
from incidents.models import Incident
from inventory.models import System
from runbooks.models import Event, Presence, Run, sql


def lock(run_id: int, key: str | None) -> tuple[Run, sql.Before | None]:
    """`sql.lock`, without the moment."""
    run = Run.objects.select_for_update().get(pk=run_id)
    return run, sql.before(run, key) if key else None


def glance(run_id: int, since: datetime) -> tuple[Run, tuple[int, ...]]:
    """`sql.glance`, without the moment."""
    here = Presence.objects.filter(run=run_id, seen_at__gte=since).values_list("person", flat=True)
    return Run.objects.get(pk=run_id), tuple(sorted(set(here)))


def system_of(run: Run) -> System | None:
    """`sql.system_of`."""
    return System.objects.filter(runbooks__revisions=run.revision_id).first()


def lines(run: Run, *, last: int) -> list[Event]:
    """`sql.lines`."""
    shown = Q(sequence__gt=run.sequence - last) | Q(kind__in=sql.STILL_SHOWN)
    return list(Event.objects.filter(shown, run=run.pk).order_by("-sequence"))


def names(wanted: Collection[int]) -> list[tuple[int, str, str, bool]]:
    """`sql.names`."""
    people = holding(Right.OPERATE).filter(Q(operates=True) | Q(pk__in=wanted))
    return list(people.order_by("name", "pk").values_list("pk", "name", "initials", "operates"))


def holding(right: Right) -> QuerySet[Any]:
    """Everybody, with `operates` as `accounts.access.holds` says it."""
    app, codename = right.value.split(".")
    permission = Permission.objects.filter(content_type__app_label=app, codename=codename)
    held = Q(group__user=OuterRef("pk")) | Q(user=OuterRef("pk"))
    return User.objects.annotate(operates=Q(Exists(permission.filter(held)), is_active=True))


def rights(person: int) -> set[str]:
    """What `accounts.backend.Backend.get_user` loads."""
    held = Permission.objects.filter(Q(group__user=person) | Q(user=person))
    return {
        f"{app}.{name}" for app, name in held.values_list("content_type__app_label", "codename")
    }


def logs() -> Iterator[tuple[Any, ...]]:
    """`sql.LOGS`."""
    names = ("sequence", "kind", "at", "by", "text", "digest")
    columns = [F(f"events__{name}") for name in names]
    runs = Run.objects.order_by("pk", "events__sequence").values_list("pk", *columns)
    return iter(runs)


def linked() -> dict[int, int]:
    """How many runs are linked to each incident."""
    counted = Incident.objects.annotate(linked=Count("runs")).order_by()
    return dict(counted.values_list("pk", "linked"))
