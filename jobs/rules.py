"""When a schedule is due: pure rules, read from text and counted in a time zone.

every 5 s | every 15 min | every 2 h
daily 03:30
weekly mon 08:00
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: The sweep looks every five seconds; nothing can be due more often.
SHORTEST, LONGEST = timedelta(seconds=5), timedelta(days=1)
EXAMPLES = "every 15 min, daily 03:30 or weekly mon 08:00"

_UNITS = {"s": timedelta(seconds=1), "min": timedelta(minutes=1), "h": timedelta(hours=1)}
_EVERY = re.compile(r"every ([1-9][0-9]{0,5}) ?(s|min|h)")
_CLOCK = re.compile(r"(?:(daily)|weekly ([a-z]{3})) ([0-9]{2}):([0-9]{2})")


@dataclass(frozen=True)
class Every:
    """Again and again, `step` apart."""

    step: timedelta

    def __str__(self) -> str:
        unit, length = next((u, s) for u, s in reversed(_UNITS.items()) if not self.step % s)
        return f"every {self.step // length} {unit}"


@dataclass(frozen=True)
class Daily:
    """Once a day, when the clock on the wall says `clock`."""

    clock: time

    def __str__(self) -> str:
        return f"daily {self.clock:%H:%M}"


@dataclass(frozen=True)
class Weekly:
    """Once a week, on `day` (0: Monday), when the clock on the wall says `clock`."""

    day: int
    clock: time

    def __str__(self) -> str:
        return f"weekly {DAYS[self.day]} {self.clock:%H:%M}"


Rule = Every | Daily | Weekly


def parse(text: str) -> Rule:
    """The rule that `text` names; case and doubled blanks do not count. `str` of it reads back.

    Raises `ValueError` with a sentence for people.
    """
    wanted = " ".join(text.lower().split())
    if match := _EVERY.fullmatch(wanted):
        return _every(int(match[1]) * _UNITS[match[2]])
    if not (match := _CLOCK.fullmatch(wanted)):
        misread = f"“{wanted}” is not understood. " if wanted else ""
        raise ValueError(f"{misread}Write it as {EXAMPLES}.")
    if match[2] and match[2] not in DAYS:
        raise ValueError(f"“{match[2]}” is no day: write one of {', '.join(DAYS)}.")
    try:
        clock = time(int(match[3]), int(match[4]))
    except ValueError:
        raise ValueError(
            f"“{match[3]}:{match[4]}” is no time of day: write one between 00:00 and 23:59."
        ) from None
    return Daily(clock) if match[1] else Weekly(DAYS.index(match[2]), clock)


def _every(step: timedelta) -> Every:
    if not SHORTEST <= step <= LONGEST:
        raise ValueError(
            "Write an interval between 5 s and 24 h; for longer ones, daily or weekly."
        )
    return Every(step)


def following(
    rule: Rule, at: datetime, zone: ZoneInfo, *, planned: datetime | None = None
) -> datetime:
    """The first due moment after `at` (both aware; the answer in UTC).

    `planned`: a due moment that is not after `at`; an interval keeps its beat and leaves out what
    was missed. Without it, an interval counts from `at`. A time of day that summer time leaves out
    is due an hour later, and one that comes twice is due the first time.
    """
    if isinstance(rule, Every):
        start = at if planned is None else planned
        return (start + ((at - start) // rule.step + 1) * rule.step).astimezone(UTC)
    today = at.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(-1, 9))
    moments = (_moment(day, rule.clock, zone) for day in days if _falls_on(rule, day))
    return next(moment for moment in moments if moment > at)


def _falls_on(rule: Daily | Weekly, day: date) -> bool:
    return isinstance(rule, Daily) or day.weekday() == rule.day


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
