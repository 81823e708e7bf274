"""Numbers as people, databases and spreadsheets write them. Pure."""

from __future__ import annotations

import re
from fractions import Fraction

from lib.units import grouped, quoted, single, tables, without_marks

#: More digits than this are no measurement.
LONGEST = 60
_LEAST, _MOST = Fraction(1, 10**30), Fraction(10**31)
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?P<by>[ '’_.,])[0-9]{3})(?:(?P=by)[0-9]{3})*")
_POWER = re.compile(r"(?P<number>[^eE]+)[eE](?P<power>[+-]?[0-9]{1,3})")
HINT = "Write a number, such as 0, 12.5 or 1 234 567."


def read(text: str) -> Fraction:
    """The exact number that `text` names: `12.5`, `12,5`, `1 234 567`, `1'234.5`, `1e3`, or a
    table of one cell as psql prints it.

    A single dot is the decimal sign. A single comma is one too, unless exactly three digits follow
    it: `1,234` is refused with both readings. Raises `ValueError` with a sentence.
    """
    wanted = single(tables.cell(without_marks(text))).replace("−", "-")
    sign = wanted[:1] if wanted[:1] in {"+", "-"} else ""
    unsigned = wanted[len(sign) :].strip()
    power = _POWER.fullmatch(unsigned)
    value = unsigned_number(power["number"] if power else unsigned)
    if power:
        value *= Fraction(10) ** int(power["power"])
    if value and not _LEAST <= value < _MOST:
        raise ValueError("Write a number of ordinary size.")
    return -value if sign == "-" else value


def unsigned_number(text: str, *, whole: bool = False) -> Fraction:
    """The number that `text` names: digits with at most one decimal sign and with separators
    between groups of three (a space, ' or _, or the dot or comma that is not the decimal sign).

    `whole`: a fraction is impossible, so that a single dot or comma before three digits separates
    thousands. Raises `ValueError` with a sentence.
    """
    wanted = single(text)
    if len(wanted) > LONGEST or not re.fullmatch(r"[0-9](?:[0-9 '’_.,]*[0-9])?|[.,][0-9]+", wanted):
        raise ValueError(f"{quoted(text)} is not a number. {HINT}")
    signs = [sign for sign in wanted if sign in ".,"]
    if len(signs) == 1:
        return _with_one_sign(wanted, signs[0], whole)
    if len(set(signs)) == 2 and signs.count(signs[-1]) == 1:  # 1.234,5 and 1,234,567.8
        before, after = wanted.rsplit(signs[-1], 1)
        return _joined(before, after)
    return Fraction(_whole(wanted))  # 1234, 1 234, 1,234,567


def read_count(text: str, least: int, most: int) -> int:
    """The whole number that `text` names, its thousands parted or not: `412`, `1,200`, `1 200`.
    Raises `ValueError` with a sentence unless it is from `least` to `most`."""
    wanted = single(text)
    sign = wanted[:1] if wanted[:1] in {"+", "-"} else ""
    value = unsigned_number(wanted[len(sign) :], whole=True)
    count = -int(value) if sign == "-" else int(value)
    if value.denominator != 1 or not least <= count <= most:
        raise ValueError(f"Write a whole number, from {least} to {grouped(most)}.")
    return count


def plain(value: Fraction) -> str:
    """`value` in digits with a decimal point, without zeros at its end: "12.5". It must be a finite
    decimal, as every number is that `read` gives."""
    whole, rest = divmod(abs(value), 1)
    digits = ""
    while rest:
        digit, rest = divmod(rest * 10, 1)
        digits += str(digit)
    text = f"{whole}.{digits}" if digits else str(whole)
    return f"-{text}" if value < 0 else text


def _with_one_sign(text: str, sign: str, whole: bool) -> Fraction:
    before, after = text.split(sign)
    thousands = _GROUPED.fullmatch(text) and not before.startswith("0")
    if thousands and whole:
        return Fraction(_whole(text))
    if thousands and sign == ",":
        raise ValueError(
            f"{quoted(text)} can mean {before}{after} or {before}.{after}. Write {before}{after},"
            f" or {before}.{after} with a decimal point."
        )
    return _joined(before, after)


def _joined(before: str, after: str) -> Fraction:
    if not re.fullmatch("[0-9]+", after):
        raise ValueError(f"{quoted(f'{before}.{after}')} is not a number. {HINT}")
    return Fraction(f"{_whole(before) if before else 0}.{after}")


def _whole(text: str) -> int:
    if not (re.fullmatch("[0-9]+", text) or _GROUPED.fullmatch(text)):
        raise ValueError(
            f"{quoted(text)} is not a number: between thousands there are three digits. {HINT}"
        )
    return int(re.sub("[^0-9]", "", text))
