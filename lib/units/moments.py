"""Moments and days: as people type them, and as databases, logs and file names write them. Pure.

A form gives a wall clock and the text of its zone; `lib.units.zones` makes them a moment.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from lib.units import one_line, quoted, tables, without_marks, zones

EXAMPLE = "2026-11-22 03:12 UTC"
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
HINT = f"Write for example {EXAMPLE}."
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = r"(?:(?P<weekday>Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?"
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_YMD = r"(?P<y>[0-9]{4})(?P<by>[-/.])(?P<mo>[0-9]{1,2})(?P=by)(?P<d>[0-9]{1,2})"
_TIME = r"(?P<h>[0-9]{1,2}):(?P<mi>[0-9]{2})(?::(?P<s>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?"
_HALF = r"(?: ?(?P<half>[AP]M)\b)?"
_ZONE = r"(?: ?\(?(?P<zone>[A-Za-z+-][A-Za-z0-9_+:/-]*?)\)?)?(?: \([A-Z]{2,5}\))?"
_COMPACT = r"(?P<y>[0-9]{4})(?P<mo>[0-9]{2})(?P<d>[0-9]{2})"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # 2026-07-01 12:00:00,123 +0200 (databases, logs, ISO 8601)
        rf"{_WEEKDAY}{_YMD}(?:T|,? |_){_TIME}{_HALF}{_ZONE}",
        # 20260701T120000Z, 20260701-120000, 20260701120000 (barman, restic, object stores)
        rf"{_COMPACT}[T_ -]?(?P<h>[0-9]{{2}})(?P<mi>[0-9]{{2}})(?P<s>[0-9]{{2}})?{_ZONE}",
        # 2026-07-01T12-00-00Z, 2026-07-01_120000 (file names, which take no colon)
        rf"{_YMD}[T_ -](?P<h>[0-9]{{2}})(?P<sep>[-.]?)(?P<mi>[0-9]{{2}})"
        rf"(?:(?P=sep)(?P<s>[0-9]{{2}}))?{_ZONE}",
        # 01/Jul/2026:12:00:00 +0200 (Apache, nginx)
        rf"(?P<d>[0-9]{{1,2}})/{_MONTH}/(?P<y>[0-9]{{4}})[: ]{_TIME}{_ZONE}",
        # Wed, 01 Jul 2026 12:00:00 +0200 (mail, HTTP)
        rf"{_WEEKDAY}(?P<d>[0-9]{{1,2}})[ -]{_MONTH}[ -](?P<y>[0-9]{{4}}),? {_TIME}{_HALF}{_ZONE}",
        # Wed Jul  1 12:00:00 UTC 2026; Wed  1 Jul 12:00:00 UTC 2026 (date)
        rf"{_WEEKDAY}{_MONTH} (?P<d>[0-9]{{1,2}}) {_TIME}{_HALF}{_ZONE} (?P<y>[0-9]{{4}})",
        rf"{_WEEKDAY}(?P<d>[0-9]{{1,2}}) {_MONTH} {_TIME}{_HALF}{_ZONE} (?P<y>[0-9]{{4}})",
        # July 1, 2026 12:00 UTC
        rf"{_WEEKDAY}{_MONTH} (?P<d>[0-9]{{1,2}}),? (?P<y>[0-9]{{4}}),? {_TIME}{_HALF}{_ZONE}",
    )
)
_DAYS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_WEEKDAY}{_YMD}",
        _COMPACT,
        rf"{_WEEKDAY}(?P<d>[0-9]{{1,2}})\.?[ /-]{_MONTH}[ /-](?P<y>[0-9]{{4}})",
        rf"{_WEEKDAY}{_MONTH} (?P<d>[0-9]{{1,2}}),? (?P<y>[0-9]{{4}})",
    )
)
_UNORDERED = re.compile(r"(?P<a>[0-9]{1,2})(?P<by>[-/.])(?P<b>[0-9]{1,2})(?P=by)(?P<y>[0-9]{4})\b")
_WITHOUT_YEAR = re.compile(rf"{_WEEKDAY}{_MONTH} [0-9]{{1,2}} [0-9]{{2}}:[0-9]{{2}}.*", re.I)


def read(text: str, here: tzinfo = UTC) -> datetime:
    """The moment (aware, UTC) that `text` names: `2026-11-22 03:12 UTC`, `2026-11-22T03:12:45Z`,
    `… +01:00`, `… Europe/Berlin`, and the forms in which databases, logs, `date`, mails and file
    names write it. `here` is the zone of the settings: its abbreviations are read.

    Exact to the microsecond; further digits are left off. Raises `ValueError` with a sentence when
    there is no such moment, no zone, no year, or when it can mean two moments.
    """
    wanted = _trimmed(text)
    match = next((m for form in _FORMS if (m := form.fullmatch(wanted))), None)
    if match is None:
        raise ValueError(_unread(text, wanted))
    parts = match.groupdict()
    clock = _clock(text, parts)
    zone = parts.get("zone") or ""
    if not zone:
        stamp = zones.name_of(here)
        raise ValueError(
            f"Write the time zone, e.g. {wanted} {stamp}, or {wanted} +01:00."
            if match.re is _FORMS[0]
            else f"{quoted(text)} has no time zone. Write for example {clock} {stamp}."
        )
    if FIRST.year - 1 <= clock.year <= LAST.year:  # no zone is more than a day away
        moment = zones.resolve(clock, zone, here)
        if FIRST <= moment < LAST:
            return moment
    raise ValueError("Write a moment between the years 1970 and 9000.")


def read_day(text: str) -> date:
    """The day that `text` names: `2027-01-15`, `20270115`, `15 Jan 2027`. Raises `ValueError` with
    a sentence; `07/08/2026` is refused with both readings."""
    wanted = _trimmed(text)
    match = next((m for form in _DAYS if (m := form.fullmatch(wanted))), None)
    if match is None:
        problem = _order(wanted) or f"{quoted(text)} is not a day."
        raise ValueError(f"{problem} Write the day as 2026-12-01: year, month, day.")
    day = _date(text, match.groupdict())
    if not FIRST.date() <= day < LAST.date():
        raise ValueError("Write a day between the years 1970 and 9000.")
    return day


def read_from(text: str, here: tzinfo = UTC) -> datetime:
    """The moment (aware, UTC) from which on something holds: as `read`, or a plain day, which means
    its start in `here`, the zone of the settings. Raises `ValueError` with a sentence."""
    wanted = _trimmed(text)
    if _UNORDERED.fullmatch(wanted) or any(form.fullmatch(wanted) for form in _DAYS):
        day = read_day(text)
        return zones.begin_of(datetime(day.year, day.month, day.day), here)  # noqa: DTZ001
    return read(text, here)


def _trimmed(text: str) -> str:
    wanted = one_line(tables.cell(without_marks(text)))
    return wanted[1:-1].strip() if wanted[:1] == "[" and wanted[-1:] == "]" else wanted


def _clock(text: str, parts: dict[str, str | None]) -> datetime:
    """The wall clock (naive) of a match's parts."""
    hour, minute, second = (int(parts.get(name) or 0) for name in ("h", "mi", "s"))
    half = (parts.get("half") or "").upper()
    day = _date(text, parts)
    if half and not 1 <= hour <= 12:
        raise ValueError(f"{quoted(text)} is not a time: with {half}, hours are 1 to 12. {HINT}")
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    if (hour, minute, second) == (24, 0, 0):
        following = day + timedelta(days=1) if day < date.max else day
        raise ValueError(f"24:00 is the start of the next day: write {following} 00:00.")
    if second == 60:
        raise ValueError("A minute has the seconds 00 to 59 here: write the leap second as 59.")
    micro = int(((parts.get("f") or "") + "000000")[:6])
    try:
        return datetime(day.year, day.month, day.day, hour, minute, second, micro)  # noqa: DTZ001
    except ValueError:
        shown = f"{day} {hour:02}:{minute:02}" + (f":{second:02}" if second else "")
        raise ValueError(f"There is no such moment as {shown}.") from None


def _date(text: str, parts: dict[str, str | None]) -> date:
    named = (parts.get("month") or "").lower()[:3]
    month = _MONTHS.index(named) + 1 if named else int(parts["mo"] or 0)
    year, number = int(parts["y"] or 0), int(parts["d"] or 0)
    try:
        day = date(year, month, number)
    except ValueError:
        raise ValueError(f"There is no such day as {year:04}-{month:02}-{number:02}.") from None
    weekday = (parts.get("weekday") or "").lower()
    if weekday and _WEEKDAYS[day.weekday()] != weekday:
        raise ValueError(f"{quoted(text)} cannot be: {day} is a {day:%A}. Read it again.")
    return day


def _unread(text: str, wanted: str) -> str:
    if re.fullmatch("[0-9]{10}|[0-9]{13}|[0-9]{16}", wanted):
        seconds = int(wanted[:10])
        moment = datetime.fromtimestamp(seconds, UTC)
        return (
            f"{quoted(text)} is not read as a time. If it counts seconds since 1970 (or parts of"
            f" them), it is {moment:%Y-%m-%d %H:%M:%S} UTC: write that."
        )
    if _WITHOUT_YEAR.fullmatch(wanted):
        return f"{quoted(text)} has no year. {HINT}"
    if any(form.fullmatch(wanted) for form in _DAYS):
        return f"{quoted(text)} is a day. Write the time of day and the time zone too. {HINT}"
    return f"{_order(wanted) or f'{quoted(text)} is not a date and time.'} {HINT}"


def _order(wanted: str) -> str:
    """What a date with the year last can mean: day and month are written in both orders."""
    match = _UNORDERED.match(wanted)
    if not match:
        return ""
    can = []
    for month, day in ((match["a"], match["b"]), (match["b"], match["a"])):
        try:
            can.append(date(int(match["y"]), int(month), int(day)).isoformat())
        except ValueError:
            continue
    shown = quoted(match.group())
    if len(set(can)) == 2:
        return f"{shown} can mean {can[1]} or {can[0]}: day and month are written in both orders."
    return f"{shown} is not read: write {can[0]} if that is the day." if can else ""
