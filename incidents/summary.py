"""An incident, read: the facts that stand at its head. (`listing` reads many.)"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from incidents import objectives, words
from incidents.enums import Certainty, Kind, Moment, Status
from incidents.models import Incident, IncidentTime
from incidents.objectives import Clock, Figure, Promise, Time
from runbooks.library.queries import ListedRunbook, overview
from runbooks.models import Runbook


@dataclass(frozen=True)
class ClockField:
    """One field of the clock strip; `text` is '' when it is not known yet. `unknown`: why nobody
    can know it."""

    moment: Moment
    at: datetime | None
    certainty: str
    text: str
    unknown: str = ""


@dataclass(frozen=True)
class LostWindow:
    """What the clock says about the loss: writes from `start` to `end` (aware) are not in what was
    restored. `minutes` is their length, rounded up; `text` its words; `exact`: both ends are."""

    start: datetime
    end: datetime
    minutes: int
    text: str
    exact: bool


def clock(kept: Iterable[IncidentTime]) -> tuple[ClockField, ...]:
    """All moments in their usual order, known or not."""
    known = {time.moment: time for time in kept}
    return tuple(_tick(moment, known.get(moment.value)) for moment in Moment)


def _tick(moment: Moment, time: IncidentTime | None) -> ClockField:
    if time is None or time.at is None:
        return ClockField(moment, None, Certainty.EXACT.value, "", time.unknown if time else "")
    return ClockField(moment, time.at, time.certainty, words.when(time.at, time.certainty))


def figures(
    incident: Incident, ticks: Sequence[ClockField], at: datetime, claimed: Collection[Moment] = ()
) -> tuple[Figure, Figure, Figure]:
    """RPO, RTO and MTD as promised when the incident was declared, against its clock at `at`.
    `claimed`: moments that only a run knows."""
    kept = {
        tick.moment: Time(tick.at, tick.certainty == Certainty.EXACT.value, tick.unknown)
        for tick in ticks
        if tick.at is not None or tick.unknown
    }
    known = Clock(Kind(incident.kind), Status(incident.status), kept, frozenset(claimed))
    return objectives.figures(Promise(incident.rpo, incident.rto, incident.mtd), known, at)


def lost_window(incident: Incident, ticks: Sequence[ClockField]) -> LostWindow | None:
    """The data lost as the clock has it. None while the clock does not say, or where nothing lies
    between the recovery point and the last good write."""
    rpo, _, _ = figures(incident, ticks, incident.opened_at)
    if not rpo.actual or rpo.start is None or rpo.end is None:
        return None
    minutes = -(-rpo.actual // timedelta(minutes=1))
    return LostWindow(rpo.start, rpo.end, minutes, rpo.text, rpo.exact)


def runbooks(incident: Incident) -> list[tuple[ListedRunbook, bool]]:
    """The runbooks linked, then the others of the system, by title; each with whether linked. One
    that deletes comes last, linked or not: an incident is seldom answered by a deletion."""
    linked = set(incident.runbooks.values_list("pk", flat=True))
    offered = Q(system=incident.system_id) | Q(pk__in=linked)
    pairs = [
        (listed, listed.runbook.pk in linked)
        for listed in overview(Runbook.objects.active().filter(offered))
    ]
    return sorted(pairs, key=lambda pair: (pair[0].deletes, not pair[1]))
