"""Incidents in bulk. Written past the verbs, which would take hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

from bench.people import Cast
from bench.prose import prose
from incidents.enums import Certainty, Kind, Moment, Severity, Status
from incidents.models import Incident, IncidentTime
from inventory import systems
from inventory.enums import DataClass
from inventory.models import System

SYSTEMS = 40
WORDS = 100  # of what happened
YEARS = 5
NEWEST = datetime(2026, 11, 1, tzinfo=UTC)
BATCH = 2000


def fill(cast: Cast, count: int) -> None:
    """Write `count` incidents with the time of noticing, spread evenly over five years.

    One of fifty is still open or contained or restored; the others are closed.
    """
    random = Random(count)
    kept = [_system(cast, number) for number in range(SYSTEMS)]
    rows = _incidents(random, cast, kept, count)
    while batch := list(islice(rows, BATCH)):
        written = Incident.objects.bulk_create(batch)
        IncidentTime.objects.bulk_create(
            IncidentTime(
                incident=incident,
                moment=Moment.NOTICED.value,
                at=incident.opened_at - timedelta(minutes=20),
                certainty=Certainty.EXACT.value,
            )
            for incident in written
        )


def _system(cast: Cast, number: int) -> System:
    name = f"bench-system-{number}"
    system = System.objects.filter(name=name).first()
    return system or systems.register(
        name=name,
        owner=cast.operator,
        data_class=DataClass.INTERNAL,
        rpo=timedelta(hours=1),
        rto=timedelta(hours=4),
        mtd=timedelta(days=2),
        by=cast.operator,
        at=NEWEST - timedelta(days=366 * YEARS),
    )


def _incidents(random: Random, cast: Cast, kept: list[System], count: int) -> Iterator[Incident]:
    pause = timedelta(days=365 * YEARS) / count
    living = [Status.OPEN.value, Status.CONTAINED.value, Status.RESTORED.value]
    severities, kinds = [s.value for s in Severity], [k.value for k in Kind]
    for number in range(count):
        opened = NEWEST - pause * (count - number)
        status = random.choice(living) if number % 50 == 0 else Status.CLOSED.value
        yield Incident(
            title=f"Incident {number}: {prose(random, 6)}",
            kind=random.choice(kinds),
            severity=random.choice(severities),
            status=status,
            system=random.choice(kept),
            what_happened=prose(random, WORDS),
            opened_at=opened,
            opened_by=cast.operator,
            closed_at=opened + timedelta(hours=9) if status == Status.CLOSED.value else None,
        )
