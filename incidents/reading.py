"""An incident, read: the facts that stand at its head. (`listing` reads many.)"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from incidents import words
from incidents.enums import Certainty, Moment, Status
from incidents.models import Incident, IncidentRun, IncidentTime
from inventory import durations
from runbooks.models import Runbook
from runbooks.shelf import Listed, overview


@dataclass(frozen=True)
class Tick:
    """One field of the clock strip; `text` is '' when it is not known yet."""

    moment: Moment
    at: datetime | None
    certainty: str
    text: str


@dataclass(frozen=True)
class Measure:
    """A promise against what happened. `verdict`: "met", "not met", "not known", "running"."""

    name: str
    target: str
    actual: str
    verdict: str


@dataclass(frozen=True)
class LostWindow:
    """What the clock says about the loss: writes from `start` to `end` (aware) are not in what was
    restored. `minutes` is their length, rounded up; `text` its words; `exact`: both ends are."""

    start: datetime
    end: datetime
    minutes: int
    text: str
    exact: bool


def clock(kept: Iterable[IncidentTime]) -> tuple[Tick, ...]:
    """All moments in their usual order, known or not."""
    known = {time.moment: time for time in kept}
    return tuple(_tick(moment, known.get(moment.value)) for moment in Moment)


def _tick(moment: Moment, time: IncidentTime | None) -> Tick:
    if time is None:
        return Tick(moment, None, Certainty.EXACT.value, "")
    return Tick(moment, time.at, time.certainty, words.when(time.at, time.certainty))


def measures(incident: Incident, ticks: Sequence[Tick], at: datetime) -> tuple[Measure, Measure]:
    """RPO and RTO against what happened, at `at`.

    Data lost: from the recovery point to the moment at which writing stopped (or, as long as that
    is not known, began to go wrong), for what was written then is not in what was restored. Time
    lost: from the beginning (or its discovery) to the return to the users (or the restore). The
    promises are those of the system today.
    """
    known = {tick.moment: tick for tick in ticks if tick.at is not None}
    return _data_lost(incident, known), _time_lost(incident, known, at)


def lost_window(ticks: Sequence[Tick]) -> LostWindow | None:
    """From the recovery point to the moment at which the writes stopped; as long as that is not
    known, to the beginning. None while the clock does not say, or where nothing lies between."""
    known = {tick.moment: tick for tick in ticks if tick.at is not None}
    start, end = known.get(Moment.RECOVERY_POINT), _lost_until(known)
    if start is None or start.at is None or end is None or end.at is None:
        return None
    length, said = _between(start, end)
    if not length:
        return None
    exact = {start.certainty, end.certainty} == {Certainty.EXACT.value}
    return LostWindow(start.at, end.at, -(-length // timedelta(minutes=1)), said, exact)


def _lost_until(known: dict[Moment, Tick]) -> Tick | None:
    return _first(known, Moment.WRITES_STOPPED, Moment.BEGAN)


def _first(known: dict[Moment, Tick], *moments: Moment) -> Tick | None:
    return next((known[moment] for moment in moments if moment in known), None)


def _data_lost(incident: Incident, known: dict[Moment, Tick]) -> Measure:
    target = incident.system.rpo
    end, start = _lost_until(known), known.get(Moment.RECOVERY_POINT)
    promised = durations.words(target) if target else ""
    if start is None or end is None:
        return Measure("RPO", promised, "", "not known")
    length, said = _between(start, end)
    return Measure("RPO", promised, said, _verdict(length, target))


def _time_lost(incident: Incident, known: dict[Moment, Tick], at: datetime) -> Measure:
    target = incident.system.rto
    promised = durations.words(target) if target else ""
    start = _first(known, Moment.BEGAN, Moment.NOTICED)
    end = _first(known, Moment.REOPENED, Moment.RESTORED)
    if start is None or start.at is None:
        return Measure("RTO", promised, "", "not known")
    if end is not None:
        length, said = _between(start, end)
        return Measure("RTO", promised, said, _verdict(length, target))
    if incident.status in (Status.RESTORED.value, Status.CLOSED.value):
        return Measure("RTO", promised, "", "not known")
    length = at - start.at
    verdict = _verdict(length, target)
    said = f"{durations.age(at, start.at)} so far"
    return Measure("RTO", promised, said, "running" if verdict == "met" else verdict)


def _between(start: Tick, end: Tick) -> tuple[timedelta, str]:
    """The length in words, with "about" when one end is not exact."""
    if start.at is None or end.at is None:
        raise ValueError("both ends must be known")
    length = max(end.at - start.at, timedelta())
    sure = {start.certainty, end.certainty} == {Certainty.EXACT.value}
    return length, ("" if sure else "about ") + durations.words(length)


def _verdict(length: timedelta, target: timedelta | None) -> str:
    if target is None:
        return "not known"
    return "met" if length <= target else "not met"


def runbooks(incident: Incident) -> list[tuple[Listed, bool]]:
    """The runbooks linked, then the others of the system, by title; each with whether linked."""
    linked = set(incident.runbooks.values_list("pk", flat=True))
    shelf = Runbook.objects.filter(
        Q(system=incident.system_id) | Q(pk__in=linked), archived_at__isnull=True
    )
    told = [(listed, listed.runbook.pk in linked) for listed in overview(shelf)]
    return sorted(told, key=lambda pair: not pair[1])


def runs(incident: Incident) -> QuerySet[IncidentRun]:
    """The runs that answer `incident`, the newest first, each with its runbook. One query."""
    linked = incident.runs.select_related("run__revision__runbook", "linked_by")
    return linked.defer("run__revision__source", "run__revision__procedure").order_by("-run_id")
