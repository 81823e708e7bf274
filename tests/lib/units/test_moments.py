"""Moments: one moment in many spellings; none where there is none, and none of two."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.units.moments import read, read_day, read_from

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-01 12:00 UTC",
        "2026-07-01T12:00Z",
        " now \n------------------------\n 2026-07-01 12:00:00+00\n(1 row)\n",
        " now  ------------------------  2026-07-01 12:00:00+00 (1 row)",
        "2026-07-01t12:00z",
        "2026-07-01  12:00:00.000000000 GMT",
        "2026-07-01 14:00 +02:00",
        "2026-07-01 14:00:00,000 +0200",
        "2026-07-01 14:00:00+02",
        "2026-07-01 14:00 UTC+2",
        "2026-07-01 02:00 PM +0200",
        "2026-07-01\u00a014:00\u202f+02:00",
        "2026/07/01 14:00 Europe/Berlin",
        "2026-07-01 14:00 CEST",
        "Wed, 2026-07-01 14:00:00 +0200",
        "20260701T120000Z",
        "20260701-120000 UTC",
        "20260701_140000+0200",
        "20260701120000Z",
        "2026-07-01T12-00-00Z",
        "2026-07-01_120000 UTC",
        "01/Jul/2026:14:00:00 +0200",
        "[01/Jul/2026:14:00:00 +0200]",
        "Wed, 01 Jul 2026 14:00:00 +0200",
        "Wed, 01 Jul 2026 12:00:00 GMT",
        "Wed, 1 Jul 2026 14:00:00 +0200 (CEST)",
        "Wed Jul  1 12:00:00 UTC 2026",
        "Wed Jul  1 14:00:00 CEST 2026",
        "Wed Jul  1 02:00:00 PM CEST 2026",
        "Wed  1 Jul 14:00:00 CEST 2026",
        "July 1, 2026 12:00 UTC",
    ],
)
def test_one_moment_in_many_ways(text: str) -> None:
    assert read(text) == NOON


def test_the_precision_is_kept() -> None:
    assert read("2026-07-01 14:00:00,123 +0200") == NOON + timedelta(milliseconds=123)
    assert read("2026-07-01T12:00:00.123456789Z") == NOON + timedelta(microseconds=123_456)


def test_the_night_in_which_the_clocks_go_back() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert read("2026-10-25 02:30 CEST") == read("2026-10-25 02:30 +02:00") == first
    assert read("2026-10-25 02:30 CET") == first + timedelta(hours=1)
    with pytest.raises(ValueError, match="happened twice") as caught:
        read("2026-10-25 02:30 Europe/Berlin")
    assert "2026-10-25 00:30 UTC (CEST) or 2026-10-25 01:30 UTC (CET)" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["2026-03-29 02:30 Europe/Berlin", "2026-03-29 02:00 Europe/Berlin", "2026-03-29 02:30 CET",
     "2026-03-29 02:30 CEST", "2026-10-04 02:15 Australia/Lord_Howe"],
)  # fmt: skip
def test_an_hour_that_was_left_out_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="no such moment"):
        read(text)


def test_an_abbreviation_out_of_season_is_refused_with_both_readings() -> None:
    for here in (ZoneInfo("UTC"), BERLIN, NEW_YORK):
        with pytest.raises(ValueError, match="can mean") as caught:
            read("2026-07-01 12:00 CET", here)
        assert "2026-07-01 11:00 UTC" in str(caught.value)
        assert "2026-07-01 10:00 UTC" in str(caught.value)
    tunis = ZoneInfo("Africa/Tunis")  # which has CET the whole year
    assert read("2026-07-01 13:00 CET", tunis) == NOON


def test_the_abbreviations_of_the_settings_zone_are_read_and_no_others() -> None:
    assert read("2026-07-01 08:00 EDT", NEW_YORK) == NOON
    assert read("2026-01-01 07:00 EST", NEW_YORK) == datetime(2026, 1, 1, 12, tzinfo=UTC)
    for text in ("2026-07-01 08:00 EST", "2026-07-01 08:00 IST", "2026-07-01 08:00 MST"):
        with pytest.raises(ValueError, match="different offsets in different places"):
            read(text, BERLIN)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2026-07-01 12:00", "Write the time zone, e.g. 2026-07-01 12:00 Europe/Berlin"),
        ("20260701-120000", "no time zone. Write for example 2026-07-01 12:00:00 Europe/Berlin"),
        ("Wed Jul  1 12:00:00 2026", "no time zone"),
        # What the server happens to be set to is nobody's zone.
        ("2026-07-01 12:00 localtime", "There is no time zone “localtime”"),
        ("2026-07-01 12:00 Factory", "There is no time zone “Factory”"),
        ("2026-07-01 12:00 Narnia", "There is no time zone “Narnia”"),
        ("2026-07-01 12:00 Europe", "There is no time zone"),
        ("2026-07-01 12:00 right/Europe/Berlin", "There is no time zone"),
        ("2026-07-01 12:00 +15:00", "There is no time zone +15:00"),
        ("2026-07-01 12:00 -13", "There is no time zone -13"),
        ("2026-07-01 12:00 +01:75", "There is no time zone"),
        ("2026-07-01 12:00 /etc/passwd", "is not a date and time"),
        ("2026-07-01 12:00 ../../etc/passwd", "is not a date and time"),
        ("20260701-120000F", "There is no time zone “F”"),
        ("2026-02-30 12:00 UTC", "no such day as 2026-02-30"),
        ("2026-07-01 25:12 UTC", "no such moment as 2026-07-01 25:12"),
        ("2026-07-01 24:00 UTC", "write 2026-07-02 00:00"),
        ("2026-12-31 23:59:60 UTC", "leap second"),
        ("2026-07-01 13:00 PM UTC", "hours are 1 to 12"),
        ("Tue, 01 Jul 2026 12:00:00 +0200", "2026-07-01 is a Wednesday"),
        ("Jul  1 12:00:00 db-1 postgres[1]: ready", "no year"),
        ("1782907200", "2026-07-01 12:00:00 UTC"),
        ("1782907200123", "2026-07-01 12:00:00 UTC"),
        ("07/08/2026 12:00 UTC", "can mean 2026-08-07 or 2026-07-08"),
        ("07.08.2026 12:00 UTC", "can mean 2026-08-07 or 2026-07-08"),
        ("17/08/2026 12:00 UTC", "write 2026-08-17"),
        ("2026-07-01", "Write the time of day and the time zone too"),
        ("1969-07-01 12:00 UTC", "between the years 1970 and 9000"),
        ("0001-01-01 00:00 +14:00", "between the years 1970 and 9000"),
        ("9999-12-31 23:00 -12:00", "between the years 1970 and 9000"),
        ("last night", "is not a date and time"),
        ("", "is not a date and time"),
    ],
)
def test_no_moments(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        read(text, BERLIN)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("text", ["2027-01-15", "2027/01/15", "20270115", "15 Jan 2027",
                                  "Fri, 15 Jan 2027", "January 15, 2027"])  # fmt: skip
def test_days(text: str) -> None:
    assert read_day(text) == date(2027, 1, 15)
    assert read_from(text, BERLIN) == datetime(2027, 1, 14, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("07/08/2026", "can mean 2026-08-07 or 2026-07-08"),
        ("15.01.2027", "write 2027-01-15"),
        ("2026-02-30", "no such day"),
        ("tomorrow", "2026-12-01: year, month, day"),
        ("", "2026-12-01: year, month, day"),
    ],
)
def test_no_days(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        read_day(text)
    assert sentence in str(caught.value)


def test_a_day_begins_where_its_zone_begins_it() -> None:
    assert read_from("2027-01-15 12:00 UTC", BERLIN) == datetime(2027, 1, 15, 12, tzinfo=UTC)
    # Clocks were put forward at midnight: this day began at 01:00.
    assert read_from("2018-11-04", ZoneInfo("America/Sao_Paulo")) == datetime(
        2018, 11, 4, 3, tzinfo=UTC
    )


@given(st.text(max_size=60))
def test_no_text_breaks_a_reader(text: str) -> None:
    for reader in (read, read_from, read_day):
        with suppress(ValueError):
            assert reader(text) is not None


@given(st.datetimes(datetime(1970, 1, 2), datetime(8999, 12, 30)))  # noqa: DTZ001
def test_a_moment_reads_itself(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    assert read(aware.isoformat()) == read(aware.isoformat(" ")) == aware
