"""Lengths of time as people type and read them: "1 h", "30 min", "2 d", "61 days"."""

from __future__ import annotations

from datetime import datetime, timedelta

from lib.refusals import Invalid
from lib.units import lengths

_SHOWN = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def parse(text: str) -> timedelta:
    """The length that `text` names, read by `lib.units.lengths`; reads what `words` writes.

    Raises `Invalid` (field '') with a sentence for a number without a unit, an unknown unit,
    nothing at all, zero, or more than ten years.
    """
    try:
        length = lengths.read(text)
    except ValueError as error:
        raise Invalid({"": str(error)}) from None
    if length <= timedelta(0):
        raise Invalid({"": "Write a length of time longer than zero, e.g. 30 min, 1 h or 2 d."})
    return length


def words(length: timedelta) -> str:
    """`length` to the second, in the units people use: "1 h 30 min"; `parse` reads it back.

    Parts of a second are dropped; a length below one second (or a negative one) is "0 s".
    """
    left = max(int(length.total_seconds()), 0)
    parts = []
    for unit, seconds in _SHOWN:
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 s"


def age(at: datetime, since: datetime) -> str:
    """How old `since` is at `at` (both aware), roughly: "45 min", "26 h", "61 days".

    Rounded down; minutes below two hours, hours below two days. Below a minute, and for a `since`
    that another clock puts after `at`, it is "less than 1 min".
    """
    seconds = int((at - since).total_seconds())
    if seconds < 60:
        return "less than 1 min"
    if seconds < 2 * 3600:
        return f"{seconds // 60} min"
    if seconds < 2 * 86400:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} days"
