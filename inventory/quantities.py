"""Reading durations, sizes and moments as people type them. Pure: the state machine uses it too."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_UNITS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86400),
    **dict.fromkeys(("w", "week", "weeks"), 604800),
}
_PART = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*([a-z]+)\s*")
_TEN_YEARS = 10 * 365 * 86400
_SIZE = re.compile(r"(\d{1,16}(?:\.\d{1,6})?)\s*([kmgtp]?)(i?)b?(?:ytes?)?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ]+(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s*(\S*)", re.IGNORECASE
)
_SHOWN = (("PiB", 5), ("TiB", 4), ("GiB", 3), ("MiB", 2), ("KiB", 1), ("B", 0))
ZONE_SENTENCE = "Write the time zone behind the time, for example 2026-11-22 03:12 UTC or +01:00."


def parse_duration(text: str) -> timedelta:
    """`90s`, `2m`, `30 min`, `1h30m`, `24 hours`, `2d`. Raises `ValueError` with a sentence."""
    wanted = text.strip().lower()
    seconds, at = 0.0, 0
    while found := _PART.match(wanted, at):
        seconds += float(found.group(1)) * _UNITS.get(found.group(2), float("nan"))
        at = found.end()
    if not wanted or at < len(wanted) or not seconds <= _TEN_YEARS:  # an unknown unit: not a number
        raise ValueError(f"{text!r} is not a duration; write for example 90s, 30 min, 1h30m or 2d.")
    return timedelta(seconds=seconds)


def parse_size(text: str) -> int:
    """Bytes: `4096`, `12 kB`, `1.5 GiB`. Raises `ValueError` with a sentence."""
    found = _SIZE.fullmatch(text.strip().replace(",", ""))
    if not found:
        raise ValueError(f"{text!r} is not a size; write bytes, or for example 12 MB or 1.5 GiB.")
    base = 1024 if found.group(3) else 1000
    power: int = base ** _POWERS[found.group(2).lower()]
    return round(float(found.group(1)) * power)


def same_size(said: int, known: int) -> bool:
    """Whether `said` bytes are `known` bytes, or those rounded as people and tools print them in a
    unit: to at least three digits ("45.9 MiB", "48.1 MB")."""
    powers = (base**power for base in (1000, 1024) for power in range(1, 6))
    return said == known or any(
        said == round(round(known / power, digits) * power)
        for power in powers
        for digits in range(4)
        if known >= power and len(str(known // power)) + digits >= 3
    )


def size_words(count: int) -> str:
    """Bytes exactly, and roughly in a unit: "734003200 bytes (700 MiB)"."""
    unit, power = next((u, p) for u, p in _SHOWN if count >= 1024**p or p == 0)
    return f"{count} bytes" + (f" ({count / 1024**power:.3g} {unit})" if power else "")


def parse_time(text: str) -> datetime:
    """An aware UTC datetime of `2026-11-22 03:12 UTC`, `2026-11-22T03:12:45Z`, `… +01:00`,
    `… Europe/Berlin`, and of the way PostgreSQL prints it (`2026-11-22 03:12:45.12+00`).

    Raises `ValueError` with a sentence when there is no such moment or no zone.
    """
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(
            f"{text!r} is not a date and time; write for example 2026-11-22 03:12 UTC."
        )
    day, clock, zone = found.groups()
    if not zone:
        raise ValueError(ZONE_SENTENCE)
    try:
        naive = datetime.fromisoformat(f"{day}T{clock[:15]}")  # noqa: DTZ007
    except ValueError:
        raise ValueError(f"There is no such moment as {day} {clock}.") from None
    try:
        return _in_zone(naive, zone).astimezone(UTC)
    except (OverflowError, ValueError):
        raise ValueError(ZONE_SENTENCE) from None


def _in_zone(naive: datetime, zone: str) -> datetime:
    if zone.upper() in {"Z", "UTC", "GMT"}:
        return naive.replace(tzinfo=UTC)
    offset = re.fullmatch(r"([+-])(\d\d):?(\d\d)?", zone)
    if offset:
        delta = timedelta(hours=int(offset.group(2)), minutes=int(offset.group(3) or 0))
        if delta > timedelta(hours=14):  # the farthest zone there is
            raise ValueError(ZONE_SENTENCE)
        return (naive - (delta if offset.group(1) == "+" else -delta)).replace(tzinfo=UTC)
    try:
        return naive.replace(tzinfo=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(ZONE_SENTENCE) from None
