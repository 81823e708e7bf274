"""From a wall clock and the zone written behind it to the one moment in UTC. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lib.units import quoted

#: Abbreviations that mean one offset wherever they are used, and where they are in force.
_KNOWN = {
    **dict.fromkeys(("WET", "WEST"), "Europe/Lisbon"),
    **dict.fromkeys(("CET", "CEST"), "Europe/Berlin"),
    **dict.fromkeys(("EET", "EEST"), "Europe/Athens"),
}
_EUROPEAN_HOURS = {"WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3}
_OFFSET = re.compile(r"(?:UTC|GMT)?(?P<sign>[+-])(?P<h>[0-9]{1,2})(?::?(?P<m>[0-9]{2}))?")
_ABBREVIATION = re.compile(r"[A-Za-z]{1,5}|[+-][0-9]{2,4}")
#: What the database holds besides zones: right/… counts leap seconds, `localtime` is whatever this
#: server is set to, and `Factory` means that nobody set it.
_NO_PLACES = ("right/", "posix", "localtime", "Factory")
_EAST, _WEST = timedelta(hours=14), timedelta(hours=12)  # the farthest there are


def name_of(here: tzinfo) -> str:
    """The name of a zone, as it can be written behind a time: "Europe/Berlin", "UTC"."""
    return getattr(here, "key", None) or str(here)


def resolve(clock: datetime, zone: str, here: tzinfo) -> datetime:
    """The moment in UTC at which a clock in `zone` shows `clock` (naive).

    `zone`: Z, UTC or GMT; an offset (`+01:00`, `+0100`, `+01`, `UTC+1`); a name of the IANA
    database; or an abbreviation, which is one of `here` (the zone of the settings, whose
    abbreviations the product itself writes) or one of WET, WEST, CET, CEST, EET and EEST.

    Raises `ValueError` with a sentence for an unknown zone, for an hour that the zone leaves out,
    for one that it has twice, and for an abbreviation that is not in force at that time.
    """
    if zone.upper() in {"Z", "UTC", "GMT"}:
        return clock.replace(tzinfo=UTC)
    moments = [m for m in _moments(clock, here) if m.astimezone(here).tzname() == zone]
    if len(moments) == 1:
        return moments[0]
    if moments:
        raise ValueError(_twice(clock, zone, here, moments))
    offset = _OFFSET.fullmatch(zone.upper())
    if offset:
        return _by_offset(clock, zone, offset)
    if zone in _KNOWN:
        return _by_abbreviation(clock, zone)
    zone_info = _zone(zone)
    moments = _moments(clock, zone_info)
    if len(moments) == 1:
        return moments[0]
    raise ValueError(
        _twice(clock, zone, zone_info, moments) if moments else _left_out(clock, zone_info)
    )


def begin_of(day: datetime, here: tzinfo) -> datetime:
    """The first moment (UTC) of the day that begins at `day` (naive, 00:00) in `here`."""
    return day.replace(tzinfo=here, fold=0).astimezone(UTC)


def _moments(clock: datetime, zone: tzinfo) -> list[datetime]:
    """The moments at which a clock in `zone` shows `clock`: none, one or two."""
    moments: list[datetime] = []
    for fold in (0, 1):
        try:
            moment = clock.replace(tzinfo=zone, fold=fold).astimezone(UTC)
            shown = moment.astimezone(zone).replace(tzinfo=None, fold=0)
        except OverflowError:
            continue
        if shown == clock and moment not in moments:
            moments.append(moment)
    return moments


def _by_offset(clock: datetime, zone: str, offset: re.Match[str]) -> datetime:
    size = timedelta(hours=int(offset["h"]), minutes=int(offset["m"] or 0))
    if size > (_EAST if offset["sign"] == "+" else _WEST) or int(offset["m"] or 0) > 59:
        raise ValueError(
            f"There is no time zone {zone}: the farthest are -12:00 and +14:00. {hint(clock)}"
        )
    east = size if offset["sign"] == "+" else -size
    return clock.replace(tzinfo=timezone(east)).astimezone(UTC)


def _by_abbreviation(clock: datetime, zone: str) -> datetime:
    """CET is +01:00 and nothing else; in July people write it and mean CEST."""
    where = ZoneInfo(_KNOWN[zone])
    moment = clock.replace(tzinfo=timezone(timedelta(hours=_EUROPEAN_HOURS[zone]))).astimezone(UTC)
    in_force = str(moment.astimezone(where).tzname())
    if in_force == zone:
        return moment
    moments = _moments(clock, where)
    if len(moments) != 1:
        raise ValueError(_left_out(clock, where))
    other = moments[0]
    raise ValueError(
        f"{_shown(clock)} {zone} can mean {_utc(moment)}, by the offset of {zone}, or"
        f" {_utc(other)}, because {in_force} is in force at that time."
        f" Write {in_force}, or the time in UTC."
    )


def _zone(name: str) -> ZoneInfo:
    # CET, EST and EET are names of the database too, some of them with summer time.
    if not _ABBREVIATION.fullmatch(name) and not name.startswith(_NO_PLACES):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    if not re.fullmatch("[A-Z]{2,5}", name):
        raise ValueError(
            f"There is no time zone {quoted(name)}. Write UTC, an offset such as +01:00, or a name"
            " such as Europe/Berlin."
        )
    raise ValueError(
        f"The time zone {quoted(name)} is not read: such an abbreviation means different offsets in"
        " different places. Write the offset, such as +01:00, or a name such as Europe/Berlin."
    )


def _twice(clock: datetime, zone: str, where: tzinfo, moments: list[datetime]) -> str:
    both = " or ".join(f"{_utc(m)} ({m.astimezone(where).tzname()})" for m in sorted(moments))
    return (
        f"{_shown(clock)} {zone} happened twice, because the clocks went back: it can mean {both}."
        " Write the one that you mean in UTC, or with its offset."
    )


def _left_out(clock: datetime, where: tzinfo) -> str:
    return (
        f"There is no such moment as {_shown(clock)} in {name_of(where)}: the clocks are put"
        " forward over it. Read it again, or write it in UTC."
    )


def _shown(clock: datetime) -> str:
    return clock.isoformat(" ", "minutes" if not (clock.second or clock.microsecond) else "auto")


def _utc(moment: datetime) -> str:
    return f"{_shown(moment.astimezone(UTC).replace(tzinfo=None))} UTC"


def hint(clock: datetime) -> str:
    """What to write instead, by the example of `clock`."""
    return f"Write the time zone behind the time, for example {_shown(clock)} UTC or +01:00."
