"""Promise and outcome: never "met", and never zero, unless all times are known and in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.enums import Kind, Moment, Status
from incidents.lifecycle import ORDER
from incidents.objectives import Clock, Figure, Outcome, Promise, Time, figures

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PROMISE = Promise(rpo=HOUR, rto=2 * HOUR, mtd=24 * HOUR)
BEGAN, NOTICED, STOPPED = Moment.BEGAN, Moment.NOTICED, Moment.WRITES_STOPPED
POINT, RESTORED, REOPENED = Moment.RECOVERY_POINT, Moment.RESTORED, Moment.REOPENED


def clock(status: Status = Status.RESTORED, kind: Kind = Kind.DATA_LOSS, **hours: float) -> Clock:
    """Moments as hours before noon."""
    times = {Moment[name.upper()]: Time(NOON - ago * HOUR) for name, ago in hours.items()}
    return Clock(kind, status, times)


def rpo(known: Clock, promise: Promise = PROMISE) -> Figure:
    return figures(promise, known, NOON)[0]


def rto(known: Clock, promise: Promise = PROMISE) -> Figure:
    return figures(promise, known, NOON)[1]


def seen(figure: Figure) -> tuple[str, str, bool]:
    return figure.text, figure.verdict, figure.running


def test_the_night_of_the_story() -> None:
    known = clock(began=5, noticed=4, writes_stopped=3, recovery_point=9, restored=1, reopened=0)
    data, away, at_most = figures(PROMISE, known, NOON)
    assert seen(data) == ("6 h", "not met", False)
    assert seen(away) == ("5 h", "not met", False)
    assert (at_most.name, *seen(at_most)) == ("MTD", "5 h", "met", False)
    assert data.why == "From “recovery point” to “writes stopped”."
    assert (data.start, data.end, data.exact) == (NOON - 9 * HOUR, NOON - 3 * HOUR, True)


def test_a_recovery_point_after_the_end_of_writes_is_invalid() -> None:
    figure = rpo(clock(noticed=4, writes_stopped=3, recovery_point=2, restored=1))
    assert (figure.state, figure.actual, figure.text) == (Outcome.INVALID, None, "")
    assert "“recovery point” (2026-03-04 10:00 UTC) is after “writes stopped”" in figure.why


def test_without_a_stop_the_data_was_good_until_it_was_noticed() -> None:
    figure = rpo(clock(began=8, noticed=4, recovery_point=9))
    assert (figure.text, figure.state) == ("5 h", Outcome.NOT_MET)
    assert figure.why.endswith("nobody set when the writes stopped.")
    assert rpo(clock(began=8, recovery_point=9)).state is Outcome.UNKNOWN


@pytest.mark.parametrize("lack", [POINT, STOPPED])
def test_a_reason_for_not_knowing_is_told(lack: Moment) -> None:
    known = clock(recovery_point=9, writes_stopped=3)
    times = {**known.times, lack: Time(None, unknown="the log was rotated.")}
    figure = rpo(replace(known, times=times))
    assert (figure.state, figure.actual) == (Outcome.UNKNOWN, None)
    assert figure.why == "Unknown because the log was rotated."


def test_time_away_runs_until_it_ended() -> None:
    assert seen(rto(clock(Status.OPEN, noticed=1))) == ("60 min so far", "running", True)
    assert seen(rto(clock(Status.CONTAINED, noticed=3))) == ("3 h so far", "not met", True)
    for status in (Status.RESTORED, Status.CLOSED):
        figure = rto(clock(status, noticed=3))
        assert (*seen(figure), figure.why) == (
            "", "unknown", False, "Nobody set “reopened” or “restored”.",
        )  # fmt: skip
    unknown = replace(
        clock(Status.OPEN, noticed=3),
        times={NOTICED: Time(NOON), RESTORED: Time(None, unknown="it never was.")},
    )
    assert seen(rto(unknown)) == ("", "unknown", False)
    claimed = replace(clock(Status.OPEN, noticed=3), claimed=frozenset({RESTORED}))
    assert seen(rto(claimed)) == ("", "unknown", False)
    assert "A run knows" in rto(claimed).why
    assert seen(rto(clock(Status.OPEN, noticed=3, restored=2))) == ("1 h", "met", False)


def test_a_start_in_the_future_counts_nothing() -> None:
    assert rto(clock(Status.OPEN, noticed=-1)).state is Outcome.INVALID


def test_without_a_promise_there_is_an_outcome_and_no_verdict() -> None:
    figure = rpo(clock(noticed=4, recovery_point=9), Promise())
    assert (figure.text, figure.state, figure.target_text) == ("5 h", Outcome.UNKNOWN, "")
    assert "had no RPO" in figure.why


def test_a_near_miss_counts_nothing() -> None:
    for kind in (Kind.NEAR_MISS, Kind.GOOD_CATCH):
        for figure in figures(PROMISE, clock(Status.OPEN, kind, noticed=4), NOON):
            assert (figure.state, figure.running) == (Outcome.UNKNOWN, False)
            assert "nothing had to be restored" in figure.why


def test_one_end_that_is_not_exact_makes_it_about() -> None:
    known = clock(recovery_point=9, writes_stopped=3)
    figure = rpo(replace(known, times={**known.times, POINT: Time(NOON - 9 * HOUR, exact=False)}))
    assert (figure.text, figure.exact) == ("about 6 h", False)


HOURS = st.tuples(*(st.integers(-7, 5) for _ in Moment))
NOTHING: frozenset[Moment] = frozenset()


def _times(hours: tuple[int, ...]) -> dict[Moment, Time]:
    """-7: nobody set it, -6: unknown for a reason, else hours after noon."""
    unknown = Time(None, unknown="nobody looked")
    pairs = zip(Moment, hours, strict=True)
    return {m: unknown if h == -6 else Time(NOON + h * HOUR) for m, h in pairs if h != -7}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    hours=HOURS,
    kind=st.sampled_from(Kind),
    status=st.sampled_from(Status),
    claimed=st.sampled_from((NOTHING, frozenset({RESTORED}), frozenset(Moment))),
)
def test_met_only_where_all_is_known_and_in_order(hours: Any, **facts: Any) -> None:
    known = Clock(times=_times(hours), **facts)
    ends = {
        "RPO": ((POINT,), (STOPPED, NOTICED)),
        "RTO": ((BEGAN, NOTICED), (REOPENED, RESTORED)),
        "MTD": ((BEGAN, NOTICED), (REOPENED, RESTORED)),
    }
    for figure in figures(PROMISE, known, NOON):
        start, end = (known.first(*moments) for moments in ends[figure.name])
        length = end[1] - start[1] if start and end else None
        if figure.state is Outcome.MET:
            assert length is not None
            assert figure.target is not None
            assert timedelta() <= length <= figure.target
            assert figure.actual == length
        if length is not None and length < timedelta():
            assert (figure.state, figure.actual) == (Outcome.INVALID, None)
        if length is None and not figure.running:
            assert figure.actual is None
            assert figure.state in (Outcome.UNKNOWN, Outcome.INVALID)
        if not figure.running and figure.actual is not None:
            used = {BEGAN, NOTICED, RESTORED, REOPENED} if figure.name != "RPO" else set()
            for pair in (pair for pair in ORDER if used.issuperset(pair)):
                first, second = (known.first(moment) for moment in pair)
                assert not (first and second and first[1] > second[1])
        assert figure.why
        assert figure.text != "0 s so far"
