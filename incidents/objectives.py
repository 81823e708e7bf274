"""Promise and outcome of an incident: RPO, RTO and MTD against what its clock says. Pure.

One rule for every page, list and program: a moment that nobody set is unknown, moments in the wrong
order are invalid, and neither is ever zero or "met".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from incidents.enums import Kind, Moment, Status
from incidents.lifecycle import ORDER, WRONG_DATA
from lib import times
from lib.units import durations


class Outcome(StrEnum):
    """How a promise came out."""

    MET = "met"
    NOT_MET = "not met"
    UNKNOWN = "unknown"
    INVALID = "invalid"


@dataclass(frozen=True)
class Promise:
    """What was promised of the system when the incident was declared; None where nothing was."""

    rpo: timedelta | None = None
    rto: timedelta | None = None
    mtd: timedelta | None = None


@dataclass(frozen=True)
class Time:
    """A moment of the clock (aware); `at` None: somebody said why it is `unknown`."""

    at: datetime | None
    exact: bool = True
    unknown: str = ""


@dataclass(frozen=True)
class Clock:
    """What an incident knows of its times. `claimed`: moments that a run of it knows and the
    incident does not have; they end no figure, but nothing is counted on past them."""

    kind: Kind
    status: Status
    times: Mapping[Moment, Time]
    claimed: frozenset[Moment] = frozenset()

    def first(self, *moments: Moment) -> tuple[Moment, datetime] | None:
        """The first of `moments` that is known, with its time."""
        for moment in moments:
            time = self.times.get(moment)
            if time is not None and time.at is not None:
                return moment, time.at
        return None

    @property
    def lost_data(self) -> bool:
        """Whether data was lost or damaged; not for a near miss or a good catch."""
        return self.kind in WRONG_DATA


@dataclass(frozen=True)
class Figure:
    """One promise and what became of it. `actual` is None unless its two ends are known and in
    order; while `running` it is the time that has passed so far. `text` is `actual` in words,
    "about" unless both ends are `exact`; `why` says in a sentence what was compared, or what is
    missing or wrong. `start` and `end` (aware) are the ends of `actual`, `end` None while running.
    """

    name: str
    target: timedelta | None
    actual: timedelta | None
    state: Outcome
    why: str
    text: str = ""
    running: bool = False
    start: datetime | None = None
    end: datetime | None = None
    exact: bool = False

    @property
    def target_text(self) -> str:
        return durations.words(self.target) if self.target is not None else ""

    @property
    def verdict(self) -> str:
        """The state in one or two words, as people read it."""
        if self.running and self.state is Outcome.UNKNOWN:
            return "running"
        return self.state.value


_UNDER_WAY = frozenset({Status.OPEN, Status.CONTAINED})
_BACK = (Moment.REOPENED, Moment.RESTORED)
_DATA = frozenset({Moment.RECOVERY_POINT, Moment.WRITES_STOPPED, Moment.BEGAN, Moment.RESTORED})
_TIME = frozenset({Moment.BEGAN, Moment.NOTICED, Moment.RESTORED, Moment.REOPENED})


def figures(promise: Promise, clock: Clock, at: datetime) -> tuple[Figure, Figure, Figure]:
    """RPO, RTO and MTD of an incident as its `clock` stands at `at` (aware).

    Data lost: from the recovery point to the last good write, which is the moment the writes
    stopped, or as long as nobody set it, the moment the incident was noticed. Time away: from the
    beginning, or its discovery, to back in service, or as long as nobody set it, to the restore.
    """
    return (
        _data_lost(promise.rpo, clock),
        _time_away("RTO", promise.rto, clock, at),
        _time_away("MTD", promise.mtd, clock, at),
    )


def _data_lost(target: timedelta | None, clock: Clock) -> Figure:
    start = clock.first(Moment.RECOVERY_POINT)
    end = clock.first(Moment.WRITES_STOPPED, Moment.NOTICED)
    if start is None:
        return _unknown("RPO", target, _missing(clock, Moment.RECOVERY_POINT))
    if end is None:
        return _unknown("RPO", target, _missing(clock, Moment.WRITES_STOPPED))
    return _compared("RPO", target, clock, start, end, _DATA)


def _time_away(name: str, target: timedelta | None, clock: Clock, at: datetime) -> Figure:
    start = clock.first(Moment.BEGAN, Moment.NOTICED)
    end = clock.first(*_BACK)
    if start is None:
        return _unknown(name, target, _missing(clock, Moment.NOTICED))
    if end is not None:
        return _compared(name, target, clock, start, end, _TIME)
    ended = clock.status not in _UNDER_WAY or clock.claimed.intersection(_BACK)
    stated = any(moment in clock.times for moment in _BACK)
    if ended or stated or not clock.lost_data:
        return _unknown(name, target, _missing(clock, *_BACK))
    return _so_far(name, target, start, at)


def _so_far(
    name: str, target: timedelta | None, start: tuple[Moment, datetime], at: datetime
) -> Figure:
    moment, since = start
    if since > at:
        return Figure(name, target, None, Outcome.INVALID, f"“{moment.value}” is in the future.")
    length = at - since
    over = target is not None and length > target
    return Figure(
        name,
        target,
        length,
        Outcome.NOT_MET if over else Outcome.UNKNOWN,
        f"Still running since “{moment.value}”, {times.stamp(since)}.",
        f"{durations.age(at, since)} so far",
        running=True,
        start=since,
    )


def _compared(
    name: str,
    target: timedelta | None,
    clock: Clock,
    start: tuple[Moment, datetime],
    end: tuple[Moment, datetime],
    among: frozenset[Moment],
) -> Figure:
    for wrong in _disorder(clock, among, start, end):
        return Figure(name, target, None, Outcome.INVALID, wrong)
    length = end[1] - start[1]
    exact = clock.times[start[0]].exact and clock.times[end[0]].exact
    why = f"From “{start[0].value}” to “{end[0].value}”."
    if end[0] is Moment.NOTICED:
        why = f"{why[:-1]}: nobody set when the writes stopped."
    if target is None:
        state, why = Outcome.UNKNOWN, f"{why} The system had no {name} to compare with."
    else:
        state = Outcome.MET if length <= target else Outcome.NOT_MET
    text = ("" if exact else "about ") + durations.words(length)
    return Figure(name, target, length, state, why, text, start=start[1], end=end[1], exact=exact)


def _disorder(
    clock: Clock,
    among: frozenset[Moment],
    start: tuple[Moment, datetime],
    end: tuple[Moment, datetime],
) -> Iterator[str]:
    """A sentence for each pair of moments in the wrong order that the figure depends on."""
    pairs = [(start[0], end[0]), *(pair for pair in ORDER if among.issuperset(pair))]
    for pair in dict.fromkeys(pairs):
        known = [clock.first(moment) for moment in pair]
        if known[0] and known[1] and known[0][1] > known[1][1]:
            yield (
                f"“{pair[0].value}” ({times.stamp(known[0][1])}) is after “{pair[1].value}”"
                f" ({times.stamp(known[1][1])}). Correct one of the two."
            )


def _unknown(name: str, target: timedelta | None, why: str) -> Figure:
    return Figure(name, target, None, Outcome.UNKNOWN, why)


def _missing(clock: Clock, *moments: Moment) -> str:
    """Why the figure is unknown: the reason that somebody gave, or that nobody set the time."""
    if not clock.lost_data:
        return f"A {clock.kind.value}: nothing had to be restored."
    reasons = [clock.times[m].unknown for m in moments if m in clock.times]
    if reasons:
        return f"Unknown because {reasons[0]}"
    names = " or ".join(f"“{moment.value}”" for moment in moments)
    if clock.claimed.intersection(moments):
        return f"A run knows {names}: use its time, or set another."
    return f"Nobody set {names}."
