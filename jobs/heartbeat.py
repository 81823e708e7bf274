"""Whether the background is alive: when its parts were last seen at work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q

from jobs.models import Heartbeat

#: A part writes no more often than this; it is written every few seconds otherwise.
EVERY = timedelta(seconds=15)
#: After so long without a sign, people are told.
LATE = timedelta(minutes=3)


class BackgroundPart(StrEnum):
    """The sweep (beat, broker and a worker are alive), and a job being worked on."""

    SWEEP = "sweep"
    WORK = "work"


@dataclass(frozen=True)
class LastHeartbeat:
    """`at`: the last sign of life of any part, None for never. `late`: people should be told, in
    the words of `sentence`. `age`: how long ago that was, None for never."""

    at: datetime | None
    age: timedelta | None
    late: bool
    sentence: str


def beat(part: BackgroundPart, *, at: datetime) -> None:
    """`part` is at work at `at`. Writes only when the last sign is a while ago."""
    row, new = Heartbeat.objects.get_or_create(part=part.value, defaults={"seen_at": at})
    if not new and (row.seen_at > at or row.seen_at <= at - EVERY):
        stale = Q(seen_at__gt=at) | Q(seen_at__lte=at - EVERY)
        Heartbeat.objects.filter(stale, part=part.value).update(seen_at=at)


def last_heartbeat(at: datetime) -> LastHeartbeat:
    """What was seen of the background, as of `at`. One query.

    Any part counts: while long jobs keep every worker busy, no sweep gets its turn.
    """
    seen = max((row.seen_at for row in Heartbeat.objects.all()), default=None)
    if seen is None:
        return LastHeartbeat(None, None, True, "The background has never been seen at work.")
    age = max(at - seen, timedelta(0))
    if age < LATE:
        return LastHeartbeat(seen, age, False, "The background is at work.")
    minutes = int(age.total_seconds()) // 60
    length = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
    return LastHeartbeat(seen, age, True, f"The background has not been seen at work for {length}.")
