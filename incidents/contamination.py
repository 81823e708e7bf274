"""How long production wrote on wrong data: a clock that runs until the writes are stopped.

Every minute of it is data that somebody has to sort afterwards into right and wrong (M8 of the
story: the writers went on for hours). So the page of the incident shows it before anything else,
and stops counting as soon as a run knows that the writers were stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.enums import Certainty, Moment, Status
from incidents.lifecycle import WRONG_DATA
from incidents.models import Incident
from incidents.offers import Offer
from incidents.summary import ClockField
from lib.units import durations

_UNDER_WAY = {Status.OPEN.value, Status.CONTAINED.value}
_ENDS = (Moment.WRITES_STOPPED, Moment.RESTORED, Moment.REOPENED)


@dataclass(frozen=True)
class Contamination:
    """Writes on wrong data from `since` to `until` (aware). `since_text` has its certainty.
    `length` is to the minute, "about" when one end is not exact, "at most" when nobody set when the
    writes stopped and `ended_by` is the restore. Without `until` they still go on (`running`), or
    end with what a run says and nobody used yet (`claim`)."""

    since: datetime
    until: datetime | None
    since_text: str
    length: str
    ended_by: Moment | None = None
    claim: Offer | None = None

    @property
    def running(self) -> bool:
        return self.until is None and self.claim is None


def contamination(
    incident: Incident, ticks: Sequence[ClockField], offers: Sequence[Offer], at: datetime
) -> Contamination | None:
    """The contaminated writes of `incident` as known `at`, from its clock and what its runs offer.

    They begin with the incident, or its discovery while the beginning is not known, and end when
    the writes are stopped, with the restore at the latest. None where nothing was written on wrong
    data (a near miss, a good catch), and where nobody knows when they ended.
    """
    known = {tick.moment: tick for tick in ticks if tick.at is not None}
    start = known.get(Moment.BEGAN) or known.get(Moment.NOTICED)
    if incident.kind not in WRONG_DATA or start is None or start.at is None:
        return None
    end = next((known[moment] for moment in _ENDS if moment in known), None)
    if end is not None and end.at is not None:
        if end.at < start.at:
            return None  # it was noticed after the stop, and nobody knows yet when it began
        most = "" if end.moment is Moment.WRITES_STOPPED else "at most "
        length = most + _about(start, end) + _minutes(end.at - start.at)
        return Contamination(start.at, end.at, start.text, length, end.moment)
    if incident.status not in _UNDER_WAY or any(t.unknown for t in ticks if t.moment in _ENDS):
        return None
    claim = _claim(offers)
    length = _about(start) + _minutes((claim.fact.time if claim else at) - start.at)
    return Contamination(start.at, None, start.text, length, claim=claim)


def _claim(offers: Sequence[Offer]) -> Offer | None:
    """What a run says about the end: the first stop of the writers, else the restore."""
    ends = [offer for offer in offers if offer.fact.moment in _ENDS]
    return min(ends, key=lambda o: (_ENDS.index(o.fact.moment), o.fact.time), default=None)


def _about(*ends: ClockField) -> str:
    return "" if all(tick.certainty == Certainty.EXACT.value for tick in ends) else "about "


def _minutes(length: timedelta) -> str:
    """To the minute, rounded down; the script beside the page writes the same."""
    whole = timedelta(minutes=length // timedelta(minutes=1))
    return durations.words(whole) if whole > timedelta() else "less than 1 min"
