"""Lengths of time as people type them and tools print them. Pure."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

from lib.units import numbers, quoted, single, tables, without_marks

_UNITS = {
    **dict.fromkeys(("ms", "msec", "msecs", "millisecond", "milliseconds"), Fraction(1, 1000)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), Fraction(1)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), Fraction(60)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), Fraction(3600)),
    **dict.fromkeys(("d", "day", "days"), Fraction(86400)),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), Fraction(604800)),
}
_UNEQUAL = {"mo", "mon", "mons", "mos", "month", "months", "y", "yr", "yrs", "year", "years"}
_PART = re.compile(r"(?P<number>[0-9](?:[0-9.,]*[0-9])?) *(?P<unit>[A-Za-z]+)(?: *, *| +and +| *)")
_CLOCK = re.compile(
    r"(?:(?P<days>[0-9]{1,4}) ?(?:d|days?)?,? )?"
    r"(?P<h>[0-9]{1,4}):(?P<m>[0-9]{2}):(?P<s>[0-9]{2}(?:[.,][0-9]{1,6})?)(?: ?h)?",
    re.IGNORECASE,
)
_TWO = re.compile(r"(?P<a>[0-9]{1,3}):(?P<b>[0-9]{2})(?P<h> ?h(?:ours?|rs?)?)?", re.IGNORECASE)
_ISO = re.compile(
    r"P(?:(?P<w>N)W)?(?:(?P<d>N)D)?(?:T(?:(?P<h>N)H)?(?:(?P<m>N)M)?(?:(?P<s>N)S)?)?".replace(
        "N", r"[0-9]+(?:[.,][0-9]+)?"
    )
)
_TEN_YEARS = 10 * 366 * 86400
HINT = "Write for example 90 s, 30 min, 1 h 30 min, 2 d or 00:45:12."


def read(text: str) -> timedelta:
    """The length that `text` names: `90s`, `2 hrs`, `1h30m`, `1,5 h`, `1 d 2 h`, `PT1H30M`,
    `00:45:12` (hours, minutes, seconds), `2 days 03:04:05`; `m` is minutes.

    Exact to the microsecond. Raises `ValueError` with a sentence for a number without a unit, for
    `12:30` (which can be hours or minutes), for months and years (which have no fixed length), and
    for more than ten years.
    """
    wanted = single(tables.cell(without_marks(text)))
    seconds = _iso(wanted) if wanted[:1] == "P" else _clock(wanted)
    if seconds is None:
        seconds = _parts(wanted)
    if seconds > _TEN_YEARS:
        raise ValueError(f"{quoted(text)} is not a duration of ten years or less. {HINT}")
    return timedelta(microseconds=round(seconds * 1_000_000))


def _iso(text: str) -> Fraction | None:
    match = _ISO.fullmatch(text)
    if match is None or not any(match.groups()):
        if re.fullmatch(r"P[0-9.,YMWD]+(T.*)?", text):
            raise ValueError(_no_length(text))
        return None
    return sum(
        (Fraction(n.replace(",", ".")) * _UNITS[u] for u, n in match.groupdict().items() if n),
        Fraction(),
    )


def _clock(text: str) -> Fraction | None:
    """Seconds of `hh:mm:ss`; None when `text` has no colon."""
    if ":" not in text:
        return None
    two = _TWO.fullmatch(text)
    if two and two["h"] and int(two["b"]) < 60:  # 1:30 h
        return Fraction(int(two["a"]) * 3600 + int(two["b"]) * 60)
    if two:
        a, b = int(two["a"]), int(two["b"])
        raise ValueError(
            f"{quoted(text)} can mean {a} h {b} min or {a} min {b} s. Write one of these, or"
            " hours, minutes and seconds, such as 00:45:12."
        )
    match = _CLOCK.fullmatch(text)
    if not match or int(match["m"]) > 59 or Fraction(match["s"].replace(",", ".")) >= 60:
        raise ValueError(f"{quoted(text)} is not a duration. {HINT}")
    days, hours = int(match["days"] or 0), int(match["h"])
    seconds = Fraction(match["s"].replace(",", "."))
    return days * 86400 + hours * 3600 + int(match["m"]) * 60 + seconds


def _parts(text: str) -> Fraction:
    seconds, at, units = Fraction(), 0, set()
    while match := _PART.match(text, at):
        unit = match["unit"].lower()
        if unit in _UNEQUAL:
            raise ValueError(_no_length(text))
        if match["unit"] == "M":
            raise ValueError(
                f"{quoted(text)} can mean minutes or months. Write min for minutes, or days."
            )
        length = _UNITS.get(unit)
        if length is None or length in units:
            break
        units.add(length)
        seconds += numbers.unsigned_number(match["number"]) * length
        at = match.end()
    if re.fullmatch(r"[0-9 .,'’_]*[0-9]", text):
        raise ValueError(f"{quoted(text)} is not a duration: it has no unit. {HINT}")
    if not text or at < len(text):
        raise ValueError(f"{quoted(text)} is not a duration. {HINT}")
    return seconds


def _no_length(text: str) -> str:
    return (
        f"{quoted(text)} is not a duration: months and years have no fixed length. Write days,"
        " such as 30 d."
    )
