"""Observed values: how they are read, kept and judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbooks.enums import ValueType
from runbooks.procedure.model import ValueSpec, Within
from runbooks.procedure.observed import agree, close, judge, normal

AT = datetime(2026, 3, 4, 3, 12, 45, tzinfo=UTC)
SHA = "AB" * 32


def wrong(raw: str, earlier: dict[str, str] | None = None, **facts: Any) -> str:
    """What is wrong with `raw` for a value of these facts; '' when nothing is."""
    spec = ValueSpec(**{"name": "v", "type": ValueType.NUMBER, "label": "V", **facts})
    kinds = dict.fromkeys(earlier or {}, spec.type)
    return judge(spec, raw, earlier=earlier or {}, at=AT, kinds=kinds).wrong


@pytest.mark.parametrize(
    ("kind", "raw", "kept"),
    [
        ("number", "0.0", "0"),
        ("number", "-0", "0"),
        ("number", " 12.50 ", "12.5"),
        ("number", "1 000 000", "1000000"),
        ("number", "1e3", "1000"),
        ("number", "100", "100"),
        ("datetime", "2026-03-04T03:12:45+01:00", "2026-03-04T02:12:45+00:00"),
        ("datetime", "2026-03-04 03:12 Europe/Berlin", "2026-03-04T02:12:00+00:00"),
        ("datetime", "2026-03-04 03:12:45.12+00", "2026-03-04T03:12:45.120000+00:00"),
        ("duration", "1h 30m", "5400"),
        ("duration", "00:45:12", "2712"),
        ("duration", "1500 ms", "1.5"),
        ("number", "1,5", "1.5"),
        ("datetime", "2026-10-25 02:30 CET", "2026-10-25T01:30:00+00:00"),
        ("bytes", "1.5 KiB", "1536"),
        ("bytes", "12 kB", "12000"),
        ("sha256", f"{SHA}  /srv/backup/x.dump", SHA.lower()),
        ("text", "two\r\nlines", "two\nlines"),
        ("choice", " f ", "f"),
    ],
)
def test_many_spellings_have_one_text(kind: str, raw: str, kept: str) -> None:
    assert normal(ValueType(kind), raw) == kept
    assert normal(ValueType(kind), kept if kind != "duration" else f"{kept}s") == kept


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("number", "many"),
        ("number", "NaN"),
        ("number", "Infinity"),
        ("number", "1e99"),
        ("number", "1,234"),
        ("number", ""),
        ("number", "   "),
        ("datetime", "2026-03-04 03:12"),
        ("datetime", "2026-02-30 03:12 UTC"),
        ("datetime", "2026-03-04 25:12 UTC"),
        ("datetime", "2026-03-04 03:12 ../../etc/passwd"),
        ("datetime", "2026-03-04 03:12 Europe"),
        ("datetime", "0001-01-01 00:00 +14:00"),
        ("datetime", "yesterday"),
        ("duration", "soon"),
        ("duration", "1 fortnight"),
        ("duration", "9999999d"),
        ("bytes", "-1"),
        ("bytes", "9" * 400),
        ("bytes", "much"),
        ("bytes", "4096K"),
        ("datetime", "2026-03-29 02:30 Europe/Berlin"),
        ("sha256", "ab" * 31),
        ("sha256", "ab" * 33),
        ("sha256", "xy" * 32),
        ("text", "x" * 4001),
    ],
)
def test_what_cannot_be_read_has_a_sentence(kind: str, raw: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+\.$"):
        normal(ValueType(kind), raw)


@given(st.sampled_from(list(ValueType)), st.text(max_size=60))
def test_no_text_breaks_a_reader(kind: ValueType, raw: str) -> None:
    try:
        kept = normal(kind, raw)
    except ValueError:
        return
    assert kept
    if kind not in {ValueType.DURATION, ValueType.TEXT, ValueType.CHOICE}:
        assert normal(kind, kept) == kept


@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.integers(0, 6))
def test_equal_numbers_have_equal_texts(whole: int, places: int, zeros: int) -> None:
    short = f"{whole / 10**places:.{places}f}" if places else f"{whole}.0"
    assert normal(ValueType.NUMBER, short) == normal(ValueType.NUMBER, short + "0" * zeros)


def test_what_is_expected_is_not_told_when_it_is_blind() -> None:
    assert wrong("0", equals="0.00") == ""
    assert "4711" not in wrong("1", equals="4711", blind=True)
    assert "4711" in wrong("1", equals="4711", blind=False)
    assert wrong("16.2", type=ValueType.TEXT, matches=r"[0-9]+[.][0-9]+") == ""
    assert wrong("x16.2", type=ValueType.TEXT, matches=r"[0-9]+[.][0-9]+")


def test_bounds_are_inside() -> None:
    assert wrong("1", min="1", max="2") == wrong("2", min="1", max="2") == ""
    assert "below" in wrong("0.99", min="1")
    assert "above" in wrong("2.01", max="2")
    assert "below" in wrong("1023", type=ValueType.BYTES, min="1 KiB")
    assert "above" in wrong("11m", type=ValueType.DURATION, max="10m")
    assert "below" in wrong(
        "2026-01-01 00:00 UTC", type=ValueType.DATETIME, min="2026-01-02 00:00Z"
    )


def test_a_recent_time_is_neither_old_nor_in_the_future() -> None:
    def judged(minutes: int) -> str:
        moment = (AT + timedelta(minutes=minutes)).isoformat()
        return wrong(moment, type=ValueType.DATETIME, max_age=900)

    assert judged(0) == judged(-15) == judged(4) == ""
    assert "older" in judged(-16)
    assert "future" in judged(6)


def test_within_an_earlier_value() -> None:
    near = {"within": Within("before", "5 %")}
    assert wrong("105", {"before": "100"}, **near) == ""
    assert "differs from before (100)" in wrong("106", {"before": "100"}, **near)
    assert wrong("106", {}, **near) == ""
    time = {"type": ValueType.DATETIME, "within": Within("before", "1m")}
    assert wrong("2026-03-04 03:13 UTC", {"before": "2026-03-04T03:12:00+00:00"}, **time) == ""
    assert wrong("2026-03-04 03:14 UTC", {"before": "2026-03-04T03:12:00+00:00"}, **time)
    with pytest.raises(ValueError, match="one of: f, t"):
        wrong("x", type=ValueType.CHOICE, options=("f", "t"))


@pytest.mark.parametrize(
    ("kind", "left", "other", "tolerance", "near"),
    [
        (ValueType.NUMBER, "10", "12", "2", True),
        (ValueType.NUMBER, "10", "12.1", "2", False),
        (ValueType.BYTES, "1000", "3000", "2 kB", True),
        (ValueType.DURATION, "60", "180", "2m", True),
        (ValueType.DURATION, "60", "181", "2m", False),
        (ValueType.NUMBER, "0", "0", "5 %", True),
        (ValueType.TEXT, "same", "same", "0", True),
        (ValueType.TEXT, "same", "other", "0", False),
    ],
)
def test_close(kind: ValueType, left: str, other: str, tolerance: str, near: bool) -> None:
    assert close(kind, left, other, tolerance) is close(kind, other, left, tolerance) is near


def test_two_people_agree() -> None:
    def spec(**facts: Any) -> ValueSpec:
        return ValueSpec(**{"name": "v", "type": ValueType.NUMBER, "label": "V", **facts})

    assert agree(spec(), "12", "12")
    assert not agree(spec(), "12", "13")
    assert agree(spec(within=Within("x", "1")), "12", "13")
    assert agree(spec(type=ValueType.TEXT), "all there", "looks fine")
    assert not agree(spec(type=ValueType.TEXT, matches=".*"), "16.2", "16.3")


def test_sizes_are_compared_at_the_precision_that_was_typed() -> None:
    size: dict[str, Any] = {"type": ValueType.BYTES}
    assert wrong("45.9 MiB", equals="48117760", **size) == ""
    assert wrong("45.8 MiB", equals="48117760", **size)
    near: dict[str, Any] = {"within": Within("before", "0"), **size}
    assert wrong("48.1 MB", {"before": "48117760"}, **near) == ""
    assert wrong("48.2 MB", {"before": "48117760"}, **near)
    spec = ValueSpec(name="v", type=ValueType.BYTES, label="V")
    assert agree(spec, normal(ValueType.BYTES, "45.9 MiB"), "48117760")
    assert not agree(spec, "48117761", "48117760")
    with pytest.raises(ValueError, match="too rough"):
        wrong("48 MB", precise=True, **size)


def test_constraints_are_read_as_values_are() -> None:
    assert wrong("1,4", min="1,5") == "It is below 1,5."
    assert wrong("1.6", min="1,5") == ""
    assert wrong("97", {"before": "100"}, within=Within("before", "2,5 %"))
    assert wrong("97.5", {"before": "100"}, within=Within("before", "2,5 %")) == ""
    assert wrong("1.5 s", type=ValueType.DURATION, max="1 s") == "It is above 1 s."


def test_a_plain_day_is_a_time_only_where_it_is_said_so() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    kept = normal(ValueType.DATETIME, "2027-01-15", berlin, or_day=True)
    assert kept == "2027-01-14T23:00:00+00:00"
    with pytest.raises(ValueError, match="Write the time of day"):
        normal(ValueType.DATETIME, "2027-01-15", berlin)


def test_a_step_reads_the_abbreviations_that_the_settings_zone_writes() -> None:
    spec = ValueSpec(name="v", type=ValueType.DATETIME, label="V")
    judged: dict[str, Any] = {"earlier": {}, "at": AT, "kinds": {}}
    new_york = ZoneInfo("America/New_York")
    read = judge(spec, "2026-03-03 22:12 EST", zone=new_york, **judged)
    assert read.normal == "2026-03-04T03:12:00+00:00"
    with pytest.raises(ValueError, match="different offsets"):
        judge(spec, "2026-03-03 22:12 EST", **judged)
