"""Verbs on the timeline: a person adds an entry, or corrects one. Nothing is edited or taken away.

Both need `Right.KEEP_INCIDENTS`. A closed incident takes entries too: what is remembered late is
worth as much.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from incidents import changes
from incidents.enums import Certainty
from incidents.models import Incident, TimelineEntry
from lib import times
from lib.refusals import Invalid, Refused
from richtext.render import TextTooHard, render

LONGEST = 10_000


def add(
    incident: Incident,
    *,
    text: str,
    happened_at: datetime,
    certainty: Certainty,
    by: User,
    at: datetime,
) -> TimelineEntry:
    """Add an entry: Markdown, rendered now. `happened_at` is aware and not after `at`.

    Raises `Invalid` (text, happened_at), `Refused` 403.
    """
    access.check(by, Right.KEEP_INCIDENTS)
    entry = _written(text, happened_at, certainty, by, at)
    entry.incident = incident
    entry.save()
    return entry


def correct(
    entry: TimelineEntry,
    *,
    text: str,
    happened_at: datetime,
    certainty: Certainty,
    reason: str,
    by: User,
    at: datetime,
) -> TimelineEntry:
    """Put a new text in the place of `entry`, whose own stays readable. Returns the new row.

    Raises `Invalid` (text, happened_at, reason), `Refused` 403, and "changed_meanwhile" when
    somebody corrected this entry already.
    """
    access.check(by, Right.KEEP_INCIDENTS)
    why = changes.reason(reason, "Say why it is corrected, so that a reader can trust it.")
    new = _written(text, happened_at, certainty, by, at)
    new.incident_id, new.corrects_id, new.reason = entry.incident_id, entry.pk, why
    try:
        with transaction.atomic():
            new.save()
    except IntegrityError:
        other = TimelineEntry.objects.get(corrects=entry)
        raise Refused(
            "changed_meanwhile",
            f"{other.entered_by_name} corrected this entry at {times.stamp(other.entered_at)}, and"
            f" nothing of yours is saved. It says now: {other.text}",
            "Your text is still here. Compare the two, and correct the newer one if it needs it.",
        ) from None
    return new


def _written(
    text: str, happened_at: datetime, certainty: Certainty, by: User, at: datetime
) -> TimelineEntry:
    """An entry that belongs to no incident yet, checked and rendered. Raises `Invalid`."""
    errors: dict[str, str] = {}
    entry = TimelineEntry(
        happened_at=happened_at,
        certainty=Certainty(certainty).value,
        entered_at=at,
        entered_by=by,
        entered_by_name=str(by),
    )
    try:
        entry.text = changes.text(text, "text", longest=LONGEST, needed="Write what happened.")
        entry.html = render(entry.text)
    except (TextTooHard, ValueError) as problem:
        errors["text"] = str(problem)
    if happened_at > at:
        errors["happened_at"] = f"{times.stamp(happened_at)} is in the future."
    if errors:
        raise Invalid(errors)
    return entry
