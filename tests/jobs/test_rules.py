"""When a schedule is due, for any rule, zone and moment, and when the clock jumps."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.rules import DAYS, LONGEST, SHORTEST, Daily, Every, Rule, Weekly, following, parse

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia")

clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))
steps = st.integers(SHORTEST // timedelta(seconds=1), LONGEST // timedelta(seconds=1))
every = steps.map(lambda seconds: Every(timedelta(seconds=seconds)))
rules: st.SearchStrategy[Rule] = st.one_of(
    every, clocks.map(Daily), st.builds(Weekly, st.integers(0, 6), clocks)
)
zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.integers(1_262_304_000, 2_051_222_400).map(  # the years 2010 to 2034
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)


@given(rules)
def test_what_a_rule_says_is_read_back(rule: Rule) -> None:
    assert parse(str(rule)) == rule
    assert parse(f"  {str(rule).upper().replace(' ', '   ')} ") == rule


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "every 15 min"),
        ("Every  tuesday", "“every tuesday” is not understood. Write it as every 15 min"),
        ("hourly", "every 15 min"),
        ("every 0 s", "every 15 min"),
        ("every 4 s", "between 5 s and 24 h"),
        ("every 25 h", "between 5 s and 24 h"),
        ("every 999999 h", "between 5 s and 24 h"),
        ("daily 24:00", "“24:00” is no time of day: write one between 00:00 and 23:59"),
        ("daily 3:30", "every 15 min"),
        ("weekly moo 08:00", "“moo” is no day: write one of mon, tue"),
        ("weekly 08:00", "every 15 min"),
        ("daily ０３:３０", "every 15 min"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse(text)


@given(rules, moments, zones)
def test_the_next_moment_is_later_and_not_too_far(rule: Rule, at: datetime, zone: ZoneInfo) -> None:
    due = following(rule, at, zone)
    assert due > at
    match rule:
        case Every(step):
            assert due == at + step
        case Daily(clock):
            assert due - at <= timedelta(hours=49)  # a zone may leave out a whole day
            assert clock == due.astimezone(zone).time() or not _exists(due, clock, zone)
        case Weekly():
            assert due - at <= timedelta(days=8, hours=1)


def _exists(due: datetime, clock: time, zone: ZoneInfo) -> bool:
    """Whether the clock on the wall ever says `clock` on one of the days round `due`."""
    days = {(due + timedelta(days=d)).astimezone(zone).date() for d in (-1, 0, 1)}
    local = [datetime.combine(day, clock, tzinfo=zone) for day in days]
    return all(moment.astimezone(UTC).astimezone(zone).time() == clock for moment in local)


@given(rules, moments, moments, zones)
def test_a_later_clock_is_never_due_earlier(
    rule: Rule, moment: datetime, other: datetime, zone: ZoneInfo
) -> None:
    """So a due moment that lies further ahead than this one tells that the clock went back."""
    early, late = sorted([moment, other])
    assert following(rule, early, zone) <= following(rule, late, zone)


@given(every, moments, st.timedeltas(timedelta(0), timedelta(days=400)), zones)
def test_an_interval_keeps_its_beat(
    rule: Every, planned: datetime, late: timedelta, zone: ZoneInfo
) -> None:
    at = planned + late
    due = following(rule, at, zone, planned=planned)
    assert at < due <= at + rule.step
    assert (due - planned) % rule.step == timedelta(0)


@given(clocks, st.sampled_from(ZONES[:4]), st.integers(2011, 2034))
def test_a_daily_rule_is_due_once_a_day_all_year(clock: time, name: str, year: int) -> None:
    zone = ZoneInfo(name)
    at = datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)
    days = []
    while at.astimezone(zone).year == year:
        at = following(Daily(clock), at, zone)
        days.append(at.astimezone(zone).date())
    assert len(days) == len(set(days))
    assert len(days) >= 365


@pytest.mark.parametrize(
    ("after", "due"),
    [
        # 02:30 does not exist on 29 March 2026: an hour later on the wall, and once.
        ("2026-03-28T12:00", "2026-03-29T01:30"),
        ("2026-03-29T01:30", "2026-03-30T00:30"),
        # and comes twice on 25 October: the first time only.
        ("2026-10-24T12:00", "2026-10-25T00:30"),
        ("2026-10-25T00:30", "2026-10-26T01:30"),
    ],
)
def test_summer_time_begins_and_ends(after: str, due: str) -> None:
    at = datetime.fromisoformat(after).replace(tzinfo=UTC)
    wanted = datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert following(Daily(time(2, 30)), at, BERLIN) == wanted


@pytest.mark.parametrize("day", range(7))
def test_a_weekly_rule_falls_on_its_day(day: int) -> None:
    due = following(Weekly(day, time(8)), datetime(2026, 3, 4, 3, 12, tzinfo=UTC), BERLIN)
    assert f"{due.astimezone(BERLIN):%a %H:%M}".lower() == f"{DAYS[day]} 08:00"
