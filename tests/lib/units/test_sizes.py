"""Sizes as people type them and tools print them: exact, or refused with both readings."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.units.sizes import LARGEST, alike, finer, fits, read, same, words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        ("4096", 4096),
        ("7 bytes", 7),
        ("7B", 7),
        ("12 kB", 12_000),
        ("12 KB", 12_000),
        ("46MB", 46_000_000),
        ("46 mb", 46_000_000),
        ("2 TB", 2 * 10**12),
        ("1.5 GiB", 1_610_612_736),
        ("1.5GiB", 1_610_612_736),
        ("46 Mi", 48_234_496),
        ("3 gibibytes", 3 * 2**30),
        ("12 megabytes", 12_000_000),
        # A decimal comma is one.
        ("1,2 GB", 1_200_000_000),
        ("1,23 GB", 1_230_000_000),
        ("1.234,5 MB", 1_234_500_000),
        ("1,234.5 MB", 1_234_500_000),
        ("0,125 GiB", 134_217_728),
        # A byte has no parts: three digits after a sign are thousands.
        ("1,024", 1024),
        ("1.024 bytes", 1024),
        ("48.117.760", 48_117_760),
        ("48,117,760 bytes", 48_117_760),
        ("48 117 760", 48_117_760),
        ("48\u00a0117\u00a0760 B", 48_117_760),
        ("48\u202f117\u2009760", 48_117_760),
        ("48'117'760", 48_117_760),
        ("48_117_760", 48_117_760),
        ("\u200e48117760\ufeff", 48_117_760),
        # No float lies between: those are exact to 9 PB only.
        ("9007199254740993", 9_007_199_254_740_993),
        (str(LARGEST), LARGEST),
        # What dd prints, and what the product itself writes.
        ("48117760 bytes (48 MB, 46 MiB) copied, 0.1 s, 481 MB/s", 48_117_760),
        ("48117760 bytes (45.9 MiB)", 48_117_760),
        # What Windows and macOS print; the first cuts off, and means MiB by MB.
        ("45.8 MB (48,117,760 bytes)", 48_117_760),
        ("48,1 MB (48.117.760 bytes)", 48_117_760),
        # What psql prints, also on the one line of a field.
        (" pg_database_size \n------------------\n         48117760\n(1 row)\n", 48_117_760),
        (" pg_database_size  ------------------          48117760 (1 row) ", 48_117_760),
    ],
)
def test_sizes(text: str, count: int) -> None:
    assert read(text) == count


@pytest.mark.parametrize(
    ("text", "smaller", "other"),
    [
        ("4096K", "4,096,000 bytes (kB)", "4,194,304 bytes (KiB"),
        ("46M", "46,000,000 bytes (MB)", "48,234,496 bytes (MiB"),
        ("1.2G", "1,200,000,000 bytes", "1,288,490,189 bytes"),
        ("1,2g", "1,200,000,000 bytes", "1,288,490,189 bytes"),
        ("46 Mb", "46,000,000 bytes", "5,750,000 bytes"),
        ("1,234 MB", "1234", "1.234"),
    ],
)
def test_what_can_be_two_sizes_is_refused_with_both(text: str, smaller: str, other: str) -> None:
    with pytest.raises(ValueError, match="can mean") as caught:
        read(text)
    assert smaller in str(caught.value)
    assert other in str(caught.value)
    assert "Write" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "kB", "-1", "1 XB", "1.2.3", "9" * 400, "1 kB 2", "12,34", "1.5", "0,500 bytes", "1 2",
     "12\n345", "12\t345", "12  345", "1,23,456", "٤٠٩٦", "４０９６", "1e6", "NaN", "46 Mbit",
     str(LARGEST + 1), "9 EiB", "48117760 bytes (47 MB)", "1 234 567,8"],
)  # fmt: skip
def test_no_sizes(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+\.$"):
        read(text)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(ValueError):
        assert 0 <= read(text) <= LARGEST


@given(st.one_of(st.integers(0, LARGEST), st.integers(0, 10**7)))
def test_what_the_product_writes_reads_back(count: int) -> None:
    assert read(words(count)) == read(str(count)) == read(f"{count:,}") == count


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1024 bytes (1 KiB)"),
        (48_117_760, "48117760 bytes (45.9 MiB)"),
        (1010 * 2**20, "1059061760 bytes (1010 MiB)"),
        (LARGEST, f"{LARGEST} bytes (8 EiB)"),
    ],
)
def test_words(count: int, text: str) -> None:
    assert words(count) == text


@given(st.integers(1024, 2**60), st.sampled_from([1000, 1024]), st.integers(1, 3))
def test_a_size_rounded_to_three_digits_is_the_same(known: int, base: int, power: int) -> None:
    unit = {1000: ("kB", "MB", "GB"), 1024: ("KiB", "MiB", "GiB")}[base][power - 1]
    if not base**power <= known < 1024 * base**power:
        return
    places = max(0, 3 - len(str(known // base**power)))
    text = f"{round(known * 10**places / base**power) / 10**places:.{places}f} {unit}"
    if known < 2**53:  # the text above is made by way of a float
        assert fits(read(text), known)


@pytest.mark.parametrize(
    ("typed", "known", "same"),
    [
        (48_117_760, 48_117_760, True),
        (48_129_638, 48_117_760, True),  # 45.9 MiB
        (48_100_000, 48_117_760, True),  # 48.1 MB
        (48_000_000, 48_117_760, False),  # 48 MB: too rough to tell two copies apart
        (48_117_759, 48_117_760, False),
        (4095, 4096, False),
        (0, 4096, False),
    ],
)
def test_a_size_is_compared_at_the_precision_that_was_typed(
    typed: int, known: int, same: bool
) -> None:
    assert fits(typed, known) is same


def test_a_size_that_is_compared_needs_three_digits() -> None:
    for text in ("48117760", "45.9 MiB", "48.1 MB", "100 MB", "46.0 MiB", "0", "12 bytes"):
        assert read(text, precise=True) == read(text)
    for text in ("46 MiB", "48 MB", "0,05 GB", "0.5 GiB"):
        with pytest.raises(ValueError, match="too rough to tell two files apart"):
            read(text, precise=True)


@pytest.mark.parametrize(
    ("measured", "registered", "is_same"),
    [
        ("48117760", "48117760", True),
        ("45.9 MiB", "48117760", True),
        ("48117760", "45.9 MiB", True),  # the register holds what somebody typed
        ("48.3 MB", "45.9 MiB", False),
        ("48117759", "48117760", False),
        ("1.5 GiB", "1610000000", True),
        ("1073000000", "1073741824", False),  # an image of 1 GiB that was cut short
    ],
)
def test_what_is_measured_is_compared_with_the_register(
    measured: str, registered: str, is_same: bool
) -> None:
    size, known = read(measured), read(registered)
    assert same(size, known) is is_same
    if is_same:
        assert finer(size, known) in {48_117_760, 1_610_000_000}


def test_two_measurements_agree_whichever_was_typed_in_a_unit() -> None:
    assert alike(read("45.9 MiB"), 48_117_760)
    assert alike(48_117_760, read("45.9 MiB"))
    assert not alike(48_117_760, 48_117_761)


def test_half_a_character_is_shown_as_something_that_can_be_sent() -> None:
    with pytest.raises(ValueError, match="is not a size") as refused:
        read("12 \ud800")
    assert "“12 ?”" in str(refused.value).encode().decode()
