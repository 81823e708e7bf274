"""Striking out what somebody stated. The row keeps every word of it; what is written beside it says
who took it back, when and why. The verbs (`losses`, `notified`) add their line of history."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from accounts.models import User
from incidents import changes
from incidents.models import LossMeasure, Notification
from lib import times
from lib.refusals import Refused

_BESIDE = ("struck_at", "struck_by", "struck_by_name", "struck_reason")
Stated = TypeVar("Stated", LossMeasure, Notification)


def why(reason: str) -> str:
    """The reason as it is kept. Raises `Invalid` (reason) when there is none."""
    return changes.reason(reason, "Say why it is struck out, so that a reader can trust the rest.")


def mark(row: Stated, *, reason: str, by: User, at: datetime) -> None:
    """Write the strike beside `row`. Call it with the incident locked.

    Raises `Refused` "struck_out" when somebody did so already.
    """
    row.refresh_from_db(fields=_BESIDE)
    if row.struck_at is not None:
        raise Refused(
            "struck_out",
            f"{row.struck_by_name} struck this out at {times.stamp(row.struck_at)}:"
            f" {row.struck_reason}",
            "Nothing needs to be done. State anew what is true.",
        )
    row.struck_at, row.struck_by, row.struck_by_name = at, by, str(by)
    row.struck_reason = reason
    row.save(update_fields=_BESIDE)
