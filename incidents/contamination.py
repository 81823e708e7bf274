"""How long production wrote on wrong data: a clock that runs until the writes are stopped.

Every minute of it is data that somebody has to sort afterwards into right and wrong (M8 of the
story: the writers went on for hours). So the page of the incident shows it before anything else,
and what a run says about stopped writers can be taken over with one press.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from incidents.enums import Certainty, Kind, Moment, Status
from incidents.models import Incident
from incidents.reading import Tick
from inventory import durations, times
from runbooks.models import Event, RunParameter

FROZEN = "instance.frozen"
MOST = 3  # stops that are offered
_WRONG_DATA = {Kind.DATA_LOSS.value, Kind.CORRUPTION.value}
_UNDER_WAY = {Status.OPEN.value, Status.CONTAINED.value}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stop:
    """What run number `run` says: the writers of the instance `name` were stopped `at`. `time` is
    that for people, and `typed` for a form field."""

    at: datetime
    run: int
    name: str
    time: str
    typed: str


@dataclass(frozen=True)
class Contamination:
    """Writes on wrong data from `since` to `until` (aware); None: they still go on, and `stops` are
    what the runs say about that. `since_text` has its certainty; `length` is to the minute, "about"
    when one end is not exact."""

    since: datetime
    until: datetime | None
    since_text: str
    length: str
    stops: tuple[Stop, ...] = ()

    @property
    def running(self) -> bool:
        return self.until is None


def contamination(incident: Incident, ticks: Sequence[Tick], at: datetime) -> Contamination | None:
    """The contaminated writes of `incident` as known `at`, from its clock.

    They begin with the incident, or its discovery while the beginning is not known, and end when
    the writes are stopped. None where nothing was written on wrong data (a near miss, a good
    catch), and where nobody wrote down when the writes stopped before all was restored. Two queries
    while they go on, else none.
    """
    known = {tick.moment: tick for tick in ticks if tick.at is not None}
    start = known.get(Moment.BEGAN) or known.get(Moment.NOTICED)
    if incident.kind not in _WRONG_DATA or start is None or start.at is None:
        return None
    stop = known.get(Moment.WRITES_STOPPED)
    restored = {Moment.RESTORED, Moment.REOPENED} & known.keys()
    if stop is None and (restored or incident.status not in _UNDER_WAY):
        return None
    end = stop.at if stop and stop.at else None
    if end is not None and end < start.at:
        return None  # it was noticed after the stop, and nobody knows yet when it began
    ends = (start, stop) if stop else (start,)
    about = "" if all(tick.certainty == Certainty.EXACT.value for tick in ends) else "about "
    length = about + _minutes((end or at) - start.at)
    said = () if end else _stops(incident, start.at)
    return Contamination(start.at, end, start.text, length, said)


def _minutes(length: timedelta) -> str:
    """To the minute, rounded down; the script beside the page writes the same."""
    whole = timedelta(minutes=length // timedelta(minutes=1))
    return durations.words(whole) if whole > timedelta() else "less than 1 min"


def _stops(incident: Incident, since: datetime) -> tuple[Stop, ...]:
    """When the runs of `incident` stopped the writers of an instance of its system, each instance
    the first time at or after `since`; the earliest first."""
    linked = incident.runs.values("run")
    events = Event.objects.filter(kind=FROZEN, run__in=linked).order_by("at", "pk")
    chosen = RunParameter.objects.filter(run__in=linked, instance__system=incident.system_id)
    own = {(run, name): pk for run, name, pk in chosen.values_list("run", "name", "instance")}
    first: dict[int, Stop] = {}
    for event in events:
        at = _EPOCH + timedelta(microseconds=event.at)
        data = json.loads(event.text)["data"]
        instance = own.get((event.run_id, data["parameter"]))
        if instance is not None and at >= since and instance not in first:
            words, exact = times.stamp(at), times.typed(at)
            first[instance] = Stop(at, event.run_id, data["name"], words, exact)
    return tuple(first.values())[:MOST]
