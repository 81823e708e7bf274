"""Striking out what somebody stated. The row keeps every word of it; what is written beside it says
who took it back, when and why."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from incidents import changes
from incidents.models import LossMeasure, Notification
from lib import times
from lib.refusals import Refused

_BESIDE = ("struck_at", "struck_by", "struck_by_name", "struck_reason")
Stated = TypeVar("Stated", LossMeasure, Notification)


def strike_out(
    row: Stated, verb: str, fact: str, text: str, *, reason: str, by: User, at: datetime
) -> Stated:
    """Take `row` back, and write the line of history: `verb`, and `text`, what `fact` was.

    Raises `Invalid` (reason), `Refused` "closed", "struck_out".
    """
    access.check(by, Right.KEEP_INCIDENTS)
    why = changes.reason(reason, "Say why it is struck out, so that a reader can trust the rest.")
    with transaction.atomic():
        kept = changes.locked(row.incident, fields=(), seen=None)
        _mark(row, reason=why, by=by, at=at)
        changes.write(kept, verb, {fact: (text, "")}, reason=why, by=by, at=at)
    return row


def _mark(row: Stated, *, reason: str, by: User, at: datetime) -> None:
    """Write the strike beside `row`. Raises `Refused` "struck_out" when somebody did so already."""
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
