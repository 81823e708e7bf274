"""Reading durations, sizes and moments as people type them. Pure: the state machine uses it too."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d|w)\b|(\d+(?:\.\d+)?)(s|min|m|h|d|w)(?=\d)")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?)b?(?:ytes?)?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ]+(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s*(\S*)", re.IGNORECASE
)
ZONE_SENTENCE = "Write the time zone behind the time, for example 2026-11-22 03:12 UTC or +01:00."


def parse_duration(text: str) -> timedelta:
    """`90s`, `2m`, `30 min`, `1h30m`, `24 h`, `2d`. Raises `ValueError` with a sentence."""
    wanted = text.strip().lower()
    seconds, rest = 0.0, wanted
    for found in _PART.finditer(wanted):
        amount, unit = found.group(1) or found.group(3), found.group(2) or found.group(4)
        seconds += float(amount) * _UNITS[unit]
        rest = rest.replace(found.group(), "", 1)
    if not wanted or rest.strip() or seconds > 10 * 365 * 86400:
        raise ValueError(f"{text!r} is not a duration; write for example 90s, 30 min, 1h30m or 2d.")
    return timedelta(seconds=seconds)


def parse_size(text: str) -> int:
    """Bytes: `4096`, `12 kB`, `1.5 GiB`. Raises `ValueError` with a sentence."""
    found = _SIZE.fullmatch(text.strip().replace(",", ""))
    if not found:
        raise ValueError(f"{text!r} is not a size; write bytes, or for example 12 MB or 1.5 GiB.")
    base = 1024 if found.group(3) else 1000
    return round(float(found.group(1)) * base ** _POWERS[found.group(2).lower()])


def parse_time(text: str) -> datetime:
    """An aware UTC datetime of `2026-11-22 03:12 UTC`, `2026-11-22T03:12:45Z`, `… +01:00`,
    `… Europe/Berlin`, and of the way PostgreSQL prints it (`2026-11-22 03:12:45.12+00`).

    Raises `ValueError` with a sentence when there is no such moment or no zone.
    """
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a date and time; write for example 2026-11-22 03:12 UTC.")
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
        return (naive - (delta if offset.group(1) == "+" else -delta)).replace(tzinfo=UTC)
    try:
        return naive.replace(tzinfo=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(ZONE_SENTENCE) from None
