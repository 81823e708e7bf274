"""Durations, sizes and moments as people type them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.quantities import ZONE_SENTENCE, parse_duration, parse_size, parse_time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("2m", 120), ("30 min", 1800), ("1h30m", 5400), ("24 hours", 86400),
     ("2d", 172800), ("1.5 h", 5400), ("0s", 0), ("1 Week", 604800)],
)  # fmt: skip
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5 m x", "5x", "1h-5m", "11 years", "9e9s"])
def test_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [("4096", 4096), ("12 kB", 12_000), ("1.5 GiB", 1_610_612_736), ("1,024", 1024), ("0", 0),
     ("7 bytes", 7), ("2 TB", 2 * 10**12)],
)  # fmt: skip
def test_sizes(text: str, count: int) -> None:
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["", "kB", "-1", "1 XB", "1.2.3", "9" * 400, "1 kB 2"])
def test_no_sizes(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        parse_size(text)


@pytest.mark.parametrize(
    "text",
    ["2026-11-22 03:12 UTC", "2026-11-22T03:12Z", "2026-11-22 04:12 +01:00",
     "2026-11-22 04:12+0100", "2026-11-21 22:12-05", "2026-11-22 04:12 Europe/Berlin",
     "2026-11-22  03:12:00.000000000 GMT"],
)  # fmt: skip
def test_one_moment_in_many_ways(text: str) -> None:
    assert parse_time(text) == datetime(2026, 11, 22, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2026-11-22 03:12", ZONE_SENTENCE),
        ("2026-11-22 03:12 Narnia", ZONE_SENTENCE),
        ("2026-11-22 03:12 +15:00", ZONE_SENTENCE),
        ("2026-11-22 03:12 /etc/passwd", ZONE_SENTENCE),
        ("2026-02-30 03:12 UTC", "There is no such moment as 2026-02-30 03:12."),
        ("22.11.2026", "'22.11.2026' is not a date and time; write for example"),
    ],
)
def test_no_moments(text: str, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_time(text)
    assert str(caught.value).startswith(sentence)


@given(st.text(max_size=40))
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in (parse_duration, parse_size, parse_time):
        with suppress(ValueError):
            assert read(text) is not None


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))  # noqa: DTZ001
def test_a_moment_reads_itself(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    assert parse_time(aware.isoformat()) == aware
