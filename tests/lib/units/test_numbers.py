"""Numbers: decimal signs and separators of all countries, or refused with both readings."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.units.numbers import plain, read, read_count

PSQL = " count \n-------\n  1234\n(1 row)\n\n"
MYSQL = "+-------+\n| count |\n+-------+\n|  1234 |\n+-------+\n1 row in set (0.00 sec)\n"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("0.0", "0"),
        (" 12.50 ", "12.5"),
        (".5", "0.5"),
        ("1,5", "1.5"),
        ("-1,5", "-1.5"),
        ("−5", "-5"),
        ("+5", "5"),
        ("1 234", "1234"),
        ("1\u00a0234,5", "1234.5"),
        ("1'234.5", "1234.5"),
        ("1’234", "1234"),
        ("1_000_000", "1000000"),
        ("1,234,567", "1234567"),
        ("1.234.567,8", "1234567.8"),
        ("0,234", "0.234"),
        ("1234,567", "1234.567"),
        ("1.234", "1.234"),  # a single dot is the decimal sign, as databases print it
        ("1e3", "1000"),
        ("2.5e-3", "0.0025"),
        (PSQL, "1234"),
        (PSQL.replace("\n", " "), "1234"),  # as a field of a page makes it
        (MYSQL.replace("\n", " "), "1234"),
        (MYSQL, "1234"),
        ("   1234\r\n", "1234"),
    ],
)
def test_numbers(text: str, number: str) -> None:
    assert plain(read(text)) == number


def test_one_comma_before_three_digits_is_refused_with_both_readings() -> None:
    for text in ("1,234", "-1,234", "12,000"):
        with pytest.raises(ValueError, match=r"can mean \d+ or \d+\.\d+") as caught:
            read(text)
    assert "12000 or 12.000" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "many", "NaN", "Infinity", "1e99", "1e-99", "1 2", "12 %", "1.2.3", "1,23,4",
     "1234 567", "12\n34", "12\t345", "- -5", "١٢", "0x10", "1/2", "5.", " a | b \n---+---\n 1 | 2",
     " n \n---\n 1\n 2\n(2 rows)"],
)  # fmt: skip
def test_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+\.$"):
        read(text)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(read(text), Fraction)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9))
def test_a_number_reads_back(number: Decimal) -> None:
    try:
        value = read(f"{number:f}")
    except ValueError:
        assert abs(number) < Decimal(1).scaleb(-30) or len(f"{number:f}") > 60
        return
    assert value == Fraction(number)
    assert read(plain(value)) == value


@pytest.mark.parametrize(("text", "count"), [("412", 412), ("1,200", 1200), ("1 200", 1200)])
def test_counts(text: str, count: int) -> None:
    assert read_count(text, 0, 10**6) == count


@pytest.mark.parametrize("text", ["-1", "1.5", "1,5", "10000000", "a few", ""])
def test_no_counts(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        read_count(text, 0, 10**6)
