"""What the hub reads: the new events of the runs that somebody watches, and who has them open."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db.models import Q

from runbooks.live import presence
from runbooks.models import Event


@dataclass
class News:
    """Of one run: `events` as (sequence, kind) in order, `people` as the JSON that is sent.
    `messages`: what was made of the events for those who knew up to a sequence. Most viewers stand
    at the same one, and the message is made once for all of them."""

    events: list[tuple[int, str]] = field(default_factory=list)
    people: str = ""
    messages: dict[int, bytes] = field(default_factory=dict)


def news(positions: Mapping[int, int], *, at: datetime) -> dict[int, News]:
    """For each run of `positions` (run → last sequence known): what came after it. Two queries.

    Asked by run and sequence, never by the table's own key: keys are given out before commit and
    may appear out of order, while a sequence is given under the run's lock and has no gaps.
    """
    by_run = {run: News() for run in positions}
    wanted = Q(pk__in=[])
    for run, sequence in positions.items():
        wanted |= Q(run=run, sequence__gt=sequence)
    rows = Event.objects.filter(wanted).order_by("run", "sequence")
    for run, sequence, kind in rows.values_list("run", "sequence", "kind"):
        by_run[run].events.append((sequence, kind))
    here = presence.people_in(positions, at=at)
    for run, item in by_run.items():
        item.people = json.dumps({"people": [asdict(person) for person in here.get(run, ())]})
    return by_run
