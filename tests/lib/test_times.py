"""Lengths and moments: what is written can be read back, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lib import times
from lib.refusals import Invalid
from lib.units import durations
from runbooks.enums import ValueType
from runbooks.procedure.observed import normal


@given(st.integers(1, 3650 * 86400))
def test_a_length_in_words_reads_back(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    assert durations.parse(durations.words(length)) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1 h", timedelta(hours=1)),
        ("90min", timedelta(minutes=90)),
        ("1h30m", timedelta(minutes=90)),
        ("1 h 30 min", timedelta(minutes=90)),
        ("2 Days", timedelta(days=2)),
        ("1w", timedelta(days=7)),
    ],
)
def test_lengths_as_people_type_them(text: str, length: timedelta) -> None:
    assert durations.parse(text) == length


@pytest.mark.parametrize("text", ["", "1", "h", "1 fortnight", "1h x", "-1 h", "0 h", "99999 d"])
def test_a_length_that_cannot_be_read_has_a_sentence(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        durations.parse(text)
    assert "write" in str(caught.value).lower()


@pytest.mark.parametrize("read", [durations.parse, times.parse])
def test_no_text_breaks_the_readers(read: Callable[[str], object]) -> None:
    @given(st.text(max_size=30))
    def holds(text: str) -> None:
        try:
            read(text)
        except Invalid as invalid:
            refusals.append(str(invalid))

    refusals: list[str] = []
    holds()
    assert refusals
    assert all(refusals)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=-90), "less than 1 min"),
        (timedelta(seconds=59), "less than 1 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=6), "6 h"),
        (timedelta(hours=26), "26 h"),
        (timedelta(days=61, hours=5), "61 days"),
    ],
)
def test_ages(ago: timedelta, words: str, at: datetime) -> None:
    assert durations.age(at, at - ago) == words


@pytest.mark.parametrize(
    "zone",
    [
        "UTC",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "America/St_Johns",
        "America/New_York",
        "Asia/Kathmandu",
        "Asia/Shanghai",
    ],
)
def test_a_moment_that_was_written_reads_back(zone: str, settings: Any) -> None:
    settings.TIME_ZONE = zone

    @given(st.integers(0, 3_000_000_000_000_000))
    def holds(microseconds: int) -> None:
        moment = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
        assert times.parse(times.typed(moment)) == moment
        minute = moment.replace(second=0, microsecond=0)
        assert times.parse(times.stamp(minute)) == minute

    holds()


def test_what_is_written_reads_back_in_a_step_as_well(settings: Any) -> None:
    settings.TIME_ZONE = "America/New_York"
    here = timezone.get_default_timezone()

    @given(st.integers(0, 60_000_000))
    def holds(minutes: int) -> None:
        moment = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        read = normal(ValueType.DATETIME, times.stamp(moment), here)
        assert read == moment.isoformat()

    holds()


def test_the_hour_that_is_lived_twice_is_told_apart(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    first = times.parse("2026-10-25 02:30 CEST")
    second = times.parse("2026-10-25 02:30 CET")
    assert second - first == timedelta(hours=1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T03:12Z",
        "2026-11-22 03:12 UTC",
        "2026-11-22 04:12 +01:00",
        "2026-11-22 04:12:00+01",
        " 2026-11-21 22:12 -0500 ",
    ],
)
def test_moments_as_people_type_them(text: str) -> None:
    assert times.parse(text) == datetime(2026, 11, 22, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2026-11-22 03:12", "Write the time zone, e.g. 2026-11-22 03:12 UTC"),
        ("2026-02-30 03:12 UTC", "no such day"),
        ("2026-11-22 03:12 +99:00", "time zone"),
        ("2026-11-22 03:12 XYZ", "time zone"),
        ("last night", "not a date and time"),
        ("0001-01-01 00:00 +01:00", "between the years"),
    ],
)
def test_a_moment_that_cannot_be_read_has_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        times.parse(text)
    assert sentence in str(caught.value)
