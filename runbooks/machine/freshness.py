"""Whether something is recent enough to count. Plain Python, for the machine and its interlocks.

A negative age is not fresh: what was said "in the future" was said before the clock went back, and
nobody knows how long ago that is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

#: A time server corrects a clock by less than this at any time of the day, and two readings of it
#: may arrive in the other order. It decides nothing.
JITTER = timedelta(seconds=1)
#: Code of the refusal, and the mark of an event, when the clock had gone back.
WENT_BACK = "clock_went_back"


def is_fresh(since: datetime | None, at: datetime, lasts: timedelta) -> bool:
    """Whether what was said at `since` (aware; None: never) still counts at `at`, `lasts` long."""
    return since is not None and -JITTER <= at - since <= lasts


def went_back(last: datetime, at: datetime) -> bool:
    """Whether the clock that says `at` has gone back behind `last`, which it said before."""
    return last - at > JITTER
