"""Lengths of time: as people type them, and as databases and clocks print them."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.units.lengths import read


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0s", 0),
        ("90s", 90),
        ("2m", 120),
        ("30 min", 1800),
        ("2 hrs", 7200),
        ("1 hr 30 mins", 5400),
        ("1h30m", 5400),
        ("1 h, 30 min", 5400),
        ("1 hour and 30 minutes", 5400),
        ("24 hours", 86400),
        ("2d", 172_800),
        ("1d2h", 93_600),
        ("1 Week", 604_800),
        ("1.5 h", 5400),
        ("1,5 h", 5400),
        ("0,250 s", 0.25),
        ("1500 ms", 1.5),
        ("12.345 s", 12.345),
        ("00:45:12", 2712),
        ("1:02:03.5", 3723.5),
        ("100:00:00", 360_000),
        ("2 days 03:04:05", 183_845),
        ("1 day, 2:03:04", 93_784),
        ("1:30 h", 5400),
        ("PT1H30M", 5400),
        ("P1DT2H", 93_600),
        ("PT0.5S", 0.5),
        ("P2W", 1_209_600),
    ],
)
def test_lengths(text: str, seconds: float) -> None:
    assert read(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("12:30", "can mean 12 h 30 min or 12 min 30 s"),
        ("5M", "can mean minutes or months"),
        ("1,500 h", "can mean 1500 or 1.500"),
        ("90", "it has no unit"),
        ("1 month", "months and years have no fixed length"),
        ("2y", "months and years have no fixed length"),
        ("P1M", "months and years have no fixed length"),
        ("P1Y2D", "months and years have no fixed length"),
    ],
)
def test_what_is_ambiguous_is_refused_with_its_readings(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        read(text)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "m", "-5m", "5 m x", "5x", "1h-5m", "1h 1h", "9999 d", "9e9s", "00:61:00", "1:2:3", "P",
     "PT", "٥ min", "1 fortnight", "soon", "30 min\n40 min"],
)  # fmt: skip
def test_no_lengths(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+\.$"):
        read(text)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(ValueError):
        assert read(text) >= timedelta()


@given(st.timedeltas(timedelta(), timedelta(days=3000)))
def test_what_programs_print_reads_back(length: timedelta) -> None:
    assert read(str(length)) == length
