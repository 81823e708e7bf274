"""Verbs on who was told of an incident (M17 of the story: those whose work was gone seem never to
have been told). As those on losses: rows are added, or struck out with a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from incidents import changes, strike_outs, words
from incidents.models import Incident, Notification
from lib.refusals import Invalid


def state(
    incident: Incident,
    *,
    whom: str = "",
    notified_at: datetime | None = None,
    nobody: bool = False,
    reason: str = "",
    by: User,
    at: datetime,
) -> Notification:
    """Note who was told, and when (aware, not after `at`); or that `nobody` is affected, and why.

    With `whom`, `reason` may say how and what. Raises `Invalid` (whom, notified_at, reason),
    `Refused` "closed".
    """
    access.check(by, Right.KEEP_INCIDENTS)
    row = Notification(notified_at=notified_at, stated_at=at, stated_by=by, stated_by_name=str(by))
    errors: dict[str, str] = {}
    if nobody:
        if whom.strip() or notified_at is not None:
            errors["whom"] = "Either somebody was told, or nobody is affected: leave one out."
        texts = {"reason": (reason, 300, "Say why nobody is affected, and how you know.")}
    else:
        needed = "Name who was told, or say that nobody is affected."
        texts = {"whom": (whom, 300, needed), "reason": (reason, 300, "")}
        if notified_at is None:
            errors["notified_at"] = "Say when they were told."
        elif notified_at > at:
            errors["notified_at"] = "That is in the future: note it once they are told."
    changes.put_texts(row, texts, errors)
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        kept = changes.locked(incident, fields=(), seen=None)
        row.incident = kept
        row.save()
        change = {"told": ("", words.notified(row))}
        changes.write(kept, "noted who was told", change, by=by, at=at)
    return row


def strike_out(note: Notification, *, reason: str, by: User, at: datetime) -> Notification:
    """Take a note back; it stays readable, with the reason.

    Raises `Invalid` (reason), `Refused` "closed", "struck_out".
    """
    text = words.notified(note)
    return strike_outs.strike_out(
        note, "struck out who was told", "told", text, reason=reason, by=by, at=at
    )
