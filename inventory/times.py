"""Moments as people type and read them, always with the zone: the one place that does either."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.utils import timezone

from accounts.refusals import Invalid
from inventory import quantities

EXAMPLE = "2026-11-22 03:12 UTC"
_DAY_AND_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]+[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_WITHOUT_ZONE = re.compile(_DAY_AND_TIME)
_ABBREVIATED = re.compile(rf"({_DAY_AND_TIME})\s*([A-Za-z]+|[+-][0-9]+)")


def stamp(moment: datetime) -> str:
    """`moment` (aware) to the minute in the zone of the settings: "2026-11-22 03:12 UTC"."""
    # By the zone of the settings, as `parse` reads it. (`localtime` would look first whether a
    # request has one of its own, which none has and which takes longer than the rest.)
    local = moment.astimezone(timezone.get_default_timezone())
    return f"{local.isoformat(' ')[:16]} {local.tzname()}"


def typed(moment: datetime) -> str:
    """`moment` (aware) as text for a form field: exact, so that `parse` gives it back unchanged."""
    local = timezone.localtime(moment)
    exactness = "microseconds" if local.microsecond else "seconds" if local.second else "minutes"
    return f"{local.replace(tzinfo=None).isoformat(' ', exactness)} {local.tzname()}"


def parse(text: str) -> datetime:
    """The moment in UTC that `text` names: "2026-11-22 03:12 UTC", "2026-11-22T03:12Z", "… +01:00".

    A zone is "Z", "UTC", an offset, a name such as Europe/Berlin, or the abbreviation that the zone
    of the settings has at that moment (which is what `stamp` writes). Raises `Invalid` (field '')
    with a sentence otherwise. A time without a zone is never guessed: an hour's error there is an
    hour of lost data.
    """
    wanted = text.strip()
    if _WITHOUT_ZONE.fullmatch(wanted):
        here = timezone.get_default_timezone_name()
        raise Invalid({"": f"Write the time zone, e.g. {wanted} {here}, or {wanted} +01:00."})
    try:
        return _abbreviated(wanted) or quantities.parse_time(wanted)
    except (ValueError, OverflowError) as error:
        raise Invalid({"": str(error)}) from None


def _abbreviated(text: str) -> datetime | None:
    """The moment, when `text` ends in the abbreviation of the settings' zone at that very moment.

    In the hour that is lived twice when summer time ends, the abbreviation tells which one.
    """
    match = _ABBREVIATED.fullmatch(text)
    if match is None:
        return None
    try:
        plain = datetime.fromisoformat(match[1])
    except ValueError:
        return None
    for fold in (0, 1):
        local = plain.replace(tzinfo=timezone.get_default_timezone(), fold=fold)
        moment = local.astimezone(UTC)
        exists = timezone.localtime(moment).replace(tzinfo=None) == plain
        if local.tzname() == match[2] and exists:
            return moment
    return None
