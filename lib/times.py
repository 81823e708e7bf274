"""Moments in the zone of the settings, always with the zone: written, and read by
`lib.units.moments`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from lib.refusals import Invalid
from lib.units import moments

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """`moment` (aware) as the log keeps it: microseconds since 1970, UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(count: int) -> datetime:
    """The inverse of `microseconds`. Raises `OverflowError` outside of the calendar."""
    return _EPOCH + timedelta(microseconds=count)


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
    """The moment in UTC that `text` names, read by `lib.units.moments` in the zone of the
    settings. Raises `Invalid` (field '') with a sentence. A time without a zone is never guessed:
    an hour's error there is an hour of lost data.
    """
    try:
        return moments.read(text, timezone.get_default_timezone())
    except ValueError as error:
        raise Invalid({"": str(error)}) from None


def parse_from(text: str) -> datetime:
    """As `parse`, or a plain day, which means its start in the zone of the settings: for what holds
    *not before* it. Raises `Invalid` (field '') with a sentence."""
    try:
        return moments.read_from(text, timezone.get_default_timezone())
    except ValueError as error:
        raise Invalid({"": str(error)}) from None
